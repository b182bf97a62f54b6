import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  applyDocuments,
  askApi,
  connectState,
  ledgerOf,
  promiseOver,
  untilTrue,
  type Report,
} from './fault-objectives-product.ts';
import { startTraffic, type SentService } from './fault-objectives-traffic.ts';
import { processesOf } from './fault-victims.ts';
import { caughtUp } from './ingest-caught-up.ts';
import { freePorts, makeToken, startProduct, type Product } from './product.ts';

/** Whom each kill strikes; Leadline is its supervisor and its server, everything has the engines too. */
const victims = ['leadline', 'everything', 'leadline', 'clickhouse', 'leadline', 'postgres'] as const;

const serviceCount = 20;
/** Targets with the share of bad requests, in percent, at which the tier of one minute fires: never near a twentieth, which is what is sent. */
const promises = [50, 75, 80, 90].flatMap((targetPercent) =>
  [3, 12, 27, 42, 57, 72, 87].map((needsPercent) => ({ targetPercent, needsPercent })),
);
const kinds = ['budget.burning', 'budget.recovered', 'budget.exhausted', 'budget.restored'] as const;
/** A window of one minute holds nothing of the phase before after so long. */
const phaseMsMin = 75_000;
const evaluation = 'objectives.evaluate';

interface Run {
  product: Product;
  readonly token: string;
  readonly again: { readonly data: string; readonly ports: [number, number, number] };
  kills: number;
  atWork: number;
  readonly by: Record<string, number>;
}

/**
 * Kills the product while it evaluates objectives whose services fail and recover in phases. What must stand on the ledger
 * is computed from the sender's own counts: within a phase every ratio moves one way, so however late or often the product
 * looks, the conditions at the ends of phases say which transitions there must be, each once.
 */
export const killEvaluations = async (kills: number, report: Report): Promise<void> => {
  const again = { data: await mkdtemp(join(tmpdir(), 'leadline-fault-')), ports: await freePorts() };
  const product = await startProduct(again);
  const services = Array.from({ length: serviceCount }, (_, index): SentService => {
    return { name: `failing-${index}`, badOf20: 0, total: 0, bad: 0 };
  });
  let run: Run | null = null;
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    run = { product, token: await makeToken(product, 'admin'), again, kills: 0, atWork: 0, by: {} };
    await applyDocuments(product, run.token, services.flatMap(documentsOf));
    const traffic = startTraffic(product.otlpHttpUrl, services);
    await pause(20_000);
    const phases = 4;
    const ends: (readonly EndOfPhase[])[] = [];
    for (let phase = 0; phase < phases; phase += 1) {
      const before = services.map(({ total, bad }) => ({ total, bad }));
      services.forEach((service, index) => (service.badOf20 = phase % 2 === 0 ? index + 1 : 0));
      const startedMs = performance.now();
      const due = Math.round((kills * (phase + 1)) / phases);
      while (run.kills < due) await killOnce(run);
      await pause(Math.max(30_000, phaseMsMin - (performance.now() - startedMs)));
      await traffic.rest();
      await decidedOnAll(run);
      ends.push(services.map((service, index) => endOfPhase(service, before[index]!)));
      if (phase < phases - 1) traffic.go();
    }
    await traffic.stop();
    await compare(run, services, ends, report);
  } finally {
    await (run?.product ?? product).stop();
    for (const pid of processesOf(run?.product ?? product, 'everything')) killQuietly(pid);
    await rm(again.data, { recursive: true, force: true });
  }
};

const nameOf = (service: string, { targetPercent, needsPercent }: (typeof promises)[number]): string =>
  `${service}-${targetPercent}-${needsPercent}`;

const documentsOf = ({ name }: SentService): unknown[] =>
  promises.map((each) => promiseOver({ name: nameOf(name, each), service: name, window: '1d', ...each }));

/** A kill while the lease of the evaluation is held, at a random moment of it; counted as at work where the lease outlives its holder. */
const killOnce = async (run: Run): Promise<void> => {
  const victim = victims[run.kills % victims.length]!;
  // An engine that dies while Leadline still starts ends that start: here it is the evaluation that is struck.
  if (victim === 'postgres' || victim === 'clickhouse') await pause(5_000);
  const state = await stateOf(run);
  const look = async (): Promise<string | null> => {
    const { rows } = await state.query<{ fence: string | null }>(
      'SELECT CASE WHEN holder IS NULL THEN NULL ELSE fence END AS fence FROM jobs.recurring WHERE name = $1',
      [evaluation],
    );
    return rows[0]?.fence ?? null;
  };
  let [held, during]: (string | null)[] = [null, null];
  for (const until = performance.now() + 60_000; performance.now() < until;) {
    held = await look();
    if (held === null) {
      await pause(1);
      continue;
    }
    await pause(Math.random() * 40);
    during = await look();
    if (during === held) break;
  }
  const pids =
    victim === 'leadline' ? [run.product.pid, ...processesOf(run.product, 'server')] : processesOf(run.product, victim);
  for (const pid of pids) killQuietly(pid);
  const after = victim === 'leadline' ? await look() : during;
  await state.end().catch(() => undefined);
  run.kills += 1;
  run.by[victim] = (run.by[victim] ?? 0) + 1;
  if (held !== null && during === held && after === held) run.atWork += 1;
  if (victim === 'everything')
    for (let left = pids; left.length > 0; left = processesOf(run.product, victim)) {
      for (const pid of left) killQuietly(pid);
      await pause(20);
    }
  if (victim === 'leadline' || victim === 'everything') run.product = await startProduct(run.again);
  if (!(await run.product.ready(120_000))) throw new Error(`after a kill of ${victim} Leadline did not become ready`);
};

const stateOf = async (run: Run) => {
  for (const until = performance.now() + 60_000; performance.now() < until; await pause(50)) {
    const client = await connectState(run.product);
    if (client) return client;
  }
  throw new Error('PostgreSQL did not come back within 60 s');
};

/** Everything sent is counted, and two evaluations began after that. */
const decidedOnAll = async (run: Run): Promise<void> => {
  await caughtUp(run.product, run.token, 120_000);
  const state = await stateOf(run);
  const decided = async (): Promise<string> =>
    (await state.query('SELECT decided_at::text AS at FROM objectives.evaluation')).rows[0]?.at ?? '';
  for (let round = 0; round < 2; round += 1) {
    const before = await decided();
    await untilTrue('an evaluation', 60_000, async () => (await decided()) !== before);
  }
  await state.end();
};

interface EndOfPhase {
  /** Share of bad requests in the last minute and since the beginning. */
  readonly now: number;
  readonly all: number;
}

const endOfPhase = ({ total, bad, badOf20 }: SentService, before: { total: number }): EndOfPhase => {
  if (total === before.total) throw new Error('nothing was sent in a phase');
  return { now: badOf20 / 20, all: bad / total };
};

/** The kinds of events that the ends of phases ask for, of one objective. */
const expectedOf = (ends: readonly EndOfPhase[], promise: (typeof promises)[number]): string[] => {
  const expected: string[] = [];
  let [burning, exhausted] = [false, false];
  for (const { now, all } of ends) {
    const burns = now * 100 >= promise.needsPercent;
    const gone = all * 100 >= 100 - promise.targetPercent;
    if (burns !== burning) expected.push(burns ? 'budget.burning' : 'budget.recovered');
    if (gone !== exhausted) expected.push(gone ? 'budget.exhausted' : 'budget.restored');
    [burning, exhausted] = [burns, gone];
  }
  return expected;
};

const compare = async (
  run: Run,
  services: readonly SentService[],
  ends: readonly (readonly EndOfPhase[])[],
  report: Report,
): Promise<void> => {
  const told = Map.groupBy(await ledgerOf(run.product, run.token, kinds), ({ subject }) => subject);
  const wrong: string[] = [];
  let transitions = 0;
  for (const [index, service] of services.entries())
    for (const promise of promises) {
      const name = nameOf(service.name, promise);
      const events = told.get(`objective:${name}`) ?? [];
      const expected = expectedOf(
        ends.map((end) => end[index]!),
        promise,
      );
      transitions += expected.length;
      for (const pair of [kinds.slice(0, 2), kinds.slice(2)] as const) {
        const only = (list: readonly string[]): string => list.filter((kind) => pair.includes(kind as never)).join(' ');
        const found = only(events.map(({ kind }) => kind));
        if (found !== only(expected))
          wrong.push(`${name}: ${found || 'nothing'}, expected ${only(expected) || 'nothing'}`);
      }
    }
  const miscounted = await miscounts(run, services);
  process.stdout.write(`  ${JSON.stringify(run.by)}; ${services.length * promises.length} objectives\n`);
  report(
    run.atWork >= run.kills * 0.8,
    `${run.kills} kills (target at least 30), ${run.atWork} with an evaluation under way (target four of five)`,
  );
  report(
    wrong.length === 0,
    wrong.length === 0
      ? `${transitions} transitions by the counts that were sent: each stands on the ledger once, in order (target: none lost, none doubled)`
      : `${wrong.length} objectives with transitions lost or doubled (target 0):\n  ${wrong.slice(0, 20).join('\n  ')}`,
  );
  report(
    miscounted.length === 0,
    miscounted.length === 0
      ? `every budget equals what was sent, to the event`
      : `${miscounted.length} budgets are not what was sent:\n  ${miscounted.slice(0, 10).join('\n  ')}`,
  );
};

const miscounts = async (run: Run, services: readonly SentService[]): Promise<string[]> => {
  const wrong: string[] = [];
  for (const { name, total, bad } of services) {
    const found = await askApi<{ total: number | null; bad: number | null }>(
      run.product,
      run.token,
      `objectives/${nameOf(name, promises[0]!)}`,
    );
    if (found.total !== total || found.bad !== bad)
      wrong.push(`${name}: ${found.bad} bad of ${found.total}, sent ${bad} of ${total}`);
  }
  return wrong;
};

const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended already.
  }
};
