import { describe, expect, it } from 'vitest';
import { judge, readyHistory } from './preview-history.ts';

const day = (index: number, good: number, bad: number) => ({
  at: new Date(Date.UTC(2026, 9, 1 + index)).toISOString(),
  good,
  bad,
});
const rolling = { kind: 'rolling', minutes: 2 * 1_440 } as const;

describe('a target is judged by the history that is here', () => {
  const history = readyHistory([day(0, 990, 10), day(1, 1_000, 0), day(2, 980, 20), day(3, 0, 0)], 86_400, rolling);

  it('each day by the window that ends with it', () => {
    expect(history.windows.map(({ counts }) => counts)).toEqual([
      { good: 990, bad: 10 },
      { good: 1_990, bad: 10 },
      { good: 1_980, bad: 20 },
      { good: 980, bad: 20 },
    ]);
  });

  it('says what is left, the worst, and how long the budget was gone', () => {
    const { points, ...judged } = judge(history, 990_000, 86_400);
    expect(points.map(([, left]) => left)).toEqual([0, 0.5, 0, -1]);
    expect(judged).toEqual({ achievedPpm: 980_000, remainingRatio: -1, lowest: -1, exhaustedDays: 3 });
  });

  it('keeps silence a gap', () => {
    const silent = readyHistory([day(0, 0, 0), day(1, 0, 0)], 86_400, rolling);
    expect(judge(silent, 990_000, 86_400)).toMatchObject({ achievedPpm: null, remainingRatio: null, lowest: null });
  });

  it('begins anew with each calendar period', () => {
    const month = { kind: 'calendar', unit: 'month', count: 1, startsOn: '2026-01-01T00:00', zone: 'UTC' } as const;
    const steps = [day(29, 90, 10), day(30, 90, 10), day(31, 100, 0)];
    expect(readyHistory(steps, 86_400, month).windows.map(({ counts }) => counts.bad)).toEqual([10, 20, 0]);
  });

  it('judges 90 days of hours well within a frame', () => {
    const hours = Array.from({ length: 90 * 24 }, (_, hour) => ({
      at: new Date(Date.UTC(2026, 8, 1, hour)).toISOString(),
      good: 10_000,
      bad: hour % 7,
    }));
    const ready = readyHistory(hours, 3_600, { kind: 'rolling', minutes: 28 * 1_440 });
    const began = performance.now();
    for (let target = 0; target < 100; target += 1) judge(ready, 999_000 + target, 3_600);
    expect((performance.now() - began) / 100).toBeLessThan(16);
  });
});
