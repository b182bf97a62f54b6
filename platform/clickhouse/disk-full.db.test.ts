import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLog } from '../log/log.ts';
import { startClickHouse } from './start.ts';

// Promise: when the disk runs out, telemetry is refused with a clear answer before the reserve is touched, what was
// acknowledged stays readable, and it goes on by itself when there is room again.

const mebibyte = 1_048_576;
/** Larger than what other programs of a test machine write meanwhile. */
const marginMb = 300;
const root = mkdtempSync(join(tmpdir(), 'leadline-full-'));
const freeMb = (): number => Math.floor((statfsSync(root).bavail * statfsSync(root).bsize) / mebibyte);
const filler = join(root, 'filler');
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('full, refused; room again, accepted', async () => {
  const config = { values: { data: root, diskReserveMb: freeMb() - marginMb } } as Parameters<
    typeof startClickHouse
  >[0];
  const clickhouse = await startClickHouse(config, createLog('silent'));
  afterAll(() => clickhouse.stop());
  await clickhouse.command(
    '-- Rows by day.\nCREATE TABLE days (day Date, n UInt32) ENGINE = MergeTree PARTITION BY day ORDER BY n',
  );
  const row = Buffer.from([0, 0x50, 1, 0, 0, 0]); // 2026-01-27 is day 20,480
  const insert = () =>
    clickhouse.insert({
      sql: "INSERT INTO days SELECT * FROM input('day Date, n UInt32')",
      format: 'RowBinary',
      body: row,
    });
  await insert();

  const megabyte = Buffer.alloc(mebibyte, 1);
  for (let written = 0; written < 2 * marginMb; written += 1) writeFileSync(filler, megabyte, { flag: 'a' });
  const full = { problem: { status: 507, code: 'clickhouse.disk-full' } };
  await expect(insert()).rejects.toMatchObject(full);
  await expect(clickhouse.command('-- From inside.\nINSERT INTO days SELECT today(), 1')).rejects.toMatchObject(full);
  expect(await clickhouse.query('SELECT count() AS n FROM days')).toEqual([{ n: '1' }]);
  await clickhouse.command("-- Room is made by retention.\nALTER TABLE days DROP PARTITION '2026-01-27'");

  rmSync(filler);
  await insert();
  expect(await clickhouse.query('SELECT day, n FROM days')).toEqual([{ day: '2026-01-27', n: 1 }]);
});
