/** Bounds of heartbeats, in one place. */
export const heartbeatLimits = {
  /** Quicker ones are for metrics, not for a row that is written at each ping. */
  everySecondsLeast: 10,
  /** A monthly job, and a little. */
  everySecondsMost: 35 * 86_400,
  graceSecondsMost: 7 * 86_400,
  heartbeats: 2_000,
  textLength: 2_000,
  /** Rows that one look turns; the next look takes the rest. */
  turnedAtOnce: 200,
  /** Between two looks for what is silent. */
  lookSeconds: 5,
  /** Leadline did not look for so long: what could not reach it meanwhile gets its grace anew. */
  awaySeconds: 120,
} as const;
