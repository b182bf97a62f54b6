import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInIntegration, type IncomingAlert } from '../../domain/alert.ts';
import { accept } from '../intake/accept.ts';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';
import { startEngine } from './engine.ts';
import { nothingInForce } from './in-force.ts';
import { Registry } from 'prom-client';

/** Three engines on one database, as three processes have them: locks are all that they share. */
let world: AlertsWorld;
const others: Awaited<ReturnType<typeof startEngine>>[] = [];
beforeAll(async () => {
  world = await startAlertsWorld();
  for (let count = 0; count < 2; count += 1)
    others.push(await startEngine({ ...world.alerting, metrics: new Registry() }, nothingInForce));
});
afterAll(async () => {
  await Promise.all(others.map((each) => each.stop()));
  await world?.stop();
});

const groups = 20;
const alert = (index: number, action: IncomingAlert['action']): IncomingAlert => ({
  dedupKey: `many-${index}`,
  action,
  labels: { alertname: `Many ${index % groups}`, index: String(index) },
  annotations: {},
  severity: 'critical',
  summary: `many ${index}`,
  service: 'shop/checkout',
  startsAt: null,
  endsAt: null,
  links: [],
});

it('decide each alert once, page each group once, and resolve each page once', async () => {
  const all = Array.from({ length: 600 }, (_, index) => index);
  const batches = Map.groupBy(all, (index) => index % 12);
  await Promise.all(
    [...batches.values()].map((batch) =>
      accept(
        world.alerting,
        builtInIntegration('api'),
        batch.map((index) => alert(index, 'trigger')),
      ),
    ),
  );
  const decided = () =>
    world.rows(
      "SELECT alert_id, count(*)::int AS times FROM alerting.alert_decision WHERE decision IN ('notified', 'joined') GROUP BY 1",
    );
  await world.until(async () =>
    expect(await world.rows('SELECT 1 FROM alerting.alert WHERE pending_at IS NOT NULL')).toEqual([]),
  );
  await world.later('11 seconds');
  await world.until(async () => expect(await decided()).toHaveLength(600));
  expect((await decided()).filter(({ times }) => times !== 1)).toEqual([]);
  const pages = await world.pages();
  expect(pages).toHaveLength(groups);
  // The clock went on over calls that were under way: one of those may come twice, under its own key.
  await world.until(() => expect(new Set(world.hooks.received.map(({ key }) => key)).size).toBe(groups));
  await accept(
    world.alerting,
    builtInIntegration('api'),
    all.map((index) => alert(index, 'resolve')),
  );
  await world.until(async () => expect((await world.pages()).filter(({ state }) => state !== 'resolved')).toEqual([]));
  expect(await world.events('page.resolved')).toHaveLength(groups);
  expect(await world.rows('SELECT 1 FROM alerting.alert_group WHERE closed_at IS NULL')).toEqual([]);
  expect(await world.rows('SELECT 1 FROM alerting.alert_open')).toEqual([]);
});
