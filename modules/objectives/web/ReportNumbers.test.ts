import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { anObjectiveReport } from './an-objective-summary.ts';
import { explainBurn, explainLeft, explainNow } from './report-numbers.ts';
import ReportNumbers from './ReportNumbers.vue';

const report = anObjectiveReport();

describe('every number of an objective explains itself', () => {
  it('says what each number is, and that it can be opened', () => {
    const names = mount(ReportNumbers, { props: { report } })
      .findAll('button')
      .map((button) => button.attributes('aria-label'));
    expect(names).toEqual([
      'Budget left: 34 %. How it came about',
      'Now: 99.967 %. How it came about',
      'Bad, of those allowed: 660. How it came about',
      'Burn, 1h: 16.7×. How it came about',
      'Without data: 1 %. How it came about',
    ]);
  });

  it('reckons with the counts of the report', () => {
    expect(explainLeft(report).formula).toBe('1 − 660 ÷ 1,000 = 34 %');
    expect(explainNow(report).formula).toBe('1,999,340 ÷ 2,000,000 = 99.967 %');
    expect(explainBurn(report, report.burnRates[0]!).formula).toBe('(100 ÷ 10,000) ÷ 0.05 % = 20×');
  });

  it('takes parts of slices as they are', () => {
    const sliced = anObjectiveReport({ method: 'RatioTimeslices', good: 99.5, bad: 0.5, targetPpm: 990_000 });
    expect(explainNow(sliced).formula).toBe('99.5 ÷ 100 = 99.5 %');
  });

  it('says no data where nothing was counted', () => {
    const silent = anObjectiveReport({
      good: null,
      bad: null,
      total: null,
      achievedPpm: null,
      noDataRatio: 1,
      budget: { allowed: 0, spent: 0, remaining: 0, remainingRatio: null },
    });
    expect(explainLeft(silent).formula).toBe('nothing was counted = no data');
    expect(mount(ReportNumbers, { props: { report: silent } }).text()).not.toMatch(/\b0 %/);
  });
});
