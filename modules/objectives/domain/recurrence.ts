import type { Stretch } from './method.ts';
import type { RecurrenceRule } from './recurrence-rule.ts';

/** A stretch of time that comes again and again: the first one, and the zone on whose wall clock the others begin. */
export interface Recurring {
  /** Seconds since 1970. */
  readonly first: Stretch;
  readonly rule: RecurrenceRule | null;
  readonly zone: string;
}

/** No more than this many at once, and no more periods looked through than two hundred years of days: a rule cannot stall a reader. */
export const recurrenceBounds = { occurrencesMax: 2_000, periodsMax: 75_000 } as const;

/**
 * All times of a recurring stretch that touch `within`, in order. Each begins at the wall-clock time of the first in its zone,
 * whatever the clocks did since, and lasts exactly as many seconds (RFC 5545, 3.8.5.3); a time that does not exist is taken
 * with the offset before the gap. A day that a month does not have is passed over. The start counts only where it fits its own rule.
 */
export const occurrencesOf = (recurring: Recurring, within: Stretch): Stretch[] => {
  const { first, rule, zone } = recurring;
  const seconds = first.to - first.from;
  if (rule === null) return first.from < within.to && first.to > within.from ? [first] : [];
  const found: Stretch[] = [];
  for (const from of beginnings(rule, first.from, zone, within.to)) {
    if (from + seconds > within.from) found.push({ from, to: from + seconds });
    if (found.length >= recurrenceBounds.occurrencesMax) break;
  }
  return found;
};

/** The next times at or after `now`, at most `most`; looks two years ahead. */
export const nextOccurrences = (recurring: Recurring, now: number, most: number): Stretch[] =>
  occurrencesOf(recurring, { from: now, to: now + 2 * 366 * 86_400 }).slice(0, most);

function* beginnings(rule: RecurrenceRule, firstFrom: number, zone: string, before: number): Generator<number> {
  const start = Temporal.Instant.fromEpochMilliseconds(firstFrom * 1_000)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime();
  const time = start.toPlainTime();
  const end = endOf(rule, zone);
  let count = 0;
  for (let period = 0; period < recurrenceBounds.periodsMax; period++) {
    // A rule may fit no day at all: what ends the search is the period, not what was found in it.
    if (startOf(rule, start.toPlainDate(), period).toZonedDateTime(zone).epochMilliseconds / 1_000 > before) return;
    for (const day of daysOf(rule, start.toPlainDate(), period)) {
      const local = day.toPlainDateTime(time);
      if (Temporal.PlainDateTime.compare(local, start) < 0) continue;
      const from = local.toZonedDateTime(zone).epochMilliseconds / 1_000;
      if (from > end || from >= before || (rule.count !== null && count >= rule.count)) return;
      count += 1;
      yield from;
    }
  }
}

/** A day that no day of the period lies before. */
const startOf = (rule: RecurrenceRule, start: Temporal.PlainDate, period: number): Temporal.PlainDate => {
  const ahead = rule.interval * period;
  switch (rule.every) {
    case 'day':
      return start.add({ days: ahead });
    case 'week':
      return start.subtract({ days: (start.dayOfWeek - rule.weekStart + 7) % 7 }).add({ weeks: ahead });
    case 'month':
      return start.with({ day: 1 }).add({ months: ahead });
    case 'year':
      return start.with({ day: 1, month: 1 }).add({ years: ahead });
  }
};

const endOf = ({ until }: RecurrenceRule, zone: string): number => {
  if (until === null) return Infinity;
  const instant =
    until.kind === 'instant'
      ? Temporal.Instant.from(until.text)
      : Temporal.PlainDateTime.from(until.text).toZonedDateTime(zone).toInstant();
  return instant.epochMilliseconds / 1_000;
};

/** Days of one period, in order, with the positions chosen. */
const daysOf = (rule: RecurrenceRule, start: Temporal.PlainDate, period: number): Temporal.PlainDate[] => {
  const days = candidates(rule, start, period).sort(Temporal.PlainDate.compare);
  if (rule.positions.length === 0) return days;
  return days.filter((_, index) => rule.positions.includes(index + 1) || rule.positions.includes(index - days.length));
};

const candidates = (rule: RecurrenceRule, start: Temporal.PlainDate, period: number): Temporal.PlainDate[] => {
  const first = startOf(rule, start, period);
  const inMonths = (day: Temporal.PlainDate): boolean => rule.months.length === 0 || rule.months.includes(day.month);
  switch (rule.every) {
    case 'day': {
      const fits = (rule.monthDays.length === 0 || isMonthDay(rule, first)) && isWeekday(rule, first);
      return fits && inMonths(first) ? [first] : [];
    }
    case 'week': {
      const days = rule.weekdays.length > 0 ? rule.weekdays.map(({ day }) => day) : [start.dayOfWeek];
      return days.map((day) => first.add({ days: (day - rule.weekStart + 7) % 7 })).filter(inMonths);
    }
    case 'month':
      return inMonths(first) ? daysOfMonth(rule, first, start.day) : [];
    case 'year': {
      const months = rule.months.length > 0 ? rule.months : [start.month];
      return months.flatMap((month) => daysOfMonth(rule, first.with({ month }), start.day));
    }
  }
};

/** Days of a month that fit all of the rule's parts; the day of the start where it has none. `month` is its first day. */
const daysOfMonth = (rule: RecurrenceRule, month: Temporal.PlainDate, startDay: number): Temporal.PlainDate[] => {
  const all = Array.from({ length: month.daysInMonth }, (_, index) => month.with({ day: index + 1 }));
  if (rule.weekdays.length + rule.monthDays.length === 0) return all.filter((day) => day.day === startDay);
  return all.filter((day) => (rule.monthDays.length === 0 || isMonthDay(rule, day)) && isWeekday(rule, day));
};

const isMonthDay = ({ monthDays }: RecurrenceRule, day: Temporal.PlainDate): boolean =>
  monthDays.includes(day.day) || monthDays.includes(day.day - day.daysInMonth - 1);

/** Whether one of the rule's weekdays is this day, numbered ones within its month. True without any. */
const isWeekday = ({ weekdays }: RecurrenceRule, day: Temporal.PlainDate): boolean =>
  weekdays.length === 0 ||
  weekdays.some(
    (each) =>
      each.day === day.dayOfWeek &&
      (each.nth === 0 ||
        each.nth === Math.ceil(day.day / 7) ||
        each.nth === -Math.ceil((day.daysInMonth - day.day + 1) / 7)),
  );
