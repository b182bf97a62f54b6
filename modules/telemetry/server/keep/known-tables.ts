import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { mayComputeFrom, readRemovedDays, type RemovedDays } from './retention.ts';
import type { Level } from './rollup-sql.ts';
import { keepColumns, noStructures, readStructures, type Structures } from './structures.ts';

/** What must be known of ClickHouse's tables before anything is delivered; read once they are there. */
export interface KnownTables {
  /** Resolves when known; rejects until ClickHouse answers and the migrations have run: try again later. */
  ready(): Promise<void>;
  structures(): Structures;
  removed(): RemovedDays;
  mayCompute(level: Level, bucket: number): boolean;
}

export const createKnownTables = (clickhouse: ClickHouse, columnsFile: string): KnownTables => {
  let structures: Structures = noStructures;
  let removed: RemovedDays | null = null;
  return {
    ready: async () => {
      if (removed !== null) return;
      const found = await readStructures(clickhouse);
      if (Object.keys(found.columns).length === 0) throw new Error('the tables of telemetry are not there yet');
      removed = await readRemovedDays(clickhouse);
      structures = found;
      await keepColumns(columnsFile, found.columns).catch(() => {});
    },
    structures: () => structures,
    removed: () => {
      if (removed === null) throw new Error('the tables of telemetry are not known yet');
      return removed;
    },
    mayCompute: (level, bucket) => removed === null || mayComputeFrom(removed)(level, bucket),
  };
};
