import { startPagesWorld, type PagesWorld } from '../../../oncall/server/pages/testing/world.ts';
import { builtInIntegration, type IncomingAlert, type Integration } from '../../domain/alert.ts';
import { nothingInForce, type PolicyInForce } from '../engine/in-force.ts';
import type { AlertingGround } from '../ground.ts';
import { accept, type Accepted } from '../intake/accept.ts';
import { startAlerts } from '../start-alerts.ts';

/** Alerting on the real on-call, delivery, ledger and PostgreSQL: from an alert to the receiver of the owner's webhook. */
export interface AlertsWorld extends PagesWorld {
  readonly alerting: AlertingGround;
  /** Changes what is in force; resolves when the engine judges by it (a round that had begun judges by what was before). */
  setPolicy(change: Partial<PolicyInForce>): Promise<void>;
  accept(
    alerts: readonly (Partial<IncomingAlert> & { readonly dedupKey: string })[],
    from?: Integration,
  ): Promise<readonly Accepted[]>;
  /** Rows of a question to the database. */
  rows<Row = any>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Moves the database's clock and wakes everything that waits for it. */
  later(by: string): Promise<void>;
  decisions(alertId: string): Promise<{ decision: string; reason: string; page_id: string | null }[]>;
  pages(): Promise<
    { id: string; state: string; times: number; service: string | null; summary: string; urgency: string }[]
  >;
}

/** The team `payments` owns the service shop/checkout and pages p1; p1 to p3 have a webhook each. */
export const startAlertsWorld = async (): Promise<AlertsWorld> => {
  let policy = await nothingInForce();
  let alerting: AlertingGround | null = null;
  let engine: Awaited<ReturnType<typeof startAlerts>> | null = null;
  const world = await startPagesWorld({
    engine: true,
    above: async ({ ground, identity, delivery, oncall }) => {
      alerting = {
        ...ground,
        identity,
        delivery,
        oncall,
        catalog: {
          ownerOf: async (service: string) => (service === 'shop/checkout' ? 'payments' : null),
          factsOf: async (names: readonly string[]) =>
            new Map(names.includes('shop/checkout') ? [['shop/checkout', { owner: 'payments', tier: null }]] : []),
        },
        objectives: { ownerOfObjective: async () => null },
        baseUrl: () => 'http://leadline.example',
      } as unknown as AlertingGround;
      engine = await startAlerts(alerting, async () => policy);
    },
  });
  await world.policy('payments', { team: 'payments', steps: [{ after: 'PT0S', notify: [{ person: 'p1' }] }] });
  const rows = async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await world.postgres.pool.query(text, [...values])).rows as Row[];
  return {
    ...world,
    alerting: alerting!,
    rows,
    setPolicy: async (change) => {
      const judgedBy = async () => (await rows<{ key: string }>('SELECT key FROM alerting.reconsidered'))[0]!.key;
      const before = await judgedBy();
      policy = { ...policy, version: String(Number(policy.version) + 1), ...change };
      engine!.wake();
      await world.until(async () => {
        if ((await judgedBy()) === before) throw new Error('the engine does not judge by the new policy yet');
      });
    },
    accept: (alerts, from = builtInIntegration('api')) => accept(alerting!, from, alerts.map(whole)),
    later: async (by) => {
      await world.pass(by);
      engine!.wake();
    },
    decisions: (id) =>
      rows('SELECT decision, reason, page_id FROM alerting.alert_decision WHERE alert_id = $1 ORDER BY id', [id]),
    pages: async () => (await world.call('ada', 'GET', '/api/v1/pages?limit=200')).body.items,
    stop: async () => {
      await engine!.stop();
      await world.stop();
    },
  };
};

const whole = (alert: Partial<IncomingAlert> & { readonly dedupKey: string }): IncomingAlert => ({
  action: 'trigger',
  labels: { alertname: alert.dedupKey },
  annotations: {},
  severity: 'critical',
  summary: `${alert.dedupKey} is wrong`,
  service: 'shop/checkout',
  startsAt: null,
  endsAt: null,
  links: [],
  ...alert,
});
