import { describe, expect, it } from 'vitest';
import { differenceOf, sharesOf, steepestOf } from './spent.ts';

const values = [
  { value: 'GET /', good: 8_990, bad: 10 },
  { value: 'POST /pay', good: 910, bad: 90 },
  { value: 'GET /health', good: 500, bad: 0 },
];

describe('Where a budget went', () => {
  it('shares by value, most bad first', () => {
    const shares = sharesOf(values, 1_000);
    expect(shares.map((each) => [each.value, each.badShare, each.budgetShare])).toEqual([
      ['POST /pay', 0.9, 0.09],
      ['GET /', 0.1, 0.01],
      ['GET /health', 0, 0],
    ]);
    // 9 % of 1,000 against 10 of 9,500.
    expect(shares[0]!.lift).toBeCloseTo(0.09 / (10 / 9_500), 9);
    expect(shares[2]!.lift).toBe(0);
  });
  it('has no lift against nothing, and no share of no budget', () => {
    const [only] = sharesOf([{ value: 'a', good: 1, bad: 1 }], 0);
    expect(only).toMatchObject({ badShare: 1, budgetShare: null, lift: null });
    expect(sharesOf([{ value: 'a', good: 1, bad: 0 }], 5)[0]).toMatchObject({ badShare: 0, lift: null });
  });
  it('a dimension tells as much as its bad events fall otherwise than all', () => {
    // Shares of bad 0.1, 0.9, 0; of events 9,000, 1,000 and 500 of 10,500.
    expect(differenceOf(values)).toBeCloseTo(0.9 - 1_000 / 10_500, 9);
    expect(
      differenceOf([
        { value: 'a', good: 99, bad: 1 },
        { value: 'b', good: 198, bad: 2 },
      ]),
    ).toBe(0);
    expect(differenceOf([])).toBe(0);
  });
  it('the steepest stretches, joined over short pauses', () => {
    const bad = [0, 5, 9, 0, 4, 0, 0, 0, 0, 0, 30, 0];
    const buckets = bad.map((each, index) => ({ at: index * 60, good: 1_000 - each, bad: each }));
    const of = { targetPpm: 999_000, allowed: 100, stepSeconds: 60, pauseSeconds: 120, most: 5 };
    expect(steepestOf(buckets, of)).toEqual([
      { from: 600, to: 660, good: 970, bad: 30, budgetShare: 0.3 },
      { from: 60, to: 300, good: 2_982, bad: 18, budgetShare: 0.18 },
    ]);
    expect(steepestOf(buckets, { ...of, most: 1 })).toHaveLength(1);
    // At 99 % five and four of a thousand, and nine, spend less than is earned.
    expect(steepestOf(buckets, { ...of, targetPpm: 990_000 })).toHaveLength(1);
  });
});
