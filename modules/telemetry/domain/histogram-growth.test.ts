import { describe, expect, it } from 'vitest';
import { bucketQuantile } from './bucket-quantile.ts';
import { histogramGrowth, type HistogramPoint } from './histogram-growth.ts';

/** What came to a histogram between points, and quantiles of it; figures of Prometheus's documentation and tests. */
const point = (second: number, given: Partial<HistogramPoint>): HistogramPoint => ({
  second,
  began: 0,
  bounds: [],
  counts: [],
  scale: 0,
  zeroCount: 0,
  positiveOffset: 0,
  positive: [],
  negativeOffset: 0,
  negative: [],
  ...given,
});
const counts = (grown: ReturnType<typeof histogramGrowth>) =>
  grown.map(({ buckets }) => buckets.map(({ count }) => count));
const cumulative = { isDelta: false, knownFrom: 100 };

describe('growth of a histogram', () => {
  const bounds = [10, 20];
  it('is bucket by bucket what is more than before; a first point of unknown age tells nothing', () => {
    const points = [point(0, { bounds, counts: [1, 2, 3] }), point(60, { bounds, counts: [2, 2, 7] })];
    expect(counts(histogramGrowth(points, cumulative))).toEqual([[1, 0, 4]]);
    expect(counts(histogramGrowth(points, { ...cumulative, isDelta: true }))).toEqual([
      [1, 2, 3],
      [2, 2, 7],
    ]);
    expect(counts(histogramGrowth([point(120, { bounds, counts: [1, 1, 1], began: 110 })], cumulative))).toEqual([
      [1, 1, 1],
    ]);
  });

  it('is the whole point where the histogram began anew', () => {
    const fell = [point(0, { bounds, counts: [5, 5, 5] }), point(60, { bounds, counts: [1, 6, 5] })];
    expect(counts(histogramGrowth(fell, cumulative))).toEqual([[1, 6, 5]]);
    const moved = [
      point(0, { bounds, counts: [1, 1, 1], began: 1 }),
      point(60, { bounds, counts: [2, 2, 2], began: 50 }),
    ];
    expect(counts(histogramGrowth(moved, cumulative))).toEqual([[2, 2, 2]]);
  });

  it('of an exponential one is understood over a change of scale', () => {
    // Scale 1 has buckets of √2: indexes 0..3 are (1, √2], (√2, 2], (2, 2√2], (2√2, 4]; at scale 0 they are (1, 2] and (2, 4].
    const points = [point(0, { scale: 1, positive: [1, 2, 3, 4] }), point(60, { scale: 0, positive: [5, 9] })];
    const [grown] = histogramGrowth(points, cumulative);
    expect(grown!.buckets.filter(({ count }) => count > 0)).toEqual([
      { low: 1, high: 2, count: 2 },
      { low: 2, high: 4, count: 2 },
    ]);
  });
});

describe('a quantile of buckets', () => {
  const of = (counted: readonly number[], bounds: readonly number[]) =>
    counted.map((count, index) => ({
      low: bounds[index - 1] ?? Number.NEGATIVE_INFINITY,
      high: bounds[index] ?? Number.POSITIVE_INFINITY,
      count,
    }));

  // promql/promqltest/testdata/histograms.test: testhistogram {start="positive"}: le 0.1 → 5, 0.2 → 7, 1e0 → 11, +Inf → 12.
  it.each([
    [0.5, 0.15],
    [0.2, 0.048],
    [0.8, 0.72],
    [0, 0],
  ])('is linear within a bucket, as histogram_quantile(%d) has it', (quantile, expected) => {
    expect(bucketQuantile(of([5, 2, 4, 1], [0.1, 0.2, 1]), quantile)).toBeCloseTo(expected, 12);
  });

  it('in the last bucket is its lower bound, in a first one below zero its bound, of nothing NaN', () => {
    expect(bucketQuantile(of([5, 2, 4, 1], [0.1, 0.2, 1]), 1)).toBe(1);
    expect(bucketQuantile(of([3, 0, 0], [-0.2, -0.1]), 0.5)).toBe(-0.2);
    expect(bucketQuantile(of([0, 0], [1]), 0.5)).toBeNaN();
  });

  it('of instances with other bounds adds their shares up', () => {
    const both = [...of([10, 0], [10]), ...of([0, 10, 0], [10, 20])];
    expect(bucketQuantile(both, 0.5)).toBe(10);
    expect(bucketQuantile(both, 0.75)).toBe(15);
  });
});
