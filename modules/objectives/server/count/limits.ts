/** Every bound of counting, in one place; tests hand in smaller ones. */
export const countLimits = {
  /** Hours that telemetry's ten seconds are complete for, late spans included; counts by ten seconds are kept an hour longer. */
  tenSecondsHours: 7,
  tenSecondsKeptHours: 8,
  /** Counts by minute are kept this long at most; hours as long as the configuration says. */
  minutesDaysMax: 62,
  /** Indicators that one statement over the rollups counts. */
  simplePerStatement: 1_000,
  /** Indicators of one service that one pass over its raw spans counts. */
  rawPerStatement: 100,
  /** Ten-second or minute buckets that one pass over raw spans reads; more are read by several. */
  rawBucketsPerStatement: 60,
  simpleMs: 30_000,
  /** An indicator whose pass over raw spans takes longer than this is too dear: it is left out and says so. */
  rawMs: 10_000,
  memoryBytesMax: 1024 * 1024 * 1024,
  /** Failures in a row after which an indicator is left out until its history has been counted anew. */
  failuresMax: 3,
  /** What is left out is tried again after this long. */
  againMs: 10 * 60_000,
  /** A history that an outside source did not tell is asked for again after this long. */
  historyAgainMs: 2 * 60_000,
  /** Indicators that one backfill counts together. */
  backfillTogether: 200,
  /** Days that one statement of a backfill reads where few indicators are counted; a single one where many are. */
  backfillDays: 5,
  backfillFew: 50,
  /** How long a backfill's statement may take; it runs beside everything else. */
  backfillMs: 60_000,
  sweepSeconds: 60,
  /** An indicator that nothing uses any more is still counted for this long, so that one that is used again soon has no gap. */
  unusedGraceMs: 30 * 60_000,
  /** How long one statement over points may take. */
  metricMs: 10_000,
  /** A point that comes late changes what the next one of its series adds, as far as that one follows within this time. */
  metricAfterSeconds: 300,
  /** What nothing can ask for any more is removed after this long: a document may come back. */
  unusedKeptMs: 24 * 3_600_000,
  /** How often old counts are looked for. */
  retentionSeconds: 600,
} as const;
