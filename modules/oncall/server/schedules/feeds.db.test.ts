import { sync as calendars } from 'node-ical';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSchedules } from './start.ts';
import { schedulesHouse, type SchedulesHouse } from './testing/house.ts';

const now = '2026-11-25T12:00:00Z';
let house: SchedulesHouse;
beforeAll(async () => {
  house = await schedulesHouse(now, startSchedules);
  await house.apply(
    'payments',
    `
title: "Payments; cards, and: more"
zone: Australia/Lord_Howe
team: payments
layers:
  - {name: nights, rotation: {unit: day, start: 2026-01-05, handoffAt: "02:15"}, people: [p1, p2, p3], restrictions: [{from: "22:00", to: "06:00"}]}
  - {name: days, rotation: {unit: week, start: 2026-01-05, handoffAt: "02:15"}, people: [q1, pia]}
overrides: [{person: p3, from: "2026-12-24T00:00:00Z", to: "2026-12-26T00:00:00Z"}]`,
  );
});
afterAll(() => house?.stop());

const make = async (kind: string, of: string, who = 'admin') =>
  (await house.call('POST', '/api/v1/calendar-feeds', { kind, of, label: 'phone' }, { who })).body;
const read = (path: string, headers: Record<string, string> = {}) =>
  house.call('GET', path, undefined, { who: 'nobody', headers });

/** Events as an independent parser reads them. */
const eventsOf = (text: string) =>
  Object.values(calendars.parseICS(text))
    .filter((each): each is any => each?.type === 'VEVENT')
    .map((each) => ({
      from: each.start.toISOString(),
      to: each.end.toISOString(),
      summary: String(each.summary),
      uid: each.uid,
    }))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));

describe('A calendar of shifts', () => {
  it('is read without signing in by an independent parser, with the same shifts', async () => {
    const { path } = await make('schedule', 'payments');
    const answer = await read(path);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/calendar; charset=utf-8' });
    expect(answer.text).toContain('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n');
    for (const line of answer.text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const events = eventsOf(answer.text);
    expect(events.length).toBeGreaterThan(900);
    const [first, last] = [events[0]!.from, events.at(-1)!.to];
    const said = (await house.call('GET', `/api/v1/schedules/payments/shifts?from=${first}&to=${last}`)).body.items;
    const iso = (text: string) => new Date(text).toISOString();
    expect(events.map(({ from, to, summary }) => [from, to, summary])).toEqual(
      said.map((each: any) => [iso(each.from), iso(each.to), `${each.person.toUpperCase()} on call`]),
    );
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(events.length);
  });

  it('answers 304 until something changes, and the same bytes to all who ask', async () => {
    const { path } = await make('schedule', 'payments');
    const first = await read(path);
    const again = await read(path, { 'if-none-match': String(first.headers['etag']) });
    expect([again.status, again.text]).toEqual([304, '']);
    house.clock.advance({ hours: 2 });
    expect((await read(path)).headers['etag']).toBe(first.headers['etag']);
    const override = { person: 'p7', from: '2026-12-01T00:00:00Z', to: '2026-12-02T00:00:00Z' };
    await house.call('POST', '/api/v1/schedules/payments/overrides', override);
    const changed = await read(path, { 'if-none-match': String(first.headers['etag']) });
    expect(changed.status).toBe(200);
    expect(eventsOf(changed.text).find(({ from }) => from === '2026-12-01T00:00:00.000Z')?.summary).toBe('P7 on call');
  });

  it('is there for a person and for a team', async () => {
    const person = await make('person', 'pia', 'payer');
    const events = eventsOf((await read(person.path)).text);
    expect(new Set(events.map(({ summary }) => summary))).toEqual(new Set(['PIA on call: payments']));
    const team = await make('team', 'payments', 'searcher');
    expect(team.path).toMatch(/^\/api\/v1\/teams\/payments\/shifts\.ics\?token=ll_/u);
    expect(eventsOf((await read(team.path)).text).length).toBeGreaterThan(900);
  });

  it('of a person is given out by themselves or an admin only', async () => {
    const refused = await house.call(
      'POST',
      '/api/v1/calendar-feeds',
      { kind: 'person', of: 'pia' },
      { who: 'searcher' },
    );
    expect(refused).toMatchObject({ status: 403, body: { code: 'oncall.not-your-calendar' } });
    expect((await house.call('POST', '/api/v1/calendar-feeds', { kind: 'schedule', of: 'none' })).status).toBe(422);
    expect(
      (await house.call('POST', '/api/v1/calendar-feeds', { kind: 'schedule', of: 'payments' }, { who: 'nobody' }))
        .status,
    ).toBe(401);
  });

  it('is kept as a hash, listed to its maker, and opens nothing once it was ended', async () => {
    const { feed, path } = await make('schedule', 'payments', 'payer');
    const { rows } = await house.postgres.pool.query('SELECT feed::text AS text FROM oncall.calendar_feed AS feed');
    const secret = path.split('token=')[1]!;
    expect(JSON.stringify(rows)).not.toContain(secret.slice(3));
    const listed = async (who: string) =>
      (await house.call('GET', '/api/v1/calendar-feeds', undefined, { who })).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect(await listed('payer')).toContain(feed.id);
    expect(await listed('searcher')).not.toContain(feed.id);
    expect(await listed('admin')).toContain(feed.id);
    const end = (who: string) => house.call('DELETE', `/api/v1/calendar-feeds/${feed.id}`, undefined, { who });
    expect((await end('searcher')).status).toBe(404);
    expect((await end('payer')).status).toBe(204);
    expect((await read(path)).status).toBe(404);
    expect(await house.told(`calendar-feed:${feed.id}`)).toEqual(['calendar-feed.made', 'calendar-feed.ended']);
  });

  it('cannot be guessed or read by the secret of another', async () => {
    const { path } = await make('schedule', 'payments');
    const secret = path.split('token=')[1]!;
    expect((await read(`/api/v1/teams/payments/shifts.ics?token=${secret}`)).status).toBe(404);
    expect((await read('/api/v1/schedules/payments.ics')).status).toBe(404);
    for (let tries = 0; tries < 6; tries += 1) await read(`/api/v1/schedules/payments.ics?token=ll_${'x'.repeat(43)}`);
    expect((await read('/api/v1/schedules/payments.ics?token=nonsense')).status).toBe(429);
    expect((await read(path)).status).toBe(200);
  });
});
