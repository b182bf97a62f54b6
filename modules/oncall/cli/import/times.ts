import { isZone } from '../../../../kernel/zone.ts';
import { weekdays, type Weekday } from '../../domain/schedule/schedule.ts';
import type { Note } from './reading.ts';

const dayMinutes = 1_440;

export interface HoursSaid {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

export const clockOf = (minutes: number): string => {
  const within = ((minutes % dayMinutes) + dayMinutes) % dayMinutes;
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`;
};

/** A stretch that begins at a minute of the week (0: Monday 00:00) as hours of days; more than a day becomes one entry a day. */
export const hoursOfWeek = (begin: number, minutes: number): HoursSaid[] => {
  const found: HoursSaid[] = [];
  for (let at = begin, left = Math.min(minutes, 7 * dayMinutes); left > 0;) {
    const part = Math.min(left, dayMinutes);
    found.push({ days: [weekdays[Math.floor(at / dayMinutes) % 7]!], from: clockOf(at), to: clockOf(at + part) });
    at += part;
    left -= part;
  }
  return found;
};

/** Entries of the same times as one with several days; one without days is of every day. */
export const joinedDays = (hours: readonly HoursSaid[]): HoursSaid[] =>
  [...Map.groupBy(hours, ({ from, to }) => `${from} ${to}`).values()].map((same) => ({
    ...same[0]!,
    days: same.some(({ days }) => days.length === 0)
      ? []
      : weekdays.filter((day) => same.some(({ days }) => days.includes(day))),
  }));

/** The zone that is said, UTC with a note where there is no such one. */
export const zoneOf = (said: string | null, note: Note): string => {
  if (said !== null && isZone(said)) return said;
  note(`time zone ${said ?? '(none)'}`, 'it is no zone of the time zone database, so UTC stands in the document');
  return 'UTC';
};

/** Date and time of an instant on a zone's wall clock; null for what is no instant. A time without an offset is of the zone. */
export const localOf = (text: string | null, zone: string): { date: string; time: string; weekday: number } | null => {
  if (text === null) return null;
  try {
    const local = hasOffset(text)
      ? Temporal.Instant.from(text).toZonedDateTimeISO(zone)
      : Temporal.PlainDateTime.from(text).toZonedDateTime(zone);
    return {
      date: local.toPlainDate().toString(),
      time: clockOf(local.hour * 60 + local.minute),
      weekday: local.dayOfWeek - 1,
    };
  } catch {
    return null;
  }
};

/** The instant as documents say it; null for what is none. */
export const instantOf = (text: string | null, zone: string): string | null => {
  if (text === null) return null;
  try {
    return hasOffset(text)
      ? Temporal.Instant.from(text).toString()
      : Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant().toString();
  } catch {
    return null;
  }
};

const hasOffset = (text: string): boolean => /(?:Z|[+-]\d{2}:?\d{2})$/iu.test(text);

/** Seconds of a turn as unit and length; null where no unit fits. */
export const turnOf = (seconds: number): { unit: 'week' | 'day' | 'hour'; length: number } | null => {
  for (const [unit, one] of [
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3_600],
  ] as const)
    if (seconds >= one && seconds % one === 0) return { unit, length: seconds / one };
  return null;
};

export const minutesText = (minutes: number): string => `PT${Math.max(0, Math.round(minutes))}M`;
