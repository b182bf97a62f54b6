/** A half-open stretch of time `[from, to)`. */
export interface Interval {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

export const contains = (interval: Interval, at: Temporal.Instant): boolean =>
  Temporal.Instant.compare(interval.from, at) <= 0 && Temporal.Instant.compare(at, interval.to) < 0;

/** The part that both cover, or null where they do not meet. */
export const overlap = (a: Interval, b: Interval): Interval | null => {
  const from = Temporal.Instant.compare(a.from, b.from) >= 0 ? a.from : b.from;
  const to = Temporal.Instant.compare(a.to, b.to) <= 0 ? a.to : b.to;
  return Temporal.Instant.compare(from, to) < 0 ? { from, to } : null;
};

/** Length in milliseconds. */
export const lengthMs = (interval: Interval): number => interval.to.epochMilliseconds - interval.from.epochMilliseconds;
