import { Registry } from 'prom-client';
import { routeSpec, inhibitionSpec } from '../../../contract/policy.ts';
import { eventually } from '../../../../../platform/postgres/eventually.ts';
import { moveClock } from '../../../../../platform/postgres/for-tests.ts';
import type { Actor } from '../../../../../platform/http/http.ts';
import { startOutside, type Outside, type Said, type Seen } from '../../../../delivery/server/testing/outside.ts';
import { oncallModule } from '../../../../oncall/server/module.ts';
import { startPeopleWorld, type PeopleWorld } from '../../../../oncall/server/people/testing.ts';
import { startEngine } from '../../engine/engine.ts';
import type { InForce } from '../../engine/in-force.ts';
import { judgedBy } from '../../engine/reconsider.ts';
import type { AlertingGround } from '../../ground.ts';
import { accept } from '../../intake/accept.ts';
import { startIntegrations } from '../../integrations/start.ts';
import { anIntegration } from '../../integrations/testing/house.ts';
import { policyInForce } from '../../policy/in-force.ts';
import { deleteRoute, putInhibition, putRoute, deleteInhibition } from '../../policy/rules.ts';
import { registerAlertmanager } from '../alertmanager.ts';

/** Answer of the API, its body read where it is JSON. */
export interface Answered {
  readonly status: number;
  readonly body: any;
}

/**
 * Alertmanager's API on the real intake, policy, engine, on-call and delivery, with a real receiver of webhooks and a clock that the
 * test moves.
 */
export interface AlertmanagerWorld {
  readonly people: PeopleWorld;
  readonly hooks: Outside;
  readonly key: string;
  /** Headers of a sender whose integration has these settings. */
  sender(settings: Record<string, unknown>): Promise<Record<string, string>>;
  readonly inForce: InForce;
  readonly alerting: AlertingGround;
  /** Answers of the receiver from now on. */
  answerHooks(answer: (seen: Seen) => Said): void;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  route(name: string, spec: object): Promise<void>;
  inhibition(name: string, spec: object): Promise<void>;
  /** No routes, inhibitions and alerts. */
  clear(): Promise<void>;
  now(): Temporal.Instant;
  /** Moves every clock. */
  move(seconds: number): Promise<void>;
  /** Moves every clock and waits until nothing is left to do. */
  pass(seconds: number): Promise<void>;
  settled(): Promise<void>;
  /** Seconds until something becomes due by itself, at most `most`. */
  untilDue(most: number): Promise<number>;
  /** The engine ends, and what it would do is left to do. */
  standStill(): Promise<void>;
  /** The engine ends and another one begins. */
  restart(): Promise<void>;
  /** Acts once in the middle of a round of the engine: it has read what is in force, and has not looked at what waits. */
  meanwhile(act: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** Rows of a question to the database. */
type Rows = <Row>(text: string) => Promise<Row[]>;

const engineConnections = 4;
const admin: Actor = { kind: 'system', id: 'test', name: 'test', role: 'admin', teams: {}, scopes: ['api'] };

export const startAlertmanagerWorld = async (): Promise<AlertmanagerWorld> => {
  let answer: (seen: Seen) => Said = () => ({ status: 200 });
  const hooks = await startOutside((seen) => answer(seen));
  let moved = 0;
  const now = (): Temporal.Instant => Temporal.Now.instant().add({ milliseconds: moved });
  const { people, alerting, stopParts } = await startParts(now);
  const inForce = policyInForce(alerting);
  const between = interrupted(inForce);
  const engine = await engineOf(alerting, between.inForce);
  const { key } = await anIntegration(people.postgres, { name: 'prometheus', kind: 'alertmanager' });
  const rows = async <Row>(text: string): Promise<Row[]> => (await people.postgres.pool.query(text)).rows as Row[];
  const move = async (seconds: number): Promise<void> => {
    moved += Math.round(seconds * 1_000);
    await moveClock(people.postgres, `${Math.round(seconds * 1_000)} milliseconds`);
  };
  const wake = async (): Promise<void> => {
    await rows("SELECT pg_notify('delivery_due', '')");
    engine.wake();
  };
  const settled = (): Promise<void> => untilNothingIsLeft(rows, inForce, wake);

  return {
    people,
    hooks,
    key,
    inForce,
    alerting,
    now,
    settled,
    ask: asker(people, key),
    sender: async (settings) => {
      if (Object.keys(settings).length === 0) return { authorization: `Bearer ${key}` };
      return { authorization: `Bearer ${await senderWith(people, settings)}` };
    },
    answerHooks: (next) => {
      answer = next;
    },
    route: async (name, spec) => {
      await putRoute(alerting, admin, name, { spec: routeSpec.parse(spec), origin: 'hand', source: null });
    },
    inhibition: async (name, spec) => {
      await putInhibition(alerting, admin, name, { spec: inhibitionSpec.parse(spec), origin: 'hand', source: null });
    },
    clear: async () => {
      await forget(alerting, rows);
      hooks.seen.length = 0;
      answer = () => ({ status: 200 });
    },
    move,
    pass: async (seconds) => {
      await move(seconds);
      await wake();
      await settled();
    },
    untilDue: (most) => untilDue(rows, most),
    standStill: () => engine.stop(),
    restart: () => engine.restart(),
    meanwhile: (act) => {
      between.act(act);
      engine.wake();
    },
    stop: async () => {
      await engine.stop();
      await stopParts();
      await people.stop();
      await hooks.stop();
    },
  };
};

const untilNothingIsLeft = (rows: Rows, inForce: InForce, wake: () => Promise<void>): Promise<void> =>
  eventually(async () => {
    const [left] = await rows<{ left: number; judged_by: string; now: Date }>(leftToDo);
    const at = Temporal.Instant.fromEpochMilliseconds(left!.now.getTime());
    if (left!.left === 0 && left!.judged_by === judgedBy(await inForce(), at)) return;
    await wake();
    throw new Error(`${left!.left} things are left to do`);
  });

const untilDue = async (rows: Rows, most: number): Promise<number> => {
  const [next] = await rows<{ seconds: number | null }>(nextDue);
  return Math.max(0, Math.min(most, next!.seconds ?? most));
};

const senderWith = async (people: PeopleWorld, settings: Record<string, unknown>): Promise<string> => {
  const name = `prometheus-${Object.values(settings).join('-').toLowerCase()}`;
  return (await anIntegration(people.postgres, { name, kind: 'alertmanager', settings })).key;
};

/** What is in force, and once something that happens between its being read and its being used. */
const interrupted = (inForce: InForce): { readonly inForce: InForce; act(next: () => Promise<void>): void } => {
  let next: (() => Promise<void>) | null = null;
  return {
    inForce: async () => {
      const policy = await inForce();
      const acting = next;
      next = null;
      await acting?.();
      return policy;
    },
    act: (act) => {
      next = act;
    },
  };
};

/** An engine that can be ended, and begun anew. */
const engineOf = async (alerting: AlertingGround, inForce: InForce) => {
  const begin = () => {
    const postgres = alerting.postgres.reserve(engineConnections);
    return startEngine({ ...alerting, postgres, metrics: new Registry() }, inForce);
  };
  let running: Awaited<ReturnType<typeof begin>> | null = await begin();
  const stop = async (): Promise<void> => {
    await running?.stop();
    running = null;
  };
  const restart = async (): Promise<void> => {
    await stop();
    running = await begin();
  };
  return { wake: () => running?.wake(), stop, restart };
};

/** All but the engine, on the HTTP ground of `people`. */
const startParts = async (
  now: () => Temporal.Instant,
): Promise<{
  readonly people: PeopleWorld;
  readonly alerting: AlertingGround;
  stopParts(): Promise<void>;
}> => {
  const stops: (() => Promise<void>)[] = [];
  const built: { alerting?: AlertingGround } = {};
  const people = await startPeopleWorld(
    async ({ ground, identity, delivery }) => {
      const oncall = await oncallModule.start(ground, { identity, delivery });
      stops.push(async () => oncall.stop?.());
      const catalog = { ownerOf: async () => null, uses: async () => new Map() };
      const doors = { identity, delivery, oncall: oncall.door, catalog };
      const clock = { now, monotonicMs: () => performance.now() };
      const baseUrl = (): string => 'http://leadline.example';
      const alerting = { ...ground, ...doors, clock, baseUrl } as unknown as AlertingGround;
      const integrations = await startIntegrations(alerting);
      stops.push(() => integrations.stop());
      registerAlertmanager({
        ...alerting,
        integrations,
        inForce: policyInForce(alerting),
        configuration: async () => 'route:\n  receiver: owner\n',
        accept: (integration, incoming, options) => accept(alerting, integration, incoming, options),
      });
      built.alerting = alerting;
    },
    { settings: { logLevel: 'silent' } },
  );
  const stopParts = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  return { people, alerting: built.alerting!, stopParts };
};

const asker =
  (people: PeopleWorld, key: string): AlertmanagerWorld['ask'] =>
  async (method, path, body, headers = { authorization: `Bearer ${key}` }) => {
    const said = await people.http.fastify.inject({
      method: method as 'GET',
      url: `/alertmanager${path}`,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const isJson = String(said.headers['content-type'] ?? '').startsWith('application/json');
    return { status: said.statusCode, body: isJson ? said.json() : said.body };
  };

/** Takes back what a test made, so that the next begins with nothing. */
const forget = async (alerting: AlertingGround, rows: Rows): Promise<void> => {
  for (const { name } of await rows<{ name: string }>('SELECT name FROM alerting.route'))
    await deleteRoute(alerting, admin, name);
  for (const { name } of await rows<{ name: string }>('SELECT name FROM alerting.inhibition'))
    await deleteInhibition(alerting, admin, name);
  await rows('UPDATE alerting.silence SET ends_at = ground.now(), expired_at = ground.now()');
  await rows('DELETE FROM alerting.alert_open');
  await rows('DELETE FROM alerting.alert');
  await rows('DELETE FROM alerting.alert_group');
};

const leftToDo = `-- Alerts to judge, ends to see, groups to tell, messages to send.
  SELECT ((SELECT count(*) FROM alerting.alert WHERE pending_at <= ground.now())
    + (SELECT count(*) FROM alerting.alert_open WHERE ends_at <= ground.now())
    + (SELECT count(*) FROM alerting.alert WHERE suppressed IS NOT NULL AND status <> 'resolved' AND suppressed_until <= ground.now())
    + (SELECT count(*) FROM alerting.alert_group WHERE due_at <= ground.now())
    + (SELECT count(*) FROM delivery.message WHERE ended_at IS NULL AND (ready_at <= ground.now() OR holder IS NOT NULL)))::int AS left,
    (SELECT key FROM alerting.reconsidered) AS judged_by, ground.now() AS now`;

const nextDue = `-- The earliest of all that waits for its time.
  SELECT (extract(epoch FROM least((SELECT min(ends_at) FROM alerting.alert_open),
    (SELECT min(suppressed_until) FROM alerting.alert WHERE suppressed IS NOT NULL AND status <> 'resolved'),
    (SELECT min(due_at) FROM alerting.alert_group),
    (SELECT min(ready_at) FROM delivery.message WHERE ended_at IS NULL)) - ground.now()))::float8 AS seconds`;
