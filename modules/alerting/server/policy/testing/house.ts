import { catalogModule } from '../../../../catalog/server/module.ts';
import type { CatalogDoor } from '../../../../catalog/server/public.ts';
import { startPagesWorld, type PagesWorld } from '../../../../oncall/server/pages/testing/world.ts';
import { builtInIntegration, type IncomingAlert } from '../../../domain/alert.ts';
import type { InForce } from '../../engine/in-force.ts';
import type { AlertingGround } from '../../ground.ts';
import { accept } from '../../intake/accept.ts';
import { startAlerts } from '../../start-alerts.ts';
import { startPolicy } from '../start.ts';

/** What alerts are judged by, with the engine, on-call, delivery and the catalog, on a real PostgreSQL. */
export interface PolicyHouse extends PagesWorld {
  readonly catalog: CatalogDoor;
  readonly inForce: InForce;
  /** Calls the API and throws where it refuses. */
  must(who: string, method: string, url: string, body?: unknown): Promise<any>;
  /** Sends one alert and gives back its id. */
  send(labels: Record<string, string>, over?: Partial<IncomingAlert>): Promise<string>;
  /** Decisions and how it is held back, of one alert. */
  fate(alert: string): Promise<{ decisions: string[]; reasons: string; suppressed: any }>;
  /** Moves the database's clock and wakes the engine. */
  later(by: string): Promise<void>;
  wake(): void;
}

export const startPolicyHouse = async (settings: Record<string, unknown> = {}): Promise<PolicyHouse> => {
  let made: { alerting: AlertingGround; inForce: InForce; engine: Awaited<ReturnType<typeof startAlerts>> } | null =
    null;
  const world = await startPagesWorld({
    engine: true,
    settings,
    above: async ({ ground, identity, delivery, oncall }) => {
      const catalog = (await catalogModule.start(ground, { identity })).door;
      const alerting = {
        ...ground,
        identity,
        delivery,
        oncall,
        catalog,
        objectives: { ownerOfObjective: async () => null },
        baseUrl: () => 'http://leadline.example',
      } as unknown as AlertingGround;
      const { inForce } = startPolicy(alerting);
      made = { alerting, inForce, engine: await startAlerts(alerting, inForce) };
    },
  });
  const { alerting, inForce, engine } = made!;
  const must: PolicyHouse['must'] = async (who, method, url, body) => {
    const answer = await world.call(who, method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  for (const [team, person] of [
    ['payments', 'p1'],
    ['search', 'p2'],
  ] as const)
    await world.policy(team, { team, steps: [{ after: 'PT0S', notify: [{ person }] }] });
  return {
    ...world,
    catalog: alerting.catalog,
    inForce,
    must,
    wake: () => engine.wake(),
    send: sender(alerting),
    fate: async (alert) => (await world.postgres.pool.query(fateQuestion, [alert])).rows[0],
    later: async (by) => {
      await world.pass(by);
      engine.wake();
    },
    stop: async () => {
      await engine.stop();
      await world.stop();
    },
  };
};

const fateQuestion = `-- What was decided of an alert, in order, and how it is held back now.
  SELECT (SELECT coalesce(json_agg(decision ORDER BY id), '[]') FROM alerting.alert_decision WHERE alert_id = a.id) AS decisions,
    (SELECT coalesce(string_agg(reason, ' | ' ORDER BY id), '') FROM alerting.alert_decision WHERE alert_id = a.id) AS reasons,
    suppressed FROM alerting.alert AS a WHERE id = $1`;

const sender = (alerting: AlertingGround): PolicyHouse['send'] => {
  let sent = 0;
  return async (labels, over = {}) => {
    sent += 1;
    const [taken] = await accept(alerting, builtInIntegration('api'), [
      {
        dedupKey: `sent-${sent}`,
        action: 'trigger',
        labels,
        annotations: {},
        severity: 'critical',
        summary: `${labels['alertname'] ?? 'something'} is wrong`,
        service: labels['service'] ?? null,
        startsAt: null,
        endsAt: null,
        links: [],
        ...over,
      },
    ]);
    return taken!.alertId!;
  };
};
