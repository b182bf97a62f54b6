import { budgetOf } from './budget.ts';
import { burnRateOf } from './burn.ts';
import type { Counts } from './indicator.ts';
import { million, type BudgetingMethod, type Tier } from './objective.ts';
import { countText, minutesText, percentText, ppmText, rateText } from './number-text.ts';
import { valueOf } from './ratio.ts';
import { thresholdOf, thresholdText } from './tiers.ts';

/** How one shown number came about: its formula in words, the same with its counts, and the result. */
export interface Explanation {
  readonly formula: string;
  readonly withNumbers: string;
  readonly result: string;
}

export interface Explained {
  readonly counts: Counts;
  readonly targetPpm: number;
  readonly method: BudgetingMethod;
  /** See method.ts. */
  readonly eventParts?: number;
}

/** What is counted, in the plural, for sentences. */
export const countedWord = (method: BudgetingMethod): string =>
  method === 'Occurrences' ? 'events' : 'slices of time';

/** Good ÷ total. */
export const explainAchieved = (of: Explained): Explanation => {
  const { good, total } = inEvents(of);
  return {
    formula: achievedFormula[of.method],
    withNumbers: total === 0 ? `no ${countedWord(of.method)} were counted` : `${countText(good)} ÷ ${countText(total)}`,
    result: total === 0 ? 'no data' : percentText(good / total),
  };
};

const achievedFormula: Record<BudgetingMethod, string> = {
  Occurrences: 'good events ÷ all events',
  Timeslices: 'good slices of time ÷ all slices with data',
  RatioTimeslices: 'mean of the share of good events in each slice of time with data',
};

/** total × (1 − target). */
export const explainAllowed = (of: Explained): Explanation => {
  const { total, allowed } = inEvents(of);
  return {
    formula: `all ${countedWord(of.method)} × (1 − target)`,
    withNumbers: `${countText(total)} × (1 − ${ppmText(of.targetPpm)}) = ${countText(total)} × ${ppmText(million - of.targetPpm)}`,
    result: `${countText(allowed)} may be bad`,
  };
};

/** 1 − bad ÷ allowed. */
export const explainRemaining = (of: Explained): Explanation => {
  const { bad, allowed } = inEvents(of);
  const { remainingRatio } = budgetOf(of.counts, of.targetPpm);
  return {
    formula: `1 − bad ${countedWord(of.method)} ÷ allowed ones`,
    withNumbers: remainingRatio === null ? 'nothing was counted' : `1 − ${countText(bad)} ÷ ${countText(allowed)}`,
    result: remainingRatio === null ? 'no data' : percentText(remainingRatio),
  };
};

/** (bad ÷ total) ÷ (1 − target). */
export const explainBurnRate = (of: Explained & { readonly windowMinutes: number }): Explanation => {
  const { bad, total } = inEvents(of);
  return {
    formula: `share of bad ${countedWord(of.method)} in the last ${minutesText(of.windowMinutes)} ÷ (1 − target)`,
    withNumbers:
      total === 0
        ? 'nothing was counted'
        : `(${countText(bad)} ÷ ${countText(total)}) ÷ ${ppmText(million - of.targetPpm)}`,
    result: rateText(burnRateOf(of.counts, of.targetPpm)),
  };
};

/** One part of a composite, as its explanation names it. */
export interface ExplainedPart {
  readonly displayName: string;
  readonly weight: number;
  readonly burnRate: number | null;
  /** Share of bad, 0 to 1; null without data. */
  readonly badRatio: number | null;
}

/** How the whole of a composite follows from its parts (composite.ts). */
export const explainWhole = (parts: readonly ExplainedPart[], method: BudgetingMethod): Explanation => {
  const seen = parts.filter((each) => each.burnRate !== null && each.badRatio !== null);
  const name = (each: ExplainedPart): string => each.displayName || 'part';
  if (method === 'Timeslices')
    return {
      formula: 'a slice of time is bad when it is bad for any part',
      withNumbers: seen.map((each) => `${name(each)}: ${percentText(each.badRatio!)} bad`).join(', ') || 'no data',
      result: 'weights mean nothing here',
    };
  const ratios = method === 'RatioTimeslices';
  const worth = (each: ExplainedPart): number => each.weight * (ratios ? each.badRatio! : each.burnRate!);
  const shown = (value: number): string => (ratios ? percentText(value) : rateText(value));
  const sum = seen.reduce((total, each) => total + worth(each), 0);
  return {
    formula: ratios ? 'sum of weight × missing share of each part' : 'sum of weight × burn rate of each part',
    withNumbers:
      seen
        .map((each) => `${countText(each.weight)} × ${shown(ratios ? each.badRatio! : each.burnRate!)} (${name(each)})`)
        .join(' + ') || 'no data',
    result: seen.length === 0 ? 'no data' : ratios ? `${percentText(Math.min(1, sum))} missing` : rateText(sum),
  };
};

/** share × period ÷ window. */
export const explainThreshold = (tier: Tier, periodMinutes: number): Explanation => ({
  formula: tier.rateMillionths === null ? 'share of the budget × period ÷ long window' : 'given by hand',
  withNumbers: thresholdText(tier, periodMinutes),
  result: rateText(valueOf(thresholdOf(tier, periodMinutes))),
});

/** Minutes without data ÷ minutes of the window so far. */
export const explainNoData = (minutesWithData: number, minutesSoFar: number): Explanation => ({
  formula: 'minutes of the window without any event ÷ its minutes so far',
  withNumbers: `(${countText(minutesSoFar)} − ${countText(minutesWithData)}) ÷ ${countText(minutesSoFar)}`,
  result: percentText(minutesSoFar === 0 ? 0 : Math.max(0, minutesSoFar - minutesWithData) / minutesSoFar),
});

/** What a percent of the budget is worth: spent share × 100 × money per percent. */
export const explainMoney = (of: Explained, money: { amount: number; currency: string }): Explanation => {
  const { remainingRatio } = budgetOf(of.counts, of.targetPpm);
  const spentPercent = remainingRatio === null ? 0 : (1 - remainingRatio) * 100;
  return {
    formula: 'spent percent of the budget × money per percent',
    withNumbers: `${countText(spentPercent)} × ${countText(money.amount)} ${money.currency}`,
    result: `${countText(spentPercent * money.amount)} ${money.currency}`,
  };
};

const inEvents = ({ counts, targetPpm, eventParts = 1 }: Explained) => {
  const total = (counts.good + counts.bad) / eventParts;
  return {
    good: counts.good / eventParts,
    bad: counts.bad / eventParts,
    total,
    allowed: budgetOf(counts, targetPpm).allowed / eventParts,
  };
};
