import { afterAll, beforeAll, expect, it } from 'vitest';
import { gapEvents } from '../../contract/gaps.ts';
import { startPeople } from '../people/start.ts';
import { startPeopleWorld, startReceiver, type PeopleWorld } from '../people/testing.ts';
import { startSchedules } from '../schedules/start.ts';
import { countGaps, warnOfGaps } from './gap-watch.ts';
import { startCovers } from './start.ts';

/** The look ahead through real schedules, people and delivery. */
let world: PeopleWorld;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
const hour = (count: number) => world.clock.now().add({ hours: count }).round('hour').toString();
const call = (who: string, method: string, url: string, body?: unknown) => world.call(who, method, url, body);

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startPeopleWorld((given) => {
    startPeople(given.ground, given);
    startSchedules(given.ground, given);
    startCovers(given);
  });
  const reached = {
    zone: 'UTC',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: receiver.url }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  };
  for (const name of ['p1', 'ada'])
    await call('ada', 'PUT', `/api/v1/people/${name}`, { ...reached, email: `${name}@example.org` });
  await call('ada', 'PUT', '/api/v1/people/p2', { email: 'p2@example.org', zone: 'UTC' });
  const day = (people: (string | null)[], team: string | null) => ({
    zone: 'UTC',
    team,
    layers: [{ name: 'a', rotation: { unit: 'day', start: '2026-01-01', handoffAt: '00:00' }, people }],
  });
  for (const [name, spec] of [
    ['holes', day(['p1', null], 'payments')],
    ['whole', day(['p1', 'p1', 'p2'], null)],
  ] as const)
    await call('ada', 'PUT', `/api/v1/schedules/${name}`, spec);
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
});

it('finds gaps, people on two schedules at once and people without a verified contact method', async () => {
  const { status, body } = await call('bo', 'GET', '/api/v1/on-call/gaps');
  expect(status).toBe(200);
  expect(body.ok).toBe(false);
  expect(Math.abs(body.totals.gaps - 183)).toBeLessThanOrEqual(1);
  expect(body.gaps.every((gap: any) => gap.schedule === 'holes' && gap.kind === 'nobody')).toBe(true);
  expect(body.doubleBookings.length).toBeGreaterThan(100);
  expect(body.doubleBookings[0]).toMatchObject({ person: 'p1', schedules: ['holes', 'whole'] });
  expect(body.unreachable).toMatchObject([{ person: 'p2', schedules: ['whole'] }]);
  const one = (await call('bo', 'GET', '/api/v1/on-call/gaps?schedule=whole&days=30')).body;
  expect([one.totals.gaps, one.totals.unreachable]).toEqual([0, 1]);
  expect((await call('bo', 'GET', '/api/v1/on-call/gaps?schedule=none')).status).toBe(404);
});

it('counts them for the metrics', async () => {
  await countGaps(world);
  const text = await world.ground.metrics.metrics();
  const seconds = Number(/leadline_oncall_gap_seconds\{schedule="holes"\} (\d+)/u.exec(text)?.[1]);
  expect(Math.abs(seconds - 182.5 * 86_400)).toBeLessThanOrEqual(86_400);
  expect(text).toContain('leadline_oncall_gap_seconds{schedule="whole"} 0');
  expect(text).toContain('leadline_oncall_unreachable_people 1');
});

it('tells whoever leads of a gap before it begins, once', async () => {
  const override = { person: 'p1', from: hour(0), to: hour(200) };
  expect((await call('ada', 'POST', '/api/v1/schedules/holes/overrides', override)).status).toBe(201);
  // What has begun within half a day may still be told; from here on nothing is.
  await warnOfGaps(world);
  const before = (await world.events('schedule.gap-ahead')).length;
  world.clock.advance({ hours: 150 });
  expect(await warnOfGaps(world)).toBe(0);
  world.clock.advance({ hours: 50 });
  expect(await warnOfGaps(world)).toBe(1);
  expect(await warnOfGaps(world)).toBe(0);
  const events = (await world.events('schedule.gap-ahead')).slice(before);
  expect(events).toHaveLength(1);
  expect(gapEvents['schedule.gap-ahead'].parse(events[0]!.data)).toMatchObject({ schedule: 'holes', team: 'payments' });
  const { rows } = await world.postgres.pool.query(`SELECT key FROM delivery.message WHERE key LIKE 'gap:holes:%'`);
  expect(rows.length).toBeGreaterThan(0);
});
