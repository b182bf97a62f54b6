import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testPostgres } from './for-tests.ts';
import type { Postgres } from './postgres.ts';

let postgres: Postgres;
let byKey: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
  byKey = postgres.reserve(1, { byKey: true });
  await postgres.pool.query('CREATE TABLE thing (id int PRIMARY KEY, name text)');
  await postgres.pool.query("INSERT INTO thing SELECT n, 'thing ' || n FROM generate_series(1, 10) AS n");
});
afterAll(() => postgres.stop());

const nameOf = (db: Pick<Postgres, 'tables'>, id: number) =>
  sql<{ name: string }>`SELECT thing.* FROM thing AS thing WHERE thing.id = ${id}`.execute(db.tables<object>());

it('a statement is prepared once, whoever asks it, and finds its row by the key of a table that fits on one page', async () => {
  for (let id = 1; id <= 10; id += 1) expect((await nameOf(byKey, id)).rows[0]!.name).toBe(`thing ${id}`);
  const { rows } = await byKey.pool.query(
    "SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement LIKE 'SELECT thing.%'",
  );
  expect(rows).toEqual([{ count: 1 }]);
  const plan = await byKey.pool.query('EXPLAIN (COSTS OFF) SELECT name FROM thing WHERE id = $1', [3]);
  expect(plan.rows.map((row) => Object.values(row).join('')).join('\n')).toContain('Index Cond: (id = 3)');
});

it('the rest of the product plans as it did', async () => {
  await nameOf(postgres, 1);
  const { rows } = await postgres.pool.query(
    "SELECT current_setting('enable_seqscan') AS scans, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared",
  );
  expect(rows).toEqual([{ scans: 'on', prepared: 0 }]);
});

it('a transaction goes on where a migration of another process changed what a prepared statement gives', async () => {
  const work = () =>
    byKey.transaction<object, unknown>(async (tx) => (await nameOf({ tables: () => tx } as never, 1)).rows);
  expect(await work()).toEqual([{ id: 1, name: 'thing 1' }]);
  await postgres.pool.query('ALTER TABLE thing ADD COLUMN size int');
  expect(await work()).toEqual([{ id: 1, name: 'thing 1', size: null }]);
});
