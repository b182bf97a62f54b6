import { describe, expect, it } from 'vitest';
import { parseRecurrence, type RecurrenceRule } from './recurrence-rule.ts';
import { nextOccurrences, occurrencesOf } from './recurrence.ts';

const ruleOf = (text: string): RecurrenceRule => {
  const rule = parseRecurrence(text);
  if ('problem' in rule) throw new Error(rule.problem);
  return rule;
};
const secondOf = (local: string, zone: string): number =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds / 1_000;
const shown = (second: number): string =>
  Temporal.Instant.fromEpochMilliseconds(second * 1_000)
    .toString()
    .slice(0, 16) + 'Z';
const always = { from: 0, to: 4e9 };

describe('Repetition is RFC 5545’s, on the wall clock of a zone', () => {
  // Expected by python-dateutil's rrulestr with zoneinfo.
  it.each([
    [
      'FREQ=DAILY;COUNT=5',
      '2026-03-27T02:30',
      'Europe/Berlin',
      '2026-03-27T01:30Z 2026-03-28T01:30Z 2026-03-29T01:30Z 2026-03-30T00:30Z 2026-03-31T00:30Z',
    ],
    [
      'FREQ=DAILY;INTERVAL=3;UNTIL=20261110T230000',
      '2026-10-20T23:00',
      'America/New_York',
      '2026-10-21T03:00Z 2026-10-24T03:00Z 2026-10-27T03:00Z 2026-10-30T03:00Z 2026-11-02T04:00Z 2026-11-05T04:00Z 2026-11-08T04:00Z 2026-11-11T04:00Z',
    ],
    [
      'FREQ=WEEKLY;BYDAY=SU;COUNT=8',
      '2026-10-04T03:00',
      'Europe/Berlin',
      '2026-10-04T01:00Z 2026-10-11T01:00Z 2026-10-18T01:00Z 2026-10-25T02:00Z 2026-11-01T02:00Z 2026-11-08T02:00Z 2026-11-15T02:00Z 2026-11-22T02:00Z',
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU;COUNT=8',
      '2026-09-01T09:00',
      'America/New_York',
      '2026-09-01T13:00Z 2026-09-03T13:00Z 2026-09-15T13:00Z 2026-09-17T13:00Z 2026-09-29T13:00Z 2026-10-01T13:00Z 2026-10-13T13:00Z 2026-10-15T13:00Z',
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO;COUNT=8',
      '2026-08-05T09:00',
      'America/New_York',
      '2026-08-09T13:00Z 2026-08-18T13:00Z 2026-08-23T13:00Z 2026-09-01T13:00Z 2026-09-06T13:00Z 2026-09-15T13:00Z 2026-09-20T13:00Z 2026-09-29T13:00Z',
    ],
    [
      'FREQ=MONTHLY;BYDAY=2TU;COUNT=10',
      '2026-01-13T22:00',
      'Europe/Berlin',
      '2026-01-13T21:00Z 2026-02-10T21:00Z 2026-03-10T21:00Z 2026-04-14T20:00Z 2026-05-12T20:00Z 2026-06-09T20:00Z 2026-07-14T20:00Z 2026-08-11T20:00Z 2026-09-08T20:00Z 2026-10-13T20:00Z',
    ],
    [
      'FREQ=MONTHLY;BYDAY=-1SU;COUNT=10',
      '2026-01-25T01:30',
      'America/New_York',
      '2026-01-25T06:30Z 2026-02-22T06:30Z 2026-03-29T05:30Z 2026-04-26T05:30Z 2026-05-31T05:30Z 2026-06-28T05:30Z 2026-07-26T05:30Z 2026-08-30T05:30Z 2026-09-27T05:30Z 2026-10-25T05:30Z',
    ],
    [
      'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=8',
      '2026-01-31T00:00',
      'Europe/Berlin',
      '2026-01-30T23:00Z 2026-02-27T23:00Z 2026-03-30T22:00Z 2026-04-29T22:00Z 2026-05-30T22:00Z 2026-06-29T22:00Z 2026-07-30T22:00Z 2026-08-30T22:00Z',
    ],
    [
      'FREQ=MONTHLY;COUNT=6',
      '2026-01-31T00:00',
      'Europe/Berlin',
      '2026-01-30T23:00Z 2026-03-30T22:00Z 2026-05-30T22:00Z 2026-07-30T22:00Z 2026-08-30T22:00Z 2026-10-30T23:00Z',
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=12',
      '2026-01-30T18:00',
      'Europe/Berlin',
      '2026-01-30T17:00Z 2026-02-27T17:00Z 2026-03-31T16:00Z 2026-04-30T16:00Z 2026-05-29T16:00Z 2026-06-30T16:00Z 2026-07-31T16:00Z 2026-08-31T16:00Z 2026-09-30T16:00Z 2026-10-30T17:00Z 2026-11-30T17:00Z 2026-12-31T17:00Z',
    ],
    [
      'FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;COUNT=6',
      '2026-03-29T12:00',
      'Europe/Berlin',
      '2026-03-29T10:00Z 2026-10-25T11:00Z 2027-03-28T10:00Z 2027-10-31T11:00Z 2028-03-26T10:00Z 2028-10-29T11:00Z',
    ],
    [
      'FREQ=YEARLY;COUNT=4',
      '2024-02-29T12:00',
      'UTC',
      '2024-02-29T12:00Z 2028-02-29T12:00Z 2032-02-29T12:00Z 2036-02-29T12:00Z',
    ],
    [
      'FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT=4',
      '2026-01-01T08:00',
      'UTC',
      '2026-02-13T08:00Z 2026-03-13T08:00Z 2026-11-13T08:00Z 2027-08-13T08:00Z',
    ],
    [
      'FREQ=DAILY;BYMONTH=12;BYDAY=SA,SU;COUNT=6',
      '2026-11-20T05:00',
      'America/New_York',
      '2026-12-05T10:00Z 2026-12-06T10:00Z 2026-12-12T10:00Z 2026-12-13T10:00Z 2026-12-19T10:00Z 2026-12-20T10:00Z',
    ],
    [
      'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1,15;COUNT=6',
      '2026-01-02T05:00',
      'America/New_York',
      '2026-01-15T10:00Z 2026-04-01T09:00Z 2026-04-15T09:00Z 2026-07-01T09:00Z 2026-07-15T09:00Z 2026-10-01T09:00Z',
    ],
  ])('%s from %s in %s', (text, start, zone, expected) => {
    const from = secondOf(start, zone);
    const found = occurrencesOf({ first: { from, to: from + 7_200 }, rule: ruleOf(text), zone }, always);
    expect(found.map((each) => shown(each.from)).join(' ')).toBe(expected);
    expect(found.every((each) => each.to - each.from === 7_200)).toBe(true);
  });
  it('only what touches the stretch asked for, also what began before it', () => {
    const from = secondOf('2026-01-04T23:00', 'UTC');
    const weekly = { first: { from, to: from + 7_200 }, rule: ruleOf('RRULE:FREQ=WEEKLY'), zone: 'UTC' };
    const within = { from: secondOf('2026-11-02T00:30', 'UTC'), to: secondOf('2026-11-15T23:00', 'UTC') };
    expect(occurrencesOf(weekly, within).map((each) => shown(each.from))).toEqual([
      '2026-11-01T23:00Z',
      '2026-11-08T23:00Z',
    ]);
    expect(nextOccurrences(weekly, within.to, 2).map((each) => shown(each.from))).toEqual([
      '2026-11-15T23:00Z',
      '2026-11-22T23:00Z',
    ]);
  });
  it('an instant as the end is inclusive', () => {
    const from = secondOf('2026-03-27T00:00', 'Europe/Berlin');
    const rule = ruleOf('FREQ=DAILY;UNTIL=20260329T220000Z');
    expect(occurrencesOf({ first: { from, to: from + 60 }, rule, zone: 'Europe/Berlin' }, always)).toHaveLength(4);
  });
  it('once, without a rule', () => {
    const first = { from: 1_000, to: 2_000 };
    expect(occurrencesOf({ first, rule: null, zone: 'UTC' }, { from: 1_999, to: 3_000 })).toEqual([first]);
    expect(occurrencesOf({ first, rule: null, zone: 'UTC' }, { from: 2_000, to: 3_000 })).toEqual([]);
  });
  it('ends, however long it is asked to go on, also where nothing ever fits', () => {
    const first = { from: 0, to: 60 };
    expect(occurrencesOf({ first, rule: ruleOf('FREQ=DAILY'), zone: 'UTC' }, always)).toHaveLength(2_000);
    const never = ruleOf('FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30');
    expect(occurrencesOf({ first, rule: never, zone: 'UTC' }, { from: 0, to: 2e9 })).toEqual([]);
  });
});

describe('A rule that is not understood is refused with what to write', () => {
  it.each([
    ['', 'is no part of a rule'],
    ['FREQ=SECONDLY', 'DAILY, WEEKLY, MONTHLY or YEARLY'],
    ['INTERVAL=2', 'FREQ is missing'],
    ['FREQ=DAILY;BYHOUR=3', 'BYHOUR is not understood'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20261231', 'COUNT and UNTIL'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'said twice'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL=0'],
    ['FREQ=DAILY;INTERVAL=1.5', 'whole number'],
    ['FREQ=WEEKLY;BYDAY=XX', 'BYDAY=XX'],
    ['FREQ=WEEKLY;BYDAY=2TU', 'numbered BYDAY'],
    ['FREQ=WEEKLY;BYMONTHDAY=2', 'BYMONTHDAY does not go'],
    ['FREQ=MONTHLY;BYMONTHDAY=0', 'no day or position 0'],
    ['FREQ=MONTHLY;BYSETPOS=1', 'BYSETPOS needs'],
    ['FREQ=YEARLY;BYDAY=MO', 'needs BYMONTH'],
    ['FREQ=DAILY;UNTIL=20261340', 'UNTIL=20261340'],
    ['FREQ=DAILY;WKST=2MO', 'WKST=2MO'],
  ])('%s', (text, problem) => {
    expect(parseRecurrence(text)).toEqual({ problem: expect.stringContaining(problem) as string });
  });
});
