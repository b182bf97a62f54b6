import { expect, it } from 'vitest';
import { anObjectiveReport, anObjectiveSummary } from './an-objective-summary.ts';
import { explainLeftOf, explainPart, explainRowBurn, explainRowLeft, explainRowNow } from './row-numbers.ts';

it('figures of a row show their formula with the counts of that row', () => {
  const row = anObjectiveSummary({
    targetPpm: 999_000,
    achievedPpm: 999_640,
    remainingRatio: 0.64,
    burnRate: 2,
    counted: { good: 99_964, bad: 36 },
    recent: { good: 998, bad: 2 },
  });
  expect(explainRowLeft(row).formula).toBe('1 − 36 ÷ (100,000 × 0.1 %) = 64 %');
  expect(explainRowNow(row).formula).toBe('99,964 ÷ 100,000 = 99.964 %');
  expect(explainRowBurn(row).formula).toBe('(2 ÷ 1,000) ÷ 0.1 % = 2×');
  expect(explainRowLeft(row).counts).toEqual([
    { label: 'Good events', value: '99,964' },
    { label: 'Bad events', value: '36' },
  ]);
});

it('a row without data says so and counts nothing', () => {
  const row = anObjectiveSummary({
    remainingRatio: null,
    achievedPpm: null,
    burnRate: null,
    counted: null,
    recent: null,
  });
  for (const explain of [explainRowLeft, explainRowNow, explainRowBurn])
    expect(explain(row)).toMatchObject({ formula: 'nothing was counted', counts: [] });
});

it('what is left follows from what was achieved where counts are not told', () => {
  const of = { achievedPpm: 999_500, targetPpm: 999_000, remainingRatio: 0.5, window: '28 days' };
  expect(explainLeftOf(of).formula).toBe('1 − (1 − 99.95 %) ÷ (1 − 99.9 %) = 50 %');
  expect(explainLeftOf({ ...of, achievedPpm: null }).formula).toBe('nothing was counted');
});

it('a part says how it weighs', () => {
  const part = {
    displayName: 'pay',
    weight: 2,
    targetPpm: 999_000,
    good: 95,
    bad: 5,
    achievedPpm: 950_000,
    objective: null,
  };
  const explained = explainPart(part, anObjectiveReport());
  expect(explained.formula).toBe('95 ÷ 100 = 95 %');
  expect(explained.text).toContain('counts 2 times');
});
