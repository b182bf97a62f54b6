import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { takeLock } from './lock.ts';

// Promise: of two servers on one folder the second waits while the first is stopping, and is refused at once otherwise.

const root = mkdtempSync(join(tmpdir(), 'leadline-lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Takes the lock as a server, says so, and lets go when its standard input ends. */
const holder = (path: string): string => `
  const { takeLock } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)});
  const lock = await takeLock(${JSON.stringify(path)}, 'server');
  console.log(process.pid);
  process.stdin.on('end', () => lock.release()).resume();`;

const firstWord = async (child: ChildProcess): Promise<number> =>
  Number(await new Promise<string>((done) => child.stdout!.once('data', (text: Buffer) => done(text.toString()))));

describe('a server that is stopping is waited for, and who waits is told', () => {
  test('when it said so', async () => {
    const path = join(root, 'said');
    const first = await takeLock(path, 'server');
    await first.leave();
    const told = Promise.withResolvers<number>();
    const second = takeLock(path, 'server', (pid) => told.resolve(pid));
    expect(await told.promise).toBe(process.pid);
    await first.release();
    await (await second).release();
  });

  test('when its supervisor was killed', async () => {
    const path = join(root, 'orphan');
    const server = `spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(holder(path))}], { stdio: [3, 1, 2] })`;
    const supervisor = spawn(
      process.execPath,
      ['--input-type=module', '-e', `import { spawn } from 'node:child_process'; ${server};`],
      { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] },
    );
    const orphan = await firstWord(supervisor);
    supervisor.kill('SIGKILL');
    const told = Promise.withResolvers<number>();
    const second = takeLock(path, 'server', (pid) => told.resolve(pid));
    expect(await told.promise).toBe(orphan);
    supervisor.stdio[3]!.destroy();
    await (await second).release();
  });
});

test('a server that goes on is not waited for', async () => {
  const path = join(root, 'living');
  const first = await takeLock(path, 'server');
  let told = false;
  await expect(takeLock(path, 'server', () => (told = true))).rejects.toMatchObject({
    problem: { code: 'postgres.in-use', detail: expect.stringContaining(`process id ${process.pid}`) },
  });
  expect(told).toBe(false);
  await first.release();
});

test('a lock that somebody else took meanwhile is neither marked nor released', async () => {
  const path = join(root, 'other');
  const first = await takeLock(path, 'server');
  await first.release();
  const second = await takeLock(path, 'server');
  await first.leave();
  await first.release();
  await expect(takeLock(path, 'server')).rejects.toMatchObject({ problem: { code: 'postgres.in-use' } });
  await second.release();
});
