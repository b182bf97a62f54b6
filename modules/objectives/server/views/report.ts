import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { budgetOf } from '../../domain/budget.ts';
import { burnRateOf } from '../../domain/burn.ts';
import { wholeOf } from '../../domain/composite.ts';
import { decideReady } from '../../domain/decide-burn.ts';
import { noDataRatio } from '../../domain/decide-data.ts';
import type { Counts } from '../../domain/indicator.ts';
import { eventPartsOf } from '../../domain/method.ts';
import { windowName } from '../../domain/number-text.ts';
import { million, type Objective } from '../../domain/objective.ts';
import { valueOf } from '../../domain/ratio.ts';
import { stateOf, type StateDecision } from '../../domain/state.ts';
import { windowText } from '../../domain/window.ts';
import type { alertState, objectiveReport } from '../../contract.ts';
import { standingOf } from '../evaluate/decide.ts';
import { readsOfCycle } from '../evaluate/cycle.ts';
import {
  budgetDecision,
  conditionOfTier,
  dataDecision,
  judge,
  projectionOf,
  type Judged,
  type JudgedTier,
} from '../evaluate/judge.ts';
import {
  askedBudget,
  askedBurn,
  excludedMinutes,
  budgetWindow,
  indicatorsOf,
  isCorrected,
  prepare,
  readerOf,
  readsOf,
  sourcesOf,
  tallyOf,
  uncorrected,
  type Prepared,
  type Tally,
} from '../evaluate/prepared.ts';
import { readAll, sliceRuleOf, type Asked, type Readings, type Source } from '../evaluate/readings.ts';
import { createSilence } from '../evaluate/silence.ts';
import type { Condition } from '../evaluate/store.ts';
import { sourcesAt, windowsEnd, type CountsSources } from '../evaluate/window-plan.ts';
import { reachOf } from '../corrections/excluded.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { alertsAt } from './alerts.ts';
import { countingOf, definedAt, type Counting, type DefinedAt } from './definitions.ts';
import { indicatorWords } from './indicator-words.ts';
import { hoursOf } from './history.ts';
import { readOptions } from './report-options.ts';
import type { ObjectivesTables } from '../tables.ts';

export type ReportGround = Pick<Ground, 'postgres' | 'clickhouse' | 'clock' | 'ledger'>;

/** Everything about one objective at an instant, with the definition that held then; the present where none is named. */
export const reportOf = async (
  ground: ReportGround,
  name: string,
  asked: string | undefined,
): Promise<z.input<typeof objectiveReport>> => {
  const db = ground.postgres.tables<ObjectivesTables>();
  const moment = momentOf(ground, asked);
  const defined = await definedAt(db, name, moment.at);
  if (defined === null) throw unknownObjective(name);
  const excluded = (await exclusionsNow(ground.postgres)).of(
    defined.kept.definition,
    reachOf(defined.kept.definition, { from: moment.to, to: moment.to }),
    defined.find,
  );
  const prepared = prepare(defined.kept, defined.find, excluded);
  const silence = createSilence(ground.clickhouse, readOptions);
  const reads = [
    ...readsOfCycle(prepared, moment.to),
    ...silence.readsOf(prepared, moment.to),
    ...readsOfParts(prepared, moment.to),
    ...readsWithout(prepared, moment.to),
  ];
  const [readings, alerts, counting] = await Promise.all([
    readAll(ground.clickhouse, reads, moment, readOptions),
    alertsAt(ground, prepared, moment),
    countingOf(db, indicatorsOf(prepared)),
  ]);
  const judged = judge(prepared, readings, standingOf(alerts));
  const seen = await silence.lastSeen([prepared], readings, moment.sources);
  const data = dataDecision(prepared, moment.to, seen.get(prepared.id) ?? null);
  const budget = budgetDecision(prepared, judged);
  const state = stateOf({
    budget,
    data,
    firing: judged.tiers
      .filter(({ firing }) => firing)
      .map((tier) => ({ name: tier.ready.tier.name, text: tierText(tier) })),
    sourceProblem: moment.present ? counting.problem : null,
  });
  const history = judged.recent.bad > 0 ? await hoursOf(ground.clickhouse, prepared, moment) : undefined;
  return shown({
    defined,
    prepared,
    judged,
    readings,
    alerts,
    counting,
    state,
    projection: projectionOf(prepared, judged, history),
  });
};

/** Which instant a question is about, and what may be read for it. */
export interface Moment {
  readonly at: Temporal.Instant;
  /** End of the windows, epoch seconds. */
  readonly to: number;
  readonly sources: CountsSources;
  /** The running ten seconds are in it. */
  readonly present: boolean;
}

export const momentOf = ({ clock }: Pick<Ground, 'clock'>, asked: string | undefined): Moment => {
  const now = clock.now();
  const at = asked === undefined ? now : Temporal.Instant.from(asked);
  const nowSeconds = now.epochMilliseconds / 1_000;
  if (at.epochMilliseconds > now.epochMilliseconds + aheadMsMax)
    throw new Refusal({
      status: 400,
      code: 'objectives.at-in-the-future',
      title: 'This instant is yet to come',
      detail: `It is ${now.toString({ smallestUnit: 'second' })} now.`,
      errors: [{ path: 'query.at', message: 'must not be in the future' }],
    });
  const to = windowsEnd(at.epochMilliseconds / 1_000, nowSeconds);
  return { at, to, sources: sourcesAt(nowSeconds), present: to > nowSeconds };
};
/** Clocks of browsers may go ahead by this much. */
const aheadMsMax = 60_000;

export const unknownObjective = (name: string): Refusal =>
  new Refusal({ status: 404, code: 'objectives.unknown', title: 'There is no such objective', detail: name });

interface Shown {
  readonly defined: DefinedAt;
  readonly prepared: Prepared;
  readonly judged: Judged;
  readonly readings: Readings;
  readonly alerts: ReadonlyMap<string, Condition>;
  readonly counting: Counting;
  readonly state: StateDecision;
  readonly projection: ReturnType<typeof projectionOf>;
}

const shown = (of: Shown): z.input<typeof objectiveReport> => {
  const { defined, prepared, judged, readings, state, projection } = of;
  const { definition } = prepared;
  const { eventParts } = judged.budget;
  const seen = judged.budget.good + judged.budget.bad > 0;
  return {
    ...describe(definition),
    from: judged.window.from.toString(),
    to: judged.to.toString(),
    good: seen ? judged.budget.good / eventParts : null,
    bad: seen ? judged.budget.bad / eventParts : null,
    total: seen ? (judged.budget.good + judged.budget.bad) / eventParts : null,
    noDataRatio: missingShare(prepared, judged),
    achievedPpm: achievedOf(judged.budget),
    budget: budgetIn(judged.budget, definition.targetPpm),
    uncorrected: withoutCorrections(prepared, judged, readings),
    burnRates: prepared.burnMinutes.map((minutes) => {
      const tally = tallyOf(prepared, readings, askedBurn(minutes, readings.to));
      return {
        window: windowName(minutes),
        good: tally.good / tally.eventParts,
        bad: tally.bad / tally.eventParts,
        rate: burnRateOf(tally, definition.targetPpm),
      };
    }),
    state: state.state,
    stateReason: state.text,
    exhaustsAt: projection.exhaustsAt?.toString() ?? null,
    exhaustsReason: projection.text,
    alerts: judged.tiers.map((tier) => alertOf(tier, judged, of.alerts)),
    components: componentsOf(of),
    origin: defined.kept.origin,
    source: defined.kept.source,
    document: defined.kept.document,
    countedFrom: of.counting.countedFrom?.toString() ?? null,
  };
};

/** What the document says of it. */
const describe = (definition: Objective) => ({
  name: definition.name,
  displayName: definition.displayName,
  description: definition.description,
  service: definition.service,
  environment: definition.environment,
  owner: definition.owner,
  indicator: indicatorWords(definition),
  targetPpm: definition.targetPpm,
  window: definition.window,
  windowText: windowText(definition.window),
  method: definition.method,
  goal: definition.goal,
  reviewOn: definition.reviewOn,
  budgetPolicy: definition.budgetPolicy,
});

export const achievedOf = ({ good, bad }: Counts): number | null =>
  good + bad === 0 ? null : (good * million) / (good + bad);

/** Time that corrections leave out is neither data nor its absence. */
export const missingShare = (prepared: Prepared, { window, budget }: Judged): number => {
  const of = { from: window.from.epochMilliseconds / 1_000, to: window.to.epochMilliseconds / 1_000 };
  return noDataRatio(budget.minutes, (of.to - of.from) / 60 - excludedMinutes(prepared, of));
};

/** Reads of the budget as it would be without corrections; none where nothing is left out of its window. */
const readsWithout = (prepared: Prepared, to: number): Asked[] => {
  const window = budgetWindow(prepared.definition, to);
  const of = { from: window.from.epochMilliseconds / 1_000, to };
  return isCorrected(prepared, of) ? readsOf(uncorrected(prepared), askedBudget(prepared.definition, window)) : [];
};

const withoutCorrections = (prepared: Prepared, judged: Judged, readings: Readings) => {
  if (readsWithout(prepared, readings.to).length === 0) return null;
  const tally = tallyOf(uncorrected(prepared), readings, askedBudget(prepared.definition, judged.window));
  return {
    good: tally.good / tally.eventParts,
    bad: tally.bad / tally.eventParts,
    budget: budgetIn(tally, prepared.definition.targetPpm),
  };
};

export const budgetIn = (tally: Tally, targetPpm: number) => {
  const { allowed, spent, remaining, remainingRatio } = budgetOf(tally, targetPpm);
  const { eventParts } = tally;
  return {
    allowed: allowed / eventParts,
    spent: spent / eventParts,
    remaining: remaining / eventParts,
    remainingRatio,
  };
};

const tierText = ({ ready, long, short, firing }: JudgedTier): string =>
  decideReady(ready, { long, short, firing }, long.eventParts).text;

/** A tier as it stands: since when it fires is what was decided, or the running ten seconds where that is not written yet. */
const alertOf = (
  tier: JudgedTier,
  judged: Judged,
  standing: ReadonlyMap<string, Condition>,
): z.input<typeof alertState> => {
  const { ready, firing } = tier;
  const before = standing.get(conditionOfTier(ready.tier.name));
  const since = before?.holds ? before.since : judged.to.subtract({ seconds: 10 });
  return {
    tier: ready.tier.name,
    urgency: ready.tier.urgency,
    firing,
    since: firing ? since.toString() : null,
    reason: tierText(tier),
    longWindow: windowName(ready.tier.longMinutes),
    shortWindow: windowName(ready.tier.shortMinutes),
    threshold: valueOf(ready.threshold),
    budgetShare: ready.tier.budgetSharePpm / million,
    badEventsMin: ready.tier.badEventsMin,
    adapted: ready.tier.adapted,
  };
};

/** Parts of a composite with what each counted in the window; none for an ordinary objective. */
const componentsOf = ({ prepared, judged, readings }: Shown) => {
  const { definition, find } = prepared;
  if (definition.components.length === 1 && definition.components[0]!.indicator.kind === 'indicator') return [];
  const reader = readerOf(readings, askedBudget(definition, judged.window), prepared.excluded);
  return definition.components.map(({ displayName, weight, targetPpm, indicator }) => {
    const below = indicator.kind === 'objective' ? find(indicator.name) : undefined;
    const { counts, eventParts } =
      indicator.kind === 'indicator'
        ? { counts: partCounts(prepared, indicator.number, reader), eventParts: eventPartsOf(definition.method) }
        : below && prepared.sources.length > 0
          ? wholeOf(below, find, reader)
          : { counts: { good: 0, bad: 0 }, eventParts: 1 };
    return {
      displayName,
      weight,
      targetPpm: below?.targetPpm ?? targetPpm,
      good: counts.good / eventParts,
      bad: counts.bad / eventParts,
      achievedPpm: achievedOf(counts),
      objective: indicator.kind === 'objective' ? indicator.name : null,
    };
  });
};

/** Every part of a composite by itself: slices of a composite are otherwise read together. */
const readsOfParts = ({ definition, find, excluded }: Prepared, to: number): Asked[] => {
  if (definition.components.length === 1) return [];
  const window = askedBudget(definition, budgetWindow(definition, to));
  const sources = definition.components.flatMap(({ indicator }): Source[] => {
    if (indicator.kind === 'indicator') return [{ indicators: [indicator.number], rule: sliceRuleOf(definition) }];
    const below = find(indicator.name);
    return below ? sourcesOf(below, find) : [];
  });
  return readsOf({ sources: excluded ? sources.map((source) => ({ ...source, excluded })) : sources }, window);
};

const partCounts = (prepared: Prepared, number: number, reader: ReturnType<typeof readerOf>): Counts =>
  reader.counts(number, prepared.definition);
