/**
 * Durations, in milliseconds, at which requests are counted exactly beside the sketch: an objective "95 % within 300 ms" whose
 * threshold is one of these is a ratio of whole counts. A request of exactly an edge is within it. The list must not
 * change once counts are stored: `within[i]` in the rollups is the i-th edge.
 */
export const latencyEdgesMs: readonly number[] = [
  1, 2, 5, 10, 20, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000,
  7_500, 10_000, 15_000, 20_000, 30_000, 60_000,
];

/** The sketch's relative error: a quantile told lies within this share of the true one (DDSketch's parameter). */
export const sketchError = 0.01;

/** What the sketch is read by; any other quantile can be read from the same state. */
export const sketchQuantiles: readonly number[] = [0.5, 0.9, 0.95, 0.99, 0.999];
