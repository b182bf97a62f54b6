/** Every bound of the log, the delivery and the rollups, in one place; tests hand in smaller ones. */
export const keepLimits = {
  /** A segment is sealed when it holds this much (16 MB against 8: a tenth less CPU a span, because less is merged)… */
  segmentBytes: 16 * 1024 * 1024,
  /** …or when its first batch is this old and the delivery is idle… */
  segmentMs: 250,
  /** …but a segment that holds less than this waits longer: tables are written some times a second less. */
  segmentSmallBytes: 256 * 1024,
  segmentSmallMs: 1_000,
  /** Bytes written between two calls of fdatasync. */
  groupBytes: 16 * 1024 * 1024,
  /** Bytes of batches that wait for the disk. */
  pendingBytes: 64 * 1024 * 1024,
  /** Bytes on disk that ClickHouse does not hold yet; above it senders are told to wait. */
  queueBytes: 4 * 1024 * 1024 * 1024,
  /** An identical body from one sender within this time is a repeat. */
  repeatMs: 10 * 60_000,
  /** Remembered bodies; above it the oldest are forgotten early. */
  repeats: 500_000,
  /** Delivered segments stay this long, for a look at the next start whether a power loss took them from ClickHouse. */
  deliveredMs: 10 * 60_000,
  /** How long one insert may take. */
  insertMs: 60_000,
  /** Pause after a failed delivery: doubled from the first to the last. */
  retryMs: [250, 10_000],
  /** How long a delivery waits for the query of a former attempt to go. */
  oldQueryMs: 30_000,
  /**
   * Ten-second counts may be read for this long. They are computed for an hour longer and removed an hour after that, so that
   * within this time they are always complete, late spans included.
   */
  tenSecondsHours: 6,
  /** Counts by minute are kept this long at most; hours as long as the configuration says. */
  minutesDaysMax: 62,
  /**
   * Pause between two computations of a level: at least the first, at most the second, in between `pauseFactor` times what
   * the last one took. What people watch is computed often, hours seldom: nobody reads an hour that is not over.
   */
  tenSecondsPauseMs: [600, 1_500],
  /** Counts that a module above derives from the ten seconds: objectives see a fault by them. */
  derivedTenPauseMs: [800, 2_000],
  /** How long deliveries wait after the start for a module to say that it derives counts. */
  derivedHoldMs: 60_000,
  edgesPauseMs: [5_000, 20_000],
  minutesPauseMs: [3_000, 20_000],
  hoursPauseMs: [15_000, 60_000],
  seenPauseMs: [3_000, 15_000],
  pauseFactor: 10,
  /** How often old partitions are looked for. */
  retentionMs: 10 * 60_000,
  /** A partition that was written within this time is left for the next round, so that late rows can be read for a while. */
  untouchedSeconds: 3_600,
  /** How often the program forgets old bodies and removes old segments. */
  tidyMs: 10_000,
  /** How long a stop waits for what is in the log to be delivered; the rest is delivered after the next start. */
  stopMs: 3_000,
  /** Ten-second buckets that one statement computes. */
  bucketsPerStatement: 360,
  rollupMs: 60_000,
  /** Files in the quarantine folder; above it the segment is still set aside but only counted. */
  quarantineFiles: 1_000,
  /** Seconds that a refused sender is told to wait. */
  queueRetrySeconds: 2,
  diskRetrySeconds: 10,
  /** How old the knowledge of the free disk may be. */
  diskCheckMs: 500,
} as const;

export type KeepLimits = {
  readonly [Name in keyof typeof keepLimits]: (typeof keepLimits)[Name] extends number
    ? number
    : readonly [number, number];
};
