import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { ClientBase } from 'pg';
import copy from 'pg-copy-streams';
import { Refusal } from '../../kernel/problem.ts';
import { serverApplicationName } from '../postgres/connect.ts';
import { applyMigration, migrationLock, missingOf } from '../postgres/migrate.ts';
import { readMigrations, type MigrationFile } from '../postgres/migration-files.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { ownSchemas } from '../postgres/schema.ts';
import { groundSource, type MigrationSource } from '../postgres/sources.ts';
import { columnsOf, nameOf } from './backup.ts';
import { selectForeignKeys, selectTables, type ForeignKey } from './catalogue.ts';
import {
  damaged,
  formatVersion,
  readFrames,
  type Header,
  type Part,
  type SequenceState,
  type TableStart,
} from './format.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly sources: readonly MigrationSource[];
  /** Replaces what the database holds. */
  readonly force: boolean;
  readonly onTable?: (table: string, rows: number) => void;
}

export interface RestoreSummary {
  readonly madeAt: string;
  readonly tables: number;
  readonly rows: number;
  /** Migrations of this program that are newer than the backup; applied to what was restored. */
  readonly migrated: number;
}

/**
 * Loads a backup in one transaction: all of it or nothing. The file is read to its end and checked before anything is
 * touched. The schema is made by the migrations that the backup lists, the data is copied in with triggers off and
 * foreign keys away, then keys are checked again and newer migrations applied.
 */
export const restoreBackup = async (
  postgres: Pick<Postgres, 'pool'>,
  options: RestoreOptions,
): Promise<RestoreSummary> => {
  const header = await checkFile(options.file);
  const files = await readMigrations([groundSource, ...options.sources]);
  const newer = newerThan(header, files);
  const client = await postgres.pool.connect();
  let failed: Error | undefined;
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await refuseRunningServer(client);
    await makeRoom(client, options.force);
    for (const file of files) if (!newer.includes(file)) await applyMigration(client, file);
    const foreignKeys = await takeAway(client);
    const count = await load(client, options);
    await putBack(client, foreignKeys);
    for (const file of newer) await applyMigration(client, file);
    await client.query('COMMIT');
    await client.query('ANALYZE').catch(() => undefined);
    return { madeAt: header.madeAt, ...count, migrated: newer.length };
  } catch (error) {
    failed = error as Error;
    throw error;
  } finally {
    // A connection that is thrown away takes its open transaction with it.
    client.release(failed);
  }
};

const partsOf = (file: string): AsyncGenerator<Part> => readFrames(unzipped(file));

async function* unzipped(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw noFile(file);
    if (code?.startsWith('Z_')) throw damaged(`it is not a whole gzip file (${message})`);
    throw error;
  } finally {
    source.destroy();
  }
}

/** Reads the whole file, so that a damaged one is refused before anything is changed. */
const checkFile = async (file: string): Promise<Header> => {
  let header: Header | null = null;
  for await (const part of partsOf(file)) {
    if (header) continue;
    if (part.kind !== 'header' || part.value.format !== 'leadline-backup')
      throw damaged('it does not begin as a backup of Leadline');
    header = part.value;
    if (header.formatVersion !== formatVersion)
      throw newerBackup(`It was written in form ${header.formatVersion}, this program reads ${formatVersion}`);
  }
  if (!header) throw damaged('it is empty');
  return header;
};

/** The migrations that this program has and the backup has not; refuses a backup that has others. */
const newerThan = (header: Header, files: readonly MigrationFile[]): MigrationFile[] => {
  try {
    return missingOf(files, header.migrations);
  } catch (error) {
    if (error instanceof Refusal)
      throw newerBackup(`It was made by Leadline ${header.leadline} (${header.madeAt}). ${error.problem.detail ?? ''}`);
    throw error;
  }
};

const refuseRunningServer = async (client: ClientBase): Promise<void> => {
  const { rows } = await client.query<{ count: number }>(
    `-- Sessions of servers on this database, which would work on while it is replaced.
     SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`,
    [serverApplicationName],
  );
  if (rows[0]!.count === 0) return;
  throw new Refusal({
    status: 409,
    code: 'backup.server-running',
    title: 'A Leadline server works on this database',
    detail: `It has ${rows[0]!.count} sessions open. Stop every server that uses it, then restore.`,
  });
};

const makeRoom = async (client: ClientBase, force: boolean): Promise<void> => {
  const { rows } = await client.query<{ line: string }>(ownSchemas);
  if (rows.length === 0) return;
  if (!force) {
    throw new Refusal({
      status: 409,
      code: 'backup.not-empty',
      title: 'The database is not empty',
      detail: `It holds ${rows.map((row) => row.line).join(', ')}. With --force all of it is replaced by the backup; make a backup of it first.`,
    });
  }
  for (const { line } of rows) await client.query(`DROP SCHEMA ${client.escapeIdentifier(line)} CASCADE`);
};

/** Tables become plain: what migrations wrote is removed, triggers are off, foreign keys gone until `putBack`. */
const takeAway = async (client: ClientBase): Promise<ForeignKey[]> => {
  const foreignKeys = await selectForeignKeys(client);
  for (const key of foreignKeys) await client.query(`ALTER TABLE ${key.table} DROP CONSTRAINT ${key.name}`);
  for (const table of await selectTables(client)) {
    await client.query(`ALTER TABLE ${nameOf(client, table)} DISABLE TRIGGER USER`);
    await client.query(`TRUNCATE ${nameOf(client, table)}`);
  }
  return foreignKeys;
};

const putBack = async (client: ClientBase, foreignKeys: readonly ForeignKey[]): Promise<void> => {
  for (const table of await selectTables(client))
    await client.query(`ALTER TABLE ${nameOf(client, table)} ENABLE TRIGGER USER`);
  for (const key of foreignKeys)
    await client.query(`ALTER TABLE ${key.table} ADD CONSTRAINT ${key.name} ${key.definition}`);
};

const load = async (client: ClientBase, options: RestoreOptions): Promise<{ tables: number; rows: number }> => {
  const count = { tables: 0, rows: 0 };
  const parts = partsOf(options.file);
  for await (const part of parts) {
    if (part.kind === 'table') {
      const rows = await loadTable(client, part.value, parts);
      count.tables += 1;
      count.rows += rows;
      options.onTable?.(`${part.value.schema}.${part.value.table}`, rows);
    } else if (part.kind === 'sequences') {
      await setSequences(client, part.value);
    }
  }
  return count;
};

/** Takes the parts of one table, up to its end. */
const loadTable = async (client: ClientBase, table: TableStart, parts: AsyncGenerator<Part>): Promise<number> => {
  const copying = client.query(copy.from(`COPY ${nameOf(client, table)} (${columnsOf(client, table)}) FROM STDIN`));
  const finished = once(copying, 'finish');
  // Told by the next await; without this a refusal between two chunks would end the process.
  finished.catch(() => undefined);
  for (;;) {
    const { value: part, done } = await parts.next();
    if (done || (part.kind !== 'data' && part.kind !== 'table-end')) throw damaged('a table has no end');
    if (part.kind === 'table-end') {
      copying.end();
      await finished;
      if (copying.rowCount !== part.value.rows)
        throw damaged(`${table.schema}.${table.table} has ${copying.rowCount} rows instead of ${part.value.rows}`);
      return copying.rowCount;
    }
    if (!copying.write(part.bytes)) await Promise.race([once(copying, 'drain'), finished]);
  }
};

const setSequences = async (client: ClientBase, sequences: readonly SequenceState[]): Promise<void> => {
  for (const { schema, sequence, last, called } of sequences) {
    await client.query(
      `-- New numbers begin behind those that were given out.
       SELECT setval(format('%I.%I', $1::text, $2::text)::regclass, $3::bigint, $4::boolean)`,
      [schema, sequence, last, called],
    );
  }
};

const noFile = (file: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'backup.no-file',
    title: 'There is no such backup',
    detail: `${file} does not exist.`,
  });

const newerBackup = (detail: string): Refusal =>
  new Refusal({
    status: 409,
    code: 'backup.other-version',
    title: 'This backup was made by another Leadline',
    detail: `${detail} Restore it with that version or a newer one.`,
  });
