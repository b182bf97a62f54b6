import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { startSchedules } from '../schedules/start.ts';
import { tellLostShifts } from './lost-shifts.ts';
import { lookAtShifts } from './notices.ts';
import type { PeopleGround } from './people-ground.ts';
import { startPeople } from './start.ts';
import { startPeopleWorld, startReceiver, type PeopleWorld } from './testing.ts';

/** What people are told of their shifts, through real schedules and a real sender. */
let world: PeopleWorld;
let people: PeopleGround;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
const now = () => world.clock.now();

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startPeopleWorld((given) => {
    startPeople(given.ground, given);
    startSchedules(given.ground, given);
  });
  people = world;
  const spec = (name: string) => ({
    email: `${name}@example.org`,
    zone: 'Europe/Berlin',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${receiver.url}/${name}` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
    notices: { shiftBefore: 'PT6H' },
  });
  for (const name of ['p1', 'p2']) await world.call('ada', 'PUT', `/api/v1/people/${name}`, spec(name));
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
});

const overrideBy = (body: object) => world.call('ada', 'POST', '/api/v1/schedules/lost/overrides', body);

it('tells who loses a shift by an override, and by one that is taken back, once and in their zone', async () => {
  const rotation = { unit: 'day', start: now().toString().slice(0, 10), handoffAt: '00:00' };
  const spec = { zone: 'UTC', layers: [{ name: 'a', rotation, people: ['p1'] }] };
  expect((await world.call('ada', 'PUT', '/api/v1/schedules/lost', spec)).status).toBe(200);
  const from = now().toZonedDateTimeISO('UTC').startOfDay().add({ days: 40, hours: 8 });
  const time = { from: from.toInstant().toString(), to: from.add({ hours: 4 }).toInstant().toString() };
  const made = await overrideBy({ person: 'p2', ...time, note: 'A wedding' });
  expect(made.status).toBe(201);
  const lost = () => receiver.received.filter(({ body }) => body.data?.kind === 'lost').map(({ body }) => body.data);
  await Promise.all([tellLostShifts(people), tellLostShifts(people)]);
  await tellLostShifts(people);
  await eventually(() => expect(lost().map(({ person }) => person)).toEqual(['p1']));
  expect(lost()[0]).toMatchObject({ schedule: 'lost', by: 'ada', stretches: [{ instead: 'p2' }] });
  const { rows } = await world.postgres.pool.query(
    `SELECT content->>'text' AS text FROM delivery.message WHERE key LIKE 'shift-lost:%'`,
  );
  const there = from.withTimeZone('Europe/Berlin');
  expect(rows[0].text).toContain(`, ${there.toPlainTime().toString().slice(0, 5)} (Europe/Berlin)`);
  expect(rows[0].text).toContain('A wedding');
  world.clock.advance({ minutes: 1 });
  await world.call('ada', 'DELETE', `/api/v1/schedules/lost/overrides/${made.body.id}`);
  await tellLostShifts(people);
  await tellLostShifts(people);
  await eventually(() => expect(lost().map(({ person }) => person)).toEqual(['p1', 'p2']));
  expect(lost()[1]).toMatchObject({ stretches: [{ instead: 'p1' }] });
  await world.call('ada', 'DELETE', '/api/v1/schedules/lost');
});

const toldTo = (person: string) =>
  receiver.received
    .filter(({ body }) => body.data?.person === person && body.data.kind !== 'lost')
    .map(({ body }) => body.data.kind);

it('tells each person once that they are going on call, that it has begun and that it is over', async () => {
  const start = now().toZonedDateTimeISO('UTC').round({ smallestUnit: 'day', roundingMode: 'ceil' });
  const schedule = {
    zone: 'UTC',
    layers: [
      {
        name: 'primary',
        rotation: { unit: 'day', length: 1, start: start.toPlainDate().toString(), handoffAt: '00:00' },
        people: ['p1', 'p2'],
      },
    ],
  };
  expect((await world.call('ada', 'PUT', '/api/v1/schedules/payments', schedule)).status).toBe(200);
  const at = async (time: Temporal.ZonedDateTime) => {
    world.clock.set(time.toInstant());
    await Promise.all([lookAtShifts(people), lookAtShifts(people), lookAtShifts(people)]);
  };
  await at(start.subtract({ hours: 7 }));
  await at(start.subtract({ hours: 5 }));
  await at(start.subtract({ hours: 1 }));
  await eventually(() => expect(toldTo('p1')).toEqual(['before']));
  await at(start.add({ minutes: 1 }));
  await at(start.add({ minutes: 30 }));
  await eventually(() => expect(toldTo('p1')).toEqual(['before', 'begins']));
  expect(toldTo('p2')).toEqual([]);
  await at(start.add({ hours: 19 }));
  await at(start.add({ hours: 24, minutes: 1 }));
  await eventually(() => {
    expect(toldTo('p1')).toEqual(['before', 'begins', 'ends']);
    expect(toldTo('p2')).toEqual(['before', 'begins']);
  });
  const told = receiver.received.find(({ body }) => body.data?.kind === 'before')!;
  expect(told.headers['idempotency-key']).toMatch(/^shift-before:payments:/u);
  expect(told.body.data).toMatchObject({ schedule: 'payments', person: 'p1', after: 'p2' });
});

it('warns the person and whoever leads where somebody goes on call and cannot be reached, once', async () => {
  // Bo cannot be reached: no method, no address to sign in with. Ada leads.
  await world.postgres.pool.query(`UPDATE identity.person SET email = NULL WHERE name = 'bo'`);
  await world.call('ada', 'PUT', '/api/v1/people/ada', {
    email: 'ada@example.org',
    zone: 'UTC',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${receiver.url}/ada` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  });
  const start = now().toZonedDateTimeISO('UTC').round({ smallestUnit: 'day', roundingMode: 'ceil' });
  await world.call('ada', 'PUT', '/api/v1/schedules/search', {
    zone: 'UTC',
    layers: [
      {
        name: 'primary',
        rotation: {
          unit: 'week',
          length: 1,
          start: start.add({ days: 2 }).toPlainDate().toString(),
          handoffAt: '00:00',
        },
        people: ['bo'],
      },
    ],
  });
  await lookAtShifts(people);
  expect(await world.events('person.unreachable')).toEqual([]);
  world.clock.set(start.add({ days: 1, hours: 2 }).toInstant());
  await Promise.all([lookAtShifts(people), lookAtShifts(people)]);
  await lookAtShifts(people);
  const events = await world.events('person.unreachable');
  expect(events.map(({ data }) => [data.name, data.schedule])).toEqual([['bo', 'search']]);
  expect(events[0]!.data.reasons.join()).toContain('cannot be reached');
  await eventually(() => {
    const warned = receiver.received.filter(({ body }) => body.data?.reasons !== undefined);
    expect(warned).toHaveLength(1);
    expect(warned[0]!.body.data).toMatchObject({ person: 'bo', schedule: 'search' });
  });
});
