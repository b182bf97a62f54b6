import { expect, test } from 'vitest';
import { testClickHouse } from './for-tests.ts';

const clickhouse = await testClickHouse();

test('rows go in by input() and come out typed', async () => {
  await clickhouse.command(
    "-- A table of the test's own.\nCREATE TABLE rows (id UInt64, word String, segment String) ENGINE = MergeTree ORDER BY id",
  );
  const body = Buffer.alloc(8 + 1 + 2);
  body.writeBigUInt64LE(18_446_744_073_709_551_615n, 0);
  body.set([2, 0x0a, 0x0a], 8);
  await clickhouse.insert({
    sql: "INSERT INTO rows SELECT *, 's1' FROM input('id UInt64, word String')",
    format: 'RowBinary',
    body,
  });
  const rows = await clickhouse.query<{ id: string; word: string; segment: string }>(
    'SELECT * FROM rows WHERE word = {word:String}',
    { params: { word: '\n\n' } },
  );
  expect(rows).toEqual([{ id: '18446744073709551615', word: '\n\n', segment: 's1' }]);
});
