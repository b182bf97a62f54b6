import { moveClock } from '../platform/postgres/for-tests.ts';
import { compareOwed, type Finding } from '../modules/oncall/server/audit/audit-views.ts';
import { decide } from '../modules/oncall/server/pages/decide.ts';
import { endSnoozes } from '../modules/oncall/server/pages/engine-store.ts';
import { evaluate, type Evaluated } from '../modules/oncall/server/pages/evaluate.ts';
import { linkKey } from '../modules/oncall/server/pages/link-key.ts';
import { createLinks } from '../modules/oncall/server/pages/links.ts';
import { onCallByName } from '../modules/oncall/server/pages/on-call-views.ts';
import type { PagesGround } from '../modules/oncall/server/pages/pages-ground.ts';
import { send } from '../modules/oncall/server/pages/send.ts';
import { startPagesWorld, type PagesWorld } from '../modules/oncall/server/pages/testing/world.ts';
import { rulesOf } from '../modules/oncall/server/people/views.ts';
import { nextOnCall } from '../modules/oncall/server/schedules/on-call.ts';
import { startSimulatedDatabase } from './simulate-oncall-database.ts';
import { startProvider, type Answers, type Arrival, type TakenByGateway } from './simulate-oncall-providers.ts';

/** The product's commands, stores and engine on a real PostgreSQL whose time the simulation moves. */
export interface SimulatedWorld {
  readonly pages: PagesWorld;
  readonly hooks: string;
  readonly gateways: string;
  readonly arrivals: Arrival[];
  /** What the gateways took and have not reported of, oldest first; whoever reports takes it out. */
  readonly taken: TakenByGateway[];
  /** A gateway's report, as it comes over HTTP; gives back the status of the answer. */
  report(url: string, state: string): Promise<number>;
  answer(how: Answers): void;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  /** By the database's clock. */
  now(): Promise<Temporal.Instant>;
  /** Moves both clocks, also back. */
  move(seconds: number): Promise<Temporal.Instant>;
  /** Engines work until nothing is due, and the sender until nothing waits for now. */
  drain(engines: number): Promise<void>;
  /** What was handed over is sent, as far as it can be. */
  quiet(): Promise<void>;
  /** Calls of this page that had begun have ended. */
  nothingOnItsWay(page: string): Promise<void>;
  /** Messages of a page with their attempts, and how it was answered, in words: for who has to find out what went wrong. */
  attemptsOf(page: string): Promise<string>;
  /** An engine that takes its work and then is no more; its work is given back so that it can come back late. */
  abandon(): Promise<Evaluated>;
  /** True when the late one wrote anything. */
  comesBack(stale: Evaluated): Promise<boolean>;
  /** An engine that dies with everything written and nothing committed. */
  dieInDecide(): Promise<void>;
  /** Every connection breaks, as with a network that fails. */
  breakConnections(): Promise<void>;
  /** The database ends in the middle of what engines and sender do, and comes back. */
  crashDatabase(engines: number): Promise<void>;
  findings(): Promise<readonly Finding[]>;
  stop(): Promise<void>;
}

export const startSimulatedWorld = async (): Promise<SimulatedWorld> => {
  const provider = await startProvider();
  const database = await startSimulatedDatabase();
  const settings = { publicUrl: 'http://leadline.example', logLevel: 'silent' };
  const pages = await startPagesWorld({ engine: false, settings, server: database });
  const { postgres } = pages;
  const ground = await groundOf(pages);
  let engines = 0;
  const now = async (): Promise<Temporal.Instant> => {
    const { rows } = await patient(() => postgres.pool.query<{ now: Date }>('SELECT ground.now() AS now'));
    return Temporal.Instant.fromEpochMilliseconds(rows[0]!.now.getTime());
  };
  const round = async (holder: string): Promise<number> => {
    const evaluated = await evaluate(ground, holder);
    const decided = evaluated.steps.length === 0 ? 0 : await decide(ground, evaluated);
    return decided + (await send(ground));
  };
  const drain = async (count: number): Promise<void> => {
    for (let did = 1; did > 0;) {
      await patient(() => endSnoozes(postgres.tables<any>()));
      const rounds = Array.from({ length: count }, () => patient(() => round(`engine-${(engines += 1)}`)));
      did = await allEnded(rounds);
    }
    await untilQuiet(pages);
  };
  return {
    pages,
    hooks: provider.hooks,
    gateways: provider.gateways,
    arrivals: provider.arrivals,
    taken: provider.taken,
    report: async (url, state) => {
      const { pathname } = new URL(url);
      const answer = await patient(
        () => pages.http.fastify.inject({ method: 'POST', url: pathname, payload: { state } }),
        ({ statusCode }) => statusCode < 500,
      );
      return answer.statusCode;
    },
    answer: provider.answer,
    call: (method, path, body) =>
      patient(
        () => pages.call('ada', method, path, body),
        ({ status }) => status < 500,
      ),
    now,
    move: async (seconds) => {
      await moveClock(postgres, `${seconds} seconds`);
      const at = await now();
      // What only grows never goes back.
      if (seconds > 0) pages.clock.advance({ seconds });
      pages.clock.set(at);
      return at;
    },
    drain,
    ...watching(pages),
    abandon: () => evaluate(ground, `abandoned-${(engines += 1)}`),
    comesBack: async (stale) => (await decide(ground, stale)) > 0,
    ...brokenBy(ground, postgres, () => `dying-${(engines += 1)}`),
    crashDatabase: async (count) => {
      const [, drained] = await Promise.all([database.crash(), drain(count).catch((error: Error) => error)]);
      // What was under way when it ended is gone on with by whoever looks next.
      if (drained instanceof Error) await drain(count);
    },
    findings: async () => (await patient(() => compareOwed(postgres.tables<any>()))).findings,
    stop: async () => {
      await pages.stop();
      await provider.stop();
      await database.stop();
    },
  };
};

/** An engine that ends before its commit, and a network that breaks. */
const brokenBy = (
  ground: PagesGround,
  postgres: PagesWorld['postgres'],
  name: () => string,
): Pick<SimulatedWorld, 'dieInDecide' | 'breakConnections'> => ({
  dieInDecide: async () => {
    const delivery = {
      ...ground.doors.delivery,
      enqueue: async (...given: Parameters<typeof ground.doors.delivery.enqueue>) => {
        await ground.doors.delivery.enqueue(...given);
        throw new Error('the process is no more');
      },
    };
    const dying = { ...ground, doors: { ...ground.doors, delivery } };
    const taken = await evaluate(dying, name());
    if (taken.steps.length > 0) await decide(dying, taken).catch(() => undefined);
  },
  breakConnections: async () => {
    await postgres.pool
      .query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      )
      .catch(() => undefined);
  },
});

/** An engine that is left behind would go on while the simulation answers pages: all have ended before it does. */
const allEnded = async (rounds: readonly Promise<number>[]): Promise<number> => {
  const ended = await Promise.allSettled(rounds);
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return ended.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
};

/** With 25 ms between them longer than a database takes to come back. */
const triesMax = 800;

/** What breaks with a connection is asked again, as every client of a restarted database does. */
const patient = async <Value>(
  ask: () => Promise<Value>,
  well: (value: Value) => boolean = () => true,
): Promise<Value> => {
  for (let tries = 1; ; tries += 1) {
    try {
      const value = await ask();
      if (well(value) || tries > triesMax) return value;
    } catch (error) {
      if (tries > triesMax) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

const untilQuiet = async ({ postgres }: PagesWorld): Promise<void> => {
  const until = performance.now() + 30_000;
  for (let looks = 0; ; looks += 1) {
    const { rows } = await patient(() =>
      postgres.pool.query<{ left: number }>(
        `SELECT count(*)::int AS left FROM delivery.message LEFT JOIN delivery.pace ON pace.lane = message.lane
         WHERE state IN ('waiting', 'unconfirmed') AND (holder IS NOT NULL OR ready_at <= ground.now())
           AND (pace.paused_until IS NULL OR pace.paused_until <= ground.now())`,
      ),
    );
    if (rows[0]!.left === 0) return;
    if (performance.now() > until) throw new Error(`${rows[0]!.left} messages are due and nobody sends them`);
    if (looks % 20 === 0) await patient(() => postgres.pool.query(`SELECT pg_notify('delivery_due', '')`));
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
};

const watching = (pages: PagesWorld): Pick<SimulatedWorld, 'quiet' | 'nothingOnItsWay' | 'attemptsOf'> => ({
  quiet: () => untilQuiet(pages),
  nothingOnItsWay: (page) => untilNotOnItsWay(pages, page),
  attemptsOf: (page) => attemptsOf(pages, page),
});

/** Longest time that a call takes here; what a broken connection left without a result is not waited for longer. */
const onItsWayMsMax = 2_000;

const untilNotOnItsWay = async ({ postgres }: PagesWorld, page: string): Promise<void> => {
  const until = performance.now() + onItsWayMsMax;
  for (let open = 1; open > 0 && performance.now() < until;) {
    const { rows } = await patient(() =>
      postgres.pool.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM delivery.attempt JOIN delivery.message ON message.id = attempt.message
         WHERE message.about = $1 AND attempt.result IS NULL`,
        [`page:${page}`],
      ),
    );
    open = rows[0]!.open;
    if (open > 0) await new Promise((resolve) => setTimeout(resolve, 8));
  }
};

const attemptsOf = async ({ postgres }: PagesWorld, page: string): Promise<string> => {
  const { rows } = await patient(() =>
    postgres.pool.query<{ told: string }>(
      `SELECT jsonb_build_object('acknowledged', page.acknowledged_at, 'resolved', page.resolved_at, 'snoozed', page.snoozed_until,
         'messages', (SELECT jsonb_agg(jsonb_build_object('key', message.key, 'state', message.state, 'created', message.created_at,
           'ended', message.ended_at, 'attempts', (SELECT jsonb_agg(jsonb_build_array(attempt.at, attempt.ended_at, attempt.result, attempt.detail) ORDER BY attempt.at)
             FROM delivery.attempt WHERE attempt.message = message.id))) FROM delivery.message WHERE message.about = 'page:' || page.id))::text AS told
       FROM oncall.page WHERE page.id = $1`,
      [page],
    ),
  );
  return rows[0]?.told ?? 'there is no such page';
};

const groundOf = async ({ ground, postgres, identity, delivery }: PagesWorld): Promise<PagesGround> => {
  const { ledger, log, metrics } = ground;
  return {
    postgres,
    ledger,
    log,
    metrics,
    doors: {
      identity,
      delivery,
      onCallOf: (names, at) => onCallByName(postgres.tables<any>(), names, at),
      nextOnCall: async (name, at) => {
        const next = await nextOnCall(postgres.tables<any>(), name, at);
        return next === null ? [] : [next];
      },
      rulesOf: (names) => rulesOf(postgres.tables<any>(), names),
    },
    links: createLinks(await linkKey(postgres.tables<any>(), { identity } as never)),
    baseUrl: () => 'http://leadline.example',
  };
};
