import { readFile, rename, writeFile } from 'node:fs/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';

/** Columns of the raw tables and how they treat a row that comes twice. */
export interface Structures {
  /** `name Type, …` of each table, as `input()` takes it: every column that rows bring, so without `segment`. */
  readonly columns: Readonly<Record<string, string>>;
  /** Tables whose equal rows replace each other: there a second insert is harmless. */
  readonly replacing: ReadonlySet<string>;
}

export const noStructures: Structures = { columns: {}, replacing: new Set() };

/** Reads from ClickHouse what the migrations made, for every table that has a `segment`. */
export const readStructures = async (clickhouse: ClickHouse): Promise<Structures> => {
  const rows = await clickhouse.query<{ table: string; name: string; type: string }>(
    `-- Columns that rows bring, in their order, of every table that the log is delivered to.
     SELECT table, name, type FROM system.columns
     WHERE database = currentDatabase() AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') AND startsWith(table, 'telemetry_')
       AND table IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'segment')
     ORDER BY table, position`,
    { lane: 'background' },
  );
  const engines = await clickhouse.query<{ name: string }>(
    `-- Tables whose equal rows replace each other; on a cluster the storing table has the suffix _local.
     SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%ReplacingMergeTree'`,
    { lane: 'background' },
  );
  const columns: Record<string, string[]> = {};
  for (const row of rows) if (row.name !== 'segment') (columns[row.table] ??= []).push(`\`${row.name}\` ${row.type}`);
  return {
    columns: Object.fromEntries(Object.entries(columns).map(([table, list]) => [table, list.join(', ')])),
    replacing: new Set(engines.map(({ name }) => name.replace(/_local$/, ''))),
  };
};

/**
 * The columns as they were when rows were last encoded, kept beside the log: after an upgrade whose migration added a
 * column, a segment from before is still read as it was written.
 */
export const readKeptColumns = async (file: string): Promise<Readonly<Record<string, string>>> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
};

export const keepColumns = async (file: string, columns: Readonly<Record<string, string>>): Promise<void> => {
  await writeFile(`${file}.new`, JSON.stringify(columns));
  await rename(`${file}.new`, file);
};

/** The names of a structure, for the column list of an insert. */
export const columnNames = (structure: string): string => {
  const names = structure.match(/`(?:[^`\\]|\\.)+`(?= )/g) ?? [];
  return names.join(', ');
};
