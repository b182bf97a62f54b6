import { Registry } from 'prom-client';
import { migrationSources } from '../apps/server/migration-sources.ts';
import { anObjective } from '../modules/objectives/fixtures.ts';
import { createCycle } from '../modules/objectives/server/evaluate/cycle.ts';
import { beginningsOf, ordinaryOf } from '../modules/objectives/server/evaluate/ordinary.ts';
import { prepareAll } from '../modules/objectives/server/evaluate/prepared.ts';
import { createSettledCounts } from '../modules/objectives/server/evaluate/settled-counts.ts';
import { recountsNow } from '../modules/objectives/server/evaluate/store.ts';
import { sourcesAt, windowsEnd } from '../modules/objectives/server/evaluate/window-plan.ts';
import { addReportRoutes } from '../modules/objectives/server/report-routes.ts';
import { allObjectives } from '../modules/objectives/server/store.ts';
import type { ObjectivesTables } from '../modules/objectives/server/tables.ts';
import { migrateClickHouse } from '../platform/clickhouse/migrate.ts';
import { startClickHouse } from '../platform/clickhouse/start.ts';
import { movableClock } from '../platform/clock/clock.ts';
import { loadConfiguration } from '../platform/config/load.ts';
import { createHttp } from '../platform/http/start.ts';
import { startLedger } from '../platform/ledger/start.ts';
import { createLog } from '../platform/log/log.ts';
import { migratePostgres } from '../platform/postgres/migrate.ts';
import { startPostgres } from '../platform/postgres/start.ts';
import { addTenSeconds, fillCounts, naiveCounts } from './objectives-data.ts';

/**
 * Both engines, a ledger and the evaluation of objectives in a process tree of their own, on a clock that the bench moves:
 * so that CPU of a cycle is the tree's and nothing else's. Orders come as messages, each is answered.
 */
export type Order =
  | { readonly do: 'fill'; readonly objectives: number; readonly days: number }
  | { readonly do: 'cycle' }
  /** Ten more seconds; the named indicators `[from, to)` fail. */
  | { readonly do: 'step'; readonly failing: readonly [number, number] | null }
  | { readonly do: 'compare' }
  | { readonly do: 'chart'; readonly times: number }
  | { readonly do: 'stop' };

export interface Told {
  readonly kind: string;
  readonly objective: string;
  readonly tier: string;
  readonly at: number;
}

export interface Answer {
  readonly ms: number;
  readonly events?: readonly Told[];
  readonly compared?: number;
  readonly wrong?: number;
  readonly chartsMs?: readonly number[];
  readonly error?: string;
}

const start = async (data: string) => {
  const config = loadConfiguration({ flags: { data, logLevel: 'warn', port: 0 }, environment: {}, folder: '/' });
  const log = createLog('warn');
  const [postgres, clickhouse] = await Promise.all([startPostgres(config, log), startClickHouse(config, log)]);
  await migratePostgres(postgres, migrationSources, log);
  await migrateClickHouse(clickhouse, config, migrationSources, log);
  const clock = movableClock(Temporal.Now.instant().round({ smallestUnit: 'second' }));
  const ledger = await startLedger(postgres, clock, log, new Registry());
  const ground = { postgres, clickhouse, ledger, clock, log };
  const now = (): number => clock.now().epochMilliseconds / 1_000;
  const http = createHttp({ config, log, postgres, metrics: new Registry(), version: 'bench' });
  const viewer = { kind: 'token', id: 'bench', name: 'bench', role: 'viewer', teams: {}, scopes: ['api'] } as const;
  http.setAuthenticate(async () => viewer);
  addReportRoutes({ ...ground, http });
  const { port } = await http.listen();
  const stopAround = async (): Promise<void> => {
    await http.stop();
    await ledger.stop();
  };
  return { ground, cycle: createCycle(ground), now, url: `http://127.0.0.1:${port}`, stopAround, indicators: 0 };
};
type House = Awaited<ReturnType<typeof start>>;

const work = async (house: House, order: Order): Promise<Omit<Answer, 'ms'>> => {
  const { ground, now } = house;
  switch (order.do) {
    case 'fill':
      house.indicators = order.objectives;
      await fillCounts(ground.clickhouse, { indicators: order.objectives, days: order.days, now: now() });
      await insertObjectives(house);
      return {};
    case 'cycle':
      return run(house);
    case 'step':
      ground.clock.advance({ seconds: 10 });
      await addTenSeconds(ground.clickhouse, { indicators: house.indicators, now: now(), failing: order.failing });
      return run(house);
    case 'compare':
      return compare(house);
    case 'chart':
      return { chartsMs: await charts(house, order.times) };
    case 'stop':
      await house.stopAround();
      await ground.clickhouse.stop();
      await ground.postgres.stop();
      return {};
  }
};

const run = async ({ cycle, now }: House): Promise<Pick<Answer, 'events'>> => {
  const result = await cycle.run();
  if (!result.decided) throw new Error(result.reason);
  return {
    events: result.transitions.map(({ event, after }) => ({
      kind: event?.kind ?? '',
      objective: event?.subject.replace('objective:', '') ?? '',
      tier: String(after.decision['tier'] ?? ''),
      at: now(),
    })),
  };
};

const insertObjectives = async ({ ground, indicators }: House): Promise<void> => {
  const { pool } = ground.postgres;
  const base = anObjective();
  const definition = JSON.stringify({ ...base, service: null, alerts: { ...base.alerts, exhaustsWithinMinutes: 240 } });
  await pool.query(
    `INSERT INTO objectives.indicator (canonical, kind, definition, created_at, counted_from)
     SELECT 'bench ' || n, 'spans', $2::jsonb, now(), now() FROM generate_series(1, $1::integer) AS n`,
    [indicators, JSON.stringify(base.components[0]!.indicator)],
  );
  await pool.query(
    `INSERT INTO objectives.objective (id, name, document, definition, created_at, changed_at)
     SELECT gen_random_uuid(), 'bench-' || number, 'bench-' || number,
       jsonb_set(jsonb_set($1::jsonb, '{name}', to_jsonb('bench-' || number)), '{components,0,indicator,number}', to_jsonb(number)),
       date_trunc('milliseconds', now()), date_trunc('milliseconds', now())
     FROM objectives.indicator`,
    [definition],
  );
  await pool.query('VACUUM ANALYZE');
};

/**
 * Every window of every objective against a plain sum over minutes and ten seconds: as the first cycle reads them, and after
 * two minutes of cycles that move them on.
 */
const compare = async ({ ground, now, indicators }: House): Promise<Pick<Answer, 'compared' | 'wrong'>> => {
  const db = ground.postgres.tables<ObjectivesTables>();
  const { ordinary } = ordinaryOf(prepareAll(await allObjectives(db)));
  const counts = createSettledCounts(ground.clickhouse, ground.clock);
  const found = { compared: 0, wrong: 0 };
  for (let step = 0; step <= 12; step += 1) {
    const [to, sources] = [windowsEnd(now(), now()), sourcesAt(now())];
    const { edges } = beginningsOf(ordinary, { to, sources });
    const { slots, key: windows } = ordinary;
    const asked = { edges, to, sources, slots, windows, recounts: await recountsNow(db) };
    const sums = await counts.read(asked, { timeoutMs: 60_000 });
    for (const [window, from] of step % 12 === 0 ? edges.entries() : []) {
      const naive = await naiveCounts(ground.clickhouse, { from, to, tenSecondsFrom: sources.tenSecondsFrom });
      for (const [slot, indicator] of slots.indicators.entries()) {
        const at = window * slots.indicators.length + slot;
        const { good, bad } = naive.get(indicator) ?? { good: 0, bad: 0 };
        found.compared += 1;
        if (sums.good[at] !== good || sums.bad[at] !== bad) found.wrong += 1;
      }
    }
    ground.clock.advance({ seconds: 10 });
    await addTenSeconds(ground.clickhouse, { indicators, now: now(), failing: null });
  }
  return found;
};

const charts = async ({ url, indicators }: House, times: number): Promise<number[]> => {
  const taken: number[] = [];
  for (let index = -2; index < times; index += 1) {
    const name = `bench-${Math.floor(Math.random() * indicators) + 1}`;
    const startedMs = performance.now();
    const answer = await fetch(`${url}/api/v1/objectives/${name}/budget`);
    const { points } = (await answer.json()) as { points: unknown[] };
    if (index >= 0) taken.push(performance.now() - startedMs);
    if (!answer.ok || points.length < 100) throw new Error(`a chart of ${points.length} points, ${answer.status}`);
  }
  return taken.sort((a, b) => a - b);
};

const house = await start(process.argv[2]!);
const say = (answer: Answer): void => {
  process.send?.(answer);
};
process.on('message', (order: Order) => {
  const startedMs = performance.now();
  work(house, order)
    .then((answer) => say({ ...answer, ms: performance.now() - startedMs }))
    .catch((error: unknown) => say({ ms: 0, error: String((error as Error).stack ?? error) }))
    .finally(() => {
      if (order.do === 'stop') process.disconnect?.();
    });
});
say({ ms: 0 });
