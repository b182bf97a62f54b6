/**
 * Whole seconds of an ISO 8601 duration such as `PT5M` or `P1D` (a day is 24 hours here); null for anything else: what is
 * no duration, is negative or broken, or has weeks, months or years, whose length depends on when they begin.
 */
export const secondsOf = (duration: string): number | null => {
  try {
    const span = Temporal.Duration.from(duration);
    if (span.years || span.months || span.weeks) return null;
    const seconds = span.total('seconds');
    return seconds >= 0 && Number.isInteger(seconds) ? seconds : null;
  } catch {
    return null;
  }
};

/** The shortest ISO 8601 text of whole seconds: 120 is `PT2M`, 0 is `PT0S`. */
export const durationOf = (seconds: number): string =>
  Temporal.Duration.from({ seconds }).round({ largestUnit: 'hours' }).toString();
