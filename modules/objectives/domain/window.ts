import type { CalendarUnit, ObjectiveWindow } from './objective.ts';
import { minutesText } from './number-text.ts';

/** Where a window stands at an instant. Half-open: `[from, to)`. */
export interface WindowAt {
  readonly from: Temporal.Instant;
  /** The instant asked for: the window's end so far. */
  readonly to: Temporal.Instant;
  /** When a calendar period ends; null for a rolling window, which never does. */
  readonly endsAt: Temporal.Instant | null;
  /** Length of the whole period; a day of daylight saving has 1,380 or 1,500 minutes. */
  readonly periodMinutes: number;
}

/**
 * The window at `now`. Calendar periods are counted from `startsOn` on the wall clock of their zone and only then become
 * instants, so that each begins at the same local time all year; before `startsOn` they go on backwards. Periods of months
 * are counted from the first one: the 31st clamps to the 28th of February and is the 31st again in March. A local time that
 * a change of the clocks skips or doubles is taken as RFC 5545 and Temporal take it (`compatible`).
 */
export const windowAt = (window: ObjectiveWindow, now: Temporal.Instant): WindowAt => {
  if (window.kind === 'rolling')
    return { from: now.subtract({ minutes: window.minutes }), to: now, endsAt: null, periodMinutes: window.minutes };
  const index = periodIndex(window, now);
  const from = periodStart(window, index);
  const endsAt = periodStart(window, index + 1);
  return { from, to: now, endsAt, periodMinutes: minutesBetween(from, endsAt) };
};

/** `28 days`, `calendar month, Europe/Berlin`, `2 calendar weeks from 2026-01-05, UTC`. */
export const windowText = (window: ObjectiveWindow): string => {
  if (window.kind === 'rolling') return minutesText(window.minutes);
  const { unit, count, zone } = window;
  const period = count === 1 ? `calendar ${unit}` : `${count} calendar ${unit}s`;
  return `${period}${beginsNaturally(window) ? '' : ` from ${startText(window.startsOn)}`}, ${zone}`;
};

/**
 * The ordinary length of a window, minutes: what default tiers are made for. A month counts as 30 days, a quarter as 91, a
 * year as 365; the thresholds themselves always follow from the length of the period that runs.
 */
export const nominalMinutes = (window: ObjectiveWindow): number =>
  window.kind === 'rolling' ? window.minutes : window.count * daysOf[window.unit] * 1_440;

type Calendar = Extract<ObjectiveWindow, { kind: 'calendar' }>;

const daysOf: Record<CalendarUnit, number> = { day: 1, week: 7, month: 30, quarter: 91, year: 365 };

const step = (window: Calendar, index: number): Temporal.DurationLike => {
  const amount = window.count * index;
  switch (window.unit) {
    case 'day':
      return { days: amount };
    case 'week':
      return { weeks: amount };
    case 'month':
      return { months: amount };
    case 'quarter':
      return { months: 3 * amount };
    case 'year':
      return { years: amount };
  }
};

/** Start of the period with this number; the one that begins at `startsOn` has number 0. */
const periodStart = (window: Calendar, index: number): Temporal.Instant =>
  Temporal.PlainDateTime.from(window.startsOn).add(step(window, index)).toZonedDateTime(window.zone).toInstant();

/** A first guess from the mean length of the unit, then single steps: at most a few, however odd the clamping. */
const periodIndex = (window: Calendar, now: Temporal.Instant): number => {
  const meanDays = { day: 1, week: 7, month: 30.436875, quarter: 91.310625, year: 365.2425 }[window.unit];
  const elapsed = minutesBetween(periodStart(window, 0), now);
  let index = Math.floor(elapsed / (meanDays * 1_440 * window.count));
  while (Temporal.Instant.compare(periodStart(window, index), now) > 0) index -= 1;
  while (Temporal.Instant.compare(periodStart(window, index + 1), now) <= 0) index += 1;
  return index;
};

const minutesBetween = (from: Temporal.Instant, to: Temporal.Instant): number =>
  Math.round((to.epochMilliseconds - from.epochMilliseconds) / 60_000);

/** Whether the periods begin where anybody expects it, so that the start need not be said. */
const beginsNaturally = (window: Calendar): boolean => {
  if (window.count !== 1) return false;
  const start = Temporal.PlainDateTime.from(window.startsOn);
  if (start.hour + start.minute + start.second > 0) return false;
  switch (window.unit) {
    case 'day':
      return true;
    case 'week':
      return start.dayOfWeek === 1;
    case 'month':
      return start.day === 1;
    case 'quarter':
      return start.day === 1 && start.month % 3 === 1;
    case 'year':
      return start.day === 1 && start.month === 1;
  }
};

const startText = (startsOn: string): string => {
  const [date, time] = startsOn.split('T');
  return !time || /^00:00(:00)?$/.test(time) ? date! : `${date} ${time.slice(0, 5)}`;
};
