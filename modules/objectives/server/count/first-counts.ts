import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';

/** Start (epoch seconds) of the first hour in which each of these indicators counted an event. */
export const firstCounts = async (
  clickhouse: ClickHouse,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, number>> => {
  const rows = await clickhouse.query<{ indicator: number; first: number }>(
    `-- Where the history of these indicators begins.
SELECT indicator, toUnixTimestamp(min(bucket)) AS first
FROM objectives_counts_hour
WHERE indicator IN (${numbers.join(', ')}) AND good + bad > 0
GROUP BY indicator
SETTINGS max_threads = 1`,
    { lane: 'background', timeoutMs: 30_000 },
  );
  return new Map(rows.map(({ indicator, first }) => [Number(indicator), Number(first)]));
};
