import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ClientBase } from 'pg';
import copy from 'pg-copy-streams';
import { appliedMigrations } from '../postgres/migrate.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { selectSequences, selectTables } from './catalogue.ts';
import { formatVersion, writeFrames, type Part, type TableStart } from './format.ts';

export interface BackupSummary {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface BackupOptions {
  readonly file: string;
  /** Version of the program, for people who find the file. */
  readonly leadline: string;
  /** Called after each table. */
  readonly onTable?: (table: string, rows: number) => void;
}

/**
 * Writes the whole state into one gzip file, as it was at one instant, while the server runs. It holds password hashes
 * and encrypted secrets, so only its owner may read it. It appears under its name when it is whole and on disk.
 */
export const writeBackup = async (postgres: Pick<Postgres, 'pool'>, options: BackupOptions): Promise<BackupSummary> => {
  const client = await postgres.pool.connect();
  const unfinished = `${options.file}.unfinished`;
  let failed: Error | undefined;
  const count = { tables: 0, rows: 0 };
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
    const parts = partsOf(client, options.leadline, (table, rows) => {
      count.tables += 1;
      count.rows += rows;
      options.onTable?.(table, rows);
    });
    const output = await open(unfinished, 'w', 0o600);
    await pipeline(Readable.from(writeFrames(parts)), createGzip(), output.createWriteStream({ flush: true }));
    await client.query('COMMIT');
    await rename(unfinished, options.file);
    return { ...count, bytes: await sizeOf(options.file) };
  } catch (error) {
    failed = error as Error;
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    client.release(failed);
  }
};

async function* partsOf(
  client: ClientBase,
  leadline: string,
  onTable: (table: string, rows: number) => void,
): AsyncGenerator<Part> {
  const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const migrations = await appliedMigrations(client);
  yield {
    kind: 'header',
    value: {
      format: 'leadline-backup',
      formatVersion,
      madeAt: new Date().toISOString(),
      leadline,
      postgres: rows[0]!.version,
      migrations,
    },
  };
  for (const table of await selectTables(client)) {
    yield { kind: 'table', value: table };
    const copying = client.query(copy.to(`COPY ${nameOf(client, table)} (${columnsOf(client, table)}) TO STDOUT`));
    for await (const bytes of copying) yield { kind: 'data', bytes: bytes as Buffer };
    yield { kind: 'table-end', value: { rows: copying.rowCount } };
    onTable(`${table.schema}.${table.table}`, copying.rowCount);
  }
  yield { kind: 'sequences', value: await selectSequences(client) };
}

export const nameOf = (client: ClientBase, { schema, table }: TableStart): string =>
  `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`;

export const columnsOf = (client: ClientBase, { columns }: TableStart): string =>
  columns.map((column) => client.escapeIdentifier(column)).join(', ');

const sizeOf = async (file: string): Promise<number> => {
  const handle = await open(file, 'r');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
};
