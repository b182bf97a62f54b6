import type { Counts } from './indicator.ts';
import { million } from './objective.ts';
import { productAtLeast, reduced, type Ratio } from './ratio.ts';

/**
 * Error ratio over the budget's ratio, `(bad ÷ total) ÷ (1 − target)` (SRE workbook, chapter 5): 1 spends exactly the budget
 * in the period. Null without data. For showing; what decides is `burnsAtLeast`, which rounds nothing.
 */
export const burnRateOf = (counts: Counts, targetPpm: number): number | null => {
  const total = counts.good + counts.bad;
  return total === 0 ? null : (counts.bad * million) / (total * (million - targetPpm));
};

/** Whether counted events burn at least at `threshold`; exact, false without data. */
export const burnsAtLeast = (counts: Counts, targetPpm: number, threshold: Ratio): boolean =>
  reaches(counts.good + counts.bad, counts.bad, burnTest(targetPpm, threshold));

/** A threshold and a target made into one comparison of whole numbers: `bad × badFactor ≥ total × totalFactor`. */
export interface BurnTest {
  readonly badFactor: number;
  readonly totalFactor: number;
}

/**
 * `bad ÷ total ≥ threshold × (1 − target)`, multiplied out and reduced: 14.4× at 99.9 % is `bad × 625 ≥ total × 9`.
 * Made once, asked millions of times. Throws RangeError where the factors are beyond 2^53.
 */
export const burnTest = (targetPpm: number, threshold: Ratio): BurnTest => {
  const [bad, total] = reduced(
    BigInt(million) * BigInt(threshold.denominator),
    BigInt(threshold.numerator) * BigInt(million - targetPpm),
  );
  const test = { badFactor: Number(bad), totalFactor: Number(total) };
  if (!Number.isSafeInteger(test.badFactor) || !Number.isSafeInteger(test.totalFactor))
    throw new RangeError(`No exact comparison at ${threshold.numerator}/${threshold.denominator}`);
  return test;
};

/** Whether `bad` of `total` events reach the threshold; no events reach none. */
export const reaches = (total: number, bad: number, test: BurnTest): boolean =>
  total > 0 && productAtLeast(bad, test.badFactor, total, test.totalFactor);
