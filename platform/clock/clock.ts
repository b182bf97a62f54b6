/** The only source of the present; handed in everywhere so that tests and simulations move it. */
export interface Clock {
  now(): Temporal.Instant;
  /** Milliseconds that only grow, from an arbitrary start: for measuring, never for dates. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Temporal.Now.instant(),
  monotonicMs: () => performance.now(),
};

/** A clock that stands still until it is moved. */
export interface MovableClock extends Clock {
  advance(duration: Temporal.DurationLike): void;
  set(instant: Temporal.Instant): void;
}

export const movableClock = (start: Temporal.Instant | string): MovableClock => {
  let current = Temporal.Instant.from(start);
  let elapsedMs = 0;
  return {
    now: () => current,
    monotonicMs: () => elapsedMs,
    advance: (duration) => {
      const next = current.add(duration);
      elapsedMs += next.epochMilliseconds - current.epochMilliseconds;
      current = next;
    },
    set: (instant) => {
      current = instant;
    },
  };
};
