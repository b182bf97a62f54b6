import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import ical from 'ical-generator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readDueCalendars } from './outside.ts';
import { startSchedules } from './start.ts';
import { schedulesHouse, type SchedulesHouse } from './testing/house.ts';

const now = '2026-11-25T12:00:00Z';
let house: SchedulesHouse;
let elsewhere: Server;
let url: string;
/** What the calendar elsewhere answers, and how often it was asked. */
let answer: { status: number; body: string; headers?: Record<string, string> };
let asked: (string | undefined)[] = [];

beforeAll(async () => {
  elsewhere = createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    response.writeHead(answer.status, { 'content-type': 'text/calendar', ...answer.headers }).end(answer.body);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/calendar.ics`;
});
beforeEach(async () => {
  asked = [];
  house = await schedulesHouse(now, startSchedules);
  return () => house.stop();
});
afterAll(() => elsewhere?.close());

const apply = (address: string) =>
  house.apply(
    'vendor',
    `
zone: Europe/Berlin
layers:
  - {name: vendor, calendar: {url: "${address}"}, restrictions: [{from: "08:00", to: "20:00"}]}
  - {name: ours, rotation: {unit: day, start: 2026-01-05}, people: [p1]}`,
  );
const look = async (allowInternal = true) => {
  const { postgres, clock, log } = house.ground;
  const identity = {
    personByName: async (text: string) =>
      /^(q\d|q\d@example\.org)$/u.test(text) ? ({ name: text.slice(0, 2) } as never) : null,
  };
  await readDueCalendars({ postgres, clock, log, identity, allowInternal });
};
const known = async () => (await house.call('GET', '/api/v1/schedules/vendor')).body.calendars[0];
const event = (from: string, to: string, summary: string) => ({ start: new Date(from), end: new Date(to), summary });
const calendar = (...events: object[]): string => ical({ name: 'Vendor', events: events as never }).toString();

describe('A calendar elsewhere', () => {
  it('says who is on call in its layer, by title or by attendee, repeated events too', async () => {
    answer = {
      status: 200,
      headers: { etag: '"one"' },
      body: calendar(
        event('2026-11-26T06:00:00Z', '2026-11-26T12:00:00Z', 'q1 on call'),
        { ...event('2026-11-26T14:00:00Z', '2026-11-26T22:00:00Z', 'Late'), attendees: [{ email: 'q2@example.org' }] },
        {
          ...event('2026-12-01T09:00:00Z', '2026-12-01T10:00:00Z', 'q3 - support'),
          repeating: { freq: 'WEEKLY', count: 3 },
        },
        event('2026-11-27T09:00:00Z', '2026-11-27T10:00:00Z', 'Team lunch'),
      ),
    };
    await apply(url);
    await look();
    const at = async (instant: string) => house.who('vendor', instant);
    expect(await at('2026-11-26T06:30:00Z')).toBe('p1');
    expect(await at('2026-11-26T07:30:00Z')).toBe('q1');
    expect(await at('2026-11-26T15:00:00Z')).toBe('q2');
    expect(await at('2026-11-26T19:30:00Z')).toBe('p1');
    expect(await at('2026-12-15T09:30:00Z')).toBe('q3');
    expect(await at('2026-12-22T09:30:00Z')).toBe('p1');
    expect(await known()).toEqual({
      layer: 'vendor',
      readAt: '2026-11-25T12:00:00.000Z',
      error: null,
      unknown: ['Team lunch'],
    });
  });

  it('is read again after a while with what is known, and keeps the past whatever it says then', async () => {
    const first = event('2026-11-25T13:00:00Z', '2026-11-25T15:00:00Z', 'q1');
    answer = { status: 200, headers: { etag: '"one"' }, body: calendar(first) };
    await apply(url);
    await look();
    await look();
    expect(asked).toEqual([undefined]);
    house.clock.advance({ hours: 2 });
    answer = {
      status: 200,
      headers: { etag: '"two"' },
      body: calendar(event('2026-11-25T16:00:00Z', '2026-11-25T17:00:00Z', 'q2')),
    };
    await look();
    expect(asked).toEqual([undefined, '"one"']);
    expect(await house.who('vendor', '2026-11-25T13:30:00Z')).toBe('q1');
    expect(await house.who('vendor', '2026-11-25T14:30:00Z')).toBe('p1');
    expect(await house.who('vendor', '2026-11-25T16:30:00Z')).toBe('q2');
    house.clock.advance({ hours: 1 });
    answer = { status: 304, body: '' };
    await look();
    expect(await house.who('vendor', '2026-11-25T16:30:00Z')).toBe('q2');
  });

  it('that is away or nonsense keeps what it said last, and the reason is told', async () => {
    answer = { status: 200, body: calendar(event('2026-11-26T08:00:00Z', '2026-11-26T12:00:00Z', 'q1')) };
    await apply(url);
    await look();
    for (const [status, body, reason] of [
      [503, '', /answers 503/u],
      [200, '<html>Sign in</html>', /no iCalendar/u],
      [200, `BEGIN:VCALENDAR\r\n${'X'.repeat(3 * 1024 * 1024)}`, /larger than/u],
      [200, 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT', /by the second/u],
    ] as const) {
      house.clock.advance({ minutes: 16 });
      answer = { status, body };
      await look();
      expect((await known()).error).toMatch(reason);
    }
    expect(await house.who('vendor', '2026-11-26T09:00:00Z')).toBe('q1');
  });

  it('is not read from addresses that nobody may be led to', async () => {
    answer = { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' }, body: '' };
    await apply(url);
    await look();
    expect((await known()).error).toMatch(/169\.254\.169\.254 is an address that is not read/u);
    house.clock.advance({ minutes: 16 });
    await look(false);
    expect((await known()).error).toMatch(/127\.0\.0\.1 is an address that is not read/u);
  });
});
