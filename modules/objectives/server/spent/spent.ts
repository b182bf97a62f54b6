import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import type { getSpent, Mark, Spent } from '../../contract/spent.ts';
import { budgetOf } from '../../domain/budget.ts';
import { countedWord } from '../../domain/explain.ts';
import type { Stretch } from '../../domain/method.ts';
import { countText, percentText, ppmText } from '../../domain/number-text.ts';
import { million } from '../../domain/objective.ts';
import { steepestOf, type SteepStretch } from '../../domain/spent.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { reachOf } from '../corrections/excluded.ts';
import { budgetWindow, isCorrected, prepare, readerOf, uncorrected, type Prepared } from '../evaluate/prepared.ts';
import type { Source } from '../evaluate/readings.ts';
import { wholeOf, type ComposedCounts } from '../../domain/composite.ts';
import type { ObjectivesTables } from '../tables.ts';
import { definedAt, type DefinedAt } from '../views/definitions.ts';
import { momentOf, unknownObjective, type Moment, type ReportGround } from '../views/report.ts';
import { readOptions } from '../views/report-options.ts';
import { readSeries, type AskedStretch } from '../views/series.ts';
import { dimensionsOf, type DimensionsGround } from './dimensions.ts';
import { marksNear, marksOf, type MarksGround } from './marks.ts';
import { measuredBelow, servicesOf } from './measured.ts';

export type SpentGround = ReportGround &
  MarksGround &
  Pick<DimensionsGround, 'history'> & { readonly spansDays: number };

const daysMax = 400;
/** Steps in which a stretch is looked through for what burnt; those found are looked at again by the minute. */
const stepsMax = 1_000;
const stepUnits = [60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400] as const;
const steepestMax = 5;
/** Minutes of a found stretch that are looked at; a longer one stays as it was found. */
const minutesMax = 1_440;
/** What happened this long before a stretch may explain its beginning. */
const beforeSeconds = 3_600;

/** Where the budget of an objective went in a stretch of time, by everything that is known of it; its window where none is named. */
export const spentOf = async (
  ground: SpentGround,
  name: string,
  query: z.output<typeof getSpent.query>,
): Promise<Spent> => {
  const { defined, prepared, moment, stretch } = await asked(ground, name, query);
  const { definition } = prepared;
  const window = windowOf(prepared, moment.to);
  const read = await countsIn(ground, prepared, moment, [window, whole(stretch)]);
  const all = isCorrected(prepared, stretch)
    ? (await countsIn(ground, uncorrected(prepared), moment, [whole(stretch)]))(whole(stretch))
    : null;
  const [ofWindow, counted] = [read(window), read(whole(stretch))];
  const budget = budgetOf(ofWindow.counts, definition.targetPpm);
  const budgetShare = budget.allowed > 0 ? counted.counts.bad / budget.allowed : null;
  const measured = measuredBelow(definition, defined.find);
  const nowSeconds = Math.floor(ground.clock.now().epochMilliseconds / 1_000);
  const [burns, by, marks] = await Promise.all([
    steepest(ground, prepared, moment, { stretch, allowed: budget.allowed }),
    counted.counts.bad === 0
      ? []
      : dimensionsOf(ground, {
          ...stretch,
          measured,
          budgetShare,
          spansFrom: nowSeconds - ground.spansDays * 86_400 + 60,
        }),
    marksIn(ground, defined, { from: stretch.from - beforeSeconds, to: stretch.to }),
  ]);
  return {
    name,
    from: iso(stretch.from),
    to: iso(stretch.to),
    good: counted.counts.good / counted.eventParts,
    bad: counted.counts.bad / counted.eventParts,
    budgetShare,
    formula: formulaOf(prepared, counted, ofWindow, budgetShare),
    uncorrected: all && {
      good: all.counts.good / all.eventParts,
      bad: all.counts.bad / all.eventParts,
      note: 'Corrections leave something out of this time. The share of the budget and the steepest burns are without it; the figures by operation, version and attribute count all requests.',
    },
    by,
    steepest: burns.map(({ from, to, bad, budgetShare: share }) => ({
      from: iso(from),
      to: iso(to),
      bad: bad / counted.eventParts,
      budgetShare: share,
      near: marksNear(marks, { from, to }),
    })),
    marks: marks.filter(({ at, until }) => Date.parse(until ?? at) >= stretch.from * 1_000),
  };
};

/** What happened in a stretch of time that may explain a burn, oldest first. */
export const marksOfObjective = async (
  ground: SpentGround,
  name: string,
  query: { readonly from: string; readonly to: string },
): Promise<Mark[]> => {
  const { defined, stretch } = await asked(ground, name, query);
  return marksIn(ground, defined, stretch);
};

const marksIn = (ground: SpentGround, { kept, find }: DefinedAt, stretch: Stretch): Promise<Mark[]> =>
  marksOf(ground, kept, { services: servicesOf(kept.definition, measuredBelow(kept.definition, find)), ...stretch });

interface Asked {
  readonly defined: DefinedAt;
  readonly prepared: Prepared;
  readonly moment: Moment;
  readonly stretch: Stretch;
}

const asked = async (
  ground: SpentGround,
  name: string,
  query: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<Asked> => {
  const moment = momentOf(ground, query.to);
  const defined = await definedAt(ground.postgres.tables<ObjectivesTables>(), name, moment.at);
  if (defined === null) throw unknownObjective(name);
  const { definition } = defined.kept;
  const from = query.from === undefined ? windowOf({ definition }, moment.to).from : secondOf(query.from);
  if (from >= moment.to) throw impossible('query.from', 'is not before to; swap them');
  if (moment.to - from > daysMax * 86_400) throw impossible('query.from', `is more than ${daysMax} days before to`);
  const reach = reachOf(definition, { from: moment.to, to: moment.to });
  const excluded = (await exclusionsNow(ground.postgres)).of(
    definition,
    {
      from: Math.min(from, reach.from),
      to: moment.to,
    },
    defined.find,
  );
  return {
    defined,
    prepared: prepare(defined.kept, defined.find, excluded),
    moment,
    stretch: { from: Math.floor(from / 60) * 60, to: moment.to },
  };
};

const windowOf = ({ definition }: Pick<Prepared, 'definition'>, to: number): AskedStretch => ({
  from: budgetWindow(definition, to).from.epochMilliseconds / 1_000,
  to,
  rolling: definition.window.kind === 'rolling',
});

const whole = (stretch: Stretch): AskedStretch => ({ ...stretch, rolling: false });

/** Reads stretches and gives back what the objective counted in each, by its method. */
const countsIn = async (
  { clickhouse }: SpentGround,
  prepared: Prepared,
  moment: Moment,
  stretches: readonly AskedStretch[],
): Promise<(stretch: AskedStretch) => ComposedCounts> => {
  const series = await readSeries(clickhouse, prepared.sources, stretches, moment.sources, readOptions);
  return (stretch) => {
    if (prepared.sources.length === 0) return { counts: { good: 0, bad: 0 }, eventParts: 1 };
    const counted = (source: Source) => ({ ...series.counted(source, stretch), minutes: 0 });
    const reader = readerOf({ counted }, { from: stretch.from, rolling: stretch.rolling }, prepared.excluded);
    return wholeOf(prepared.definition, prepared.find, reader);
  };
};

/** The stretches in which most was spent: found in coarse steps, then cut to the minutes that burnt. */
const steepest = async (
  ground: SpentGround,
  prepared: Prepared,
  moment: Moment,
  { stretch, allowed }: { readonly stretch: Stretch; readonly allowed: number },
): Promise<SteepStretch[]> => {
  const unit = stepUnits.find((each) => (stretch.to - stretch.from) / each <= stepsMax) ?? stepUnits.at(-1)!;
  // Less than a slice holds no whole one.
  const { method, timeSlice } = prepared.definition;
  const slice = method === 'Occurrences' || timeSlice === null ? 60 : timeSlice.seconds;
  const step = Math.ceil(unit / slice) * slice;
  const found = await burning(ground, prepared, moment, { within: [stretch], step, allowed });
  const short = found.filter(({ from, to }) => step > 60 && to - from <= minutesMax * 60);
  if (short.length === 0) return found;
  const minutes = await burning(ground, prepared, moment, { within: short, step: 60, allowed });
  const cut = found.map((each) => {
    const inside = minutes.filter(({ from, to }) => from >= each.from && to <= each.to);
    if (inside.length === 0) return each;
    return { ...each, from: Math.min(...inside.map(({ from }) => from)), to: Math.max(...inside.map(({ to }) => to)) };
  });
  const read = await countsIn(ground, prepared, moment, cut.map(whole));
  return cut.map((each) => {
    const { good, bad } = read(whole(each)).counts;
    return { ...each, good, bad, budgetShare: allowed > 0 ? bad / allowed : null };
  });
};

const burning = async (
  ground: SpentGround,
  prepared: Prepared,
  moment: Moment,
  of: { readonly within: readonly Stretch[]; readonly step: number; readonly allowed: number },
): Promise<SteepStretch[]> => {
  const steps = of.within.flatMap(({ from, to }) => stepsOf(from, to, of.step));
  const read = await countsIn(ground, prepared, moment, steps.map(whole));
  const buckets = steps.map((each) => ({ at: each.from, ...read(whole(each)).counts })).sort((a, b) => a.at - b.at);
  const { targetPpm } = prepared.definition;
  const most = of.step === 60 && of.within.length > 1 ? buckets.length : steepestMax;
  return steepestOf(buckets, {
    targetPpm,
    allowed: of.allowed,
    stepSeconds: of.step,
    pauseSeconds: Math.max(of.step, pauseSeconds),
    most,
  }).map((each) => ({ ...each, to: Math.min(each.to, moment.to) }));
};
/** Burns with a shorter pause between them are one. */
const pauseSeconds = 600;

const stepsOf = (from: number, to: number, step: number): Stretch[] => {
  const steps: Stretch[] = [];
  for (let at = Math.floor(from / step) * step; at < to; at += step)
    steps.push({ from: Math.max(from, at), to: Math.min(to, at + step) });
  return steps;
};

const formulaOf = (
  { definition }: Prepared,
  counted: ComposedCounts,
  ofWindow: ComposedCounts,
  budgetShare: number | null,
): string => {
  const word = countedWord(definition.method);
  const total = (ofWindow.counts.good + ofWindow.counts.bad) / ofWindow.eventParts;
  const bad = counted.counts.bad / counted.eventParts;
  const allowed = `${countText(total)} × (1 − ${ppmText(definition.targetPpm)})`;
  if (budgetShare === null) return `bad ${word} ÷ those that the whole window allows: nothing was counted`;
  return (
    `bad ${word} ÷ those that the whole window allows: ${countText(bad)} ÷ (${allowed} = ` +
    `${countText((total * (million - definition.targetPpm)) / million)}) = ${percentText(budgetShare)}; ` +
    `a value's share of the budget is its share of the bad events`
  );
};

const secondOf = (text: string): number => Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1_000);
const iso = (second: number): string => Temporal.Instant.fromEpochMilliseconds(second * 1_000).toString();

const impossible = (path: string, message: string): Refusal =>
  new Refusal({
    status: 400,
    code: 'objectives.impossible-time',
    title: 'This stretch of time cannot be',
    detail: message,
    errors: [{ path, message }],
  });
