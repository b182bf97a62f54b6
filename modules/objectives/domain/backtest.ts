import { workbookApproaches } from './approaches.ts';
import type { Tier } from './objective.ts';
import { scoreAlerts, touches, type MarkedPeriod, type Score } from './score.ts';
import type { Series } from './series.ts';
import { simulate, type RaisedAlert, type Simulated, type SimulatedTier } from './simulate.ts';
import { simulateWhole, type SimulatedWhole } from './simulate-whole.ts';
import { defaultTiers, unreachable } from './tiers.ts';

/** What an objective promises, as a policy needs it to know its tiers. */
export interface TestedPromise {
  readonly name: string;
  readonly targetPpm: number;
  readonly periodMinutes: number;
  /** Its own tiers: what the preset `own` runs. */
  readonly tiers: readonly Tier[];
}

/** One objective with its history, as a back-test sees it. */
export interface TestedObjective extends TestedPromise, Simulated {
  /** What people marked as real incidents of it. */
  readonly marked: readonly MarkedPeriod[];
}

/** One way to alert, for any objective. */
export interface TestedPolicy {
  readonly name: string;
  tiersFor(promise: TestedPromise): readonly SimulatedTier[];
}

export interface TestedAlert extends RaisedAlert {
  readonly objective: string;
  /** From the start of the first marked incident that it touches; null where it touches none. */
  readonly detectionSeconds: number | null;
  /** From the end of that incident; null where it touches none or still fires. */
  readonly resetSeconds: number | null;
}

/** What one policy would have done on one objective. */
export interface Tried {
  readonly alerts: readonly TestedAlert[];
  readonly score: Score;
  /** Time in which at least one alert fired. */
  readonly firingSeconds: number;
}

/** What one policy would have done over all objectives. Ratios and medians are null where there is nothing to divide or order. */
export interface PolicyResult {
  readonly policy: string;
  readonly pages: number;
  readonly tickets: number;
  /** Time in which at least one alert fired, summed over objectives. */
  readonly firingSeconds: number;
  /** Of the objectives that have a marked incident only: where nobody marked any, nobody knows what was real. */
  readonly precision: number | null;
  readonly recall: number | null;
  /** Over found incidents: from their start to the first alert, and from their end to the last. */
  readonly detectionSecondsMedian: number | null;
  readonly resetSecondsMedian: number | null;
  /** In order of time. */
  readonly alerts: readonly TestedAlert[];
}

/**
 * A policy by name: `own` (each objective's own tiers), `default` (the default ones for its target and window), or
 * `workbook-1` … `workbook-6`. Throws RangeError at any other.
 */
export const presetPolicy = (name: string): TestedPolicy => {
  if (name === 'own') return { name, tiersFor: ({ tiers }) => tiers.map(withoutHold) };
  if (name === 'default') return { name, tiersFor: (promise) => defaultTiers(promise).map(withoutHold) };
  const approach = workbookApproaches.find((each) => each.name === name);
  if (!approach) throw new RangeError(`No preset ${name}`);
  return { name, tiersFor: () => approach.tiers };
};

const withoutHold = (tier: Tier): SimulatedTier => ({ tier, holdSeconds: 0 });

/** Tries one policy over the history of one objective. */
export const tryPolicy = (objective: TestedObjective, policy: TestedPolicy): Tried =>
  judged(objective, simulate(objective, policy.tiersFor(objective)), endOf(objective.series));

/** The same over a composite or journey: its windows are composed from its parts' (simulate-whole.ts). */
export const tryWhole = (
  objective: TestedPromise & SimulatedWhole & Pick<TestedObjective, 'marked'>,
  policy: TestedPolicy,
): Tried => {
  const [series] = objective.series.values();
  const raised = series ? simulateWhole(objective, policy.tiersFor(objective)) : [];
  return judged(objective, raised, series ? endOf(series) : 0);
};

const endOf = ({ startsAt, stepSeconds, good }: Series): number => startsAt + good.length * stepSeconds;

const judged = (
  objective: Pick<TestedObjective, 'name' | 'marked'>,
  raised: readonly RaisedAlert[],
  endsAt: number,
): Tried => ({
  alerts: raised.map((each) => tested(each, objective)),
  score: scoreAlerts(raised, objective.marked),
  firingSeconds: secondsCovered(raised, endsAt),
});

/** Adds up what one policy did on many objectives. */
export const sumUp = (policy: string, tried: readonly Tried[]): PolicyResult => {
  const alerts = tried.flatMap((each) => each.alerts).sort((a, b) => a.firedAt - b.firedAt);
  const judged = tried.filter(({ score }) => score.periods > 0).map(({ score }) => score);
  const sum = (of: (score: Score) => number): number => judged.reduce((total, score) => total + of(score), 0);
  const byPeriod = judged.flatMap((score) => score.byPeriod);
  const pages = alerts.filter((each) => each.urgency === 'page').length;
  const judgedAlerts = sum((score) => score.alerts);
  return {
    policy,
    pages,
    tickets: alerts.length - pages,
    firingSeconds: tried.reduce((total, each) => total + each.firingSeconds, 0),
    precision: judgedAlerts === 0 ? null : sum((score) => score.rightAlerts) / judgedAlerts,
    recall: judged.length === 0 ? null : sum((score) => score.foundPeriods) / sum((score) => score.periods),
    detectionSecondsMedian: median(byPeriod.flatMap((each) => each.detectionSeconds ?? [])),
    resetSecondsMedian: median(byPeriod.flatMap((each) => each.resetSeconds ?? [])),
    alerts,
  };
};

const tested = (alert: RaisedAlert, { name, marked }: Pick<TestedObjective, 'name' | 'marked'>): TestedAlert => {
  const period = marked
    .filter((each) => touches(alert, each))
    .reduce<MarkedPeriod | null>((first, each) => (first && first.from <= each.from ? first : each), null);
  return {
    ...alert,
    objective: name,
    detectionSeconds: period ? Math.max(0, alert.firedAt - period.from) : null,
    resetSeconds: period && alert.clearedAt !== null ? Math.max(0, alert.clearedAt - period.to) : null,
  };
};

/** Seconds under at least one alert; alerts come in order of time. */
const secondsCovered = (alerts: readonly RaisedAlert[], endsAt: number): number => {
  let [seconds, until] = [0, -Infinity];
  for (const { firedAt, clearedAt } of alerts) {
    const to = clearedAt ?? endsAt;
    if (to > until) seconds += to - Math.max(firedAt, until);
    until = Math.max(until, to);
  }
  return seconds;
};

/** Tiers of a policy that some objectives can never reach, each with the arithmetic of one of them. */
export const neverReached = (objectives: readonly TestedPromise[], policy: TestedPolicy): string[] => {
  const never = new Map<string, { count: number; example: string; why: string }>();
  for (const objective of objectives)
    for (const { tier } of policy.tiersFor(objective)) {
      const why = unreachable(tier, objective.targetPpm, objective.periodMinutes);
      if (why === null) continue;
      const known = never.get(tier.name);
      never.set(tier.name, {
        count: (known?.count ?? 0) + 1,
        example: known?.example ?? objective.name,
        why: known?.why ?? why,
      });
    }
  return [...never].map(
    ([tier, { count, example, why }]) =>
      `${policy.name}, ${tier}: ${count === 1 ? `${example} can` : `${count} objectives can`} never reach it. ${count === 1 ? '' : `Of ${example}: `}${why}.`,
  );
};

const median = (values: readonly number[]): number | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
