import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Counts } from '../../domain/indicator.ts';
import { countLimits } from './limits.ts';
import type { Recounts } from './recounts.ts';
import { coarserCounts } from './span-sql.ts';

/** Good and bad events of one bucket (epoch seconds of its start). */
export interface CountedBucket extends Counts {
  readonly bucket: number;
}

/** What is counted of which indicator, and where it is written. */
export interface CountsOf {
  readonly number: number;
  readonly level: '10s' | 'minute';
  readonly revision: number;
  /**
   * Of sources that count by minutes: from here on (epoch seconds) each minute is also spread over its ten seconds, because the
   * youngest two minutes of a window, and its first one, are read by ten seconds.
   */
  readonly fineFrom?: number;
}

const hour = 3_600;
/** A minute's revision is the sum of those of its six ten seconds; one that is written by itself counts as six. */
const tensInMinute = 6;

/**
 * Writes what was counted for one indicator: each bucket that is named is replaced whole (0 and 0 where it has nothing any more),
 * others are left alone, and the coarser levels follow. Buckets that say the same are not written again. `revision` is of
 * `nextRevision`, taken before the source was read. True where something changed.
 */
export const replaceCounts = async (
  clickhouse: ClickHouse,
  of: CountsOf,
  counted: readonly CountedBucket[],
  recounts: Recounts,
): Promise<boolean> => {
  if (counted.length === 0) return false;
  const oldest = Math.min(...counted.map(bucketOf));
  return recounts.around(of.level, oldest, () => replace(clickhouse, of, counted));
};

const replace = async (clickhouse: ClickHouse, of: CountsOf, counted: readonly CountedBucket[]): Promise<boolean> => {
  const { number, level } = of;
  const [from, to] = [
    Math.min(...counted.map(bucketOf)),
    Math.max(...counted.map(bucketOf)) + (level === '10s' ? 10 : 60),
  ];
  const present = await clickhouse.query<{ bucket: number; good: string; bad: string }>(
    `-- What stands there of one indicator.
SELECT toUnixTimestamp(bucket) AS bucket, good, bad FROM objectives_counts_${level} FINAL
WHERE indicator = ${number} AND bucket >= toDateTime(${from}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')
SETTINGS max_threads = 1, do_not_merge_across_partitions_select_final = 1`,
    { lane: 'background', timeoutMs: countLimits.simpleMs },
  );
  const before = new Map(present.map((row) => [Number(row.bucket), `${row.good} ${row.bad}`]));
  const rows = counted.filter(({ bucket, good, bad }) => (before.get(bucket) ?? '0 0') !== `${good} ${bad}`);
  // The ten seconds first: where a crash comes between, the minutes differ still and both are written again.
  const fine = level === 'minute' ? rows.filter(({ bucket }) => bucket >= (of.fineFrom ?? Infinity)) : [];
  if (fine.length > 0) await writeCounts(clickhouse, { ...of, level: '10s' }, fine.flatMap(spreadOverTens));
  if (rows.length > 0) await writeCounts(clickhouse, of, rows);
  // Also where nothing had to be written: a crash may have come between the minutes and their hours.
  const run = (sql: string): Promise<void> =>
    clickhouse.command(sql, { lane: 'background', timeoutMs: countLimits.simpleMs });
  if (level === '10s') await run(coarserCounts('minute', whole(from, to, 60), [number]));
  await run(coarserCounts('hour', whole(from, to, hour), [number]));
  return rows.length > 0;
};

const bucketOf = ({ bucket }: CountedBucket): number => bucket;

/** The six ten seconds of a minute: whole counts as even as they can be, which add up to the minute's. */
export const spreadOverTens = ({ bucket, good, bad }: CountedBucket): CountedBucket[] => {
  const share = (count: number, index: number): number =>
    Number(
      (BigInt(count) * BigInt(index + 1)) / BigInt(tensInMinute) -
        (BigInt(count) * BigInt(index)) / BigInt(tensInMinute),
    );
  return Array.from({ length: tensInMinute }, (_, index) => ({
    bucket: bucket + index * 10,
    good: share(good, index),
    bad: share(bad, index),
  }));
};

const whole = (from: number, to: number, seconds: number): { from: number; to: number } => ({
  from: Math.floor(from / seconds) * seconds,
  to: Math.ceil(to / seconds) * seconds,
});

const writeCounts = (
  clickhouse: ClickHouse,
  { number, level, revision }: CountsOf,
  rows: readonly CountedBucket[],
): Promise<void> => {
  const lines = rows.map(({ bucket, good, bad }) => `{"bucket":${bucket},"good":${good},"bad":${bad}}`);
  return clickhouse.insert({
    sql: `-- Counts of one indicator, each bucket whole.
INSERT INTO objectives_counts_${level} (bucket, indicator, good, bad, revision)
SELECT toDateTime(bucket, 'UTC'), ${number}, good, bad, ${revision * (level === 'minute' ? tensInMinute : 1)}
FROM input('bucket UInt32, good UInt64, bad UInt64')`,
    format: 'JSONEachRow',
    body: Buffer.from(`${lines.join('\n')}\n`),
  });
};
