import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { renderForCluster } from '../../../../platform/clickhouse/template.ts';
import { countLimits } from './limits.ts';
import { forgetIndicators, forgottenIndicators, type CountDb } from './store.ts';

const dayMs = 86_400_000;
const tables = ['objectives_counts_10s', 'objectives_counts_minute', 'objectives_counts_hour'] as const;

/**
 * Drops partitions of counts whose time is over, and removes the counts of indicators that neither an objective nor any of its
 * former versions uses. Gives the names of what was dropped. A bucket that is counted again afterwards saw fewer events and
 * loses against what stands at a coarser level.
 */
export const dropOldCounts = async (options: {
  readonly clickhouse: ClickHouse;
  readonly db: CountDb;
  readonly cluster: string | null;
  readonly nowMs: number;
  readonly rollupsDays: number;
}): Promise<string[]> => {
  const { clickhouse, cluster } = options;
  const run = async (statement: string): Promise<void> => {
    for (const sql of renderForCluster(statement, cluster))
      await clickhouse.command(sql, { lane: 'background', timeoutMs: 60_000 });
  };
  const dropped: string[] = [];
  for (const { table, partition, id } of await partitionsOf(clickhouse)) {
    const end = endOf(partition);
    if (end === null || end > options.nowMs - keptMs(table, options.rollupsDays)) continue;
    await run(
      `-- Older than it is kept.\nALTER TABLE {{local ${table}}} DROP PARTITION ID '${id.replaceAll(/[^0-9a-zA-Z-]/g, '')}'`,
    );
    dropped.push(`${table} ${partition}`);
  }
  const before = Temporal.Instant.fromEpochMilliseconds(options.nowMs - countLimits.unusedKeptMs);
  const numbers = await forgottenIndicators(options.db, before);
  if (numbers.length > 0) {
    for (const table of tables)
      await run(
        `-- Counts that nothing can ask for any more.\nALTER TABLE {{local ${table}}} DELETE WHERE indicator IN (${numbers.join(', ')})`,
      );
    await forgetIndicators(options.db, numbers);
    dropped.push(...numbers.map((number) => `indicator ${number}`));
  }
  return dropped;
};

const partitionsOf = async (clickhouse: ClickHouse): Promise<{ table: string; partition: string; id: string }[]> => {
  const parts = await clickhouse.query<{ table: string; partition: string; id: string }>(
    `-- Partitions of counts.
SELECT DISTINCT table, partition, partition_id AS id FROM system.parts
WHERE database = currentDatabase() AND active AND startsWith(table, 'objectives_counts_') ORDER BY table, partition`,
    { lane: 'background' },
  );
  return parts.map((part) => ({ ...part, table: part.table.replace(/_local$/, '') }));
};

const keptMs = (table: string, rollupsDays: number): number => {
  if (table.endsWith('_10s')) return countLimits.tenSecondsKeptHours * 3_600_000;
  return (table.endsWith('_minute') ? Math.min(countLimits.minutesDaysMax, rollupsDays) : rollupsDays) * dayMs;
};

/** The end of a partition named by its hour, its day or its month; null for another name. */
const endOf = (partition: string): number | null => {
  const month = /^(\d{4})(\d{2})$/.exec(partition);
  if (month) return Date.UTC(Number(month[1]), Number(month[2]), 1);
  if (/^\d{4}-\d{2}-\d{2}$/.test(partition)) return Date.parse(`${partition}T00:00:00Z`) + dayMs;
  const hour = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/.exec(partition);
  return hour ? Date.parse(`${hour[1]}T${hour[2]}Z`) + 3_600_000 : null;
};
