import { describe, expect, it } from 'vitest';
import { anObjectiveReport } from './an-objective-summary.ts';
import { burnDownOf, chartFrom, type BudgetAnswer } from './budget-chart.ts';

const aBudget = (given: Partial<BudgetAnswer> = {}): BudgetAnswer => ({
  name: 'checkout-availability',
  from: '2026-10-25T12:00:00.000Z',
  to: '2026-11-22T12:00:00.000Z',
  stepSeconds: 86_400,
  points: [
    { at: '2026-10-26T12:00:00.000Z', good: 1, bad: 0, remainingRatio: 1 },
    { at: '2026-11-22T12:00:00.000Z', good: 1, bad: 0, remainingRatio: 0.3 },
  ],
  projection: null,
  ...given,
});

describe('a burn-down draws what there is', () => {
  it('even spending only where the budget begins anew', () => {
    const month = { kind: 'calendar', unit: 'month', count: 1, startsOn: '2026-01-01T00:00', zone: 'UTC' } as const;
    const calendar = anObjectiveReport({ window: month, from: '2026-11-01T00:00:00.000Z' });
    expect(burnDownOf(aBudget({ from: calendar.from }), calendar).ideal).toEqual([
      [Date.parse('2026-11-01T00:00:00Z'), 1],
      [Date.parse('2026-12-01T00:00:00Z'), 0],
    ]);
    expect(burnDownOf(aBudget(), anObjectiveReport()).ideal).toBeNull();
  });

  it('the whole window, or from where a young history begins', () => {
    expect(chartFrom(anObjectiveReport())).toBeUndefined();
    expect(chartFrom(anObjectiveReport({ countedFrom: null }))).toBeUndefined();
    const young = '2026-11-22T11:00:00.000Z';
    expect(chartFrom(anObjectiveReport({ countedFrom: young }))).toBe(young);
  });

  it('not the empty minutes before a young history', () => {
    const points = ['10:00', '10:01', '10:02', '10:03'].map((at, index) => ({
      at: `2026-11-22T${at}:00.000Z`,
      good: index,
      bad: 0,
      remainingRatio: index < 2 ? null : 1,
    }));
    const { points: drawn } = burnDownOf(aBudget({ from: '2026-11-22T10:00:00.000Z', points }), anObjectiveReport());
    expect(drawn.map(([, left]) => left)).toEqual([null, 1, 1]);
  });

  it('a projection no longer than half of what is drawn, on the same line', () => {
    const begun = '2026-11-22T10:00:00.000Z';
    const { projection } = burnDownOf(
      aBudget({
        from: begun,
        points: [
          { at: begun, good: 1, bad: 0, remainingRatio: 1 },
          { at: '2026-11-22T12:00:00.000Z', good: 1, bad: 0, remainingRatio: 0.5 },
        ],
        projection: {
          window: '1h',
          points: [
            ['2026-11-22T12:00:00.000Z', 0.5],
            ['2026-11-22T22:00:00.000Z', 0],
          ],
        },
      }),
      anObjectiveReport(),
    );
    expect(projection).toEqual([
      [Date.parse('2026-11-22T12:00:00Z'), 0.5],
      [Date.parse('2026-11-22T13:00:00Z'), 0.45],
    ]);
  });
});
