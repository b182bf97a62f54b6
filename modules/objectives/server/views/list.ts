import type { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import { burnRateOf } from '../../domain/burn.ts';
import { stateOf } from '../../domain/state.ts';
import { windowText } from '../../domain/window.ts';
import type { listObjectives, ObjectiveSummary } from '../../contract.ts';
import { reachOf } from '../corrections/excluded.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { readsOfCycle } from '../evaluate/cycle.ts';
import { standingOf } from '../evaluate/decide.ts';
import { budgetDecision, dataDecision, judge, projectionOf, type Judged } from '../evaluate/judge.ts';
import { prepareAll, type Prepared } from '../evaluate/prepared.ts';
import { readAll } from '../evaluate/readings.ts';
import { createSettledSlices, type SettledSlices } from '../evaluate/settled-slices.ts';
import { createSilence } from '../evaluate/silence.ts';
import { readConditions } from '../evaluate/store.ts';
import { allObjectives, objectivesMark } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { sparklines } from './chart.ts';
import { problemsOf } from './definitions.ts';
import { indicatorWords } from './indicator-words.ts';
import { achievedOf, missingShare, momentOf, type Moment, type ReportGround } from './report.ts';
import { readOptions } from './report-options.ts';

type Query = z.output<typeof listObjectives.query>;
type Answer = z.input<typeof listObjectives.answer>;

/** All objectives judged at one instant. */
interface Standing {
  readonly moment: Moment;
  readonly all: readonly Row[];
}

/** A row without its sparkline, with what it is made of. */
interface Row {
  readonly prepared: Prepared;
  readonly summary: Omit<ObjectiveSummary, 'sparkline'>;
}

/** Several people look at once: what was judged is good for this long, unless an objective or a correction changed. */
const freshMs = 3_000;
const sparklinePoints = 30;

export interface ObjectivesOverview {
  page(query: Query): Promise<Answer>;
}

export const createOverview = (ground: ReportGround): ObjectivesOverview => {
  const settled = createSettledSlices(ground.clickhouse, ground.clock);
  let known: { atMs: number; mark: string; standing: Promise<Standing> } | null = null;
  const standing = async (): Promise<Standing> => {
    const mark = `${await objectivesMark(ground.postgres.tables())} ${(await exclusionsNow(ground.postgres)).mark}`;
    const nowMs = ground.clock.monotonicMs();
    if (known?.mark === mark && nowMs - known.atMs < freshMs) return known.standing;
    const next = { atMs: nowMs, mark, standing: judgeAll(ground, settled) };
    next.standing.catch(() => {
      if (known === next) known = null;
    });
    known = next;
    return next.standing;
  };
  return { page: async (query) => pageOf(ground, await standing(), query) };
};

const judgeAll = async (ground: ReportGround, settled: SettledSlices): Promise<Standing> => {
  const db = ground.postgres.tables<ObjectivesTables>();
  const moment = momentOf(ground, undefined);
  const exclusions = await exclusionsNow(ground.postgres);
  const all = prepareAll(await allObjectives(db), (definition, find) =>
    exclusions.of(definition, reachOf(definition, { from: moment.to, to: moment.to }), find),
  );
  const silence = createSilence(ground.clickhouse, readOptions);
  const reads = all.flatMap((prepared) => [
    ...readsOfCycle(prepared, moment.to),
    ...silence.readsOf(prepared, moment.to),
  ]);
  const [readings, conditions, problems] = await Promise.all([
    readAll(ground.clickhouse, reads, moment, readOptions, settled),
    readConditions(db),
    problemsOf(db),
  ]);
  const seen = await silence.lastSeen(all, readings, moment.sources);
  return {
    moment,
    all: all.map((prepared) => {
      const judged = judge(prepared, readings, standingOf(conditions.get(prepared.id)));
      const data = dataDecision(prepared, moment.to, seen.get(prepared.id) ?? null);
      const problem = prepared.sources.flatMap(({ indicators }) => indicators).find((each) => problems.has(each));
      return {
        prepared,
        summary: summaryOf(prepared, judged, data, problem === undefined ? null : problems.get(problem)!),
      };
    }),
  };
};

const summaryOf = (
  prepared: Prepared,
  judged: Judged,
  data: ReturnType<typeof dataDecision>,
  sourceProblem: string | null,
): Row['summary'] => {
  const { definition } = prepared;
  const budget = budgetDecision(prepared, judged);
  const firing = judged.tiers.filter((tier) => tier.firing).map(({ ready }) => ready.tier.name);
  const { state } = stateOf({ budget, data, firing: firing.map((name) => ({ name, text: '' })), sourceProblem });
  return {
    name: prepared.name,
    displayName: definition.displayName,
    service: definition.service,
    environment: definition.environment,
    owner: definition.owner,
    indicator: indicatorWords(definition),
    targetPpm: definition.targetPpm,
    windowText: windowText(definition.window),
    achievedPpm: achievedOf(judged.budget),
    remainingRatio: budget.remainingRatio,
    burnRate: burnRateOf(judged.recent, definition.targetPpm),
    method: definition.method,
    counted: eventsOf(judged.budget),
    recent: eventsOf(judged.recent),
    state,
    exhaustsAt: judged.recent.bad > 0 ? (projectionOf(prepared, judged).exhaustsAt?.toString() ?? null) : null,
    noDataRatio: missingShare(prepared, judged),
    firing,
    reviewOn: definition.reviewOn,
  };
};

/** Counts for the eye; null without data. */
const eventsOf = ({ good, bad, eventParts }: Judged['budget']): { good: number; bad: number } | null =>
  good + bad === 0 ? null : { good: good / eventParts, bad: bad / eventParts };

const pageOf = async (ground: ReportGround, { moment, all }: Standing, query: Query): Promise<Answer> => {
  const matching = all.filter(({ summary }) => matches(summary, query));
  const rows = matching
    .filter(({ summary }) => query.state === undefined || summary.state === query.state)
    .sort((a, b) => (query.sort === 'name' ? byName(a, b) : byDanger(a, b)));
  const start = query.cursor === undefined ? 0 : placeBehind(rows, decodeCursor(query.cursor, 2));
  const shown = rows.slice(start, start + query.limit);
  const lines = await sparklines(
    ground,
    shown.map(({ prepared }) => prepared),
    moment,
    sparklinePoints,
  );
  const count = (state: ObjectiveSummary['state']): number =>
    matching.filter(({ summary }) => summary.state === state).length;
  const last = shown.at(-1);
  return {
    items: shown.map(({ prepared, summary }) => ({ ...summary, sparkline: lines.get(prepared.id) ?? [] })),
    next: last && start + query.limit < rows.length ? encodeCursor([start + query.limit, last.prepared.name]) : null,
    total: rows.length,
    counts: { ok: count('ok'), burning: count('burning'), exhausted: count('exhausted'), noData: count('no-data') },
  };
};

/** Behind the row of the cursor; at its place where that is gone. */
const placeBehind = (rows: readonly Row[], [place, name]: (string | number)[]): number => {
  const found = rows.findIndex(({ prepared }) => prepared.name === name);
  return found >= 0 ? found + 1 : Math.max(0, Number(place) || 0);
};

const matches = (summary: Row['summary'], { service, team, q }: Query): boolean => {
  if (service !== undefined && summary.service !== service) return false;
  if (team !== undefined && summary.owner !== team) return false;
  const text = q?.trim().toLowerCase();
  if (!text) return true;
  return [summary.name, summary.displayName, summary.service ?? '', summary.indicator].some((each) =>
    each.toLowerCase().includes(text),
  );
};

const danger: Readonly<Record<ObjectiveSummary['state'], number>> = { exhausted: 0, burning: 1, 'no-data': 2, ok: 3 };

const byName = (a: Row, b: Row): number => (a.prepared.name < b.prepared.name ? -1 : 1);

/** Exhausted, burning, without data, the rest; within each who has least left, no data last. */
const byDanger = (a: Row, b: Row): number =>
  danger[a.summary.state] - danger[b.summary.state] ||
  (a.summary.remainingRatio ?? Infinity) - (b.summary.remainingRatio ?? Infinity) ||
  byName(a, b);
