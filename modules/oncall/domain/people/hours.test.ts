import { describe, expect, it } from 'vitest';
import { endOfHours, startOfHours, type Hours } from './hours.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const night: Hours[] = [{ from: '22:00', to: '07:00' }];
const office: Hours[] = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }];
const berlin = 'Europe/Berlin';

/** Expected instants were read off Python's zoneinfo (`datetime(…, tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)`). */
describe('the end of the hours that an instant lies in', () => {
  it.each([
    ['in the evening', night, berlin, '2026-11-23T21:30:00Z', '2026-11-24T06:00:00Z'],
    [
      'after midnight, of the night that began yesterday',
      night,
      berlin,
      '2026-11-24T02:00:00Z',
      '2026-11-24T06:00:00Z',
    ],
    ['at noon, outside', night, berlin, '2026-11-24T11:00:00Z', null],
    ['at the very end, which is outside', night, berlin, '2026-11-24T06:00:00Z', null],
    [
      'over the night in which summer time begins, an hour shorter',
      night,
      berlin,
      '2026-03-28T21:00:00Z',
      '2026-03-29T05:00:00Z',
    ],
    ['over the night in which it ends', night, berlin, '2026-10-24T20:00:00Z', '2026-10-25T06:00:00Z'],
    [
      'on Lord Howe, where the clock moves by half an hour',
      night,
      'Australia/Lord_Howe',
      '2026-10-03T13:00:00Z',
      '2026-10-03T20:00:00Z',
    ],
    [
      'all day long, the stretches of three days as one',
      [{ days: ['fri', 'sat', 'sun'] as const, from: '00:00', to: '00:00' }],
      'UTC',
      '2026-11-27T05:00:00Z',
      '2026-11-30T00:00:00Z',
    ],
  ])('%s', (_, hours, zone, now, end) => expect(endOfHours(hours, zone, at(now))?.toString() ?? null).toBe(end));

  it('ends also where the hours never do', () => {
    const end = endOfHours([{ from: '00:00', to: '00:00' }], 'UTC', at('2026-11-27T05:00:00Z'));
    expect(Temporal.Instant.compare(end!, at('2026-12-04T00:00:00Z'))).toBe(1);
  });
});

describe('when the hours begin', () => {
  it.each([
    ['within them: now', office, berlin, '2026-11-23T08:00:00Z', '2026-11-23T08:00:00Z'],
    ['before them: this morning', office, berlin, '2026-11-23T03:00:00Z', '2026-11-23T08:00:00Z'],
    ['on Saturday: on Monday', office, berlin, '2026-11-28T12:00:00Z', '2026-11-30T08:00:00Z'],
    ['over the change to summer time', office, berlin, '2026-03-28T12:00:00Z', '2026-03-30T07:00:00Z'],
    ['in Chatham, at UTC+13:45', office, 'Pacific/Chatham', '2026-11-22T10:00:00Z', '2026-11-22T19:15:00Z'],
  ])('%s', (_, hours, zone, now, start) => expect(startOfHours(hours, zone, at(now))?.toString() ?? null).toBe(start));

  it('never, where there are none', () => expect(startOfHours([], 'UTC', at('2026-11-23T08:00:00Z'))).toBeNull());
});
