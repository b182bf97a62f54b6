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

test('millions of numbers come as they lie, without being parsed', async () => {
  const bytes = await clickhouse.queryBinary(
    'SELECT toUInt32(number), toUInt32(number * 2) FROM numbers({count:UInt32})',
    {
      params: { count: 1_000_000 },
    },
  );
  expect(bytes.byteLength).toBe(8_000_000);
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const row of [0, 1, 999_999]) {
    expect(numbers.getUint32(row * 8, true)).toBe(row);
    expect(numbers.getUint32(row * 8 + 4, true)).toBe(row * 2);
  }
  await expect(clickhouse.queryBinary('SELECT nothing')).rejects.toThrow();
});
