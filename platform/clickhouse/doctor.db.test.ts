import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLog } from '../log/log.ts';
import { checkClickHouse } from './doctor.ts';
import { startClickHouse } from './start.ts';

// Promise: the doctor says how the telemetry engine is, whether it runs or not, and what to do where it is not well.

const root = mkdtempSync(join(tmpdir(), 'leadline-doc-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const configOf = (data: string, clickhouseUrl?: string) =>
  ({ values: { data, clickhouseUrl, diskReserveMb: 0 } }) as Parameters<typeof startClickHouse>[0];
const names = ['clickhouse', 'clickhouse disk', 'clickhouse merges', 'clickhouse fsync'];

test('before the first start there is nothing to find', async () => {
  expect(await checkClickHouse(configOf(join(root, 'never')))).toMatchObject([{ name: 'clickhouse', ok: true }]);
});

test('beside a running engine, and after it has stopped', async () => {
  const config = configOf(join(root, 'some'));
  const clickhouse = await startClickHouse(config, createLog('silent'));
  const beside = await checkClickHouse(config);
  await clickhouse.stop();
  const after = await checkClickHouse(config);
  for (const findings of [beside, after]) {
    expect(findings.map((finding) => finding.name)).toEqual(names);
    expect(findings.find((finding) => finding.name === 'clickhouse fsync')).toMatchObject({ ok: true, todo: '' });
  }
  expect(beside[0]!.detail).toContain('running');
  expect(after[0]!.detail).toContain('started for this check');
});

test.each([
  ['refuses', null],
  ['takes the connection and says nothing', createServer()],
])('a server that %s', async (_name, server) => {
  const sockets = new Set<Socket>();
  server?.on('connection', (socket) => void sockets.add(socket));
  await new Promise<void>((done) => (server ? server.listen(0, '127.0.0.1', done) : done()));
  const port = server ? (server.address() as AddressInfo).port : 1;
  const begun = performance.now();
  const [finding, ...others] = await checkClickHouse(configOf(root, `http://127.0.0.1:${port}`));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ name: 'clickhouse', ok: false });
  expect(finding!.detail).toContain(`127.0.0.1:${port} does not answer: `);
  expect(finding!.detail).toMatch(server ? /nothing came back within 2 s$/ : /ECONNREFUSED/);
  expect(finding!.todo).toContain('CLICKHOUSE_URL');
  expect(performance.now() - begun).toBeLessThan(6_000);
  server?.close();
  for (const socket of sockets) socket.destroy();
});
