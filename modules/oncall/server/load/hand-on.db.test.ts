import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPagesWorld, type PagesWorld } from '../pages/testing/world.ts';

/** What is beyond the cap goes to the next in line, through the whole of on-call and a real sender. */
let world: PagesWorld;

beforeAll(async () => {
  world = await startPagesWorld();
  const start = world.clock.now().toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: 1 }).toString();
  const layers = [
    { name: 'primary', rotation: { unit: 'week', length: 1, start, handoffAt: '00:00' }, people: ['p1', 'p2', 'p3'] },
  ];
  await world.call('ada', 'PUT', '/api/v1/schedules/payments', { zone: 'UTC', team: 'payments', layers });
  await world.policy('payments', { team: 'payments', steps: [{ after: 'PT0S', notify: [{ schedule: 'payments' }] }] });
  const compensation = {
    unit: 'h',
    perHourOrdinary: 0,
    perHourNight: 0,
    perHourWeekend: 0,
    perPageAtNight: 0,
    perHourAwake: 0,
  };
  const cap = { incidents: 2, hours: 12, then: 'hand-on' };
  await world.call('ada', 'PUT', '/api/v1/teams/payments/load-policy', { cap, compensation });
  await world.call('ada', 'PUT', '/api/v1/people/ada', {
    email: 'ada@example.org',
    zone: 'UTC',
    contactMethods: [{ name: 'hook', channel: 'webhook', address: `${world.hooks.url}/ada` }],
    rules: [{ after: 'PT0S', contactMethod: 'hook' }],
  });
});
afterAll(() => world?.stop());

const paged = async (summary: string, urgency: 'high' | 'low' = 'high') => {
  const { id } = await world.page({ summary, policy: 'payments', urgency });
  await world.until(async () => expect((await world.read(id)).steps.length).toBeGreaterThan(0));
  const { steps, timeline } = await world.read(id);
  return { to: steps[0].person, why: steps[0].why, timeline: timeline.map((each: any) => each.text).join('\n') };
};

it('two pages go to whoever is on call, the third to the next, with the reason, and the lead is told once', async () => {
  expect((await paged('First')).to).toBe('p1');
  await world.until(() => expect(world.told()).toContain('/p1'));
  expect((await paged('Second')).to).toBe('p1');
  await world.until(() => expect(world.told().filter((path) => path === '/p1')).toHaveLength(2));
  const third = await paged('Third');
  expect(third.to).toBe('p2');
  expect(third.why).toBe(
    'on call in payments; p1 had 2 pages in 12 hours; the cap is 2: it goes to p2, the next in line, and the lead is told',
  );
  expect(third.timeline).toContain('the next in line');
  expect((await paged('Fourth')).to).toBe('p2');
  await world.until(() => expect(world.told().filter((path) => path === '/p2')).toHaveLength(2));
  // Both are beyond it now: the page still goes to whoever is on call, never to nobody.
  expect(await paged('Fifth')).toMatchObject({ to: 'p1', why: expect.stringContaining('nobody is next in line') });
  const events = await world.events('load.cap-exceeded');
  expect(events.map(({ data }) => [data.name, data.schedule, data.count])).toEqual([['p1', 'payments', 2]]);
  await world.until(() => expect(world.told()).toContain('/ada'));
});
