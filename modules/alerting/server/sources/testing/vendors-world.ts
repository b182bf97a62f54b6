import { moveClock } from '../../../../../platform/postgres/for-tests.ts';
import { eventually } from '../../../../../platform/postgres/eventually.ts';
import { catalogModule } from '../../../../catalog/server/module.ts';
import { changesModule } from '../../../../changes/server/module.ts';
import { oncallModule } from '../../../../oncall/server/module.ts';
import { startPeopleWorld, type PeopleWorld } from '../../../../oncall/server/people/testing.ts';
import { startReceiver, type Receiver } from '../../../../oncall/server/pages/testing/world.ts';
import { probesModule } from '../../../../probes/server/module.ts';
import { alertingModule } from '../../module.ts';

/** From a vendor's client over a real port to the webhook of who is on call: every module between is the real one. */
export interface VendorsWorld extends PeopleWorld {
  /** Where people listen. */
  readonly url: string;
  readonly hooks: Receiver;
  /** Makes an integration by the API; gives back its key. */
  integration(kind: string, more?: Record<string, unknown>): Promise<string>;
  /** Active alerts, or all. */
  alerts(state?: string): Promise<any[]>;
  pages(): Promise<{ id: string; state: string; summary: string; team: string | null }[]>;
  pass(by: string): Promise<void>;
  until<Value>(check: () => Value | Promise<Value>): Promise<Value>;
}

/** Whoever is paged in the team `payments` is p1, who owns what nobody owns is ada; both listen at the receiver. */
export const startVendorsWorld = async (): Promise<VendorsWorld> => {
  const hooks = await startReceiver();
  const stops: (() => Promise<void>)[] = [];
  const world = await startPeopleWorld(async ({ ground, identity, delivery }) => {
    const keep = <Door>(started: { readonly door: Door; stop?(): Promise<void> }): Door => {
      if (started.stop) stops.push(() => started.stop!());
      return started.door;
    };
    const catalog = keep(await catalogModule.start(ground, { identity }));
    const probes = keep(await probesModule.start(ground, { identity, catalog }));
    const oncall = keep(await oncallModule.start(ground, { identity, delivery }));
    const objectives = { answerMarks: () => undefined, ownerOfObjective: async () => null };
    const changes = keep(await changesModule.start(ground, { catalog, objectives } as never));
    const doors = { identity, catalog, delivery, telemetry: {}, probes, oncall, objectives, changes };
    keep(await alertingModule.start(ground, doors as never));
  });
  const must = async (method: string, url: string, body: unknown): Promise<any> => {
    const answer = await world.call('ada', method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  for (const name of ['p1', 'ada'])
    await must('PUT', `/api/v1/people/${name}`, {
      email: `${name}@example.org`,
      zone: 'UTC',
      contactMethods: [{ name: 'hook', channel: 'webhook', address: `${hooks.url}/${name}` }],
      rules: [{ after: 'PT0S', contactMethod: 'hook' }],
    });
  await must('PUT', '/api/v1/escalation-policies/payments', {
    team: 'payments',
    steps: [{ notify: [{ person: 'p1' }] }],
    lowUrgency: 'at-once',
  });
  await world.http.fastify.listen({ host: '127.0.0.1', port: 0 });
  const address = world.http.fastify.server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  let made = 0;
  return {
    ...world,
    url,
    hooks,
    integration: async (kind, more = {}) => {
      made += 1;
      return (await must('POST', '/api/v1/integrations', { kind, name: `${kind}-${made}`, ...more })).key;
    },
    alerts: async (state = 'active') =>
      (await world.call('ada', 'GET', `/api/v1/alerts?state=${state}&limit=200`)).body.items,
    pages: async () => (await world.call('ada', 'GET', '/api/v1/pages')).body.items,
    pass: async (by) => {
      await moveClock(world.postgres, by);
      await world.postgres.pool.query("SELECT pg_notify('oncall_due', ''), pg_notify('delivery_due', '')");
    },
    until: (check) => eventually(check),
    stop: async () => {
      for (const stop of stops.toReversed()) await stop();
      await world.stop();
      await hooks.stop();
    },
  };
};
