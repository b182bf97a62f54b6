import { afterAll, beforeAll, expect, it } from 'vitest';
import { coverEvents } from '../../contract/cover-requests.ts';
import { startPeople } from '../people/start.ts';
import { startPeopleWorld, type PeopleWorld } from '../people/testing.ts';
import { startSchedules } from '../schedules/start.ts';
import { startCovers } from './start.ts';

/** Covers and swaps through real schedules, people and delivery. Bo edits payments; Cy is in the rotation and in another team. */
let world: PeopleWorld;
const day = (count: number): string =>
  world.clock.now().toZonedDateTimeISO('UTC').startOfDay().add({ days: count }).toInstant().toString();
const call = (who: string, method: string, url: string, body?: unknown) => world.call(who, method, url, body);
const ask = (who: string, body: object) => call(who, 'POST', '/api/v1/schedules/s/cover-requests', body);
const take = (who: string, id: string, body: object = {}) =>
  call(who, 'POST', `/api/v1/cover-requests/${id}/take`, body);
const who = async (count: number, hour = 12): Promise<string> => {
  const at = Temporal.Instant.from(day(count)).add({ hours: hour });
  const { person, kind } = (await call('ada', 'GET', `/api/v1/schedules/s/on-call?at=${at}`)).body.items[0];
  return `${person} ${kind}`;
};

beforeAll(async () => {
  world = await startPeopleWorld((given) => {
    startPeople(given.ground, given);
    startSchedules(given.ground, given);
    startCovers(given);
  });
  const rotation = { unit: 'day', start: day(0).slice(0, 10), handoffAt: '00:00' };
  const spec = { zone: 'UTC', team: 'payments', layers: [{ name: 'a', rotation, people: ['cy', 'bo', 'ada'] }] };
  await call('ada', 'PUT', '/api/v1/schedules/s', spec);
});
afterAll(() => world?.stop());

it('is asked for one’s own shifts, taken in parts by different people, and never twice', async () => {
  expect((await ask('cy', { from: day(4), to: day(5) })).body.errors[0].message).toContain('cy is not on call');
  const asked = await ask('cy', { from: day(3), to: day(4), note: 'dentist' });
  expect(asked).toMatchObject({ status: 201, body: { person: 'cy', state: 'open', parts: [] } });
  const { id } = asked.body;
  expect((await take('cy', id)).status).toBe(422);
  const noon = Temporal.Instant.from(day(3)).add({ hours: 12 }).toString();
  expect((await take('bo', id, { to: noon })).body).toMatchObject({ state: 'open', parts: [{ person: 'bo' }] });
  expect([await who(3, 6), await who(3, 18)]).toEqual(['bo cover', 'cy rotation']);
  expect((await take('ada', id)).body).toMatchObject({ state: 'taken', open: [] });
  expect([await who(3, 6), await who(3, 18)]).toEqual(['bo cover', 'ada cover']);
  expect((await take('bo', id)).status).toBe(409);
});

it('swaps: each takes the other’s shift', async () => {
  const inReturn = { from: day(7), to: day(8) };
  const { body } = await ask('cy', { from: day(6), to: day(7), asked: 'bo', inReturn });
  expect((await take('ada', body.id)).status).toBe(422);
  expect((await take('bo', body.id, { to: day(7) })).body.errors[0].message).toContain('as a whole');
  expect((await take('bo', body.id)).status).toBe(200);
  expect([await who(6), await who(7), await who(8)]).toEqual(['bo cover', 'cy cover', 'ada rotation']);
});

it('is asked and taken on behalf by editors of the team only, and withdrawn', async () => {
  expect((await ask('cy', { person: 'ada', from: day(11), to: day(12) })).status).toBe(403);
  const { body } = await ask('bo', { person: 'ada', from: day(11), to: day(12) });
  expect((await take('cy', body.id, { person: 'bo' })).status).toBe(403);
  expect((await take('bo', body.id, { person: 'cy' })).status).toBe(200);
  expect(await who(11)).toBe('cy cover');
  const other = (await ask('bo', { from: day(10), to: day(11), asked: 'cy' })).body;
  expect((await call('cy', 'DELETE', `/api/v1/cover-requests/${other.id}`)).status).toBe(204);
  expect((await take('cy', other.id)).status).toBe(409);
  expect(await who(10)).toBe('bo rotation');
});

it('is open again where the cover that was taken is taken back', async () => {
  const { body } = await ask('cy', { from: day(15), to: day(16) });
  const noon = Temporal.Instant.from(day(15)).add({ hours: 12 }).toString();
  await take('bo', body.id, { to: noon });
  await take('ada', body.id);
  const url = '/api/v1/schedules/s/overrides';
  const covers = (await call('ada', 'GET', url)).body.items.filter((each: any) => each.from === day(15));
  expect(covers).toEqual([expect.objectContaining({ kind: 'cover', person: 'bo', replaces: 'cy' })]);
  expect((await call('bo', 'DELETE', `${url}/${covers[0].id}`)).status).toBe(204);
  expect([await who(15, 6), await who(15, 18)]).toEqual(['cy rotation', 'ada cover']);
  const open = (await call('ada', 'GET', '/api/v1/cover-requests')).body.items.find((each: any) => each.id === body.id);
  expect(open).toMatchObject({ state: 'open', parts: [{ person: 'ada' }] });
  expect(open.open.map(({ to }: any) => Temporal.Instant.from(to).toString())).toEqual([noon]);
  expect((await take('ada', body.id)).body).toMatchObject({ state: 'taken' });
  expect(await who(15, 6)).toBe('ada cover');
});

it('tells the ledger and the people', async () => {
  for (const [kind, shape] of Object.entries(coverEvents)) {
    const events = await world.events(kind);
    expect(events.length).toBeGreaterThan(0);
    for (const { data } of events) shape.parse(data);
  }
  const { rows } = await world.postgres.pool.query(`SELECT key FROM delivery.message WHERE key LIKE 'cover.%'`);
  expect(rows.length).toBeGreaterThan(4);
});
