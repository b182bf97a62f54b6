import { Refusal } from '../../../../kernel/problem.ts';
import { reaches } from '../../../../kernel/role.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/backtests.ts';
import type { PolicyResult } from '../../domain/backtest.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { allObjectives, type KeptObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { policiesOf } from './policies.ts';
import { backtest } from './run.ts';
import * as store from './store.ts';
import type { BacktestTables } from './tables.ts';

/** Counts by minute are kept this long (counting's retention). */
const minutesDays = 62;
/** The youngest minutes are still being counted. */
const settledSeconds = 120;
const incidentsMax = 20_000;
const busyRetrySeconds = 5;

/** Puts the routes of back-tests on the HTTP ground. One back-test runs at a time in a process: it takes a core and memory. */
export const addBacktestRoutes = (ground: Ground): void => {
  addIncidentRoutes(ground);
  let running = false;
  ground.http.route(contract.runBacktest, async ({ body }) => {
    const policies = policiesOf(body.policies);
    const stretch = stretchOf(body, ground.clock.now());
    if (running) throw busy();
    running = true;
    try {
      const startedMs = ground.clock.monotonicMs();
      const all = await allObjectives(ground.postgres.tables<ObjectivesTables>());
      const byName = new Map(all.map(({ name, definition }) => [name, definition]));
      const objectives = named(all, body.objectives);
      const marked = await markedIn(ground, objectives, stretch);
      const find = (name: string) => byName.get(name);
      const corrections = await exclusionsNow(ground.postgres);
      const corrected = objectives.filter(({ definition }) => corrections.of(definition, stretch, find) !== null);
      const { results, notes } = await backtest(ground.clickhouse, {
        objectives,
        find,
        policies,
        ...stretch,
        excludedOf: (definition, within) => (body.corrected ? corrections.of(definition, within, find) : null),
        incidents: Map.groupBy(marked, ({ objective }) => objective),
      });
      return {
        from: new Date(stretch.from * 1_000).toISOString(),
        to: new Date(stretch.to * 1_000).toISOString(),
        objectives: objectives.length,
        incidents: marked.length,
        corrected: body.corrected,
        notes: [...correctionNotes(corrected.length, body.corrected), ...notes],
        results: results.map(shown),
        tookMs: Math.round(ground.clock.monotonicMs() - startedMs),
      };
    } finally {
      running = false;
    }
  });
};

/** With or without: which of the two it is stands beside the figures wherever the other would be others. */
const correctionNotes = (objectives: number, corrected: boolean): string[] => {
  if (objectives === 0) return [];
  const whose = `corrections of ${objectives} ${objectives === 1 ? 'objective' : 'objectives'}`;
  return [
    corrected
      ? `What ${whose} exclude is left out, as alerts leave it out; try without corrections to see all of it.`
      : `Everything counts here, also what ${whose} exclude.`,
  ];
};

const addIncidentRoutes = (ground: Ground): void => {
  const { http, clock, postgres } = ground;
  const db = postgres.tables<BacktestTables>();
  http.route(contract.listRealIncidents, async ({ params }) => ({
    items: await store.incidentsOf(db, params.name, contract.backtestLimits.incidentsPerObjective),
  }));
  http.route(contract.markRealIncident, async ({ params, body, signedIn }) => {
    const actor = signedIn();
    const now = clock.now();
    const [from, to] = [Temporal.Instant.from(body.from), Temporal.Instant.from(body.to)];
    if (Temporal.Instant.compare(from, to) >= 0) throw wrongTime('body.to', 'is not after from; swap them');
    if (Temporal.Instant.compare(to, now) > 0) throw wrongTime('body.to', 'is in the future; an incident has happened');
    return change(ground, params.name, actor, 'incident.marked', async (tx, objective) => {
      if ((await store.incidentCount(tx, objective)) >= contract.backtestLimits.incidentsPerObjective) throw tooMany();
      const id = newId();
      const row = { id, objective, note: body.note, marked_by: actor.name };
      const times = { began_at: dateOf(from), ended_at: dateOf(to), marked_at: dateOf(now) };
      await store.saveIncident(tx, { ...row, ...times });
      const [began, ended] = [times.began_at.toISOString(), times.ended_at.toISOString()];
      return { id, objective: params.name, from: began, to: ended, note: body.note, by: actor.name };
    });
  });
  http.route(
    contract.unmarkRealIncident,
    ({ params, signedIn }) =>
      change(ground, params.name, signedIn(), 'incident.unmarked', async (tx, objective) => {
        if (!(await store.removeIncident(tx, objective, params.id))) throw unknown('real incident', params.id);
        return { id: params.id };
      }) as never,
  );
};

/** One change to the marks of an objective, with its event. Only responders of its team or of the organisation make one. */
const change = <Result extends Record<string, unknown>>(
  { postgres, ledger }: Ground,
  name: string,
  actor: Actor,
  what: 'incident.marked' | 'incident.unmarked',
  make: (tx: Parameters<typeof store.saveIncident>[0], objective: string) => Promise<Result>,
): Promise<Result> =>
  postgres.transaction<BacktestTables, Result>(async (tx) => {
    const objective = await store.holdObjective(tx, name);
    if (!objective) throw unknown('objective', name);
    requireResponder(actor, objective.owner);
    const result = await make(tx, objective.id);
    await ledger.append(tx, {
      kind: `objective.${what}`,
      subject: `objective:${name}`,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: result,
    });
    return result;
  });

const requireResponder = (actor: Actor, owner: string | null): void => {
  if (reaches(actor.role, 'responder')) return;
  if (owner !== null && reaches(actor.teams[owner] ?? null, 'responder')) return;
  throw new Refusal({
    status: 403,
    code: 'objectives.not-the-owner',
    title: 'Only those who answer for this objective may say what was real',
    detail: owner === null ? 'Ask a responder of the organisation.' : `Ask a responder of the team ${owner}.`,
  });
};

const named = (all: readonly KeptObjective[], names: readonly string[]): readonly KeptObjective[] => {
  if (names.length === 0) {
    const most = contract.backtestLimits.objectivesMax;
    if (all.length <= most) return all;
    throw new Refusal({
      status: 422,
      code: 'objectives.too-many',
      title: `A back-test takes at most ${most} objectives at once`,
      detail: `There are ${all.length}: name those that matter.`,
      errors: [{ path: 'body.objectives', message: `name at most ${most}` }],
    });
  }
  const byName = new Map(all.map((each) => [each.name, each]));
  const missing = names.flatMap((name, index) => (byName.has(name) ? [] : [{ name, index }]));
  if (missing.length > 0)
    throw new Refusal({
      status: 422,
      code: 'objectives.unknown',
      title: 'There is no such objective',
      detail: missing.map(({ name }) => name).join(', '),
      errors: missing.map(({ name, index }) => ({
        path: `body.objectives.${index}`,
        message: `no objective ${name}`,
      })),
    });
  return [...new Set(names)].map((name) => byName.get(name)!);
};

const stretchOf = (
  body: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Temporal.Instant,
): { from: number; to: number; minutesFrom: number } => {
  const nowSeconds = Math.floor(now.epochMilliseconds / 1_000);
  const seconds = (text: string): number => Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1_000);
  const to = Math.min(body.to === undefined ? nowSeconds : seconds(body.to), nowSeconds - settledSeconds);
  const from = body.from === undefined ? to - contract.backtestLimits.daysDefault * 86_400 : seconds(body.from);
  if (from >= to) throw wrongTime('body.to', 'is not after from (the last two minutes are still being counted)');
  if (to - from > contract.backtestLimits.daysMax * 86_400)
    throw wrongTime('body.from', `is more than ${contract.backtestLimits.daysMax} days before to`);
  return { from, to, minutesFrom: Math.ceil((nowSeconds - minutesDays * 86_400) / 86_400) * 86_400 };
};

const markedIn = async (
  ground: Ground,
  objectives: readonly KeptObjective[],
  within: { readonly from: number; readonly to: number },
): Promise<{ objective: string; from: number; to: number }[]> => {
  if (objectives.length === 0) return [];
  const rows = await store.incidentsWithin(ground.postgres.tables<BacktestTables>(), {
    objectives: objectives.map(({ id }) => id),
    from: new Date(within.from * 1_000),
    to: new Date(within.to * 1_000),
    limit: incidentsMax,
  });
  return rows.map(({ objective, from, to }) => ({
    objective,
    from: from.getTime() / 1_000,
    to: to.getTime() / 1_000,
  }));
};

/** A result as the contract tells it: the newest alerts first, at most so many. */
const shown = ({ firingSeconds, alerts, ...result }: PolicyResult) => ({
  ...result,
  firingMinutes: firingSeconds / 60,
  alertsInAll: alerts.length,
  alerts: alerts
    .toReversed()
    .slice(0, contract.backtestLimits.alertsShownMax)
    .map(({ objective, tier, urgency, firedAt, clearedAt, detectionSeconds, resetSeconds }) => ({
      objective,
      tier,
      urgency,
      at: new Date(firedAt * 1_000).toISOString(),
      until: clearedAt === null ? null : new Date(clearedAt * 1_000).toISOString(),
      detectionSeconds,
      resetSeconds,
    })),
});

const dateOf = (instant: Temporal.Instant): Date => new Date(instant.epochMilliseconds);

const wrongTime = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.impossible-time',
    title: 'This stretch of time cannot be',
    detail: message,
    errors: [{ path, message }],
  });

const tooMany = (): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.too-many-incidents',
    title: `An objective has at most ${contract.backtestLimits.incidentsPerObjective} marked incidents`,
  });

const busy = (): Refusal =>
  new Refusal({
    status: 503,
    code: 'objectives.backtest-busy',
    title: 'Another back-test is running',
    detail: 'One runs at a time, because it takes a core. Try again in a few seconds.',
    retryAfterSeconds: busyRetrySeconds,
  });

const unknown = (what: string, name: string): Refusal =>
  new Refusal({
    status: 404,
    code: what === 'objective' ? 'objectives.unknown' : 'objectives.incident-unknown',
    title: `There is no such ${what}`,
    detail: name,
  });
