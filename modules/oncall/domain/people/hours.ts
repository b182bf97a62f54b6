export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Times of day in a zone; `to` not after `from` goes over midnight and belongs to the day on which it begins. */
export interface Hours {
  /** Absent: every day. */
  readonly days?: readonly Weekday[] | undefined;
  readonly from: string;
  readonly to: string;
}

interface Stretch {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** A week and a day: every weekday comes once more, wherever one begins. */
const daysAhead = 8;
/** Stretches that touch each other are one; more than these in a row are no rest any more. */
const chainedMax = 32;

/**
 * The end of the hours that `at` lies in, stretches that touch counted as one; null where it lies in none.
 * Wall-clock times are taken in `zone` with its daylight saving ("compatible": a time that is left out moves forward).
 */
export const endOfHours = (hours: readonly Hours[], zone: string, at: Temporal.Instant): Temporal.Instant | null => {
  let end: Temporal.Instant | null = null;
  for (let step = 0; step < chainedMax; step += 1) {
    const from: Temporal.Instant = end ?? at;
    const around: Stretch[] = stretches(hours, zone, from).filter((each) => contains(each, from));
    if (around.length === 0) return end;
    end = around.map((each) => each.to).reduce((one, other) => (isBefore(one, other) ? other : one));
  }
  return end;
};

/** `at` where it lies in the hours, else when they next begin; null where there are none. */
export const startOfHours = (hours: readonly Hours[], zone: string, at: Temporal.Instant): Temporal.Instant | null => {
  const found = stretches(hours, zone, at);
  if (found.some((each) => contains(each, at))) return at;
  const ahead = found.map((each) => each.from).filter((from) => isBefore(at, from));
  return ahead.length === 0 ? null : ahead.reduce((one, other) => (isBefore(other, one) ? other : one));
};

/** Every stretch that begins from yesterday to a week and a day after `at`. */
const stretches = (hours: readonly Hours[], zone: string, at: Temporal.Instant): Stretch[] => {
  const today = at.toZonedDateTimeISO(zone).toPlainDate();
  return Array.from({ length: daysAhead + 2 }, (_, index) => today.add({ days: index - 1 })).flatMap((date) =>
    hours
      .filter(({ days }) => days === undefined || days.includes(weekdays[date.dayOfWeek - 1]!))
      .map((each) => stretchOn(each, date, zone))
      // A stretch may vanish in the hour that daylight saving leaves out.
      .filter(({ from, to }) => isBefore(from, to)),
  );
};

const stretchOn = ({ from, to }: Hours, date: Temporal.PlainDate, zone: string): Stretch => {
  const instantOf = (day: Temporal.PlainDate, time: string): Temporal.Instant =>
    day.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) }).toInstant();
  return { from: instantOf(date, from), to: instantOf(to > from ? date : date.add({ days: 1 }), to) };
};

const contains = ({ from, to }: Stretch, at: Temporal.Instant): boolean => !isBefore(at, from) && isBefore(at, to);

const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;
