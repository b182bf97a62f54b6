import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../../platform/clickhouse/for-tests.ts';
import { systemClock } from '../../../../../platform/clock/clock.ts';
import { startPagesWorld, type PagesWorld } from '../../../../oncall/server/pages/testing/world.ts';
import { measuresOver } from '../../../../telemetry/server/signals/testing/history-over.ts';
import { builtInIntegration } from '../../../domain/alert.ts';
import { nothingInForce } from '../../engine/in-force.ts';
import type { AlertingGround } from '../../ground.ts';
import { accept } from '../../intake/accept.ts';
import { startAlerts } from '../../start-alerts.ts';
import { runCycle } from '../cycle.ts';
import { addRuleRoutes } from '../routes.ts';
import type { RulesGround } from '../rules-ground.ts';
import { tellUnknown, tellWanted } from '../tell.ts';

/** Alert rules on the real engines, intake, on-call and delivery; the test says when a cycle runs. */
export interface RulesWorld extends PagesWorld {
  readonly ground: PagesWorld['ground'];
  readonly rules: RulesGround;
  readonly clickhouse: ClickHouse;
  /** Seconds since 1970 by the database's clock. */
  now(): Promise<number>;
  /** Moves the clock on to the next whole minute and so many minutes more. */
  minutes(count: number): Promise<void>;
  /** Everything that is due is decided and told. */
  cycle(): Promise<void>;
  /** A point of the gauge `queue.size` for each queue, so many seconds before now. */
  gauge(values: Readonly<Record<string, number>>, secondsAgo?: number): Promise<void>;
  /** While true, every question to the engine is refused as it is when it is away. */
  setAway(away: boolean): void;
  put(name: string, spec: object, as?: string): Promise<{ status: number; body: any }>;
  get(name: string): Promise<any>;
  /** Alerts of the built-in integration `rules`, as they stand. */
  alerts(): Promise<{ status: string; summary: string; labels: Record<string, string> }[]>;
}

/** A minute's rule over the mean of a queue. */
export const queueRule = (said: object = {}) => ({
  measure: { metric: { name: 'queue.size', aggregate: 'avg', by: ['queue'] } },
  over: 'PT1M',
  delay: 'PT0S',
  fire: { op: '>', value: 10 },
  service: 'shop/checkout',
  ...said,
});

export const startRulesWorld = async (): Promise<RulesWorld> => {
  const clickhouse = await testClickHouse([
    { name: 'telemetry', folder: new URL('../../../../telemetry/server/migrations/', import.meta.url) },
  ]);
  let [away, offsetMs] = [false, 0];
  const clock = { ...systemClock, now: () => Temporal.Now.instant().add({ milliseconds: offsetMs }) };
  const engine: ClickHouse = {
    ...clickhouse,
    status: () => (away ? { state: 'down', detail: 'It was stopped.' } : { state: 'up', detail: '' }),
  };
  let rules: RulesGround | null = null;
  let alerts: Awaited<ReturnType<typeof startAlerts>> | null = null;
  const world = await startPagesWorld({
    engine: true,
    above: async ({ ground, identity, delivery, oncall }) => {
      const alerting = {
        ...ground,
        identity,
        delivery,
        oncall,
        telemetry: { measures: measuresOver(engine, clock) },
        catalog: {
          ownerOf: async (service: string) => (service === 'shop/checkout' ? 'payments' : null),
          factsOf: async () => new Map([['shop/checkout', { owner: 'payments', tier: null }]]),
        },
        objectives: { ownerOfObjective: async () => null },
        baseUrl: () => 'http://leadline.example',
      } as unknown as AlertingGround;
      const inForce = await nothingInForce();
      alerts = await startAlerts(alerting, async () => inForce);
      rules = { ...alerting, tell: (told) => accept(alerting, builtInIntegration('rules'), told) };
      addRuleRoutes({ http: ground.http, clock }, rules);
    },
  });
  await world.policy('payments', { team: 'payments', steps: [{ after: 'PT0S', notify: [{ person: 'p1' }] }] });
  const now = async (): Promise<number> =>
    Number((await world.postgres.pool.query('SELECT extract(epoch FROM ground.now()) AS now')).rows[0].now);
  return {
    ...world,
    rules: rules!,
    clickhouse,
    now,
    minutes: async (count) => {
      const seconds = 60 - ((await now()) % 60) + 0.05 + (count - 1) * 60;
      await world.pass(`${seconds} seconds`);
      // At least so much that series are looked up anew: those of a metric are remembered for half a minute.
      offsetMs += Math.round(Math.max(seconds, 31) * 1_000);
    },
    cycle: async () => {
      while ((await runCycle(rules!)) > 0);
      await tellUnknown(rules!);
      while ((await tellWanted(rules!)) > 0);
    },
    gauge: async (values, secondsAgo = 1) => sendGauge(clickhouse, values, Math.floor((await now()) - secondsAgo)),
    setAway: (is) => {
      away = is;
    },
    put: (name, spec, as = 'ada') => world.call(as, 'PUT', `/api/v1/alert-rules/${name}`, { spec }),
    get: async (name) => (await world.call('ada', 'GET', `/api/v1/alert-rules/${name}`)).body,
    alerts: async () =>
      (
        await world.postgres.pool.query(`SELECT a.status, a.summary, b.labels FROM alerting.alert a
          JOIN alerting.alert_body b ON b.alert_id = a.id WHERE a.kind = 'rules' ORDER BY a.id`)
      ).rows,
    stop: async () => {
      await alerts!.stop();
      await world.stop();
    },
  };
};

/** One point of the gauge `queue.size` for each queue. */
export const sendGauge = async (
  clickhouse: ClickHouse,
  values: Readonly<Record<string, number>>,
  at: number,
): Promise<void> => {
  const day = new Date(at * 1_000).toISOString().slice(0, 10);
  for (const [queue, value] of Object.entries(values)) {
    await clickhouse.command(`INSERT INTO telemetry_series (day, series_id, metric, kind, service, origin_id, attributes, segment)
      SELECT '${day}', cityHash64('${queue}'), 'queue.size', 'gauge', 'shop/checkout', 1, map('queue', '"${queue}"'), 1`);
    await clickhouse.command(`INSERT INTO telemetry_samples (series_id, time, value, segment)
      SELECT cityHash64('${queue}'), toDateTime64(${at}, 9, 'UTC'), ${value}, 1`);
  }
};
