import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absenceEvents } from '../../contract/absences.ts';
import { startSchedules } from '../schedules/start.ts';
import { schedulesHouse, type SchedulesHouse } from '../schedules/testing/house.ts';
import { addAbsenceRoutes } from './absence-routes.ts';

/** Wednesday. */
const now = '2026-11-25T12:00:00Z';
let house: SchedulesHouse;
beforeAll(async () => {
  house = await schedulesHouse(now, (ground, doors) => {
    startSchedules(ground, doors);
    addAbsenceRoutes({ ground, identity: (doors as any).identity, delivery: null as never });
  });
});
afterAll(() => house?.stop());

const daily = (people: string, more = '') =>
  `{zone: UTC, team: payments, layers: [{name: a, rotation: {unit: day, start: 2026-11-01, handoffAt: "00:00"}, people: [${people}]${more}}]}`;
const away = (person: string, body: object, who = 'admin') =>
  house.call('POST', `/api/v1/people/${person}/absences`, body, { who });
const shifts = async (name: string, from: string, to: string): Promise<string[]> =>
  (await house.call('GET', `/api/v1/schedules/${name}/shifts?from=${from}&to=${to}`)).body.items.map(
    ({ person, kind, from: begin }: any) => `${begin.slice(8, 13)} ${person} ${kind}`,
  );

/** Who had the morning of today and went at noon. */
const absentNow = async (): Promise<string> =>
  (await house.call('GET', '/api/v1/schedules/next/on-call?at=2026-11-25T08:00:00Z')).body.items[0].person;

describe('Absences', () => {
  it('give the turn to the next of the order, told as such, or leave it, by choice of the layer', async () => {
    await house.apply('next', daily('p1, p2, p3'));
    await house.apply('leave', daily('p1, p2, p3', ', whenAway: leave'));
    // The 28th is p1's turn.
    const made = await away('p1', { from: '2026-11-28', to: '2026-11-28', reason: 'wedding' });
    expect(made).toMatchObject({
      status: 201,
      body: { from: '2026-11-28T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z' },
    });
    const asked = ['2026-11-27T00:00:00Z', '2026-11-30T00:00:00Z'] as const;
    expect(await shifts('next', ...asked)).toEqual(['27T00 p3 rotation', '28T00 p2 cover', '29T00 p2 rotation']);
    expect(await shifts('leave', ...asked)).toEqual(['27T00 p3 rotation', '29T00 p2 rotation']);
    await house.call('DELETE', `/api/v1/people/p1/absences/${made.body.id}`);
    expect(await shifts('next', ...asked)).toEqual(['27T00 p3 rotation', '28T00 p1 rotation', '29T00 p2 rotation']);
  });

  it('change nothing of what was', async () => {
    const before = await shifts('next', '2026-11-20T00:00:00Z', now);
    expect((await away('p3', { from: '2026-11-20', to: '2026-11-23' })).body.detail).toContain('in the past');
    // Who is on call now goes at noon, and had the morning.
    const holder = await house.who('next');
    await away(holder!, { from: '2026-11-20', to: '2026-11-25' });
    expect(await shifts('next', '2026-11-20T00:00:00Z', now)).toEqual(before);
    expect(await house.who('next')).not.toBe(holder);
  });

  it('come from a calendar, and are replaced by it', async () => {
    const event = (uid: string, day: string, title: string) =>
      `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:${day}\r\nSUMMARY:${title}\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n`;
    const calendar = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n${event('a', '20251225', 'Christmas Day')}${event('b', '20260101', 'New Year')}END:VCALENDAR\r\n`;
    const bring = (body: object) => house.call('POST', '/api/v1/people/p2/absences/import', body);
    expect((await bring({ calendar })).body.items).toMatchObject([
      { from: '2026-12-25T00:00:00.000Z', reason: 'Christmas Day', origin: 'calendar' },
      { from: '2027-01-01T00:00:00.000Z', reason: 'New Year' },
    ]);
    expect((await bring({ calendar, only: 'new year' })).body.items).toHaveLength(1);
    const { body } = await house.call('GET', '/api/v1/people/p2/absences');
    expect(body.items.map(({ reason }: any) => reason)).toEqual(['New Year']);
    expect((await bring({ calendar: 'no calendar' })).status).toBe(422);
  });

  it('of a schedule’s people are told together, of nobody else', async () => {
    const { body } = await house.call('GET', '/api/v1/schedules/next/absences');
    expect(new Set(body.items.map(({ person }: any) => person))).toEqual(new Set(['p2', await absentNow()]));
    await away('p9', { from: '2026-12-01', to: '2026-12-01' });
    const again = await house.call('GET', '/api/v1/schedules/next/absences');
    expect(again.body).toEqual(body);
    expect((await house.call('GET', '/api/v1/schedules/no-such/absences')).status).toBe(404);
  });

  it('are said by the person and by admins only', async () => {
    const body = { from: '2026-12-01', to: '2026-12-02' };
    expect((await away('pia', body, 'payer')).status).toBe(201);
    expect((await away('p1', body, 'payer')).status).toBe(403);
    expect((await away('nobody', body)).status).toBe(404);
  });
});

describe('Shadows', () => {
  const along = (body: object, who = 'helper') =>
    house.call('POST', '/api/v1/schedules/shadows/shadowings', body, { who });

  it('go along and are never who is paged; in reverse the learner is, and the other goes along', async () => {
    await house.apply('shadows', daily('p1, p2, p3'));
    const to = '2026-12-20T00:00:00Z';
    expect((await along({ person: 'p9', of: 'p1', from: now, to })).status).toBe(201);
    const asked = (day: number) => house.call('GET', `/api/v1/schedules/shadows/on-call?at=2026-11-${day}T12:00:00Z`);
    const party = async (day: number) =>
      (await asked(day)).body.items.map(({ person, kind }: any) => `${person} ${kind}`);
    expect(await party(28)).toEqual(['p1 rotation', 'p9 shadow']);
    expect(await party(29)).toEqual(['p2 rotation']);
    const reverse = await along({ person: 'p8', of: 'p2', mode: 'reverse', from: now, to });
    expect(await party(29)).toEqual(['p8 rotation', 'p2 shadow']);
    const with2 = await house.call('GET', '/api/v1/people/p2/shadowings');
    expect(with2.body.items).toMatchObject([{ schedule: 'shadows', person: 'p8', of: 'p2', mode: 'reverse' }]);
    expect((await house.call('DELETE', `/api/v1/schedules/shadows/shadowings/${reverse.body.id}`)).status).toBe(204);
    expect((await house.call('GET', '/api/v1/people/p2/shadowings')).body.items).toEqual([]);
    expect(await party(29)).toEqual(['p2 rotation']);
    expect((await along({ person: 'p9', from: now, to }, 'searcher')).status).toBe(403);
    expect((await along({ person: 'p9', of: 'p9', from: now, to })).status).toBe(422);
  });

  it('and absences are told on the ledger as the contract says', async () => {
    const { rows } = await house.postgres.pool.query(
      `SELECT kind, data FROM (SELECT kind, data FROM ledger.event UNION ALL SELECT kind, data FROM ledger.pending) AS told
       WHERE kind LIKE 'absence.%' OR kind LIKE 'shadowing.%'`,
    );
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(Object.keys(absenceEvents)));
    for (const { kind, data } of rows) absenceEvents[kind as keyof typeof absenceEvents].parse(data);
  });
});
