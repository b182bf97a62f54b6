import type { ClickHouse } from '../platform/clickhouse/clickhouse.ts';

const day = 86_400;
const insert = { timeoutMs: 600_000, memoryBytesMax: 4 * 1024 ** 3, lane: 'background' } as const;
/** Ten seconds are kept for so long; minutes of that time are made from them. */
const tenSecondsKept = 7 * 3_600;

/** About 100 events a minute, 0.03 % of them bad: a third of the budget's rate. */
const good = (seconds: number): string => `${Math.round((100 * seconds) / 60)} + cityHash64(start, indicator) % 5`;
const bad = (seconds: number): string => `toUInt64(cityHash64(indicator, start) % ${(30 * 60) / seconds} = 0)`;

/** Counts of all indicators for so many days: ten seconds, minutes and hours, each derived from the one before. */
export const fillCounts = async (
  clickhouse: ClickHouse,
  of: { readonly indicators: number; readonly days: number; readonly now: number },
): Promise<void> => {
  const { indicators, now } = of;
  const first = Math.floor(now / day) * day - of.days * day;
  const young = Math.floor((now - tenSecondsKept) / 3_600) * 3_600;
  const end = Math.floor(now / 10) * 10 + 10;
  const rows = (table: '10s' | 'minute', seconds: number, from: number, to: number): Promise<void> =>
    clickhouse.command(
      `-- Even counts with few bad ones.
       INSERT INTO objectives_counts_${table} (bucket, indicator, good, bad, revision)
       SELECT toDateTime(start, 'UTC'), indicator, ${good(seconds)}, ${bad(seconds)}, 1
       FROM (SELECT ${from} + intDiv(number, ${indicators}) * ${seconds} AS start, number % ${indicators} + 1 AS indicator
             FROM numbers(${Math.max(0, Math.ceil((to - from) / seconds)) * indicators}))`,
      insert,
    );
  for (let at = first; at < young; at += day / 4) await rows('minute', 60, at, Math.min(at + day / 4, young));
  for (let at = young; at < end; at += 3_600) await rows('10s', 10, at, Math.min(at + 3_600, end));
  await minutesFromTen(clickhouse, young, end, 1);
  for (let at = first; at < end; at += day) await hoursFromMinutes(clickhouse, at, Math.min(at + day, end), 1);
};

/** The ten seconds that end now, and the minute around them counted anew, as counting does. */
export const addTenSeconds = async (
  clickhouse: ClickHouse,
  of: { readonly indicators: number; readonly now: number; readonly failing: readonly [number, number] | null },
): Promise<void> => {
  const start = Math.floor(of.now / 10) * 10;
  const [from, to] = of.failing ?? [0, 0];
  await clickhouse.command(
    `-- Ten seconds of all; those that fail have no good event.
     INSERT INTO objectives_counts_10s (bucket, indicator, good, bad, revision)
     SELECT toDateTime(${start}, 'UTC'), indicator, if(failing, 0, 17), if(failing, 17, 0), ${start}
     FROM (SELECT number + 1 AS indicator, indicator >= ${from} AND indicator < ${to} AS failing FROM numbers(${of.indicators}))`,
    insert,
  );
  await minutesFromTen(clickhouse, Math.floor(start / 60) * 60, start + 10, start);
  // The running hour is counted anew once a minute, as the product does at the latest.
  if (start % 60 === 0)
    await hoursFromMinutes(
      clickhouse,
      Math.floor((start - 60) / 3_600) * 3_600,
      Math.ceil(start / 3_600) * 3_600,
      start,
    );
};

const minutesFromTen = (clickhouse: ClickHouse, from: number, to: number, revision: number): Promise<void> =>
  clickhouse.command(
    `-- Minutes from ten seconds.
     INSERT INTO objectives_counts_minute (bucket, indicator, good, bad, revision)
     SELECT toStartOfMinute(bucket) AS minute, indicator, sum(good), sum(bad), ${revision} FROM objectives_counts_10s FINAL
     WHERE bucket >= toDateTime(${from}, 'UTC') AND bucket < toDateTime(${to}, 'UTC') GROUP BY minute, indicator`,
    insert,
  );

const hoursFromMinutes = (clickhouse: ClickHouse, from: number, to: number, revision: number): Promise<void> =>
  clickhouse.command(
    `-- Hours from minutes.
     INSERT INTO objectives_counts_hour (bucket, indicator, good, bad, minutes, revision)
     SELECT toStartOfHour(bucket) AS hour, indicator, sum(good), sum(bad), count(), ${revision} FROM objectives_counts_minute FINAL
     WHERE bucket >= toDateTime(${from}, 'UTC') AND bucket < toDateTime(${to}, 'UTC') GROUP BY hour, indicator`,
    insert,
  );

/** A plain sum over minutes, and over ten seconds where those are kept: no hours, no windows at once. */
export const naiveCounts = async (
  clickhouse: ClickHouse,
  of: { readonly from: number; readonly to: number; readonly tenSecondsFrom: number },
): Promise<Map<number, { good: number; bad: number }>> => {
  const cut = Math.min(Math.max(of.from, of.tenSecondsFrom), of.to);
  const rows = await clickhouse.query<{ indicator: number; good: string; bad: string }>(
    `-- Everything of one window, the plain way.
     SELECT indicator, sum(g) AS good, sum(b) AS bad FROM (
       SELECT indicator, good AS g, bad AS b FROM objectives_counts_minute FINAL WHERE bucket >= toDateTime(${of.from}, 'UTC') AND bucket < toDateTime(${cut}, 'UTC')
       UNION ALL
       SELECT indicator, good AS g, bad AS b FROM objectives_counts_10s FINAL WHERE bucket >= toDateTime(${cut}, 'UTC') AND bucket < toDateTime(${of.to}, 'UTC')
     ) GROUP BY indicator`,
    { timeoutMs: 600_000, memoryBytesMax: 4 * 1024 ** 3 },
  );
  return new Map(rows.map((row) => [row.indicator, { good: Number(row.good), bad: Number(row.bad) }]));
};
