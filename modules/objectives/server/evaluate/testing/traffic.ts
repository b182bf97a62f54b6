import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';

/** One stretch of even traffic: `perSecond` events a second, every `badEvery`-th bad (0: none). Epoch seconds, half-open. */
export interface Traffic {
  readonly indicator: number;
  readonly from: number;
  readonly to: number;
  readonly perSecond: number;
  readonly badEvery: number;
}

/** A table of single events that tests count for themselves: `at`, `indicator`, `bad`. */
export const makeRawTable = (clickhouse: ClickHouse): Promise<void> =>
  clickhouse.command(`-- Single events, from which a test counts by itself.
    CREATE TABLE IF NOT EXISTS raw_events (at DateTime('UTC'), indicator UInt32, bad UInt8) ENGINE = MergeTree ORDER BY (indicator, at)`);

export const addTraffic = async (clickhouse: ClickHouse, traffic: readonly Traffic[]): Promise<void> => {
  for (const { indicator, from, to, perSecond, badEvery } of traffic)
    await clickhouse.command(
      `-- Even traffic.
       INSERT INTO raw_events SELECT toDateTime(${from} + intDiv(number, ${perSecond}), 'UTC'), ${indicator}, ${badEvery === 0 ? '0' : `number % ${badEvery} = 0`}
       FROM numbers(${(to - from) * perSecond})`,
      { timeoutMs: 60_000 },
    );
};

/** Events of a few indicators at random instants, some minutes and hours empty; each run of a seed gives the same. */
export const addRandomTraffic = (
  clickhouse: ClickHouse,
  given: { readonly indicators: number; readonly from: number; readonly to: number; readonly events: number },
): Promise<void> =>
  clickhouse.command(
    `-- Events at scattered instants; every fifth minute and every seventh hour of each indicator is empty.
     INSERT INTO raw_events SELECT toDateTime(second, 'UTC'), indicator, cityHash64(number, 'bad') % 50 = 0 FROM (
       SELECT number, ${given.from} + cityHash64(number, 'at') % ${given.to - given.from} AS second, cityHash64(number, 'who') % ${given.indicators} + 1 AS indicator
       FROM numbers(${given.events})
     ) WHERE intDiv(second, 60) % 5 != indicator % 5 AND intDiv(second, 3600) % 7 != indicator % 7`,
    { timeoutMs: 60_000 },
  );

/** Counts the single events into ten seconds, minutes and hours, as counting does; again after more events came. */
export const deriveCounts = async (
  clickhouse: ClickHouse,
  given: { readonly revision: number; readonly from?: number; readonly tenSecondsFrom?: number },
): Promise<void> => {
  const from = given.from ?? 0;
  const run = (sql: string): Promise<void> => clickhouse.command(sql, { timeoutMs: 60_000 });
  const start = (seconds: number): string =>
    `toDateTime(intDiv(toUInt32(at), ${seconds}) * ${seconds}, 'UTC') AS bucket`;
  const counts = `indicator, countIf(bad = 0), countIf(bad = 1)`;
  const tail = (since: number): string =>
    `FROM raw_events WHERE at >= toDateTime(${Math.floor(since / 3_600) * 3_600}, 'UTC') GROUP BY bucket, indicator
     SETTINGS max_partitions_per_insert_block = 10000`;
  for (const [table, seconds, since] of [
    ['10s', 10, Math.max(from, given.tenSecondsFrom ?? 0)],
    ['minute', 60, from],
  ] as const)
    await run(`-- Counted anew from the events.
      INSERT INTO objectives_counts_${table} (bucket, indicator, good, bad, revision) SELECT ${start(seconds)}, ${counts}, ${given.revision} ${tail(since)}`);
  await run(`-- Counted anew from the events, with the minutes that hold any.
    INSERT INTO objectives_counts_hour (bucket, indicator, good, bad, minutes, revision)
    SELECT ${start(3_600)}, ${counts}, uniqExact(intDiv(toUInt32(at), 60)), ${given.revision} ${tail(from)}`);
};
