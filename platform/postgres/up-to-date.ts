import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../kernel/problem.ts';
import type { Log } from '../log/log.ts';
import { serverApplicationName } from './connect.ts';
import type { Way } from './existing.ts';
import { appliedMigrations, migratePostgres, missingOf } from './migrate.ts';
import { readMigrations, type MigrationFile } from './migration-files.ts';
import type { Postgres } from './postgres.ts';
import { groundSource, type MigrationSource } from './sources.ts';

/** A server that has just started may still be applying its migrations; a command waits this long for it. */
const migratingMsMax = 10_000;

/**
 * Makes sure that a command finds the schema it was written for. Where no server works on the database, what is missing
 * is applied. Under a server nothing is changed: it was written for the schema that it made, so a command of another
 * version is refused (`postgres.server-of-another-version`, or `postgres.migration-unknown` when the command is the older).
 */
export const bringUpToDate = async (
  postgres: Postgres & { readonly way: Way },
  sources: readonly MigrationSource[],
  log: Log,
  patienceMs = migratingMsMax,
): Promise<void> => {
  if (!(await isServed(postgres))) {
    await migratePostgres(postgres, sources, log);
    return;
  }
  const files = await readMigrations([groundSource, ...sources]);
  for (const deadline = performance.now() + patienceMs; ; await wait(100)) {
    const missing = await missingFrom(postgres, files);
    if (missing.length === 0) return;
    if (performance.now() > deadline) throw anotherVersion(missing);
  }
};

const missingFrom = async (postgres: Postgres, files: readonly MigrationFile[]): Promise<readonly MigrationFile[]> => {
  const client = await postgres.pool.connect();
  try {
    return missingOf(files, await appliedMigrations(client));
  } finally {
    client.release();
  }
};

/** The embedded engine was started by a server, or a server has a session on this database. */
const isServed = async (postgres: Postgres & { readonly way: Way }): Promise<boolean> => {
  if (postgres.way === 'running') return true;
  const { rows } = await postgres.pool.query<{ served: boolean }>(
    `-- Whether a server works on this database.
     SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1) AS served`,
    [serverApplicationName],
  );
  return rows[0]!.served;
};

const anotherVersion = (missing: readonly MigrationFile[]): Refusal =>
  new Refusal({
    status: 409,
    code: 'postgres.server-of-another-version',
    title: 'The running server is of an older version than this command',
    detail:
      `Its database has not got ${missing.length === 1 ? 'the migration' : `${missing.length} migrations, the first`} ${missing[0]!.name}. ` +
      'Nothing was changed. Restart the server with this version, or use the command of the version that runs.',
  });
