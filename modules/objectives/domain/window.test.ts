import { describe, expect, it } from 'vitest';
import type { CalendarUnit, ObjectiveWindow } from './objective.ts';
import { nominalMinutes, windowAt, windowText } from './window.ts';

const at = (text: string) => Temporal.Instant.from(text);
const calendar = (unit: CalendarUnit, startsOn: string, zone: string, count = 1): ObjectiveWindow => ({
  kind: 'calendar',
  unit,
  count,
  startsOn,
  zone,
});
const shown = (window: ObjectiveWindow, now: string) => {
  const { from, endsAt, periodMinutes } = windowAt(window, at(now));
  return [`${from}`, endsAt === null ? null : `${endsAt}`, periodMinutes];
};

describe('A window stands where its promise says', () => {
  it('rolling: the last minutes, without an end', () => {
    expect(shown({ kind: 'rolling', minutes: 40_320 }, '2026-11-22T12:00:10Z')).toEqual([
      '2026-10-25T12:00:10Z',
      null,
      40_320,
    ]);
  });
  // Instants by `date -d 'TZ="Europe/Berlin" …' -u`, an implementation that is not Temporal.
  it.each<[string, ObjectiveWindow, string, [string, string, number]]>([
    [
      'the 23-hour day of Berlin',
      calendar('day', '2026-01-01T00:00', 'Europe/Berlin'),
      '2026-03-29T10:00:00Z',
      ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 1_380],
    ],
    [
      'the 25-hour day of Berlin',
      calendar('day', '2026-01-01T00:00', 'Europe/Berlin'),
      '2026-10-25T22:59:59.999Z',
      ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 1_500],
    ],
    [
      'the 23-hour day of New York',
      calendar('day', '2026-01-01T00:00', 'America/New_York'),
      '2026-03-08T05:00:00Z',
      ['2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z', 1_380],
    ],
    [
      'the 25-hour day of New York',
      calendar('day', '2026-01-01T00:00', 'America/New_York'),
      '2026-11-01T12:00:00Z',
      ['2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z', 1_500],
    ],
    [
      'a week over the change',
      calendar('week', '2026-01-05T00:00', 'Europe/Berlin'),
      '2026-03-29T12:00:00Z',
      ['2026-03-22T23:00:00Z', '2026-03-29T22:00:00Z', 10_020],
    ],
    [
      'the month of March in Berlin',
      calendar('month', '2026-01-01T00:00', 'Europe/Berlin'),
      '2026-03-31T21:59:59Z',
      ['2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z', 31 * 1_440 - 60],
    ],
    [
      'the month after it',
      calendar('month', '2026-01-01T00:00', 'Europe/Berlin'),
      '2026-03-31T22:00:00Z',
      ['2026-03-31T22:00:00Z', '2026-04-30T22:00:00Z', 30 * 1_440],
    ],
    [
      'the fourth quarter in New York',
      calendar('quarter', '2026-01-01T00:00', 'America/New_York'),
      '2026-11-22T12:00:00Z',
      ['2026-10-01T04:00:00Z', '2027-01-01T05:00:00Z', 92 * 1_440 + 60],
    ],
    [
      'the leap year',
      calendar('year', '2026-01-01T00:00', 'Europe/Berlin'),
      '2028-06-01T00:00:00Z',
      ['2027-12-31T23:00:00Z', '2028-12-31T23:00:00Z', 366 * 1_440],
    ],
    [
      'two weeks, counted from their start',
      calendar('week', '2026-01-05T09:30', 'UTC', 2),
      '2026-02-01T00:00:00Z',
      ['2026-01-19T09:30:00Z', '2026-02-02T09:30:00Z', 20_160],
    ],
    [
      'before the first start, backwards',
      calendar('month', '2026-06-01T00:00', 'UTC'),
      '2026-02-10T00:00:00Z',
      ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z', 28 * 1_440],
    ],
    [
      'from the 31st: clamped in February',
      calendar('month', '2026-01-31T00:00', 'UTC'),
      '2026-03-30T23:00:00Z',
      ['2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z', 31 * 1_440],
    ],
    [
      'at half past two, which does not exist that day',
      calendar('day', '2026-01-01T02:30', 'Europe/Berlin'),
      '2026-03-29T02:00:00Z',
      ['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z', 1_380],
    ],
  ])('%s', (_, window, now, expected) => {
    expect(shown(window, now)).toEqual(expected);
  });
  it('every instant lies in exactly one period, and periods join without a gap', () => {
    for (const unit of ['day', 'week', 'month', 'quarter', 'year'] as const)
      for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC']) {
        const window = calendar(unit, '2026-01-31T02:30', zone);
        let at = Temporal.Instant.from('2025-01-01T00:00:00Z');
        for (let step = 0; step < 60; step++) {
          const now = windowAt(window, at);
          expect(Temporal.Instant.compare(now.from, at)).toBeLessThanOrEqual(0);
          expect(Temporal.Instant.compare(now.endsAt!, at)).toBe(1);
          expect(`${windowAt(window, now.endsAt!).from}`).toBe(`${now.endsAt}`);
          at = now.endsAt!;
        }
      }
  });
});

describe('A window in words', () => {
  it.each<[ObjectiveWindow, string, number]>([
    [{ kind: 'rolling', minutes: 40_320 }, '28 days', 40_320],
    [{ kind: 'rolling', minutes: 60 }, '1 hour', 60],
    [calendar('month', '2026-01-01T00:00', 'Europe/Berlin'), 'calendar month, Europe/Berlin', 43_200],
    [calendar('week', '2026-01-05', 'UTC'), 'calendar week, UTC', 10_080],
    [calendar('week', '2026-01-07T00:00', 'UTC'), 'calendar week from 2026-01-07, UTC', 10_080],
    [calendar('week', '2026-01-05T09:30:00', 'UTC', 2), '2 calendar weeks from 2026-01-05 09:30, UTC', 20_160],
    [calendar('quarter', '2026-04-01', 'UTC'), 'calendar quarter, UTC', 131_040],
    [calendar('year', '2026-02-01', 'UTC'), 'calendar year from 2026-02-01, UTC', 525_600],
  ])('%j', (window, text, minutes) => {
    expect(windowText(window)).toBe(text);
    expect(nominalMinutes(window)).toBe(minutes);
  });
});
