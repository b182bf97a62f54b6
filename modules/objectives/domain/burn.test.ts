import { describe, expect, it } from 'vitest';
import { burnRateOf, burnsAtLeast, burnTest } from './burn.ts';
import { ratioOf } from './ratio.ts';

describe('The burn rate is the error ratio over the budget', () => {
  it.each([
    // The workbook's table 5-4: error ratio 0.1 % burns at 1, 0.2 % at 2, 1 % at 10, 100 % at 1,000.
    [{ good: 9_990, bad: 10 }, 1],
    [{ good: 9_980, bad: 20 }, 2],
    [{ good: 9_900, bad: 100 }, 10],
    [{ good: 0, bad: 10_000 }, 1_000],
    // Ten requests an hour, one fails: 100 times (the workbook prints 1,000, a slip).
    [{ good: 9, bad: 1 }, 100],
    [{ good: 5, bad: 0 }, 0],
    [{ good: 0, bad: 0 }, null],
  ])('%j at 99.9 %% is %s', (counts, expected) => {
    const rate = burnRateOf(counts, 999_000);
    if (expected === null) expect(rate).toBeNull();
    else expect(rate).toBeCloseTo(expected, 12);
  });
  it('is compared exactly: 14.4 is reached by 144 of 10,000 and not by one event less, at any size', () => {
    const threshold = ratioOf(72, 5);
    for (const size of [1, 1_000, 1_000_000, 100_000_000_000]) {
      expect(burnsAtLeast({ good: (10_000 - 144) * size, bad: 144 * size }, 999_000, threshold)).toBe(true);
      expect(burnsAtLeast({ good: (10_000 - 144) * size + 1, bad: 144 * size - 1 }, 999_000, threshold)).toBe(false);
    }
  });
  it('agrees with the definition in big whole numbers for odd targets and thresholds', () => {
    for (let seed = 1; seed < 4_000; seed++) {
      const total = (seed * 7_919) % 100_003;
      const bad = (seed * 104_729) % (total + 1);
      const targetPpm = (seed * 15_485_863) % 1_000_000;
      const threshold = ratioOf((seed * 31) % 977, 1 + ((seed * 17) % 89));
      const expected =
        total > 0 &&
        BigInt(bad) * 1_000_000n * BigInt(threshold.denominator) >=
          BigInt(threshold.numerator) * BigInt(1_000_000 - targetPpm) * BigInt(total);
      expect(burnsAtLeast({ good: total - bad, bad }, targetPpm, threshold)).toBe(expected);
    }
  });
  it('compares with the least factors', () => {
    expect(burnTest(999_000, ratioOf(72, 5))).toEqual({ badFactor: 625, totalFactor: 9, wide: null });
  });
  it('is exact for odd shares over long windows too, whose factors are beyond 2^53', () => {
    // 12.3457 % of 527,039 minutes within 500,009: 1,000,000 × 500,009 × 10^6 does not fit a number.
    const threshold = ratioOf(123_457n * 527_039n, 1_000_000n * 500_009n);
    expect(burnTest(987_653, threshold).wide).not.toBeNull();
    const total = 1_000_000_007;
    const needed = (123_457n * 527_039n * 12_347n * BigInt(total)) / (1_000_000n * 500_009n * 1_000_000n);
    const bad = Number(needed) + 1;
    expect(burnsAtLeast({ good: total - bad, bad }, 987_653, threshold)).toBe(true);
    expect(burnsAtLeast({ good: total - bad + 1, bad: bad - 1 }, 987_653, threshold)).toBe(false);
  });
  it('reaches nothing without data', () => {
    expect(burnsAtLeast({ good: 0, bad: 0 }, 999_000, ratioOf(0, 1))).toBe(false);
  });
});
