import { readdir } from 'node:fs/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { mayComputeFrom, readRemovedDays, type RemovedDays } from './retention.ts';
import type { Level } from './rollup-sql.ts';
import { keepColumns, noStructures, readStructures, type Structures } from './structures.ts';

/** What must be known of ClickHouse's tables before anything is delivered; read once they are there. */
export interface KnownTables {
  /** Resolves when known; rejects until ClickHouse answers and the migrations have run: try again later. */
  ready(): Promise<void>;
  structures(): Structures;
  /** Looks again which days were removed: another process may have done it. */
  refresh(): Promise<void>;
  removed(): RemovedDays;
  mayCompute(level: Level, bucket: number): boolean;
}

export const createKnownTables = (clickhouse: ClickHouse, columnsFile: string): KnownTables => {
  let structures: Structures = noStructures;
  let removed: RemovedDays | null = null;
  return {
    ready: async () => {
      if (removed !== null) return;
      await refuseUnmigrated(clickhouse);
      const found = await readStructures(clickhouse);
      if (Object.keys(found.columns).length === 0) throw new Error('the tables of telemetry are not there yet');
      removed = await readRemovedDays(clickhouse);
      structures = found;
      await keepColumns(columnsFile, found.columns).catch(() => {});
    },
    structures: () => structures,
    refresh: async () => {
      removed = await readRemovedDays(clickhouse);
    },
    removed: () => {
      if (removed === null) throw new Error('the tables of telemetry are not known yet');
      return removed;
    },
    mayCompute: (level, bucket) => removed === null || mayComputeFrom(removed)(level, bucket),
  };
};

/**
 * Rows are encoded for the tables as this program's migrations make them. Where ClickHouse was away at the start of a new
 * version, they run when it is back; rows that were delivered before would be read by the columns of the old version.
 */
const refuseUnmigrated = async (clickhouse: ClickHouse): Promise<void> => {
  const files = (await readdir(new URL('../migrations/', import.meta.url))).filter((name) => name.endsWith('.ch.sql'));
  const rows = await clickhouse.query<{ file: string }>(
    `-- Migrations that have run.
     SELECT arrayElement(splitByChar('/', name), -1) AS file FROM leadline_migrations`,
    { lane: 'background' },
  );
  const applied = new Set(rows.map(({ file }) => file));
  const missing = files.filter((file) => !applied.has(file));
  if (missing.length > 0) throw new Error(`migrations of ClickHouse have not run yet: ${missing.join(', ')}`);
};
