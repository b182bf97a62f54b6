import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../platform/cli/context.ts';
import { registerModules } from './modules.ts';

const wanted = ['Person', 'Team', 'Schedule', 'EscalationPolicy'];

/** The command line as a person types it, against a server that only writes down what it was asked. */
const asked: { path: string; body: unknown }[] = [];
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const text = Buffer.concat(pieces).toString();
    asked.push({ path: request.url ?? '', body: text === '' ? null : JSON.parse(text) });
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ outcome: 'created', change: {} }));
  });
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

const leadline = async (...words: string[]): Promise<string> => {
  const { port } = server.address() as AddressInfo;
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), ...words], {
    env: { ...process.env, LEADLINE_URL: `http://127.0.0.1:${port}`, LEADLINE_TOKEN: 'not-looked-at' },
  });
  return stdout;
};

describe('A command line', () => {
  it('applies people before the teams that name them, and those before schedules and policies', () => {
    const { kinds } = registerModules(new Command(), {} as CliContext);
    const order = kinds.map(({ kind }) => kind).filter((kind) => wanted.includes(kind));
    expect(order).toEqual(wanted);
  });

  it('gives a command its own --version, and tells its own version without one', async () => {
    await leadline('change', 'announce', '--service', 'shop/payment', '--version', '2.4.2', '-o', 'json');
    expect(asked).toEqual([
      { path: '/api/v1/changes', body: { service: 'shop/payment', kind: 'deploy', version: '2.4.2' } },
    ]);
    expect(await leadline('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  }, 60_000);
});
