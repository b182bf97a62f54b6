import { DatabaseError, type ClientBase, type PoolClient } from 'pg';
import { Refusal } from '../../kernel/problem.ts';
import type { Log } from '../log/log.ts';
import { readMigrations, type MigrationFile } from './migration-files.ts';
import type { Postgres } from './postgres.ts';
import { groundSource, type MigrationSource } from './sources.ts';

/** Any number that nothing else in the database locks; ASCII of "leadlin1". */
export const migrationLock = '7810758016270823985';

/** What the database remembers of one applied migration. */
export interface AppliedMigration {
  readonly name: string;
  readonly hash: string;
}

/**
 * Applies what is missing of all sources in one order by time, each file in a transaction of its own together with the
 * note that it was applied. Two runners at once apply each file once. Refuses a file that was edited after it was
 * applied, and a database that a newer Leadline has already changed.
 */
export const migratePostgres = async (
  postgres: Pick<Postgres, 'pool'>,
  sources: readonly MigrationSource[],
  log: Log,
): Promise<{ applied: string[] }> => {
  const files = await readMigrations([groundSource, ...sources]);
  return underMigrationLock(postgres, async (client) => {
    const missing = missingOf(files, await appliedMigrations(client));
    for (const file of missing) {
      log.info({ migration: file.name }, 'applying a migration');
      await inOwnTransaction(client, () => applyMigration(client, file));
    }
    return { applied: missing.map((file) => file.name) };
  });
};

/**
 * Runs `work` while no other process on this database migrates anything, ClickHouse included (which has no lock of its
 * own). Waits as long as the other needs.
 */
export const underMigrationLock = async <Value>(
  postgres: Pick<Postgres, 'pool'>,
  work: (client: PoolClient) => Promise<Value>,
): Promise<Value> => {
  const client = await postgres.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    return await work(client);
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    await client.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    await client
      .query('RESET statement_timeout; RESET idle_in_transaction_session_timeout')
      .catch((error) => (broken = error));
    client.release(broken);
  }
};

/** The migrations that the database says were applied; none where Leadline never was. */
export const appliedMigrations = async (client: ClientBase): Promise<AppliedMigration[]> => {
  const table = await client.query(
    `-- Whether any migration was ever applied here.
     SELECT to_regclass('ground.migration') IS NOT NULL AS made`,
  );
  if (!table.rows[0].made) return [];
  const { rows } = await client.query<AppliedMigration>(
    `-- Every applied migration with the hash of the file as it was then.
     SELECT name, hash FROM ground.migration ORDER BY name COLLATE "C"`,
  );
  return rows;
};

/** What is still to be applied, in order; throws for an edited file and for a migration that this program does not know. */
export const missingOf = (files: readonly MigrationFile[], applied: readonly AppliedMigration[]): MigrationFile[] => {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const { name, hash } of applied) {
    const file = known.get(name);
    if (!file) throw unknown(name);
    if (file.hash !== hash) throw edited(name);
  }
  const done = new Set(applied.map(({ name }) => name));
  return files.filter((file) => !done.has(file.name));
};

/** Runs one file and notes it, in the caller's transaction. */
export const applyMigration = async (client: ClientBase, file: MigrationFile): Promise<void> => {
  try {
    await client.query(file.sql);
    await client.query(makeTable);
    await client.query(
      `-- Remembers that the file was applied and what stood in it.
       INSERT INTO ground.migration (name, hash) VALUES ($1, $2)`,
      [file.name, file.hash],
    );
  } catch (error) {
    if (error instanceof DatabaseError) {
      error.message = `migration ${file.name}: ${error.message}${lineOf(file.sql, error.position)}`;
    }
    throw error;
  }
};

/** After the first file, which makes the schema. */
const makeTable = `
  -- The memory of the migration runner; made by it, because it is needed before any migration ran.
  CREATE TABLE IF NOT EXISTS ground.migration (
    name text PRIMARY KEY,
    hash text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

const inOwnTransaction = async (client: ClientBase, work: () => Promise<void>): Promise<void> => {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
};

const lineOf = (sql: string, position: string | undefined): string =>
  position ? ` (line ${sql.slice(0, Number(position)).split('\n').length})` : '';

const unknown = (name: string): Refusal =>
  new Refusal({
    status: 500,
    code: 'postgres.migration-unknown',
    title: 'The database is newer than this Leadline',
    detail: `It has the migration ${name}, which this program does not know. Start the newer version again, or restore a backup made before it.`,
  });

const edited = (name: string): Refusal =>
  new Refusal({
    status: 500,
    code: 'postgres.migration-edited',
    title: 'A migration was edited after it had been applied',
    detail: `${name} differs from what was applied to this database. Put the file back as it was and write what you want to change into a new one.`,
  });
