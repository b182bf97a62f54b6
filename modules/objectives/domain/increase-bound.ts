/**
 * By how much `increase()` of Prometheus may differ from what was sampled. It takes the growth between the first and the last
 * sample of the window and extends it to the window's edges: on each side by at most 1.1 times the mean distance of samples (from
 * there on by half of it; `extrapolatedRate` in prometheus/promql/functions.go). n samples span n − 1 distances, so at even
 * traffic the two differ by at most 2 × 1.1 ÷ (n − 1) of the growth. Null where there are too few samples to say so.
 */
export const increaseBound = (samples: number | null): number | null =>
  samples === null || !Number.isFinite(samples) || samples < 2 ? null : (2 * 1.1) / (samples - 1);

/** Whether both agree within the bound; one event more for what is rounded to whole ones. */
export const agreesWithin = (ours: number, theirs: number, bound: number): boolean =>
  Math.abs(theirs - ours) <= Math.max(ours, theirs) * bound + 1;
