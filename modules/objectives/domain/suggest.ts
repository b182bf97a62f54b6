import { budgetOf, type BudgetAmounts } from './budget.ts';
import { burnTest, reaches } from './burn.ts';
import type { Counts } from './indicator.ts';
import { million, type Tier } from './objective.ts';
import { countText, minutesText, percentText, ppmText } from './number-text.ts';
import { ratioOf } from './ratio.ts';
import { runningSums, type RunningSums, type Series } from './series.ts';
import { simulate } from './simulate.ts';
import { stepsAtOnce, surelyBelow } from './surely-below.ts';
import { defaultTiers } from './tiers.ts';

/** How one target would have fared over the history. */
export interface Fared {
  readonly targetPpm: number;
  /** Over the newest window; null where it is empty. */
  readonly achievedPpm: number | null;
  readonly budget: BudgetAmounts;
  /** Alerts over the whole history. */
  readonly pages: number;
  readonly tickets: number;
  /** Minutes at whose end the budget of the rolling window was gone, over the whole history. */
  readonly exhaustedMinutes: number;
}

export interface Candidate extends Fared {
  /** The least that was left at the end of any day of the history. */
  readonly worstRemainingRatio: number;
  /** Days at whose end the budget of the window was gone, of all that were looked at. */
  readonly exhaustedDays: number;
  readonly days: number;
  readonly text: string;
}

export interface Suggestion {
  readonly windowMinutes: number;
  readonly candidates: readonly Candidate[];
  /** The target proposed; null where none can be. */
  readonly recommendedPpm: number | null;
  readonly reason: 'tightest-kept' | 'held-by-low-traffic' | 'none-kept' | 'too-little-history';
  readonly text: string;
}

/** Bounds of what is proposed; each is said to the person who decides. */
export const suggestLimits = {
  /** Targets that are tried, loosest first. */
  targetsPpm: [900_000, 950_000, 980_000, 990_000, 995_000, 998_000, 999_000, 999_500, 999_900, 999_950, 999_990],
  windowMinutes: 28 * 1_440,
  /** A target is kept when at least this share of the budget was left at the end of every day: room for what history has not seen. */
  remainingRatioMin: 0.25,
  /** A budget of fewer bad events than this in a window is a matter of luck: one failure alone would take a tenth of it. */
  allowedMin: 10,
  /** Less than a day of minutes with data proves nothing. */
  minutesWithDataMin: 1_440,
  /** A latency bound is proposed where at least this share of requests kept it. */
  withinPpm: 990_000,
} as const;

/**
 * Targets for one indicator from its history by the minute: each one with how it would have fared, and the tightest of them
 * that would have been kept on every day with a quarter of the budget to spare, so long as its budget is a real number of events.
 * The window is four weeks, or the whole history where that is shorter.
 */
export const suggestTargets = (series: Series): Suggestion => {
  const sums = runningSums(series);
  const steps = series.good.length;
  const windowMinutes = Math.min(suggestLimits.windowMinutes, Math.floor((steps * series.stepSeconds) / 60));
  const withData = stepsWithData(sums);
  const days = dailyWindows(sums, series.stepSeconds, windowMinutes);
  const empty = days.every(({ good, bad }) => good + bad === 0);
  if (empty || (withData * series.stepSeconds) / 60 < suggestLimits.minutesWithDataMin)
    return {
      windowMinutes,
      candidates: [],
      recommendedPpm: null,
      reason: 'too-little-history',
      text: `Only ${countText((withData * series.stepSeconds) / 60)} minutes with data in all of the history, or none in its windows; a target needs at least a day of them.`,
    };
  const candidates = fareTargets({ series, windowMinutes }, suggestLimits.targetsPpm).map((each) =>
    withDays(each, days),
  );
  return { windowMinutes, candidates, ...choose(candidates, windowMinutes) };
};

/**
 * How targets would have fared over a series (by the method, `seriesByMethod`) with a rolling window: for a proposal, and for
 * the editor while a target is dragged. `tiersFor`: the tiers that stand for a target; the default ones unless given.
 */
export const fareTargets = (
  of: { series: Series; windowMinutes: number; eventParts?: number },
  targetsPpm: readonly number[],
  tiersFor: (of: { targetPpm: number; periodMinutes: number }) => readonly Tier[] = defaultTiers,
): Fared[] => {
  const sums = runningSums(of.series);
  return targetsPpm.map((targetPpm) => fareTarget(of, sums, { targetPpm, tiersFor }));
};

const fareTarget = (
  of: { series: Series; windowMinutes: number; eventParts?: number },
  sums: RunningSums,
  by: { targetPpm: number; tiersFor: (of: { targetPpm: number; periodMinutes: number }) => readonly Tier[] },
): Fared => {
  const { series, windowMinutes, eventParts = 1 } = of;
  const { targetPpm } = by;
  const window = Math.max(1, Math.round((windowMinutes * 60) / series.stepSeconds));
  const end = sums.total.length - 1;
  const newest = countsBetween(sums, Math.max(0, end - window), end);
  const budget = budgetOf(newest, targetPpm);
  const tiers = by.tiersFor({ targetPpm, periodMinutes: windowMinutes }).map((tier) => ({ tier, holdSeconds: 0 }));
  const alerts = simulate({ series, targetPpm, periodMinutes: windowMinutes, eventParts }, tiers);
  const pages = alerts.filter((each) => each.urgency === 'page').length;
  const total = newest.good + newest.bad;
  return {
    targetPpm,
    achievedPpm: total === 0 ? null : (newest.good / total) * million,
    budget: {
      allowed: budget.allowed / eventParts,
      spent: budget.spent / eventParts,
      remaining: budget.remaining / eventParts,
      remainingRatio: budget.remainingRatio,
    },
    pages,
    tickets: alerts.length - pages,
    exhaustedMinutes: (stepsExhausted(sums, window, targetPpm) * series.stepSeconds) / 60,
  };
};

/** Steps at whose end the window is exhausted: a burn of at least one over all of it. A window that is not full holds what there is. */
const stepsExhausted = (sums: RunningSums, window: number, targetPpm: number): number => {
  const { total, bad } = sums;
  const once = burnTest(targetPpm, ratioOf(1, 1));
  const together = stepsAtOnce(window);
  let steps = 0;
  for (let first = 0; first < total.length - 1; first += together) {
    const to = Math.min(total.length - 1, first + together);
    if (surelyBelow(sums, { from: first, to, length: window }, once)) continue;
    for (let end = first + 1; end <= to; end++) {
      const from = end > window ? end - window : 0;
      if (reaches(total[end]! - total[from]!, bad[end]! - bad[from]!, once)) steps += 1;
    }
  }
  return steps;
};

const countsBetween = (sums: RunningSums, from: number, end: number): Counts => {
  const bad = sums.bad[end]! - sums.bad[from]!;
  return { good: sums.total[end]! - sums.total[from]! - bad, bad };
};

/**
 * The latency bound to propose: the least of the tried bounds that 99 % of requests kept over the history; the largest where
 * none was. Null without any.
 */
export const suggestBound = (
  tried: readonly { readonly withinMs: number; readonly counts: Counts }[],
): { readonly withinMs: number; readonly keptRatio: number } | null => {
  const seen = tried.filter(({ counts }) => counts.good + counts.bad > 0).toSorted((a, b) => a.withinMs - b.withinMs);
  const chosen =
    seen.find(({ counts }) => counts.good * million >= suggestLimits.withinPpm * (counts.good + counts.bad)) ??
    seen.at(-1);
  return chosen
    ? { withinMs: chosen.withinMs, keptRatio: chosen.counts.good / (chosen.counts.good + chosen.counts.bad) }
    : null;
};

const choose = (
  candidates: readonly Candidate[],
  windowMinutes: number,
): Pick<Suggestion, 'recommendedPpm' | 'reason' | 'text'> => {
  const kept = candidates.filter((each) => each.worstRemainingRatio >= suggestLimits.remainingRatioMin);
  const real = kept.filter((each) => each.budget.allowed >= suggestLimits.allowedMin);
  const [tightest, chosen] = [kept.at(-1), real.at(-1) ?? kept[0]];
  if (!tightest || !chosen)
    return {
      recommendedPpm: null,
      reason: 'none-kept',
      text: `Not even ${ppmText(candidates[0]!.targetPpm)} would have been kept with ${percentText(suggestLimits.remainingRatioMin)} of the budget to spare; something is to be repaired before it is promised.`,
    };
  const fared = `${chosen.text} Over ${minutesText(windowMinutes)}.`;
  if (tightest.targetPpm === chosen.targetPpm)
    return {
      recommendedPpm: chosen.targetPpm,
      reason: 'tightest-kept',
      text: `${ppmText(chosen.targetPpm)} is the tightest target that left at least ${percentText(suggestLimits.remainingRatioMin)} of the budget on every day. ${fared}`,
    };
  return {
    recommendedPpm: chosen.targetPpm,
    reason: 'held-by-low-traffic',
    text: `${ppmText(tightest.targetPpm)} was kept too, but would allow only ${countText(tightest.budget.allowed)} bad events: too few requests for so tight a promise. ${fared}`,
  };
};

const withDays = (fared: Fared, days: readonly Counts[]): Candidate => {
  const left = days.flatMap((each) => budgetOf(each, fared.targetPpm).remainingRatio ?? []);
  const candidate = {
    ...fared,
    worstRemainingRatio: Math.min(...left),
    exhaustedDays: left.filter((ratio) => ratio <= 0).length,
    days: left.length,
  };
  return { ...candidate, text: fareText(candidate) };
};

const fareText = (of: Omit<Candidate, 'text'>): string => {
  const left =
    of.budget.remainingRatio === null ? 'no data' : `${percentText(of.budget.remainingRatio)} of the budget left`;
  const worst = `at worst ${percentText(of.worstRemainingRatio)}`;
  const achieved = of.achievedPpm === null ? 'nothing' : percentText(of.achievedPpm / million);
  return `At ${ppmText(of.targetPpm)}: ${achieved} achieved, ${left} (${worst}), ${countText(of.pages)} pages and ${countText(of.tickets)} tickets.`;
};

/** Counts of the window that ends at the end of the history and of each one a day earlier, as far as history reaches; newest first. */
const dailyWindows = (sums: RunningSums, stepSeconds: number, windowMinutes: number): Counts[] => {
  const window = Math.round((windowMinutes * 60) / stepSeconds);
  const day = Math.round(86_400 / stepSeconds);
  const windows: Counts[] = [];
  for (let end = sums.total.length - 1; end - window >= 0; end -= day)
    windows.push(countsBetween(sums, end - window, end));
  return windows;
};

const stepsWithData = (sums: RunningSums): number => {
  let count = 0;
  for (let index = 1; index < sums.total.length; index++) if (sums.total[index]! > sums.total[index - 1]!) count += 1;
  return count;
};
