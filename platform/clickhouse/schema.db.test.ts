import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testClickHouse } from './for-tests.ts';
import { describeClickHouseSchema } from './schema.ts';
import { everyClickHouseSource } from './sources.ts';

const snapshot = fileURLToPath(new URL('../../docs/schema/clickhouse.sql', import.meta.url));
const clickhouse = await testClickHouse(await everyClickHouseSource());

test('the committed schema is what all migrations together make (after a new migration: vitest run … -u)', async () => {
  await expect(await describeClickHouseSchema(clickhouse)).toMatchFileSnapshot(snapshot);
});
