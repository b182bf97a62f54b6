import { minutesOf } from './fields.ts';
import { weekdays, type Hours } from './schedule.ts';
import type { Stretch } from './shift.ts';
import { united } from './stretches.ts';
import { dayMs, weekdayOf, type ZoneClock } from './zone-clock.ts';

const minuteMs = 60_000;

/**
 * The times that hours of days allow within a window, sorted and apart. Each entry belongs to the day on which it begins, also where it
 * goes over midnight; both ends are wall-clock times, so a night with a change of the clock is an hour longer or shorter.
 */
export const allowedBy = (hours: readonly Hours[], clock: ZoneClock, window: Stretch): Stretch[] => {
  const entries = hours.map(({ days, from, to }) => {
    const begin = minutesOf(from);
    const end = minutesOf(to);
    return {
      days: days.length === 0 ? null : new Set(days.map((day) => weekdays.indexOf(day))),
      begin: begin * minuteMs,
      end: (end > begin ? end : end + 1_440) * minuteMs,
    };
  });
  const first = Math.floor(clock.toLocal(window.from) / dayMs) - 2;
  const last = Math.floor(clock.toLocal(window.to) / dayMs) + 1;
  const found: Stretch[] = [];
  for (let day = first; day <= last; day += 1) {
    const midnight = day * dayMs;
    for (const { days, begin, end } of entries)
      if (days === null || days.has(weekdayOf(midnight)))
        found.push({ from: clock.toInstant(midnight + begin), to: clock.toInstant(midnight + end) });
  }
  return united(found);
};
