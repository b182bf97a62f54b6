import { workbookApproaches } from './approaches.ts';
import { minutesText } from './number-text.ts';
import type { Tier } from './objective.ts';
import { scoreAlerts, type MarkedPeriod } from './score.ts';
import { simulate, type RaisedAlert, type Simulated, type SimulatedTier } from './simulate.ts';
import { unreachable } from './tiers.ts';

/** One objective with its history, as a back-test sees it. */
export interface TestedObjective extends Simulated {
  readonly name: string;
  /** Its own tiers: what the preset `default` runs. */
  readonly tiers: readonly Tier[];
  /** What people marked as real incidents of it. */
  readonly marked: readonly MarkedPeriod[];
}

/** A policy to try: a preset by name (`default`, `workbook-1` … `workbook-6`), or tiers by hand for all objectives. */
export type TestedPolicy =
  | { readonly preset: string }
  | { readonly name: string; readonly tiers: readonly SimulatedTier[] };

export interface TestedAlert extends RaisedAlert {
  readonly objective: string;
  /** From the start of the first marked incident that it touches; null where it touches none. */
  readonly detectionSeconds: number | null;
  /** From the end of that incident; null where it touches none or still fires. */
  readonly resetSeconds: number | null;
}

/** What one policy would have done over all objectives. Ratios and medians are null where there is nothing to divide or order. */
export interface PolicyResult {
  readonly policy: string;
  readonly pages: number;
  readonly tickets: number;
  /** Time in which at least one alert fired, summed over objectives. */
  readonly firingSeconds: number;
  readonly precision: number | null;
  readonly recall: number | null;
  /** Over found incidents: from their start to the first alert, and from their end to the last. */
  readonly detectionSecondsMedian: number | null;
  readonly resetSecondsMedian: number | null;
  /** In order of time. */
  readonly alerts: readonly TestedAlert[];
}

export interface BacktestResult {
  readonly results: readonly PolicyResult[];
  readonly incidents: number;
  /** What could not be tried and why: tiers that some objectives can never reach. */
  readonly notes: readonly string[];
}

/** Tries policies over the history of objectives, side by side. Throws RangeError at an unknown preset. */
export const backtest = (
  objectives: readonly TestedObjective[],
  policies: readonly TestedPolicy[],
): BacktestResult => ({
  results: policies.map((policy) => tryPolicy(objectives, policy)),
  incidents: objectives.reduce((sum, { marked }) => sum + marked.length, 0),
  notes: policies.flatMap((policy) => notesOn(objectives, policy)),
});

/** Tiers of a policy for one objective. */
export const tiersOf = (policy: TestedPolicy, objective: Pick<TestedObjective, 'tiers'>): readonly SimulatedTier[] => {
  if (!('preset' in policy)) return policy.tiers;
  if (policy.preset === 'default') return objective.tiers.map((tier) => ({ tier, holdSeconds: 0 }));
  const approach = workbookApproaches.find((each) => each.name === policy.preset);
  if (!approach) throw new RangeError(`No preset ${policy.preset}`);
  return approach.tiers;
};

const nameOf = (policy: TestedPolicy): string => ('preset' in policy ? policy.preset : policy.name);

const tryPolicy = (objectives: readonly TestedObjective[], policy: TestedPolicy): PolicyResult => {
  const alerts: TestedAlert[] = [];
  const detections: number[] = [];
  const resets: number[] = [];
  let [right, periods, found, firingSeconds] = [0, 0, 0, 0];
  for (const objective of objectives) {
    const raised = simulate(objective, tiersOf(policy, objective));
    const score = scoreAlerts(raised, objective.marked);
    right += score.rightAlerts;
    periods += score.periods;
    found += score.foundPeriods;
    for (const each of score.byPeriod) {
      if (each.detectionSeconds !== null) detections.push(each.detectionSeconds);
      if (each.resetSeconds !== null) resets.push(each.resetSeconds);
    }
    const endsAt = objective.series.startsAt + objective.series.good.length * objective.series.stepSeconds;
    firingSeconds += secondsCovered(raised, endsAt);
    for (const each of raised) alerts.push(tested(each, objective));
  }
  const pages = alerts.filter((each) => each.urgency === 'page').length;
  return {
    policy: nameOf(policy),
    pages,
    tickets: alerts.length - pages,
    firingSeconds,
    precision: periods === 0 || alerts.length === 0 ? null : right / alerts.length,
    recall: periods === 0 ? null : found / periods,
    detectionSecondsMedian: median(detections),
    resetSecondsMedian: median(resets),
    alerts: alerts.sort((a, b) => a.firedAt - b.firedAt),
  };
};

const tested = (alert: RaisedAlert, { name, marked }: TestedObjective): TestedAlert => {
  const period = marked
    .filter(({ from, to }) => alert.burningFrom < to && (alert.clearedAt ?? Infinity) > from)
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

const notesOn = (objectives: readonly TestedObjective[], policy: TestedPolicy): string[] => {
  const never = new Map<string, { count: number; example: string; why: string }>();
  for (const objective of objectives)
    for (const { tier } of tiersOf(policy, objective)) {
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
      `${nameOf(policy)}, ${tier}: ${count === 1 ? `${example} can` : `${count} objectives can`} never reach it. ${count === 1 ? '' : `Of ${example}: `}${why}.`,
  );
};

const median = (values: readonly number[]): number | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** `page-fast: 1 hour and 5 minutes`: a tier of a back-test in words. */
export const testedTierText = ({ tier, holdSeconds }: SimulatedTier): string => {
  const windows =
    tier.shortMinutes === tier.longMinutes
      ? minutesText(tier.longMinutes)
      : `${minutesText(tier.longMinutes)} and ${minutesText(tier.shortMinutes)}`;
  return `${tier.name}: ${windows}${holdSeconds > 0 ? `, for ${minutesText(holdSeconds / 60)}` : ''}`;
};
