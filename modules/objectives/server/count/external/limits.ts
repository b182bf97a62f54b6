/** Every bound of reading outside sources, in one place. */
export const externalLimits = {
  /** How long one request may take. */
  requestMs: 10_000,
  /** Bytes of one answer. */
  answerBytesMax: 32 * 1024 * 1024,
  /** Series of one answer; a query that answers more is refused with the advice to add up. */
  seriesMax: 5_000,
  /** Minutes that one request asks for: Prometheus answers at most 11,000 points a series. */
  minutesPerRequest: 1_440,
  /** A minute is read when it is over for this long: scrapes and pipelines come after the fact. */
  settleSeconds: 20,
  /** Minutes before the last read one that are read again each time, because some sources still change them. */
  againMinutes: 5,
  /** Minutes without a right answer are asked for again for this long. */
  gapHours: 24,
  /** How often they are asked for again. */
  gapEverySeconds: 600,
  /** Days of history that a new indicator asks for. */
  backfillDays: 30,
  /** Sources that are read beside each other. */
  sourcesAtOnce: 4,
  everySeconds: 60,
} as const;
