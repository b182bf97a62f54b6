/** `[instant, value]` as the API gives it; null and absent both mean that nothing was seen in that step. */
export type Point = readonly [at: string, value: number | null];

export interface Series {
  readonly label: string;
  readonly points: readonly Point[];
  /** `accent` leads, `muted` and `faint` stand behind it, the others mean a state. */
  readonly colour: 'accent' | 'muted' | 'faint' | 'bad' | 'warn' | 'good';
  /** Dashed lines are another time, shown for comparison. */
  readonly dashed?: boolean;
  /** A soft area below the line. */
  readonly filled?: boolean;
}

/** Points whose step has ended: a count of a step that still runs would look like a fall. */
export const finishedPoints = (points: readonly Point[], stepSeconds: number, nowMs: number): readonly Point[] =>
  points.filter(([at]) => Date.parse(at) + stepSeconds * 1_000 <= nowMs);

export interface Aligned {
  /** Epoch seconds, one a step, whole range. */
  readonly times: number[];
  /** One array a series, as long as `times`; null is a gap. */
  readonly values: (number | null)[][];
}

/** Steps that are drawn at most; the API gives fewer. */
const stepsMax = 5_000;

/**
 * Puts series on one grid of steps over [fromMs, toMs), so that charts share a cross-hair and a step without data is a
 * gap, never a line drawn across it.
 */
export const alignSeries = (options: {
  readonly series: readonly Pick<Series, 'points'>[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepSeconds: number;
}): Aligned => {
  const stepMs = options.stepSeconds * 1_000;
  const firstMs = Math.floor(options.fromMs / stepMs) * stepMs;
  const count = Math.max(0, Math.min(stepsMax, Math.ceil((options.toMs - firstMs) / stepMs)));
  const times = Array.from({ length: count }, (_, index) => (firstMs + index * stepMs) / 1_000);
  const values = options.series.map((one) => {
    const row: (number | null)[] = Array.from({ length: count }, () => null);
    for (const [at, value] of one.points) {
      const index = Math.floor((Date.parse(at) - firstMs) / stepMs);
      if (index >= 0 && index < count) row[index] = value;
    }
    return row;
  });
  return { times, values };
};

/** Greatest value over all series, null when there is none. */
export const greatest = (values: readonly (readonly (number | null)[])[]): number | null => {
  let most: number | null = null;
  for (const row of values)
    for (const value of row) if (value !== null && (most === null || value > most)) most = value;
  return most;
};

/** The last value that is there, with its index; null for a series without any. */
export const latest = (row: readonly (number | null)[]): { readonly index: number; readonly value: number } | null => {
  for (let index = row.length - 1; index >= 0; index -= 1) {
    const value = row[index];
    if (value !== null && value !== undefined) return { index, value };
  }
  return null;
};
