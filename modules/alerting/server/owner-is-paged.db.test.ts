import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SealedEvent } from '../../../platform/ledger/ledger.ts';
import { startPagesWorld, type PagesWorld } from '../../oncall/server/pages/testing/world.ts';
import { react, type ReactionsGround } from './reactions.ts';
import { beginPosition } from './store.ts';
import type { AlertingTables } from './tables.ts';

/** From an event on the ledger to the receiver of the owner's webhook, through the whole of on-call. */
let world: PagesWorld;
let alerting: ReactionsGround;
let place = 0n;

beforeAll(async () => {
  world = await startPagesWorld();
  await world.policy('payments', { team: 'payments', steps: [{ after: 'PT0S', notify: [{ person: 'p1' }] }] });
  await beginPosition(world.postgres.tables<AlertingTables>());
  const { postgres, config, log, ledger } = world.ground;
  alerting = {
    postgres,
    config,
    log,
    ledger,
    baseUrl: () => 'http://leadline.example',
    catalog: { ownerOf: async (service) => (service === 'shop/checkout' ? 'payments' : null) },
    objectives: { ownerOfObjective: async () => null },
    oncall: world.door,
  };
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
const open = async () =>
  (await world.call('ada', 'GET', '/api/v1/pages')).body.items as {
    id: string;
    state: string;
    times: number;
    service: string;
  }[];

it('a burning budget reaches the owner by their webhook once, says why, and its recovery resolves the page', async () => {
  const burning = event('budget.burning', 'objective:answers', 'shop/checkout', tier);
  await react(alerting, burning);
  await react(alerting, burning);
  await world.until(() => expect(world.told()).toEqual(['/p1']));
  const [page] = await open();
  expect(page).toMatchObject({ state: 'triggered', times: 1, service: 'shop/checkout' });
  const whole = await world.read(page!.id);
  expect(whole.details).toContain('Goes to payments: owner of the service shop/checkout.');
  expect(whole.link).toBe('http://leadline.example/objectives/answers');
  const over = { ...tier, firingSince: '2026-11-23T10:00:00Z' };
  await react(alerting, event('budget.recovered', 'objective:answers', 'shop/checkout', over));
  expect((await world.read(page!.id)).state).toBe('resolved');
  expect((await world.read(page!.id)).timeline.map((each: any) => each.text).join('\n')).toContain('no longer burns');
});

it('a page that somebody resolved is not raised again by the same event', async () => {
  const burning = event('budget.burning', 'objective:carts', 'shop/checkout', tier);
  await react(alerting, burning);
  const [page] = await open();
  await world.call('ada', 'POST', `/api/v1/pages/${page!.id}/resolve`);
  await react(alerting, burning);
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
  await react(alerting, event('heartbeat.missed', 'heartbeat:orphan', null, missed));
  const [page] = await open();
  const whole = await world.read(page!.id);
  expect(whole).toMatchObject({ person: 'ada', summary: 'orphan fell silent' });
  expect(whole.details).toContain('nobody owns the heartbeat orphan');
  const { lastPingAt: _last, dueAt: _due, ...back } = missed;
  await react(
    alerting,
    event('heartbeat.recovered', 'heartbeat:orphan', null, { ...back, missedSince: '2026-11-23T10:11:00Z' }),
  );
  expect((await world.read(page!.id)).state).toBe('resolved');
});
