import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SealedEvent } from '../../../platform/ledger/ledger.ts';
import { react } from './reactions.ts';
import { beginPosition } from './store.ts';
import type { AlertingTables } from './tables.ts';
import { startAlertsWorld, type AlertsWorld } from './testing/world.ts';

/** From an event on the ledger to the receiver of the owner's webhook, through alerting and the whole of on-call. */
let world: AlertsWorld;
let place = 0n;

beforeAll(async () => {
  world = await startAlertsWorld();
  await beginPosition(world.postgres.tables<AlertingTables>());
});
afterAll(() => world?.stop());

const event = (kind: string, subject: string, service: string | null, data: Record<string, unknown>): SealedEvent => {
  place += 1n;
  const at = Temporal.Now.instant().add({ minutes: 1 });
  return {
    id: String(place),
    at,
    place,
    hash: '',
    kind,
    subject,
    service,
    actor: { kind: 'system', id: 's', name: 's' },
    data,
  };
};
const tier = {
  tier: 'page-fast',
  urgency: 'page',
  longWindow: '1h',
  shortWindow: '5m',
  threshold: 14.4,
  longRate: 20,
  shortRate: 30,
  good: 900,
  bad: 100,
  reason: 'Both windows burn faster than 14.4 times.',
  crossedAt: '2026-11-23T10:00:00Z',
};
const open = () => world.pages();
const opened = (count: number) =>
  world.until(async () => expect(await open()).toHaveLength(count)).then(async () => (await open())[0]!);

it('a burning budget reaches the owner by their webhook once, says why, and its recovery resolves the page', async () => {
  const burning = event('budget.burning', 'objective:answers', 'shop/checkout', tier);
  await react(world.alerting, burning);
  await react(world.alerting, burning);
  await world.until(() => expect(world.told()).toEqual(['/p1']));
  const page = await opened(1);
  expect(page).toMatchObject({ state: 'triggered', times: 1, service: 'shop/checkout', urgency: 'high' });
  const whole = await world.read(page.id);
  expect(whole.details).toContain('Goes to payments: owner of the service shop/checkout.');
  expect(whole.details).toContain('objective: http://leadline.example/objectives/answers');
  const over = { ...tier, firingSince: '2026-11-23T10:00:00Z' };
  await react(world.alerting, event('budget.recovered', 'objective:answers', 'shop/checkout', over));
  await world.until(async () => expect((await world.read(page.id)).state).toBe('resolved'));
  const [alert] = (await world.call('ada', 'GET', '/api/v1/alerts?state=resolved')).body.items;
  expect(alert).toMatchObject({ source: 'budget', resolvedBy: 'budget', pages: [page.id] });
});

it('a page that somebody resolved is not raised again by the same event', async () => {
  const burning = event('budget.burning', 'objective:carts', 'shop/checkout', tier);
  await react(world.alerting, burning);
  const page = await opened(2);
  await world.call('ada', 'POST', `/api/v1/pages/${page.id}/resolve`);
  const active = async () => (await world.call('ada', 'GET', '/api/v1/alerts')).body.items;
  await world.until(async () => expect(await active()).toEqual([]));
  await react(world.alerting, burning);
  await world.later('10 seconds');
  expect(await active()).toEqual([]);
  expect((await open()).filter(({ state }) => state !== 'resolved')).toEqual([]);
});

it('what nobody owns reaches an administrator’s first team, or the administrator', async () => {
  const missed = {
    name: 'orphan',
    service: null,
    team: null,
    everySeconds: 600,
    graceSeconds: 60,
    lastPingAt: '2026-11-23T10:00:00Z',
    dueAt: '2026-11-23T10:10:00Z',
    reason: 'The last ping came at ten.',
  };
  await react(world.alerting, event('heartbeat.missed', 'heartbeat:orphan', null, missed));
  const page = await opened(3);
  const whole = await world.read(page.id);
  expect(whole).toMatchObject({ person: 'ada', summary: 'orphan fell silent' });
  expect(whole.details).toContain('nobody owns the heartbeat orphan');
  const { lastPingAt: _last, dueAt: _due, ...back } = missed;
  await react(
    world.alerting,
    event('heartbeat.recovered', 'heartbeat:orphan', null, { ...back, missedSince: '2026-11-23T10:11:00Z' }),
  );
  await world.until(async () => expect((await world.read(page.id)).state).toBe('resolved'));
});
