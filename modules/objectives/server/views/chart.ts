import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import { budgetOf } from '../../domain/budget.ts';
import { wholeOf } from '../../domain/composite.ts';
import type { Counts } from '../../domain/indicator.ts';
import { windowName } from '../../domain/number-text.ts';
import type { getBudget } from '../../contract.ts';
import { exhaustedNow, judge, projectionOf } from '../evaluate/judge.ts';
import { reachOf } from '../corrections/excluded.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import {
  askedBudget,
  askedBurn,
  budgetWindow,
  prepare,
  readerOf,
  readsOf,
  recentMinutes,
  uncorrected,
  type AskedWindow,
  type Prepared,
} from '../evaluate/prepared.ts';
import { readAll, type Readings, type Source } from '../evaluate/readings.ts';
import { windowEdge } from '../evaluate/window-plan.ts';
import type { ObjectivesTables } from '../tables.ts';
import { definedAt, targetsOf } from './definitions.ts';
import { countsEvents, historyFrom, historySteps, type History } from './history.ts';
import { momentOf, unknownObjective, type Moment, type ReportGround } from './report.ts';
import { readOptions } from './report-options.ts';
import { readSeries, type AskedStretch, type Series } from './series.ts';

/** Points of a chart at most. */
export const pointsMax = 1_500;
const pointsDefault = 120;
const stepUnits = [60, 300, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400] as const;

type Answer = z.input<typeof getBudget.answer>;

/**
 * The burn-down of a budget: at the end of each step what the step counted and how much of the budget was left for the window
 * that ended there, against the target that was promised then. Steps stand on multiples of their length, the last ends now.
 */
export const budgetChart = async (
  ground: ReportGround,
  name: string,
  query: z.output<typeof getBudget.query>,
): Promise<Answer> => {
  const db = ground.postgres.tables<ObjectivesTables>();
  const moment = momentOf(ground, query.to);
  const defined = await definedAt(db, name, moment.at);
  if (defined === null) throw unknownObjective(name);
  const exclusions = await exclusionsNow(ground.postgres);
  const from =
    query.from === undefined
      ? budgetWindow(defined.kept.definition, moment.to).from.epochMilliseconds / 1_000
      : Math.floor(Temporal.Instant.from(query.from).epochMilliseconds / 1_000);
  const { definition } = defined.kept;
  const excluded = exclusions.of(definition, reachOf(definition, { from, to: moment.to }), defined.find);
  const prepared = prepare(defined.kept, defined.find, excluded);
  const without = excluded === null ? null : uncorrected(prepared);
  const stepSeconds = stepOf({ from, to: moment.to }, query.step);
  const ends = endsOf({ from, to: moment.to }, stepSeconds);
  const points = stretchesOf(prepared, { from, ends });
  const outlook = moment.present && countsEvents(prepared) ? outlookOf(prepared, moment) : null;
  const stretches = [...points.flatMap(({ step, window }) => [step, window]), ...(outlook?.stretches ?? [])];
  const sources = [...prepared.sources, ...(without?.sources ?? [])];
  const [targets, series, composed] = await Promise.all([
    targetsOf(db, prepared.id),
    readSeries(ground.clickhouse, sources, stretches, moment.sources, readOptions),
    moment.present && outlook === null ? projection(ground, prepared, moment) : null,
  ]);
  return {
    name,
    from: iso(from),
    to: iso(moment.to),
    stepSeconds,
    points: points.map(({ at, step, window }) => {
      const counted = wholeIn(prepared, series, step);
      const budget = wholeIn(prepared, series, window);
      const targetPpm = targetAt(targets, at) ?? prepared.definition.targetPpm;
      const { remainingRatio } = budgetOf(budget.counts, targetPpm);
      return {
        at: iso(at),
        good: counted.counts.good / counted.eventParts,
        bad: counted.counts.bad / counted.eventParts,
        remainingRatio,
        ...(without && { uncorrected: budgetOf(wholeIn(without, series, window).counts, targetPpm).remainingRatio }),
      };
    }),
    projection: outlook ? goingOn(prepared, moment, outlook.readings(series), outlook.history(series)) : composed,
  };
};

/** What the projection of one indicator's events stands on, as stretches that are read with those of the chart, in one statement. */
const outlookOf = (prepared: Prepared, moment: Moment) => {
  const steps = historySteps(prepared, moment.to);
  const stretches = new Map(
    projectionWindows(prepared, moment).map(({ from, rolling }) => [
      from,
      { from: windowEdge(from, moment.to, moment.sources), to: moment.to, rolling },
    ]),
  );
  return {
    stretches: [...stretches.values(), ...(steps?.stretches ?? [])],
    readings: (series: Series): Readings => ({
      to: moment.to,
      counted: (source, { from }) => {
        const stretch = stretches.get(from);
        // Minutes tell how full a window without history is; events of one indicator have their history, or a calendar.
        return { ...(stretch ? series.counted(source, stretch) : { good: 0, bad: 0 }), minutes: 0 };
      },
    }),
    history: (series: Series): History | undefined => (steps ? historyFrom(prepared, steps, series) : undefined),
  };
};

/** Budget left at up to `count` equally spaced instants of the window, oldest first, of several objectives at once. */
export const sparklines = async (
  ground: Pick<ReportGround, 'clickhouse'>,
  all: readonly Prepared[],
  moment: Pick<Moment, 'to' | 'sources'>,
  count: number,
): Promise<Map<string, (number | null)[]>> => {
  const asked = all.map((prepared) => {
    const from = budgetWindow(prepared.definition, moment.to).from.epochMilliseconds / 1_000;
    return { prepared, windows: stretchesOf(prepared, { from, ends: spread(from, moment.to, count) }) };
  });
  const found = new Map<string, (number | null)[]>();
  // Objectives of one window share their edges, so one statement serves them all.
  for (const same of Map.groupBy(asked, ({ windows }) => windows.map(({ window }) => window.from).join(' ')).values()) {
    const stretches = same[0]!.windows.map(({ window }) => window);
    const sources: Source[] = same.flatMap(({ prepared }) => prepared.sources);
    const series = await readSeries(ground.clickhouse, sources, stretches, moment.sources, readOptions);
    for (const { prepared, windows } of same)
      found.set(
        prepared.id,
        windows.map(
          ({ window }) =>
            budgetOf(wholeIn(prepared, series, window).counts, prepared.definition.targetPpm).remainingRatio,
        ),
      );
  }
  return found;
};

/** On whole hours where the window is long, so that hours serve; the last is the present. */
const spread = (from: number, to: number, count: number): number[] => {
  const unit = to - from > 2 * 86_400 ? 3_600 : 60;
  const ends = Array.from(
    { length: count - 1 },
    (_, index) => Math.floor((from + ((to - from) * (index + 1)) / count) / unit) * unit,
  );
  return [...new Set([...ends.filter((end) => end > from && end < to), to])];
};

/** What an objective counted in a stretch that was read for its sources. */
export const wholeIn = (
  prepared: Prepared,
  series: Series,
  stretch: AskedStretch,
): { counts: Counts; eventParts: number } => {
  if (prepared.sources.length === 0) return { counts: { good: 0, bad: 0 }, eventParts: 1 };
  const readings = {
    to: stretch.to,
    counted: (source: Source) => ({ ...series.counted(source, stretch), minutes: 0 }),
  };
  return wholeOf(prepared.definition, prepared.find, readerOf(readings, stretch, prepared.excluded));
};

/** Each end of a step with its own step and the budget's window that ends there. */
const stretchesOf = (
  { definition }: Prepared,
  { from, ends }: { readonly from: number; readonly ends: readonly number[] },
): { at: number; step: AskedStretch; window: AskedStretch }[] =>
  ends.map((at, index) => {
    const { window } = definition;
    const start =
      window.kind === 'rolling'
        ? at - window.minutes * 60
        : // The end of a period shows how it ended, not that the next one has begun.
          budgetWindow({ window: { ...window } }, at - 1).from.epochMilliseconds / 1_000;
    return {
      at,
      step: { from: ends[index - 1] ?? from, to: at, rolling: false },
      window: { from: start, to: at, rolling: window.kind === 'rolling' },
    };
  });

const endsOf = ({ from, to }: { from: number; to: number }, stepSeconds: number): number[] => {
  const ends: number[] = [];
  for (let at = (Math.floor(from / stepSeconds) + 1) * stepSeconds; at < to; at += stepSeconds) ends.push(at);
  return [...ends, to];
};

const stepOf = ({ from, to }: { from: number; to: number }, asked: number | undefined): number => {
  const wrong = (path: string, message: string): never => {
    throw new Refusal({
      status: 400,
      code: 'objectives.chart-impossible',
      title: 'This chart is impossible',
      detail: message,
      errors: [{ path, message }],
    });
  };
  if (from >= to) wrong('query.from', 'from must be before to');
  if (asked === undefined)
    return (
      stepUnits.find((unit) => (to - from) / unit <= pointsDefault) ??
      86_400 * Math.ceil((to - from) / 86_400 / pointsDefault)
    );
  if (asked % 60 !== 0) wrong('query.step', 'a multiple of 60 seconds');
  if ((to - from) / asked > pointsMax)
    wrong(
      'query.step',
      `gives more than ${pointsMax} points; ask for at least ${Math.ceil((to - from) / pointsMax / 60) * 60}`,
    );
  return asked;
};

const targetAt = (targets: readonly { since: number; targetPpm: number }[], at: number): number | undefined =>
  (targets.findLast(({ since }) => since <= at) ?? targets[0])?.targetPpm;

/** The same for anything else, which has no history in whole hours. */
const projection = async (ground: ReportGround, prepared: Prepared, moment: Moment): Promise<Answer['projection']> => {
  const reads = projectionWindows(prepared, moment).flatMap((window) => readsOf(prepared, window));
  return goingOn(prepared, moment, await readAll(ground.clickhouse, reads, moment, readOptions), undefined);
};

/** Only what a projection stands on: each further window is another hour of everybody's minutes to look through. */
const projectionWindows = ({ definition }: Prepared, { to }: Moment): AskedWindow[] => [
  askedBudget(definition, budgetWindow(definition, to)),
  askedBurn(recentMinutes, to),
];

/** Straight on from now at the rate of the last hour; null where the budget lasts. */
const goingOn = (
  prepared: Prepared,
  moment: Moment,
  readings: Readings,
  history: History | undefined,
): Answer['projection'] => {
  const judged = judge(prepared, readings, { holds: () => false });
  if (judged.recent.bad === 0 || exhaustedNow(prepared, judged)) return null;
  const { exhaustsAt } = projectionOf(prepared, judged, history);
  const { remainingRatio } = budgetOf(judged.budget, prepared.definition.targetPpm);
  if (exhaustsAt === null || remainingRatio === null) return null;
  return {
    window: windowName(recentMinutes),
    points: [
      [iso(moment.to), remainingRatio],
      [exhaustsAt.toString(), 0],
    ],
  };
};

const iso = (seconds: number): string => Temporal.Instant.fromEpochMilliseconds(seconds * 1_000).toString();
