import { describe, expect, it } from 'vitest';
import { neverReached, presetPolicy, sumUp, tryPolicy, type TestedObjective } from './backtest.ts';
import { defaultTiers } from './tiers.ts';

const day = 1_440;
const minute = 60;

/** Three days of a hundred requests a minute, with full outages of the given minutes. */
const anObjective = (
  name: string,
  outages: readonly [number, number][],
  given: Partial<TestedObjective> = {},
): TestedObjective => {
  const good = new Float64Array(3 * day).fill(100);
  const bad = new Float64Array(3 * day);
  for (const [from, to] of outages) {
    good.fill(0, from, to);
    bad.fill(100, from, to);
  }
  return {
    name,
    series: { startsAt: 0, stepSeconds: 60, good, bad },
    targetPpm: 999_000,
    periodMinutes: 30 * day,
    tiers: defaultTiers({ targetPpm: 999_000, periodMinutes: 30 * day }),
    marked: [],
    ...given,
  };
};

const backtest = (objectives: readonly TestedObjective[], preset: string) =>
  sumUp(
    preset,
    objectives.map((each) => tryPolicy(each, presetPolicy(preset))),
  );

describe('Policies side by side over history', () => {
  const objectives = [
    anObjective('checkout', [[1_440, 1_450]], { marked: [{ from: 1_440 * minute, to: 1_450 * minute }] }),
    anObjective('search', [[2_000, 2_001]]),
    anObjective('calm', []),
  ];
  it('pages, tickets, precision, recall and medians of each', () => {
    const byDefault = backtest(objectives, 'own');
    const third = backtest(objectives, 'workbook-3');
    expect(backtest(objectives, 'default')).toEqual({ ...byDefault, policy: 'default' });
    expect(neverReached(objectives, presetPolicy('default'))).toEqual([]);
    // Worked by hand: a full outage crosses 14.4 in 1 hour (0.864 min) in its first minute, 6 in 6 hours in its third (2.16);
    // a single bad minute crosses 14.4 (1 of 60 is 16.7), not 6 in 6 hours (1 of 360 is 2.8).
    const pages = byDefault.alerts.filter((each) => each.urgency === 'page');
    expect(pages.map((each) => [each.objective, each.tier, each.firedAt / 60, each.detectionSeconds])).toEqual([
      ['checkout', 'page-fast', 1_441, 60],
      ['checkout', 'page-slow', 1_443, 180],
      ['search', 'page-fast', 2_001, null],
    ]);
    // The short window of five minutes is clean five minutes after the end.
    expect(pages[0]).toMatchObject({ clearedAt: 1_455 * minute, resetSeconds: 300 });
    expect(byDefault).toMatchObject({ pages: 3, recall: 1, detectionSecondsMedian: 60 });
    // Nobody marked anything for search: whether its alert was right is not known, so it is not counted as wrong.
    expect(byDefault.precision).toBe(1);
    const marked = objectives.map((each) => ({ ...each, marked: [{ from: 1_440 * minute, to: 1_450 * minute }] }));
    const right = byDefault.alerts.filter((each) => each.objective === 'checkout').length;
    expect(backtest(marked, 'own').precision).toBeCloseTo(right / byDefault.alerts.length, 12);
    expect(backtest(marked, 'own').recall).toBeCloseTo(1 / 3, 12);
    // Ten minutes are over before an hour has passed.
    expect(third).toMatchObject({
      pages: 0,
      tickets: 0,
      recall: 0,
      precision: null,
      firingSeconds: 0,
      detectionSecondsMedian: null,
    });
  });
  it('time under alert is counted once, however many tiers fire', () => {
    const only = backtest([objectives[0]!], 'workbook-6');
    const covered = new Set<number>();
    for (const each of only.alerts)
      for (let at = each.firedAt; at < (each.clearedAt ?? 3 * day * minute); at += minute) covered.add(at);
    expect(only.firingSeconds).toBe(covered.size * minute);
    expect(only.alerts.length).toBeGreaterThan(1);
  });
  it('without marked incidents there is neither precision nor recall', () => {
    expect(backtest([objectives[1]!], 'own')).toMatchObject({
      precision: null,
      recall: null,
    });
  });
  it('says which tiers can never be reached, and refuses an unknown preset', () => {
    const loose = [anObjective('loose', [], { targetPpm: 900_000 }), anObjective('looser', [], { targetPpm: 890_000 })];
    const notes = neverReached(loose, presetPolicy('workbook-4'));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('workbook-4, burn-rate: 2 objectives can never reach it. Of loose: A burn rate of 36×');
    expect(() => presetPolicy('workbook-7')).toThrow(RangeError);
  });
});
