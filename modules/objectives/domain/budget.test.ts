import { describe, expect, it } from 'vitest';
import { budgetOf, isExhausted } from './budget.ts';

describe('A budget is what the target lets be bad, in events', () => {
  it.each([
    // By hand: 1,000,000 events at 99.9 % may hold 1,000 bad ones (SRE workbook, chapter 2: the same arithmetic).
    [{ good: 999_400, bad: 600 }, 999_000, { allowed: 1_000, spent: 600, remaining: 400, remainingRatio: 0.4 }],
    [{ good: 999_000, bad: 1_000 }, 999_000, { allowed: 1_000, spent: 1_000, remaining: 0, remainingRatio: 0 }],
    [{ good: 998_500, bad: 1_500 }, 999_000, { allowed: 1_000, spent: 1_500, remaining: -500, remainingRatio: -0.5 }],
    [{ good: 10, bad: 0 }, 999_000, { allowed: 0.01, spent: 0, remaining: 0.01, remainingRatio: 1 }],
    [{ good: 0, bad: 1 }, 999_999, { allowed: 0.000_001, spent: 1, remaining: -0.999_999, remainingRatio: -999_999 }],
    [{ good: 0, bad: 0 }, 999_000, { allowed: 0, spent: 0, remaining: 0, remainingRatio: null }],
    [{ good: 3, bad: 1 }, 0, { allowed: 4, spent: 1, remaining: 3, remainingRatio: 0.75 }],
  ])('%j at %i ppm', (counts, targetPpm, expected) => {
    expect(budgetOf(counts, targetPpm)).toEqual(expected);
  });
  it('is exact where floating point is not: one event more or less among 9 × 10^15', () => {
    const total = 9_000_000_000_000_000;
    const allowed = total / 1_000;
    expect(isExhausted({ good: total - allowed, bad: allowed }, 999_000)).toBe(true);
    expect(isExhausted({ good: total - allowed + 1, bad: allowed - 1 }, 999_000)).toBe(false);
    expect(budgetOf({ good: total - allowed + 1, bad: allowed - 1 }, 999_000).remaining).toBe(1);
  });
  it('is not exhausted where nothing was seen', () => {
    expect(isExhausted({ good: 0, bad: 0 }, 999_000)).toBe(false);
  });
});
