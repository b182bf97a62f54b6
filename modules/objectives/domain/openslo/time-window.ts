import { objectiveLimits, type CalendarUnit, type ObjectiveWindow } from '../objective.ts';
import { durationText, minutesOf, parseDuration, type Duration } from './duration.ts';
import { errorAt, type Finding, type Path } from './finding.ts';
import { isObject, isSaid, textAt, valueAt } from './json.ts';

const calendarUnits: Partial<Record<Duration['unit'], CalendarUnit>> = {
  d: 'day',
  w: 'week',
  M: 'month',
  Q: 'quarter',
  Y: 'year',
};

/** `2020-01-21 12:30:00`, as OpenSLO writes wall-clock times; a T between is fine too. */
const wallClock = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})$/;

/** Everything that is wrong with one entry of `timeWindow`, beyond the shape of its fields. */
export const checkWindow = (window: unknown, path: Path): Finding[] => {
  if (!isObject(window)) return [];
  const rolling = window['isRolling'] === true;
  const calendar = isSaid(window, 'calendar');
  if (rolling && calendar)
    return [errorAt([...path, 'calendar'], 'stands beside isRolling: true; take one of the two away')];
  if (!rolling && !calendar)
    return [
      errorAt(
        [...path, 'isRolling'],
        'is not true and there is no calendar; write isRolling: true, or calendar with startTime and timeZone',
      ),
    ];
  return rolling ? checkRolling(window, path) : checkCalendar(window, path);
};

/** The window that a document says; null where it cannot be read. */
export const windowOf = (window: unknown): ObjectiveWindow | null => {
  const length = parseDuration(valueAt(window, 'duration'));
  if (!length || checkWindow(window, []).length > 0) return null;
  if (valueAt(window, 'isRolling') === true) return { kind: 'rolling', minutes: minutesOf(length) };
  const startsOn = startOf(textAt(window, 'calendar', 'startTime'));
  const zone = textAt(window, 'calendar', 'timeZone');
  const unit = calendarUnits[length.unit];
  if (!startsOn || !zone || !isZone(zone) || !unit) return null;
  return { kind: 'calendar', unit, count: length.count, startsOn, zone };
};

const checkRolling = (window: unknown, path: Path): Finding[] => {
  const length = parseDuration(valueAt(window, 'duration'));
  if (!length || minutesOf(length) <= objectiveLimits.windowMinutesMax) return [];
  return [
    errorAt(
      [...path, 'duration'],
      `is longer than ${durationText(objectiveLimits.windowMinutesMax)}; write at most 366d`,
    ),
  ];
};

const checkCalendar = (window: unknown, path: Path): Finding[] => {
  const found: Finding[] = [];
  const length = parseDuration(valueAt(window, 'duration'));
  if (length && !calendarUnits[length.unit])
    found.push(
      errorAt(
        [...path, 'duration'],
        `${length.count}${length.unit} is ${length.unit === 'm' ? 'minutes' : 'hours'}; a calendar window is of days, weeks, months, quarters or years: write ${length.count}${length.unit === 'm' ? 'M' : 'd'}`,
      ),
    );
  else if (length && minutesOf(length) > objectiveLimits.windowMinutesMax)
    found.push(errorAt([...path, 'duration'], 'is longer than a year; write at most 1Y'));
  const start = textAt(window, 'calendar', 'startTime');
  if (start !== null && startOf(start) === null)
    found.push(
      errorAt(
        [...path, 'calendar', 'startTime'],
        `\`${start.slice(0, 40)}\` is not a date with time; write 2026-01-01 00:00:00, without a zone`,
      ),
    );
  const zone = textAt(window, 'calendar', 'timeZone');
  if (zone !== null && !isZone(zone))
    found.push(
      errorAt(
        [...path, 'calendar', 'timeZone'],
        `\`${zone.slice(0, 60)}\` is not in the IANA time zone database; write UTC, Europe/Berlin, America/New_York`,
      ),
    );
  return found;
};

const startOf = (text: string | null): string | null => {
  const match = text === null ? null : wallClock.exec(text);
  if (!match) return null;
  try {
    Temporal.PlainDateTime.from(`${match[1]}T${match[2]}`, { overflow: 'reject' });
    return `${match[1]}T${match[2]}`;
  } catch {
    return null;
  }
};

/** A name of the time zone database; offsets like +02:00 know no daylight saving and are none. */
export const isZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};
