import { describe, expect, it } from 'vitest';
import { nextStretches, recurrenceProblems, recurring } from './recurrence.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const sundays = {
  from: at('2026-10-11T02:00:00+02:00'),
  durationSeconds: 2 * 3_600,
  rrule: 'FREQ=WEEKLY;BYDAY=SU',
  zone: 'Europe/Berlin',
};

describe('a silence that comes again', () => {
  it('begins at the same time of the day on both sides of the end of summer time', () =>
    expect(nextStretches(sundays, sundays.from, 4).map(({ from }) => from.toString())).toEqual([
      '2026-10-11T00:00:00Z',
      '2026-10-18T00:00:00Z',
      '2026-10-25T00:00:00Z',
      '2026-11-01T01:00:00Z',
    ]));

  it.each([
    ['before the first', '2026-10-10T23:59:59Z', null],
    ['at its beginning', '2026-10-11T00:00:00Z', '2026-10-11T02:00:00Z'],
    ['in its last second', '2026-10-11T01:59:59Z', '2026-10-11T02:00:00Z'],
    ['at its end', '2026-10-11T02:00:00Z', null],
    ['a winter later', '2027-01-03T01:30:00Z', '2027-01-03T03:00:00Z'],
    ['an hour before that', '2027-01-03T00:30:00Z', null],
    ['on a Monday', '2026-11-02T01:30:00Z', null],
  ])('holds %s', (_, time, until) => expect(recurring(sundays)(at(time))?.to.toString() ?? null).toBe(until));

  it('answers the same whatever was asked before', () => {
    const asked = recurring(sundays);
    const times = Array.from({ length: 400 }, (_, index) => sundays.from.add({ minutes: (index * 7_919) % 60_000 }));
    for (const time of times) expect(asked(time)?.from.toString()).toBe(recurring(sundays)(time)?.from.toString());
  });

  it('ends with its count', () => {
    const twice = { ...sundays, rrule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=2' };
    expect(nextStretches(twice, at('2020-01-01T00:00:00Z'), 9)).toHaveLength(2);
    expect(recurring(twice)(at('2026-10-25T00:30:00Z'))).toBeNull();
  });

  it.each([
    ['FREQ=SECONDLY', 'rrule'],
    ['FREQ=DAILY;BYDAY=XX', 'rrule'],
    ['every Sunday', 'rrule'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'rrule'],
  ])('is refused where its rule is none: %s', (rrule, field) =>
    expect(
      recurrenceProblems({ from: sundays.from, duration: 'PT1H', rrule, zone: 'Europe/Berlin' }).map(
        (problem) => problem.field,
      ),
    ).toEqual([field]),
  );

  it.each([
    ['PT2H', 'Mars/Base', ['zone']],
    ['two hours', 'UTC', ['duration']],
    ['P40D', 'UTC', ['duration']],
    ['PT2H', 'Etc/UTC', []],
  ])('is refused where its duration or zone is none: %s %s', (duration, zone, fields) =>
    expect(
      recurrenceProblems({ from: sundays.from, duration, rrule: 'FREQ=DAILY', zone }).map(({ field }) => field),
    ).toEqual(fields),
  );
});
