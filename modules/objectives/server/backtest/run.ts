import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import {
  neverReached,
  sumUp,
  tryPolicy,
  type PolicyResult,
  type TestedPolicy,
  type TestedPromise,
  type Tried,
} from '../../domain/backtest.ts';
import { eventPartsOf } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import type { MarkedPeriod } from '../../domain/score.ts';
import { seriesByMethod, type Series } from '../../domain/series.ts';
import { nominalMinutes } from '../../domain/window.ts';
import { badOnes, readSteps, type StepCounts, type Steps } from './signals.ts';

/** What is tried on what. Instants in epoch seconds. */
export interface Question {
  readonly objectives: readonly { readonly id: string; readonly name: string; readonly definition: Objective }[];
  readonly policies: readonly TestedPolicy[];
  readonly from: number;
  readonly to: number;
  /** Minutes are kept from here on; a stretch that begins earlier is tried in hours. */
  readonly minutesFrom: number;
  /** Marked incidents by the objective's id, oldest first. */
  readonly incidents: ReadonlyMap<string, readonly MarkedPeriod[]>;
}

/** Objectives whose minutes are in memory at once: with 33 days about 190 MB. */
const togetherMax = 500;
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
  if (tested.length < question.objectives.length)
    notes.push(
      `${question.objectives.length - tested.length} composite objectives were left out: what burns in a composite is not the sum of its minutes.`,
    );
  const within = stretchOf(question, tested);
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
    const toRead = wanted.filter((number) => numbers.has(number));
    const counts = toRead.length === 0 ? new Map() : await readSteps(clickhouse, toRead, within);
    for (const { id, definition } of together) {
      const objective = {
        ...promiseOf(definition),
        series: seriesOf(definition, counts.get(indicatorOf(definition)!), within),
        decideFrom: question.from,
        eventParts: eventPartsOf(definition.method),
        marked: question.incidents.get(id) ?? [],
      };
      for (const policy of question.policies) tried.get(policy)!.push(tryPolicy(objective, policy));
      await nextTurn();
    }
  }
  const promises = tested.map(({ definition }) => promiseOf(definition));
  notes.push(...question.policies.flatMap((policy) => neverReached(promises, policy)));
  return { results: question.policies.map((policy) => sumUp(policy.name, tried.get(policy)!)), notes };
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
    good: Float64Array.from(counts.good),
    bad: Float64Array.from(counts.bad),
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
