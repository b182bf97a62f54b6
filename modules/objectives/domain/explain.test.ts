import { describe, expect, it } from 'vitest';
import {
  explainAchieved,
  explainAllowed,
  explainBurnRate,
  explainMoney,
  explainNoData,
  explainRemaining,
  explainThreshold,
  explainWhole,
} from './explain.ts';
import { countText, minutesText, percentText, ppmText, rateText, secondsText, windowName } from './number-text.ts';
import { defaultTiers } from './tiers.ts';

const of = { counts: { good: 999_400, bad: 600 }, targetPpm: 999_000, method: 'Occurrences' as const };

describe('Each number tells its formula with its counts', () => {
  it.each([
    [explainAchieved(of), 'good events ÷ all events', '999,400 ÷ 1,000,000', '99.94 %'],
    [
      explainAllowed(of),
      'all events × (1 − target)',
      '1,000,000 × (1 − 99.9 %) = 1,000,000 × 0.1 %',
      '1,000 may be bad',
    ],
    [explainRemaining(of), '1 − bad events ÷ allowed ones', '1 − 600 ÷ 1,000', '40 %'],
    [
      explainBurnRate({ ...of, counts: { good: 85, bad: 15 }, windowMinutes: 5 }),
      'share of bad events in the last 5 minutes ÷ (1 − target)',
      '(15 ÷ 100) ÷ 0.1 %',
      '150×',
    ],
    [
      explainThreshold(defaultTiers({ targetPpm: 999_000, periodMinutes: 40_320 })[0]!, 40_320),
      'share of the budget × period ÷ long window',
      '2 % of the budget of 28 days within 1 hour: 0.02 × 40,320 min ÷ 60 min',
      '13.44×',
    ],
    [
      explainNoData(32_400, 43_200),
      'minutes of the window without any event ÷ its minutes so far',
      '(43,200 − 32,400) ÷ 43,200',
      '25 %',
    ],
    [
      explainMoney(of, { amount: 250, currency: 'EUR' }),
      'spent percent of the budget × money per percent',
      '60 × 250 EUR',
      '15,000 EUR',
    ],
    [
      explainAchieved({
        counts: { good: 99_500_000_000, bad: 500_000_000 },
        targetPpm: 990_000,
        method: 'RatioTimeslices',
        eventParts: 1e9,
      }),
      'mean of the share of good events in each slice of time with data',
      '99.5 ÷ 100',
      '99.5 %',
    ],
    [
      explainAchieved({ ...of, counts: { good: 0, bad: 0 } }),
      'good events ÷ all events',
      'no events were counted',
      'no data',
    ],
    [
      explainRemaining({ ...of, counts: { good: 0, bad: 0 } }),
      '1 − bad events ÷ allowed ones',
      'nothing was counted',
      'no data',
    ],
  ])('%j', (explained, formula, withNumbers, result) => {
    expect(explained).toEqual({ formula, withNumbers, result });
  });
});

describe('A composite tells how it follows from its parts', () => {
  const parts = [
    { displayName: 'cart', weight: 1, burnRate: 3, badRatio: 0.003 },
    { displayName: 'pay', weight: 0.5, burnRate: 2, badRatio: 0.02 },
    { displayName: 'silent', weight: 9, burnRate: null, badRatio: null },
  ];
  it.each([
    ['Occurrences', 'sum of weight × burn rate of each part', '1 × 3× (cart) + 0.5 × 2× (pay)', '4×'],
    [
      'RatioTimeslices',
      'sum of weight × missing share of each part',
      '1 × 0.3 % (cart) + 0.5 × 2 % (pay)',
      '1.3 % missing',
    ],
    [
      'Timeslices',
      'a slice of time is bad when it is bad for any part',
      'cart: 0.3 % bad, pay: 2 % bad',
      'weights mean nothing here',
    ],
  ] as const)('%s', (method, formula, withNumbers, result) => {
    expect(explainWhole(parts, method)).toEqual({ formula, withNumbers, result });
  });
  it('without data', () => {
    expect(explainWhole([], 'Occurrences').result).toBe('no data');
  });
});

describe('Numbers read in one form', () => {
  it.each([
    [countText(1_234_567.891), '1,234,567.89'],
    [countText(0.000_012_34), '0.0000123'],
    [countText(0), '0'],
    [rateText(14.4), '14.4×'],
    [rateText(175.2), '175.2×'],
    [rateText(null), 'no data'],
    [percentText(0.02), '2 %'],
    [percentText(0.99995), '99.995 %'],
    [percentText(-1.5), '-150 %'],
    [percentText(0.000_01), '0.001 %'],
    [percentText(1), '100 %'],
    [ppmText(999_500), '99.95 %'],
    [ppmText(1), '0.0001 %'],
    [minutesText(5), '5 minutes'],
    [minutesText(60), '1 hour'],
    [minutesText(90), '90 minutes'],
    [minutesText(2_160), '36 hours'],
    [minutesText(43_200), '30 days'],
    [windowName(5), '5m'],
    [windowName(60), '1h'],
    [windowName(4_320), '3d'],
    [windowName(90), '90m'],
    [secondsText(51.84), '51.84 seconds'],
    [secondsText(183_600), '2 days 3 hours'],
    [secondsText(3_600), '1 hour'],
    [secondsText(86_460), '1 day 1 minute'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
