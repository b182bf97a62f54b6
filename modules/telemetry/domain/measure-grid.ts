/**
 * When something is measured: at `count` instants, `stepSeconds` apart from `firstEnd` on, each over the `windowSeconds` before it,
 * `[end − window, end)`. Seconds since 1970; steps and windows are whole tens of seconds.
 */
export interface MeasureGrid {
  readonly firstEnd: number;
  readonly stepSeconds: number;
  readonly count: number;
  readonly windowSeconds: number;
}

/** Equal pieces of time of which every window of the grid is made, so that each point is looked at once however windows overlap. */
export interface GridPieces {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly count: number;
}

export const piecesOf = ({ firstEnd, stepSeconds, count, windowSeconds }: MeasureGrid): GridPieces => {
  const from = firstEnd - windowSeconds;
  const to = firstEnd + (count - 1) * stepSeconds;
  const seconds = count === 1 ? windowSeconds : commonMeasure(stepSeconds, windowSeconds);
  return { from, to, seconds, count: Math.round((to - from) / seconds) };
};

const commonMeasure = (a: number, b: number): number => (b === 0 ? a : commonMeasure(b, a % b));

/** What was seen of one series in each piece; `n` 0 where nothing was. */
export interface SeriesPieces {
  /** Points, or values where a point stands for many. */
  readonly n: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly last: Float64Array;
}

export const emptyPieces = (count: number): SeriesPieces => ({
  n: new Float64Array(count),
  sum: new Float64Array(count),
  min: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
  max: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
  last: new Float64Array(count).fill(Number.NaN),
});

/**
 * How the points of one series in a window become one number. `sum` adds points; `increase` adds growth from point to point,
 * `rate` is that a second of the window. Nothing is extrapolated to the window's ends, so that whole counts stay whole.
 */
export type OverTime = 'avg' | 'min' | 'max' | 'sum' | 'last' | 'count' | 'increase' | 'rate';

/** One number for each window; NaN where nothing was seen. */
export const overTime = (of: SeriesPieces, how: OverTime, grid: MeasureGrid): Float64Array => {
  const pieces = piecesOf(grid);
  const perWindow = Math.round(grid.windowSeconds / pieces.seconds);
  const perStep = Math.round(grid.stepSeconds / pieces.seconds);
  const values = new Float64Array(grid.count);
  for (let step = 0; step < grid.count; step++)
    values[step] = inWindow(of, how, { from: step * perStep, to: step * perStep + perWindow }, grid.windowSeconds);
  return values;
};

const inWindow = (
  of: SeriesPieces,
  how: OverTime,
  { from, to }: { readonly from: number; readonly to: number },
  seconds: number,
): number => {
  let [n, sum, min, max, last] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  for (let piece = from; piece < to; piece++) {
    const seen = of.n[piece]!;
    if (seen === 0) continue;
    n += seen;
    sum += of.sum[piece]!;
    min = Math.min(min, of.min[piece]!);
    max = Math.max(max, of.max[piece]!);
    last = of.last[piece]!;
  }
  if (n === 0) return Number.NaN;
  const figures = { avg: sum / n, min, max, sum, last, count: n, increase: sum, rate: sum / seconds };
  return figures[how];
};

/** How the numbers of several series become one of their group. */
export type Across = 'avg' | 'min' | 'max' | 'sum';

/** Of several series at each step; NaN only where none has a number. */
export const across = (series: readonly Float64Array[], how: Across): Float64Array => {
  const [first] = series;
  if (first === undefined) return new Float64Array(0);
  if (series.length === 1) return first;
  return first.map((_, step) => {
    const known = series.map((each) => each[step]!).filter((value) => !Number.isNaN(value));
    if (known.length === 0) return Number.NaN;
    const sum = known.reduce((total, value) => total + value, 0);
    if (how === 'sum') return sum;
    return how === 'avg' ? sum / known.length : how === 'min' ? Math.min(...known) : Math.max(...known);
  });
};

/**
 * A quantile of values by linear interpolation between the two nearest (Hyndman and Fan's type 7, R's default, as Prometheus's
 * quantile_over_time has it); NaN of none. `sorted` rises.
 */
export const quantileOfSorted = (sorted: ArrayLike<number>, quantile: number): number => {
  if (sorted.length === 0) return Number.NaN;
  const rank = quantile * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (rank - below);
};
