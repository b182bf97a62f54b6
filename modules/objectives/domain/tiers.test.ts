import { describe, expect, it } from 'vitest';
import type { Tier } from './objective.ts';
import { valueOf } from './ratio.ts';
import { defaultTiers, thresholdOf, unreachable } from './tiers.ts';

const day = 1_440;
const aTier = (over: Partial<Tier> = {}): Tier => ({
  name: 'page-fast',
  urgency: 'page',
  budgetSharePpm: 20_000,
  longMinutes: 60,
  shortMinutes: 5,
  rateMillionths: null,
  badEventsMin: 1,
  adapted: null,
  ...over,
});

describe('Thresholds follow from share, period and window', () => {
  it.each([
    // SRE workbook, table 5-6 (30 days), and the figures for 28 days and others by hand.
    [30, [14.4, 6, 3, 1]],
    [28, [13.44, 5.6, 2.8, 14 / 15]],
    [365, [175.2, 73, 36.5, 73 / 6]],
    [90, [43.2, 18, 9, 3]],
  ])('over %i days', (days, expected) => {
    const tiers = defaultTiers({ targetPpm: 999_000, periodMinutes: days * day });
    expect(tiers.map((tier) => valueOf(thresholdOf(tier, days * day)))).toEqual(expected);
    expect(tiers.map((tier) => [tier.longMinutes, tier.shortMinutes])).toEqual([
      [60, 5],
      [360, 30],
      [1_440, 120],
      [4_320, 360],
    ]);
    expect(tiers.map((tier) => tier.adapted)).toEqual([null, null, null, null]);
  });
  it('exactly, or as given by hand', () => {
    expect(thresholdOf(aTier(), 30 * day)).toEqual({ numerator: 72, denominator: 5 });
    expect(thresholdOf(aTier({ rateMillionths: 13_440_000 }), 30 * day)).toEqual({ numerator: 336, denominator: 25 });
  });
});

describe('A tier by hand that can never fire is told so, with the arithmetic', () => {
  it.each([
    [900_000, 30, '14.4 × 10 % = 144 %'],
    [990_000, 365, '175.2 × 1 % = 175.2 %'],
    [930_000, 30, '14.4 × 7 % = 100.8 %'],
  ])('%i ppm over %i days', (targetPpm, days, arithmetic) => {
    expect(unreachable(aTier(), targetPpm, days * day)).toContain(arithmetic);
  });
  it.each([
    [999_000, 30],
    [931_000, 30],
    [999_999, 365],
  ])('%i ppm over %i days can', (targetPpm, days) => {
    expect(unreachable(aTier(), targetPpm, days * day)).toBeNull();
  });
  it('at exactly every event bad it still can', () => {
    expect(unreachable(aTier({ rateMillionths: 10_000_000 }), 900_000, 30 * day)).toBeNull();
    expect(unreachable(aTier({ rateMillionths: 10_000_001 }), 900_000, 30 * day)).not.toBeNull();
  });
});

describe('Every ordinary objective gets default tiers that can be reached', () => {
  const days = [1, 2, 3, 5, 7, 10, 14, 20, 21, 27, 28, 29, 30, 31, 45, 60, 90, 91, 92, 180, 365, 366];
  const targets = Array.from({ length: 1_001 }, (_, index) => Math.min(999_990, 900_000 + index * 100));
  it.each(days)('over %i days, from 90 to 99.999 %%', (length) => {
    const periodMinutes = length * day;
    for (const targetPpm of targets) {
      const tiers = defaultTiers({ targetPpm, periodMinutes });
      const rates = tiers.map((tier) => valueOf(thresholdOf(tier, periodMinutes)));
      const sound =
        tiers.length === 4 &&
        rates.every(
          (rate, index) => (rate * (1_000_000 - targetPpm)) / 1_000_000 <= 1 && rate < (rates[index - 1] ?? Infinity),
        ) &&
        rates.every((rate) => rate > 0.93) &&
        tiers.every((tier) => unreachable(tier, targetPpm, periodMinutes) === null) &&
        tiers.every((tier) => tier.longMinutes === 12 * tier.shortMinutes && tier.longMinutes <= periodMinutes) &&
        tiers.every((tier) => Number.isInteger(tier.budgetSharePpm) && tier.budgetSharePpm <= 200_000);
      expect([targetPpm, sound]).toEqual([targetPpm, true]);
    }
  });
  it('says how a loose or long promise changed them', () => {
    const [fast, slow] = defaultTiers({ targetPpm: 900_000, periodMinutes: 30 * day });
    expect(fast).toMatchObject({ budgetSharePpm: 6_900, longMinutes: 60 });
    expect(fast!.adapted).toContain('0.69 % of the budget instead of 2 %');
    expect(fast!.adapted).toContain('at 2 % it would take 144 %');
    expect(fast!.adapted).toContain('could not be reached at a target of 90 % over 30 days');
    expect(slow!.adapted).toContain('2.5 % of the budget instead of 5 %');
    const [near] = defaultTiers({ targetPpm: 935_000, periodMinutes: 30 * day });
    expect(near!.adapted).toContain('at 2 % it would take 93.6 %, and one of the tiers could hardly be reached');
  });
  it('says how a short period changed them', () => {
    const [fast] = defaultTiers({ targetPpm: 999_000, periodMinutes: day });
    expect(fast).toMatchObject({ budgetSharePpm: 120_000, longMinutes: 12, shortMinutes: 1 });
    expect(fast!.adapted).toContain('12 minutes instead of 1 hour, because the period is 1 day');
    expect(fast!.adapted).toContain('12 % of the budget instead of 2 %');
  });
  it('has something for minutes too', () => {
    for (const periodMinutes of [1, 5, 11, 12, 30, 60, 240])
      for (const tier of defaultTiers({ targetPpm: 999_000, periodMinutes })) {
        expect(tier.longMinutes).toBeLessThanOrEqual(periodMinutes);
        expect(unreachable(tier, 999_000, periodMinutes)).toBeNull();
      }
  });
});
