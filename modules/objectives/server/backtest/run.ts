import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { eventPartsOf } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import type { MarkedPeriod } from '../../domain/score.ts';
import { seriesByMethod, type Series } from '../../domain/series.ts';
import { simulate, type RaisedAlert } from '../../domain/simulate.ts';
import { nominalMinutes } from '../../domain/window.ts';
import type { TestedPolicy } from './policies.ts';
import { badOnes, readSteps, type StepCounts, type Steps } from './signals.ts';
import { tally, type PolicyResult, type Tested } from './tally.ts';

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
  const ledger = new Map<string, Tested[]>(question.policies.map(({ name }) => [name, []]));
  // Objectives of one indicator stand beside each other, so that its counts are read once.
  const inOrder = tested.toSorted((a, b) => indicatorOf(a.definition)! - indicatorOf(b.definition)!);
  for (let at = 0; at < inOrder.length; at += togetherMax) {
    const together = inOrder.slice(at, at + togetherMax);
    const wanted = [...new Set(together.map(({ definition }) => indicatorOf(definition)!))];
    const toRead = wanted.filter((number) => numbers.has(number));
    const counts = toRead.length === 0 ? new Map() : await readSteps(clickhouse, toRead, within);
    for (const objective of together) {
      const found = counts.get(indicatorOf(objective.definition)!);
      const periods = question.incidents.get(objective.id) ?? [];
      for (const policy of question.policies) {
        const alerts = found ? alertsOf(objective.definition, policy, found, within, question.from) : [];
        ledger.get(policy.name)!.push({ name: objective.name, alerts, periods });
      }
      await nextTurn();
    }
  }
  return {
    results: question.policies.map(({ name }) => tally(name, ledger.get(name)!, question.to)),
    notes,
  };
};

/** The number of the one indicator that an ordinary objective has; null for a composite or a journey. */
const indicatorOf = ({ components }: Objective): number | null => {
  const [only, ...more] = components;
  return more.length === 0 && only?.indicator.kind === 'indicator' ? only.indicator.number : null;
};

const alertsOf = (
  objective: Objective,
  policy: TestedPolicy,
  counts: StepCounts,
  within: Steps,
  decideFrom: number,
): RaisedAlert[] => {
  const events: Series = {
    startsAt: within.from,
    stepSeconds: within.stepSeconds,
    good: Float64Array.from(counts.good),
    bad: Float64Array.from(counts.bad),
  };
  return simulate(
    {
      series: seriesByMethod(events, objective),
      targetPpm: objective.targetPpm,
      periodMinutes: nominalMinutes(objective.window),
      decideFrom,
      eventParts: eventPartsOf(objective.method),
    },
    policy.tiersFor(objective),
  );
};

/** From before the asked stretch, so that the longest window is full when it begins, in whole steps. */
const stretchOf = (question: Question, tested: readonly { readonly definition: Objective }[]): Steps => {
  const longestMinutes = Math.max(
    0,
    ...tested.flatMap(({ definition }) =>
      question.policies.flatMap((policy) => policy.tiersFor(definition).map(({ tier }) => tier.longMinutes)),
    ),
  );
  const stepSeconds = question.from < question.minutesFrom ? 3_600 : 60;
  const from = stepSeconds === 60 ? question.minutesFrom : 0;
  const floor = (seconds: number): number => Math.floor(seconds / stepSeconds) * stepSeconds;
  return { from: floor(Math.max(from, question.from - longestMinutes * 60)), to: floor(question.to), stepSeconds };
};
