import type { Bucket } from './bucket-quantile.ts';

/** One data point of a histogram of either kind; what its kind does not have is empty. */
export interface HistogramPoint {
  readonly second: number;
  /** Start of its counting, seconds since 1970; 0 where it does not say. */
  readonly began: number;
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly scale: number;
  readonly zeroCount: number;
  readonly positiveOffset: number;
  readonly positive: readonly number[];
  readonly negativeOffset: number;
  readonly negative: readonly number[];
}

/**
 * What came to a histogram from point to point, by the rules of a counter: the point itself where its temporality is delta, where
 * its start moved on or where a count fell; else bucket by bucket what is more. The first point counts only where it began since
 * `knownFrom`.
 */
export const histogramGrowth = (
  points: readonly HistogramPoint[],
  { isDelta, knownFrom }: { readonly isDelta: boolean; readonly knownFrom: number },
): { readonly second: number; readonly buckets: readonly Bucket[] }[] =>
  points.flatMap((point, index) => {
    const before = points[index - 1];
    if (isDelta || (before === undefined && point.began >= knownFrom && point.began > 0))
      return [{ second: point.second, buckets: bucketsOf(point) }];
    if (before === undefined) return [];
    const anew = before.began > 0 && point.began > before.began;
    return [{ second: point.second, buckets: anew ? bucketsOf(point) : more(before, point) }];
  });

const more = (before: HistogramPoint, point: HistogramPoint): readonly Bucket[] => {
  const now = bucketsOf(point);
  const then = bucketsOf(before.scale > point.scale ? coarser(before, before.scale - point.scale) : before);
  const known = new Map(then.map((bucket) => [`${bucket.low} ${bucket.high}`, bucket.count]));
  const grown = now.map((bucket) => ({
    ...bucket,
    count: bucket.count - (known.get(`${bucket.low} ${bucket.high}`) ?? 0),
  }));
  const total = (buckets: readonly Bucket[]): number => buckets.reduce((sum, { count }) => sum + count, 0);
  // Other bounds, a finer scale, or a count that fell: it began anew.
  if (grown.some(({ count }) => count < 0) || total(grown) !== total(now) - total(then)) return now;
  return grown;
};

/** Base 2^(2^-scale); the i-th bucket is (base^(offset + i), base^(offset + i + 1)]: the OpenTelemetry data model. */
const bucketsOf = (point: HistogramPoint): Bucket[] => {
  if (point.counts.length > 0)
    return point.counts.map((count, index) => ({
      low: point.bounds[index - 1] ?? Number.NEGATIVE_INFINITY,
      high: point.bounds[index] ?? Number.POSITIVE_INFINITY,
      count,
    }));
  const edge = (index: number): number => 2 ** (index * 2 ** -point.scale);
  return [
    ...point.negative.map((count, index) => ({
      low: -edge(point.negativeOffset + index + 1),
      high: -edge(point.negativeOffset + index),
      count,
    })),
    { low: 0, high: 0, count: point.zeroCount },
    ...point.positive.map((count, index) => ({
      low: edge(point.positiveOffset + index),
      high: edge(point.positiveOffset + index + 1),
      count,
    })),
  ];
};

/** The same at a smaller scale: two neighbouring buckets become one, `by` times over. */
const coarser = (point: HistogramPoint, by: number): HistogramPoint => {
  const merged = (offset: number, counts: readonly number[]): { offset: number; counts: number[] } => {
    const first = Math.floor(offset / 2 ** by);
    const sums: number[] = [];
    for (const [index, count] of counts.entries()) {
      const place = Math.floor((offset + index) / 2 ** by) - first;
      sums[place] = (sums[place] ?? 0) + count;
    }
    return { offset: first, counts: sums };
  };
  const [positive, negative] = [
    merged(point.positiveOffset, point.positive),
    merged(point.negativeOffset, point.negative),
  ];
  return {
    ...point,
    scale: point.scale - by,
    positive: positive.counts,
    positiveOffset: positive.offset,
    negative: negative.counts,
    negativeOffset: negative.offset,
  };
};
