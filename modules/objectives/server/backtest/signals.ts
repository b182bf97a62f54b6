import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';

/** A stretch of whole steps, epoch seconds. */
export interface Steps {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: 60 | 3_600;
}

/** Counts of one indicator, one number a step; a step without events is 0 and 0. */
export interface StepCounts {
  readonly good: Uint32Array;
  readonly bad: Uint32Array;
}

/** Rows that one statement answers: 16 bytes each, so a piece is 64 MB at most. */
const rowsPerPiece = 4_000_000;
const statementMs = 60_000;
const fewestSecondsPerPiece = 3_600;
const options = { lane: 'background', timeoutMs: statementMs } as const;

/**
 * The indicators that had a bad event within the stretch, by the hours; the others need not be looked at closer: nothing
 * burns where nothing was bad. `largest` is the most that any hour of any of them counted.
 */
export const badOnes = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  indicators: readonly number[],
  within: Steps,
): Promise<{ readonly numbers: ReadonlySet<number>; readonly largest: number }> => {
  if (indicators.length === 0) return { numbers: new Set(), largest: 0 };
  const rows = await clickhouse.query<{ indicator: number; lost: number; largest: number }>(
    `-- Bad events of each indicator in the hours that a back-test touches, and its busiest hour.
     SELECT indicator, toFloat64(sum(bad)) AS lost, toFloat64(max(good + bad)) AS largest
     FROM objectives_counts_hour FINAL
     WHERE bucket >= toDateTime(${floorTo(within.from, 3_600)}, 'UTC') AND bucket < toDateTime(${within.to}, 'UTC') AND indicator IN (${indicators.join(', ')})
     GROUP BY indicator SETTINGS max_threads = 1, do_not_merge_across_partitions_select_final = 1`,
    options,
  );
  const bad = rows.filter((row) => row.lost > 0);
  return {
    numbers: new Set(bad.map((row) => row.indicator)),
    largest: bad.reduce((most, row) => Math.max(most, row.largest), 0),
  };
};

/**
 * Counts of some indicators in each step of a stretch. The numbers come as they lie in the table, sixteen bytes a row, and
 * are put into their places without being parsed: 43 million minutes take a few seconds.
 */
export const readSteps = async (
  clickhouse: Pick<ClickHouse, 'queryBinary'>,
  indicators: readonly number[],
  within: Steps,
): Promise<Map<number, StepCounts>> => {
  const { from, to, stepSeconds } = within;
  const steps = (to - from) / stepSeconds;
  const places = new Int32Array(Math.max(0, ...indicators) + 1).fill(-1);
  for (const [index, number] of indicators.entries()) places[number] = index;
  const counts = indicators.map((): StepCounts => ({ good: new Uint32Array(steps), bad: new Uint32Array(steps) }));
  const table = stepSeconds === 60 ? 'minute' : 'hour';
  const pieceSeconds = Math.max(
    fewestSecondsPerPiece,
    floorTo((rowsPerPiece / Math.max(1, indicators.length)) * stepSeconds, 3_600),
  );
  for (let start = from; start < to; start += pieceSeconds) {
    const bytes = await clickhouse.queryBinary(
      `-- Counts of each step of some indicators, as four numbers of four bytes.
       SELECT indicator, toUInt32(bucket), toUInt32(good), toUInt32(bad) FROM objectives_counts_${table} FINAL
       WHERE bucket >= toDateTime(${start}, 'UTC') AND bucket < toDateTime(${Math.min(to, start + pieceSeconds)}, 'UTC') AND indicator IN (${indicators.join(', ')})
       SETTINGS max_threads = 1, do_not_merge_across_partitions_select_final = 1`,
      options,
    );
    place(numbersIn(bytes), within, { places, counts });
  }
  return new Map(indicators.map((number, index) => [number, counts[index]!]));
};

/** Where the counts of each indicator go is looked up in a plain array: it is asked fifty million times. */
const place = (
  numbers: Uint32Array,
  { from, stepSeconds }: Steps,
  { places, counts }: { readonly places: Int32Array; readonly counts: readonly StepCounts[] },
): void => {
  for (let at = 0; at < numbers.length; at += 4) {
    const of = counts[places[numbers[at]!] ?? -1];
    if (!of) continue;
    const step = (numbers[at + 1]! - from) / stepSeconds;
    of.good[step] = numbers[at + 2]!;
    of.bad[step] = numbers[at + 3]!;
  }
};

/** The bytes as numbers; they are copied where they do not lie on a multiple of four. */
const numbersIn = (bytes: Uint8Array): Uint32Array =>
  bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Uint32Array(bytes.slice().buffer);

const floorTo = (value: number, unit: number): number => Math.floor(value / unit) * unit;
