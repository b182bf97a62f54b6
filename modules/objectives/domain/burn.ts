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
  /** The same factors where they are beyond 2^53 (odd shares over long windows); null where numbers hold them. */
  readonly wide: { readonly badFactor: bigint; readonly totalFactor: bigint } | null;
}

/**
 * `bad ÷ total ≥ threshold × (1 − target)`, multiplied out and reduced: 14.4× at 99.9 % is `bad × 625 ≥ total × 9`.
 * Made once, asked millions of times.
 */
export const burnTest = (targetPpm: number, threshold: Ratio): BurnTest => {
  const [badFactor, totalFactor] = reduced(
    BigInt(million) * BigInt(threshold.denominator),
    BigInt(threshold.numerator) * BigInt(million - targetPpm),
  );
  const wide = badFactor > mostSafe || totalFactor > mostSafe ? { badFactor, totalFactor } : null;
  return { badFactor: Number(badFactor), totalFactor: Number(totalFactor), wide };
};

const mostSafe = BigInt(Number.MAX_SAFE_INTEGER);

/** Whether `bad` of `total` events reach the threshold; no events reach none. */
export const reaches = (total: number, bad: number, test: BurnTest): boolean => {
  if (total <= 0) return false;
  if (test.wide === null) return productAtLeast(bad, test.badFactor, total, test.totalFactor);
  return BigInt(bad) * test.wide.badFactor >= BigInt(total) * test.wide.totalFactor;
};
