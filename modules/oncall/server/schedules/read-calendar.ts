import { expandRecurringEvent, sync, type VEvent } from 'node-ical';
import type { Stretch } from '../../domain/schedule/shift.ts';
import { localOfDate, zoneClock } from '../../domain/schedule/zone-clock.ts';

/** One time of one event of a calendar, as far as schedules care. */
export interface CalendarTime extends Stretch {
  readonly summary: string;
  /** E-mail addresses of attendees, small letters. */
  readonly attendees: readonly string[];
  /** It was said as dates: it lasts from midnight to midnight of the zone. */
  readonly allDay: boolean;
}

/** A calendar that is larger is refused; a rule that comes more often than hourly is left out: it cannot be about people. */
export const calendarLimits = { bytes: 2 * 1024 * 1024, events: 5_000, times: 10_000 } as const;

export type ReadCalendar =
  | { readonly ok: true; readonly times: readonly CalendarTime[]; readonly leftOut: number }
  | { readonly ok: false; readonly reason: string };

/**
 * The times of an iCalendar (RFC 5545) that touch a window, repeated events too, by their beginning. Dates without a time are days of
 * `zone`; cancelled events are none.
 */
export const readCalendar = (text: string, zone: string, window: Stretch): ReadCalendar => {
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR/iu.test(text))
    return { ok: false, reason: 'It is no iCalendar: it does not begin with BEGIN:VCALENDAR.' };
  // Parsing these alone can take minutes: a rule by the second over years.
  if (/^RRULE[^\r\n]*FREQ=(?:SECONDLY|MINUTELY)/imu.test(text))
    return { ok: false, reason: 'It repeats an event by the second or minute, which no shift does.' };
  let parsed: ReturnType<typeof sync.parseICS>;
  try {
    parsed = sync.parseICS(text);
  } catch (error) {
    return { ok: false, reason: `It cannot be read: ${error instanceof Error ? error.message : 'unknown'}.` };
  }
  const events = Object.values(parsed).filter((each): each is VEvent => each?.type === 'VEVENT');
  if (events.length > calendarLimits.events)
    return { ok: false, reason: `It has more than ${calendarLimits.events} events.` };
  const midnight = midnightsOf(zone, window);
  const times: CalendarTime[] = [];
  let leftOut = 0;
  for (const event of events) {
    if (event.status === 'CANCELLED') continue;
    try {
      for (const time of timesOf(event, window, midnight))
        if (time.from < time.to && time.from < window.to && time.to > window.from) times.push(time);
    } catch {
      // One event that says what cannot be does not take the others away; how many is told.
      leftOut += 1;
    }
    if (times.length > calendarLimits.times)
      return { ok: false, reason: `It has more than ${calendarLimits.times} times in a year.` };
  }
  return { ok: true, times: times.sort((a, b) => a.from - b.from), leftOut };
};

const timesOf = (event: VEvent, window: Stretch, midnight: (day: Date) => number): CalendarTime[] => {
  const found = expandRecurringEvent(event, {
    from: new Date(window.from),
    to: new Date(window.to),
    expandOngoing: true,
  });
  return found.map((each) => {
    const allDay = each.isFullDay;
    const from = allDay ? midnight(each.start) : each.start.getTime();
    const to = allDay ? midnight(each.end) : each.end.getTime();
    return { from, to, summary: textOf(each.summary), attendees: attendeesOf(each.event), allDay };
  });
};

/** Dates come as midnights of the process's own zone; what they mean is the day that they name. */
const midnightsOf = (zone: string, window: Stretch): ((day: Date) => number) => {
  const clock = zoneClock(zone, window);
  return (day) => {
    const parts = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
    return clock.toInstant(
      localOfDate(parts.map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0')).join('-')),
    );
  };
};

const attendeesOf = (event: VEvent): string[] => {
  const said = event.attendee === undefined ? [] : Array.isArray(event.attendee) ? event.attendee : [event.attendee];
  return said
    .map((each) =>
      textOf(each)
        .replace(/^mailto:/iu, '')
        .toLowerCase(),
    )
    .filter((address) => address.includes('@'));
};

/** A value with parameters comes as an object. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'object' && value !== null && 'val' in value)
    return String((value as { val: unknown }).val).trim();
  return '';
};
