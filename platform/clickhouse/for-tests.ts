import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { createTalk, type Address } from './client.ts';
import type { ClickHouse } from './clickhouse.ts';
import { migrateClickHouse } from './migrate.ts';
import type { MigrationSource } from './migration-file.ts';

/** Set by `for-tests-setup.ts`, the run's global set-up: `{"socket":"…"}` or `{"url":"…"}`. */
export const addressVariable = 'LEADLINE_TEST_CLICKHOUSE';

export const addressForTests = (): Address => {
  const text = process.env[addressVariable];
  if (!text)
    throw new Error(
      'No ClickHouse for tests: vitest must run with globalSetup platform/clickhouse/for-tests-setup.ts.',
    );
  return JSON.parse(text) as Address;
};

/** A ClickHouse handle on one database of the given address, without supervision: for tests and benchmarks. */
export const handleOn = (address: Address, database: string): ClickHouse => {
  const { close, ...talk } = createTalk(address, { database, embedded: true });
  return {
    ...talk,
    kind: 'embedded',
    status: () => ({ state: 'up', detail: 'serving' }),
    onUp: () => undefined,
    stop: close,
  };
};

/**
 * ClickHouse for one test file: a fresh database on the run's one engine (or on `CLICKHOUSE_URL`), with the migrations of
 * `sources` applied in it; dropped when the file has ended.
 */
export const testClickHouse = async (sources: readonly MigrationSource[] = []): Promise<ClickHouse> => {
  const address = addressForTests();
  const database = `${process.env['LEADLINE_TEST_CLICKHOUSE_PREFIX'] ?? 'test_'}${randomBytes(8).toString('hex')}`;
  const outside = createTalk(address, { embedded: true });
  await outside.command(`-- A database of this test file's own.\nCREATE DATABASE ${database} ENGINE = Atomic`);
  const handle = handleOn(address, database);
  afterAll(async () => {
    await handle.stop();
    await outside.command(`-- The test file has ended.\nDROP DATABASE IF EXISTS ${database}`, { timeoutMs: 60_000 });
    await outside.close();
  });
  const config = { values: { clickhouseCluster: undefined } } as unknown as Parameters<typeof migrateClickHouse>[1];
  await migrateClickHouse(handle, config, sources, { info: () => undefined });
  return handle;
};
