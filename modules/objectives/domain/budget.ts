import type { Counts } from './indicator.ts';
import { million } from './objective.ts';

/** A budget in counted events (or slices). `remaining` is negative when more was spent than allowed. */
export interface BudgetAmounts {
  /** total × (1 − target): may be broken, exact to a millionth. */
  readonly allowed: number;
  readonly spent: number;
  readonly remaining: number;
  /** 1 is untouched, 0 exhausted, below 0 overspent; null without data. */
  readonly remainingRatio: number | null;
}

/**
 * The error budget of counted events: `allowed = (good + bad) × (1,000,000 − targetPpm) ÷ 1,000,000`, `spent = bad`
 * (SRE workbook, chapter 2). Whole millionths inside, numbers outside: what is divided at the end is exact before.
 */
export const budgetOf = (counts: Counts, targetPpm: number): BudgetAmounts => {
  const total = counts.good + counts.bad;
  const allowed = byMillion(total, million - targetPpm);
  const spent = byMillion(counts.bad, million);
  const remaining = allowed - spent;
  return {
    allowed: quotient(allowed, millionParts),
    spent: counts.bad,
    remaining: quotient(remaining, millionParts),
    remainingRatio: total === 0 ? null : quotient(remaining, allowed),
  };
};

/** True when there is nothing left: as many bad events as allowed, or more. Exact; false without data. */
export const isExhausted = (counts: Counts, targetPpm: number): boolean =>
  counts.good + counts.bad > 0 &&
  byMillion(counts.bad, million) >= byMillion(counts.good + counts.bad, million - targetPpm);

const millionParts = BigInt(million);

const byMillion = (whole: number, factor: number): bigint => BigInt(whole) * BigInt(factor);

/** The nearest number to a quotient of whole numbers, also where both are beyond 2^53: whole part and remainder are divided apart. */
const quotient = (top: bigint, bottom: bigint): number => {
  const whole = top / bottom;
  return Number(whole) + Number(top - whole * bottom) / Number(bottom);
};
