import { badEventsNeeded, youngText } from '../../domain/young.ts';
import type { Tier } from '../../domain/objective.ts';
import { isExhausted } from '../../domain/budget.ts';
import { firesFor, judgeBurn, readyTier, type BurnReason, type ReadyTier } from '../../domain/decide-burn.ts';
import {
  decideBudget,
  decideForecast,
  type BudgetDecision,
  type ForecastDecision,
} from '../../domain/decide-budget.ts';
import { decideData, type DataDecision } from '../../domain/decide-data.ts';
import { projectExhaustion, type Projection } from '../../domain/exhaustion.ts';
import type { Bucket } from '../../domain/method.ts';
import type { WindowAt } from '../../domain/window.ts';
import {
  askedBudget,
  askedBurn,
  budgetWindow,
  excludedMinutes,
  recentMinutes,
  tallyOf,
  tierWindows,
  type Prepared,
  type Tally,
} from './prepared.ts';
import type { Readings } from './readings.ts';

/** What stood before the decision: which conditions held. */
export interface Standing {
  holds(what: string): boolean;
}

/** The names under which conditions are kept that are no tier; a tier of such a name is kept apart. */
export const conditions = { exhausted: 'budget', soon: 'exhausts-soon', silent: 'data' } as const;
const reserved: readonly string[] = Object.values(conditions);
export const conditionOfTier = (name: string): string => (reserved.includes(name) ? `tier ${name}` : name);

/** Numbers of one objective at one instant. */
export interface Judged {
  readonly to: Temporal.Instant;
  readonly window: WindowAt;
  readonly budget: Tally;
  readonly recent: Tally;
  readonly tiers: readonly JudgedTier[];
}

export interface JudgedTier {
  readonly ready: ReadyTier;
  readonly long: Tally;
  readonly short: Tally;
  readonly reason: BurnReason;
  readonly firing: boolean;
}

/** Judges one objective from what was read, in numbers only: words are made where somebody reads them. */
export const judge = (prepared: Prepared, readings: Readings, standing: Standing): Judged => {
  const { definition } = prepared;
  const window = budgetWindow(definition, readings.to);
  const tiers = readyTiers(prepared, window.periodMinutes).map((ready): JudgedTier => {
    const { long: longWindow, short: shortWindow } = tierWindows(ready.tier, readings.to);
    const long = tallyOf(prepared, readings, longWindow);
    const short = tallyOf(prepared, readings, shortWindow);
    const before = standing.holds(conditionOfTier(ready.tier.name));
    const sums = {
      longTotal: long.good + long.bad,
      longBad: long.bad,
      shortTotal: short.good + short.bad,
      shortBad: short.bad,
    };
    const judged = judgeBurn(ready, sums, before);
    const needed = neededOf(prepared, readings.to, ready.tier);
    const tooFew = judged === 'both-windows-burn' && long.bad < needed * long.eventParts;
    const reason = tooFew ? 'too-few-bad-events' : judged;
    return { ready, long, short, reason, firing: firesFor(reason) };
  });
  return {
    to: window.to,
    window,
    budget: tallyOf(prepared, readings, askedBudget(definition, window)),
    recent: tallyOf(prepared, readings, askedBurn(recentMinutes, readings.to)),
    tiers,
  };
};

/** Tiers made ready, once for each length of the period. The minimum of bad events is judged here, in events. */
export const readyTiers = (prepared: Prepared, periodMinutes: number): readonly ReadyTier[] => {
  const known = ready.get(prepared);
  if (known?.periodMinutes === periodMinutes) return known.tiers;
  const { alerts, targetPpm } = prepared.definition;
  const tiers = alerts.tiers.map((tier) => ({ ...readyTier(tier, targetPpm, periodMinutes), badMin: 0 }));
  ready.set(prepared, { periodMinutes, tiers });
  return tiers;
};
const ready = new WeakMap<Prepared, { readonly periodMinutes: number; readonly tiers: readonly ReadyTier[] }>();

/** Bad events that a window needs now: more while it is young. */
const neededOf = (
  { bornAt, definition }: Prepared,
  to: number,
  { longMinutes, badEventsMin }: Pick<Tier, 'longMinutes' | 'badEventsMin'>,
): number =>
  badEventsNeeded({
    bornAt,
    windowMinutes: longMinutes,
    to,
    badEventsMin,
    youngBadEventsMin: definition.alerts.youngBadEventsMin,
  });

/** Bad events that the window of the budget needs to be gone. */
const neededToBeGone = (prepared: Prepared, { to, window }: Judged): number =>
  neededOf(prepared, to.epochMilliseconds / 1_000, { longMinutes: window.periodMinutes, badEventsMin: 1 });

export const exhaustedNow = (prepared: Prepared, judged: Judged): boolean =>
  isExhausted(judged.budget, prepared.definition.targetPpm) &&
  judged.budget.bad >= neededToBeGone(prepared, judged) * judged.budget.eventParts;

export const budgetDecision = (prepared: Prepared, judged: Judged): BudgetDecision => {
  const { budget, window } = judged;
  const decided = decideBudget({
    counts: budget,
    targetPpm: prepared.definition.targetPpm,
    eventParts: budget.eventParts,
  });
  if (!decided.exhausted || exhaustedNow(prepared, judged)) return decided;
  const young = youngText(window.periodMinutes, neededToBeGone(prepared, judged));
  return { ...decided, exhausted: false, reason: 'too-few-bad-events', text: `${decided.text} ${young}` };
};

export const projectionOf = (
  prepared: Prepared,
  judged: Judged,
  history?: { readonly buckets: readonly Bucket[]; readonly stepSeconds: number },
): Projection =>
  projectExhaustion({
    counts: judged.budget,
    targetPpm: prepared.definition.targetPpm,
    window: judged.window,
    recent: judged.recent,
    recentMinutes,
    filledMinutes: judged.budget.minutes,
    ...(history ? { history } : {}),
  });

export const forecastDecision = (
  prepared: Prepared,
  judged: Judged,
  projection: Projection,
  standing: Standing,
): ForecastDecision =>
  decideForecast({
    projection,
    withinMinutes: prepared.definition.alerts.exhaustsWithinMinutes,
    soon: standing.holds(conditions.soon),
    now: judged.to,
  });

/** Whether data is missing. `lastSeen`: end of the newest counted stretch, epoch seconds; null where nothing ever was. */
export const dataDecision = (prepared: Prepared, to: number, lastSeen: number | null): DataDecision =>
  decideData({
    lastSeenAt: lastSeen === null ? null : instantOf(Math.min(lastSeen, to)),
    watchedFrom: instantOf(watchedFrom(prepared, to)),
    now: instantOf(to),
    noDataMinutes: prepared.definition.alerts.noDataMinutes,
    // Silence in planned maintenance is what was planned.
    excludedSeconds: excludedMinutes(prepared, { from: lastSeen ?? watchedFrom(prepared, to), to }) * 60,
  });

export const instantOf = (seconds: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(seconds * 1_000);

const watchedFrom = ({ createdAt }: Prepared, to: number): number => Math.min(createdAt.epochMilliseconds / 1_000, to);
