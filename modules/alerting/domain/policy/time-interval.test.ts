import { describe, expect, it } from 'vitest';
import { intervalOf, intervalProblems, type TimeInterval } from './time-interval.ts';

const holds = (interval: TimeInterval, at: string): boolean => intervalOf(interval)(Temporal.Instant.from(at));
const berlin = 'Europe/Berlin';
const office: TimeInterval = { weekdays: ['monday:friday'], times: [{ from: '09:00', to: '17:00' }] };

describe('a time interval', () => {
  it.each<[string, TimeInterval, string, boolean]>([
    ['nothing said holds always', {}, '2026-11-23T03:00:00Z', true],
    ['its first minute', office, '2026-11-23T09:00:00Z', true],
    ['its last second', office, '2026-11-23T16:59:59Z', true],
    ['the minute that it ends', office, '2026-11-23T17:00:00Z', false],
    ['a Saturday', office, '2026-11-21T10:00:00Z', false],
    ['a zone, in winter', { ...office, zone: berlin }, '2026-11-23T08:00:00Z', true],
    ['a zone, in winter, an hour before', { ...office, zone: berlin }, '2026-11-23T07:59:59Z', false],
    ['a zone, in summer', { ...office, zone: berlin }, '2026-07-06T07:00:00Z', true],
    ['a zone, in summer, too late', { ...office, zone: berlin }, '2026-07-06T15:00:00Z', false],
    ['a day that is another one elsewhere', { weekdays: ['monday'], zone: 'Asia/Tokyo' }, '2026-11-22T15:00:00Z', true],
    [
      'the hour that comes twice, first',
      { times: [{ from: '02:00', to: '03:00' }], zone: berlin },
      '2026-10-25T00:30:00Z',
      true,
    ],
    [
      'the hour that comes twice, again',
      { times: [{ from: '02:00', to: '03:00' }], zone: berlin },
      '2026-10-25T01:30:00Z',
      true,
    ],
    [
      'behind the hour that comes twice',
      { times: [{ from: '02:00', to: '03:00' }], zone: berlin },
      '2026-10-25T02:00:00Z',
      false,
    ],
    [
      'the hour that never comes',
      { times: [{ from: '02:00', to: '03:00' }], zone: berlin },
      '2026-03-29T01:00:00Z',
      false,
    ],
    ['all of a week', { weekdays: ['sunday:saturday'] }, '2026-11-22T12:00:00Z', true],
    ['the end of a day', { times: [{ from: '22:00', to: '24:00' }] }, '2026-11-23T23:59:00Z', true],
    [
      'one of two times',
      {
        times: [
          { from: '22:00', to: '24:00' },
          { from: '00:00', to: '06:00' },
        ],
      },
      '2026-11-23T05:59:00Z',
      true,
    ],
    ['the last day of a month', { daysOfMonth: ['-1'] }, '2026-11-30T12:00:00Z', true],
    ['the last day of February', { daysOfMonth: ['-1'] }, '2028-02-29T12:00:00Z', true],
    ['not the last day of February', { daysOfMonth: ['-1'] }, '2028-02-28T12:00:00Z', false],
    ['the last three days', { daysOfMonth: ['-3:-1'] }, '2026-11-28T12:00:00Z', true],
    ['not the day before them', { daysOfMonth: ['-3:-1'] }, '2026-11-27T12:00:00Z', false],
    ['from a day to the end', { daysOfMonth: ['25:-1'] }, '2026-02-28T12:00:00Z', true],
    ['up to a day that the month has not', { daysOfMonth: ['25:31'] }, '2026-02-28T12:00:00Z', true],
    ['a day that the month has not', { daysOfMonth: ['31'] }, '2026-02-28T12:00:00Z', false],
    ['a range that begins before the month does', { daysOfMonth: ['-31:-29'] }, '2026-02-01T12:00:00Z', false],
    ['a month by name', { months: ['november:december'] }, '2026-11-23T12:00:00Z', true],
    ['a month by number', { months: ['6:8'] }, '2026-11-23T12:00:00Z', false],
    ['a year', { years: ['2026:2027'] }, '2027-12-31T23:59:59Z', true],
    ['behind a year', { years: ['2026:2027'] }, '2028-01-01T00:00:00Z', false],
    ['a list with nothing in it', { weekdays: [] }, '2026-11-23T12:00:00Z', false],
    [
      'a last day beside the clocks going forward',
      { daysOfMonth: ['-1'], zone: 'America/Santiago' },
      '2026-09-30T12:00:00Z',
      true,
    ],
    ['words in any case', { weekdays: ['Monday:Friday'] }, '2026-11-23T12:00:00Z', true],
  ])('holds or not: %s', (_, interval, at, expected) => expect(holds(interval, at)).toBe(expected));

  it.each<[TimeInterval, string]>([
    [{ weekdays: ['friday:monday'] }, 'weekdays.0'],
    [{ weekdays: ['monday', 'someday'] }, 'weekdays.1'],
    [{ daysOfMonth: ['0'] }, 'daysOfMonth.0'],
    [{ daysOfMonth: ['32'] }, 'daysOfMonth.0'],
    [{ daysOfMonth: ['-1:5'] }, 'daysOfMonth.0'],
    [{ daysOfMonth: ['30:-3'] }, 'daysOfMonth.0'],
    [{ months: ['december:january'] }, 'months.0'],
    [{ months: ['13'] }, 'months.0'],
    [{ years: ['2027:2026'] }, 'years.0'],
    [{ times: [{ from: '17:00', to: '09:00' }] }, 'times.0'],
    [{ times: [{ from: '9:00', to: '17:00' }] }, 'times.0'],
    [{ times: [{ from: '00:00', to: '24:01' }] }, 'times.0'],
    [{ zone: 'Berlin' }, 'zone'],
    [{ zone: '+02:00' }, 'zone'],
  ])('is refused with its place: %j', (interval, field) => {
    expect(intervalProblems(interval).map((problem) => problem.field)).toEqual([field]);
    expect(() => intervalOf(interval)).toThrow();
  });

  it('says how a night is written', () =>
    expect(intervalProblems({ times: [{ from: '22:00', to: '06:00' }] })[0]!.message).toContain(
      '22:00 to 24:00 and 00:00 to 06:00',
    ));
});
