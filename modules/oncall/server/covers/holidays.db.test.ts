import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepHolidays } from '../people/keep-holidays.ts';
import { startPeople } from '../people/start.ts';
import { startPeopleWorld, type PeopleWorld } from '../people/testing.ts';
import { startSchedules } from '../schedules/start.ts';
import { startCovers } from './start.ts';

/** Public holidays of where somebody lives, as days away. The dates of Bavaria and Berlin are those of their holiday acts. */
let world: PeopleWorld;
beforeAll(async () => {
  world = await startPeopleWorld((given) => {
    startPeople(given.ground, given);
    startSchedules(given.ground, given);
    startCovers(given);
  });
  world.clock.set(Temporal.Instant.from('2026-11-23T12:00:00Z'));
});
afterAll(() => world?.stop());

const say = (body: object, who = 'cy') => world.call(who, 'PATCH', '/api/v1/people/cy/contact-rules', body);
const absences = async (): Promise<any[]> => (await world.call('cy', 'GET', '/api/v1/people/cy/absences')).body.items;
const days = async (): Promise<string[]> => (await absences()).map(({ from }: any) => from.slice(0, 10));

it('become absences of a year, in the zone of the person, when the region is said', async () => {
  expect((await say({ holidays: 'DE-BY', zone: 'Europe/Berlin' })).body.said).toMatchObject({ holidays: 'DE-BY' });
  const found = await absences();
  expect(found[0]).toMatchObject({
    from: '2026-12-24T23:00:00.000Z',
    to: '2026-12-25T23:00:00.000Z',
    reason: '1. Weihnachtstag',
    origin: 'holiday',
    madeBy: 'Leadline',
  });
  expect(await days()).toHaveLength(12);
});

it('give the turn of that day to the next', async () => {
  const rotation = { unit: 'day', start: '2026-12-25', handoffAt: '00:00' };
  const spec = { zone: 'Europe/Berlin', layers: [{ name: 'a', rotation, people: ['cy', 'bo'] }] };
  expect((await world.call('ada', 'PUT', '/api/v1/schedules/s', spec)).status).toBe(200);
  const at = (day: string) => world.call('ada', 'GET', `/api/v1/schedules/s/on-call?at=${day}T12:00:00Z`);
  expect((await at('2026-12-25')).body.items).toMatchObject([{ person: 'bo', kind: 'cover' }]);
  expect((await at('2026-12-27')).body.items).toMatchObject([{ person: 'cy', kind: 'rotation' }]);
});

it('stay taken back by who works on that day, follow the region, and go with it', async () => {
  const [christmas] = await absences();
  await world.call('cy', 'DELETE', `/api/v1/people/cy/absences/${christmas.id}`);
  expect(await keepHolidays(world)).toBe(0);
  expect(await days()).toHaveLength(11);
  await say({ holidays: 'DE-BE' });
  // Epiphany, Corpus Christi and All Saints are Bavaria's; Women's Day is Berlin's.
  const berlin = await days();
  expect(berlin).toHaveLength(9);
  expect(berlin).toContain('2027-03-07');
  expect(await keepHolidays(world)).toBe(0);
  await say({ holidays: '' });
  expect(await days()).toEqual([]);
  expect(await keepHolidays(world)).toBe(0);
});

it('go on a year ahead as time passes, and refuse regions that nobody knows', async () => {
  await say({ holidays: 'DE-BY' });
  const before = await days();
  world.clock.advance({ hours: 24 * 60 });
  await Promise.all([keepHolidays(world), keepHolidays(world)]);
  const after = await days();
  expect(after.length).toBeGreaterThan(9);
  expect(new Set(after).size).toBe(after.length);
  expect(after.at(-1)! > before.at(-1)!).toBe(true);
  expect(await say({ holidays: 'DE-XX' })).toMatchObject({
    status: 422,
    body: { code: 'oncall.holiday-region-unknown' },
  });
  expect((await say({ holidays: 'Bavaria' })).status).toBe(400);
  expect((await say({ holidays: 'DE' }, 'bo')).status).toBe(403);
});
