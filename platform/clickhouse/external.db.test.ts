import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createLog } from '../log/log.ts';
import { startClickHouse } from './start.ts';

// Promise: the same statements go to a ClickHouse that somebody else started, reached over TCP. (The server here is a
// separately started engine process, not a real cluster.)

const root = mkdtempSync(join(tmpdir(), 'leadline-ext-'));
const program = fileURLToPath(new URL('engine/main.ts', import.meta.url));
const server = spawn(process.execPath, [program, '--data', join(root, 'data'), '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const gone = new Promise((done) => server.once('exit', done));
afterAll(async () => {
  server.kill('SIGTERM');
  await gone;
  rmSync(root, { recursive: true, force: true });
});
const ready = JSON.parse(
  await new Promise<string>((done) => server.stdout.once('data', (text: Buffer) => done(text.toString()))),
) as { url: string };

test('rows in, rows out, errors by their names', async () => {
  const config = { values: { data: root, clickhouseUrl: ready.url } } as Parameters<typeof startClickHouse>[0];
  const clickhouse = await startClickHouse(config, createLog('silent'));
  afterAll(() => clickhouse.stop());
  expect(clickhouse.kind).toBe('external');
  expect(clickhouse.status().state).toBe('up');
  await clickhouse.command('-- A table to fill.\nCREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n');
  const body = Buffer.alloc(16);
  body.writeBigUInt64LE(7n, 8);
  await clickhouse.insert({ sql: "INSERT INTO t SELECT * FROM input('n UInt64')", format: 'RowBinary', body });
  expect(await clickhouse.query('SELECT n FROM t ORDER BY n')).toEqual([{ n: '0' }, { n: '7' }]);
  await expect(
    clickhouse.query('SELECT count() FROM numbers(10000000000000)', { timeoutMs: 200 }),
  ).rejects.toMatchObject({ problem: { code: 'clickhouse.too-slow' } });
  const abort = new AbortController();
  const lost = clickhouse.query('SELECT count() FROM numbers(10000000000000)', {
    signal: abort.signal,
    queryId: 'lost',
  });
  await expect.poll(() => clickhouse.running('lost'), { timeout: 10_000 }).toBe(true);
  abort.abort();
  await expect(lost).rejects.toThrow('abort');
  await expect.poll(() => clickhouse.running('lost'), { timeout: 10_000 }).toBe(false);
});

test('a server that is away is a refusal, and the start does not fail', async () => {
  const config = { values: { data: root, clickhouseUrl: 'http://127.0.0.1:1' } } as Parameters<
    typeof startClickHouse
  >[0];
  const clickhouse = await startClickHouse(config, createLog('silent'));
  afterAll(() => clickhouse.stop());
  expect(clickhouse.status().state).toBe('down');
  await expect(clickhouse.query('SELECT 1')).rejects.toMatchObject({
    problem: { status: 503, code: 'clickhouse.away' },
  });
});
