import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import {
  neverReached,
  sumUp,
  tryPolicy,
  tryWhole,
  type PolicyResult,
  type TestedPolicy,
  type TestedPromise,
  type Tried,
} from '../../domain/backtest.ts';
import { indicatorsBelow, problemOf } from '../../domain/composite.ts';
import type { Excluded } from '../../domain/correct.ts';
import { eventPartsOf, type Stretch } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import type { MarkedPeriod } from '../../domain/score.ts';
import { seriesByMethod, type Series } from '../../domain/series.ts';
import { nominalMinutes } from '../../domain/window.ts';
import { leftCounts, standingFor } from './left-out.ts';
import { badOnes, readSteps, type StepCounts, type Steps } from './signals.ts';

/** What is tried on what. Instants in epoch seconds. */
export interface Question {
  readonly objectives: readonly { readonly id: string; readonly name: string; readonly definition: Objective }[];
  /** Objectives by name, for journeys. */
  readonly find: (name: string) => Objective | undefined;
  readonly policies: readonly TestedPolicy[];
  readonly from: number;
  readonly to: number;
  /** Minutes are kept from here on; a stretch that begins earlier is tried in hours. */
  readonly minutesFrom: number;
  /** What corrections leave out of an objective in a stretch; null where nothing. */
  readonly excludedOf: (definition: Objective, within: Stretch) => Excluded | null;
  /** Marked incidents by the objective's id, oldest first. */
  readonly incidents: ReadonlyMap<string, readonly MarkedPeriod[]>;
}

/** Objectives whose minutes are in memory at once: with 33 days about 190 MB. */
const togetherMax = 500;
/** Each takes about a third of a second. */
const compositesMax = 50;
const compositeSeconds = 300;
/** Counts of a step are numbers of four bytes. */
const countMax = 2 ** 32 - 1;

/**
 * Every alert that the policies would have raised over the stored counts, by the product's own rule, and how right they were.
 * Windows are filled from before `from`. It gives way to other work after each objective.
 */
export const backtest = async (
  clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>,
  question: Question,
): Promise<{ results: PolicyResult[]; notes: string[] }> => {
  const notes: string[] = [];
  const tested = question.objectives.filter(({ definition }) => indicatorOf(definition) !== null);
  const within = stretchOf(question, question.objectives);
  if (within.stepSeconds !== 60)
    notes.push(
      'Counts by minute are not kept that far back: it was tried in steps of an hour, so nothing shorter is seen.',
    );
  const { numbers, largest } = await badOnes(
    clickhouse,
    [...new Set(tested.map(({ definition }) => indicatorOf(definition)!))],
    within,
  );
  if (largest > countMax) throw new RangeError(`An hour with ${largest} events is more than a back-test can count.`);
  const tried = new Map<TestedPolicy, Tried[]>(question.policies.map((policy) => [policy, []]));
  // Objectives of one indicator stand beside each other, so that its counts are read once.
  const inOrder = tested.toSorted((a, b) => indicatorOf(a.definition)! - indicatorOf(b.definition)!);
  for (let at = 0; at < inOrder.length; at += togetherMax) {
    const together = inOrder.slice(at, at + togetherMax);
    const wanted = [...new Set(together.map(({ definition }) => indicatorOf(definition)!))];
    const excluded = new Map(together.map(({ id, definition }) => [id, question.excludedOf(definition, within)]));
    const standing = [...excluded.values()].flatMap(standingFor);
    const toRead = [...new Set([...wanted.filter((number) => numbers.has(number)), ...standing])];
    const counts = toRead.length === 0 ? new Map() : await readSteps(clickhouse, toRead, within);
    for (const { id, definition } of together) {
      const objective = {
        ...promiseOf(definition),
        series: seriesOf(
          definition,
          leftCounts(counts, indicatorOf(definition)!, excluded.get(id) ?? null, within),
          within,
        ),
        decideFrom: question.from,
        eventParts: eventPartsOf(definition.method),
        marked: question.incidents.get(id) ?? [],
      };
      for (const policy of question.policies) tried.get(policy)!.push(tryPolicy(objective, policy));
      await nextTurn();
    }
  }
  notes.push(...(await tryComposites(clickhouse, question, within, tried)));
  const promises = question.objectives.map(({ definition }) => promiseOf(definition));
  notes.push(...question.policies.flatMap((policy) => neverReached(promises, policy)));
  return { results: question.policies.map((policy) => sumUp(policy.name, tried.get(policy)!)), notes };
};

/** Composites: what burns in one is not the sum of its minutes, so each window is composed, in steps coarse enough for that. */
const tryComposites = async (
  clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>,
  question: Question,
  within: Steps,
  tried: ReadonlyMap<TestedPolicy, Tried[]>,
): Promise<string[]> => {
  const composites = question.objectives.filter(({ definition }) => indicatorOf(definition) === null);
  const sound = composites.filter(({ definition }) => problemOf(definition, question.find) === null);
  const tested = sound.slice(0, compositesMax);
  for (const { id, definition } of tested) {
    const numbers = indicatorsBelow(definition, question.find);
    const excluded = question.excludedOf(definition, within);
    const counts = await readSteps(clickhouse, [...new Set([...numbers, ...standingFor(excluded)])], within);
    const step = Math.max(within.stepSeconds, definition.method === 'Occurrences' ? compositeSeconds : 0);
    const objective = {
      ...promiseOf(definition),
      objective: definition,
      find: question.find,
      series: new Map(
        numbers.map((number) => [number, coarser(leftCounts(counts, number, excluded, within)!, within, step)]),
      ),
      decideFrom: question.from,
      marked: question.incidents.get(id) ?? [],
    };
    for (const policy of question.policies) {
      tried.get(policy)!.push(tryWhole(objective, policy));
      await nextTurn();
    }
  }
  return [
    ...(tested.length > 0 && within.stepSeconds < compositeSeconds
      ? [
          `${tested.length} composite ${tested.length === 1 ? 'objective was' : 'objectives were'} tried in steps of five minutes.`,
        ]
      : []),
    ...(tested.length < composites.length
      ? [
          `${composites.length - tested.length} composite objectives were left out: at most ${compositesMax} are tried at once, and only those whose parts all exist.`,
        ]
      : []),
  ];
};

/** Series of a coarser step, which the history divides into from its beginning. */
const coarser = (counts: StepCounts, { from, to, stepSeconds }: Steps, coarse: number): Series => {
  const factor = coarse / stepSeconds;
  const steps = Math.floor((to - from) / coarse);
  const good = new Float64Array(steps);
  const bad = new Float64Array(steps);
  for (let step = 0; step < steps * factor; step++) {
    good[Math.floor(step / factor)]! += counts.good[step]!;
    bad[Math.floor(step / factor)]! += counts.bad[step]!;
  }
  return { startsAt: from, stepSeconds: coarse, good, bad };
};

const promiseOf = ({ name, targetPpm, window, alerts }: Objective): TestedPromise => ({
  name,
  targetPpm,
  periodMinutes: nominalMinutes(window),
  tiers: alerts.tiers,
});

/** The number of the one indicator that an ordinary objective has; null for a composite or a journey. */
const indicatorOf = ({ components }: Objective): number | null => {
  const [only, ...more] = components;
  return more.length === 0 && only?.indicator.kind === 'indicator' ? only.indicator.number : null;
};

/** The counts as the objective's method counts them; where nothing was bad there is nothing to look at. */
const seriesOf = (objective: Objective, counts: StepCounts | undefined, within: Steps): Series => {
  const { from, stepSeconds } = within;
  const none = new Float64Array(0);
  if (!counts) return { startsAt: from, stepSeconds, good: none, bad: none };
  const events = {
    startsAt: from,
    stepSeconds,
    good: new Float64Array(counts.good),
    bad: new Float64Array(counts.bad),
  };
  return seriesByMethod(events, objective);
};

/** From before the asked stretch, so that the longest window is full when it begins, in whole steps. */
const stretchOf = (question: Question, tested: readonly { readonly definition: Objective }[]): Steps => {
  const longestMinutes = Math.max(
    0,
    ...tested.flatMap(({ definition }) =>
      question.policies.flatMap((policy) => policy.tiersFor(promiseOf(definition)).map(({ tier }) => tier.longMinutes)),
    ),
  );
  const stepSeconds = question.from < question.minutesFrom ? 3_600 : 60;
  const from = stepSeconds === 60 ? question.minutesFrom : 0;
  const floor = (seconds: number): number => Math.floor(seconds / stepSeconds) * stepSeconds;
  return { from: floor(Math.max(from, question.from - longestMinutes * 60)), to: floor(question.to), stepSeconds };
};
