import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log/log.ts';
import { createTalk } from './client.ts';
import { socketIn, startClickHouse } from './start.ts';
import { superviseEngine, type Supervised } from './supervise.ts';

// Promise: the embedded engine comes back by itself, whatever killed it, and says why while it is away.

const root = mkdtempSync(join(tmpdir(), 'leadline-sup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const freshFolder = (): string => join(root, String((count += 1)));
const quiet = createLog('silent');
const configOf = (data: string) => ({ values: { data } }) as Parameters<typeof startClickHouse>[0];
const start = async (data: string): Promise<Awaited<ReturnType<typeof startClickHouse>> & { enginePid(): number }> => {
  const clickhouse = await startClickHouse(configOf(data), quiet);
  onTestFinished(() => clickhouse.stop());
  return clickhouse as never;
};
const supervise = (data: string, ...more: [] | [Parameters<typeof superviseEngine>[2]]): Supervised => {
  mkdirSync(data, { recursive: true });
  const engine = superviseEngine({ data, socket: socketIn(data) }, quiet, ...more);
  onTestFinished(() => engine.stop());
  return engine;
};
const up = (clickhouse: { status(): { state: string } }) =>
  expect.poll(() => clickhouse.status().state, { timeout: 30_000 }).toBe('up');

/** False for a process that has ended, also while nobody has asked for its exit code yet (a container without an init). */
const runs = (pid: number): boolean => {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return !state.startsWith('Z');
  } catch {
    return false;
  }
};

test('killed, it serves again with all that it had acknowledged; meanwhile callers are told so', async () => {
  const clickhouse = await start(freshFolder());
  let times = 0;
  clickhouse.onUp(() => (times += 1));
  await clickhouse.command('-- A table to lose.\nCREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n');
  await clickhouse.command('-- Rows to lose.\nINSERT INTO kept SELECT number FROM numbers(1000)');
  const lost = clickhouse.query('SELECT count() FROM numbers(10000000000000)');
  process.kill(clickhouse.enginePid(), 'SIGKILL');
  await expect(lost).rejects.toMatchObject({ problem: { status: 503, code: 'clickhouse.away', retryAfterSeconds: 1 } });
  await expect.poll(() => times, { timeout: 30_000 }).toBe(1);
  expect(await clickhouse.query('SELECT count() AS n FROM kept')).toEqual([{ n: '1000' }]);
  await clickhouse.check();
});

test('while it is down a statement is refused at once and says why', async () => {
  const clickhouse = await start(freshFolder());
  await clickhouse.stop();
  await expect(clickhouse.query('SELECT 1')).rejects.toMatchObject({ problem: { code: 'clickhouse.away' } });
  await expect(clickhouse.check()).rejects.toMatchObject({ problem: { code: 'clickhouse.away' } });
});

test('an engine that no longer answers is replaced', async () => {
  const engine = supervise(freshFolder(), { everyMs: 50, timeoutMs: 200, missedMax: 2 });
  await up(engine);
  const stuck = engine.pid()!;
  process.kill(stuck, 'SIGSTOP');
  await expect.poll(() => engine.status().state === 'up' && engine.pid() !== stuck, { timeout: 30_000 }).toBe(true);
});

test('an engine whose parent was killed ends by itself, and the next start finds the folder free', async () => {
  const data = freshFolder();
  const script = `import { startClickHouse } from ${JSON.stringify(new URL('start.ts', import.meta.url).href)};
    import { createLog } from ${JSON.stringify(new URL('../log/log.ts', import.meta.url).href)};
    const clickhouse = await startClickHouse({ values: { data: ${JSON.stringify(data)} } }, createLog('silent'));
    void clickhouse.query('SELECT count() FROM numbers(10000000000000)', { timeoutMs: 60000 }).catch(() => undefined);
    console.log(clickhouse.enginePid());`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const orphan = Number(
    await new Promise<string>((done) => parent.stdout.once('data', (text: Buffer) => done(text.toString()))),
  );
  parent.kill('SIGKILL');
  const clickhouse = await start(data);
  await up(clickhouse);
  await expect.poll(() => runs(orphan), { timeout: 10_000 }).toBe(false);
  expect(await clickhouse.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a second engine on the folder is told who holds it', async () => {
  const data = freshFolder();
  const first = supervise(data);
  await up(first);
  const second = superviseEngine({ data, socket: join(root, 'second.sock') }, quiet);
  onTestFinished(() => second.stop());
  await expect.poll(() => second.status().detail, { timeout: 30_000 }).toContain(`in use by process ${first.pid()}`);
  expect(first.status().state).toBe('up');
});

test('a socket that a dead engine left behind does not stop a start', async () => {
  const data = freshFolder();
  mkdirSync(data, { recursive: true });
  await new Promise<void>((done) => {
    const dead = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(socketIn(data))}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    dead.once('exit', () => done());
  });
  await up(supervise(data));
});

test('a socket that somebody else answers on is not taken from them', async () => {
  const data = freshFolder();
  mkdirSync(data, { recursive: true });
  const other = createServer().listen(socketIn(data));
  onTestFinished(() => void other.close());
  const engine = supervise(data);
  await expect.poll(() => engine.status().detail, { timeout: 30_000 }).toContain('Another process listens');
});

test('a deep data folder is served by a socket in a short one', async () => {
  const clickhouse = await start(join(freshFolder(), 'x'.repeat(120)));
  expect(await clickhouse.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('SIGTERM lets what runs end, then closes', async () => {
  const data = freshFolder();
  mkdirSync(data, { recursive: true });
  const socket = socketIn(data);
  const engine = supervise(data);
  await up(engine);
  const talk = createTalk({ socket }, { embedded: true });
  onTestFinished(() => talk.close());
  await talk.command('-- A table that is being filled.\nCREATE TABLE filled (n UInt64) ENGINE = MergeTree ORDER BY n');
  const insert = talk.command(
    '-- Takes about half a second.\nINSERT INTO filled SELECT number FROM numbers(20) WHERE sleepEachRow(0.025) = 0 SETTINGS max_block_size = 10',
    { queryId: 'filling' },
  );
  await expect.poll(() => talk.running('filling'), { timeout: 10_000 }).toBe(true);
  const stopped = engine.stop();
  await insert;
  await stopped;
  const again = supervise(data);
  await up(again);
  expect(await talk.query('SELECT count() AS n FROM filled')).toEqual([{ n: '20' }]);
});
