import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { renderForCluster } from '../../../../platform/clickhouse/template.ts';
import type { Level } from './rollup-sql.ts';

/** How long each kind of row is kept. */
export interface RetentionDays {
  readonly spans: number;
  readonly logs: number;
  readonly metrics: number;
  readonly rollups: number;
  /** Counts by minute are kept this long at most; hours go on to `rollups`. */
  readonly minutesMax: number;
  readonly tenSecondsHours: number;
}

/** Raw spans and minutes that are gone: what was counted from them is never counted anew. */
export interface RemovedDays {
  has(table: 'telemetry_spans' | 'telemetry_operations_minute', bucket: number): boolean;
  add(table: string, days: readonly string[]): Promise<void>;
}

export const readRemovedDays = async (clickhouse: ClickHouse): Promise<RemovedDays> => {
  const rows = await clickhouse.query<{ table_name: string; day: string }>(
    `-- Days whose rows retention has removed.
     SELECT table_name, toString(day) AS day FROM telemetry_removed_days FINAL`,
    { lane: 'background' },
  );
  const removed = new Set(rows.map(({ table_name, day }) => `${table_name} ${day}`));
  return {
    has: (table, bucket) => removed.has(`${table} ${dayOf(bucket * 1_000)}`),
    add: async (table, days) => {
      const values = days.map((day) => `('${table}', toDate('${day}'), now('UTC'))`).join(', ');
      await clickhouse.command(
        `-- Said before it is done: after a crash in between, a day is at worst left as it was counted.
INSERT INTO telemetry_removed_days (table_name, day, removed_at) SELECT * FROM values('table_name String, day Date, removed_at DateTime', ${values})`,
        { lane: 'background' },
      );
      for (const day of days) removed.add(`${table} ${day}`);
    },
  };
};

/** False where the bucket's source is gone; the counts that were made of it stay as they are. */
export const mayComputeFrom =
  (removed: RemovedDays) =>
  (level: Level, bucket: number): boolean =>
    !removed.has(level === 'hour' ? 'telemetry_operations_minute' : 'telemetry_spans', bucket);

export interface DroppedPartition {
  readonly table: string;
  readonly partition: string;
}

/**
 * Drops whole partitions that are older than their time; returns which. `quiet` resolves when no computation that
 * started before is still running, so that none reads a day half removed.
 */
export const dropOld = async (
  clickhouse: ClickHouse,
  options: {
    readonly days: RetentionDays;
    readonly nowMs: number;
    readonly cluster: string | null;
    readonly removed: RemovedDays;
    readonly untouchedSeconds: number;
    readonly quiet: () => Promise<void>;
  },
): Promise<DroppedPartition[]> => {
  const parts = await clickhouse.query<{ table: string; partition: string; id: string }>(
    `-- Partitions that nothing was written to for a while.
     SELECT table, partition, partition_id AS id FROM system.parts
     WHERE database = currentDatabase() AND active AND startsWith(table, 'telemetry_')
     GROUP BY table, partition, partition_id HAVING max(modification_time) <= now() - {seconds:UInt32}
     ORDER BY table, partition`,
    { lane: 'background', params: { seconds: options.untouchedSeconds } },
  );
  const old = parts
    .map((part) => ({ ...part, table: part.table.replace(/_local$/, '') }))
    .filter(({ table, partition }) => isOld(table, partition, options.days, options.nowMs));
  for (const source of ['telemetry_spans', 'telemetry_operations_minute']) {
    const days = old.filter(({ table }) => table === source).map(({ partition }) => partition);
    if (days.length > 0) await options.removed.add(source, days);
  }
  if (old.length > 0) await options.quiet();
  for (const { table, id } of old) {
    const statement = `-- Older than it is kept.\nALTER TABLE {{local ${table}}} DROP PARTITION ID '${id.replaceAll(/[^0-9a-zA-Z-]/g, '')}'`;
    for (const sql of renderForCluster(statement, options.cluster))
      await clickhouse.command(sql, { lane: 'background', timeoutMs: 60_000 });
  }
  return old.map(({ table, partition }) => ({ table, partition }));
};

const dayMs = 86_400_000;

const isOld = (table: string, partition: string, days: RetentionDays, nowMs: number): boolean => {
  const keptMs = keptFor(table, days);
  const end = endOf(partition);
  return keptMs !== null && end !== null && end <= nowMs - keptMs;
};

const keptFor = (table: string, days: RetentionDays): number | null => {
  const raw: Readonly<Record<string, number>> = {
    telemetry_spans: days.spans,
    telemetry_addresses: days.spans,
    telemetry_logs: days.logs,
    telemetry_samples: days.metrics,
    telemetry_distributions: days.metrics,
    telemetry_exemplars: days.metrics,
    telemetry_series: days.metrics,
    telemetry_origins: Math.max(days.spans, days.logs, days.metrics),
  };
  if (raw[table] !== undefined) return raw[table] * dayMs;
  const level = /^telemetry_(?:operations|services|edges)_(10s|minute|hour)$/.exec(table)?.[1];
  if (level === '10s') return days.tenSecondsHours * 3_600_000;
  if (level === 'minute') return Math.min(days.minutesMax, days.rollups) * dayMs;
  return level === 'hour' ? days.rollups * dayMs : null;
};

/** The end of a partition named by its day, its hour or its month; null for another name. */
const endOf = (partition: string): number | null => {
  const month = /^(\d{4})(\d{2})$/.exec(partition);
  if (month) return Date.UTC(Number(month[1]), Number(month[2]), 1);
  if (/^\d{4}-\d{2}-\d{2}$/.test(partition)) return Date.parse(`${partition}T00:00:00Z`) + dayMs;
  const hour = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/.exec(partition);
  return hour ? Date.parse(`${hour[1]}T${hour[2]}Z`) + 3_600_000 : null;
};

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
