import { describe, expect, it } from 'vitest';
import { fareTargets, suggestBound, suggestTargets } from './suggest.ts';

const day = 1_440;
const history = (days: number, of: (minute: number) => { total: number; bad: number }) => {
  const good = new Float64Array(days * day);
  const bad = new Float64Array(days * day);
  for (let minute = 0; minute < days * day; minute++) {
    const { total, bad: failed } = of(minute);
    good[minute] = total - failed;
    bad[minute] = failed;
  }
  return { startsAt: 0, stepSeconds: 60, good, bad };
};

describe('A target is proposed from history, with how each would have fared', () => {
  it('the tightest that left a quarter of its budget on every day', () => {
    // One bad in 2,000, evenly: 99.95 % achieved. 99.9 % leaves a half, 99.95 % leaves nothing.
    const suggestion = suggestTargets(history(40, (minute) => ({ total: 1_000, bad: minute % 2 })));
    expect(suggestion).toMatchObject({ recommendedPpm: 999_000, reason: 'tightest-kept', windowMinutes: 28 * day });
    const at = (targetPpm: number) => suggestion.candidates.find((each) => each.targetPpm === targetPpm)!;
    expect(at(999_000).achievedPpm).toBeCloseTo(999_500, 6);
    expect(at(999_000)).toMatchObject({ pages: 0, tickets: 0, exhaustedDays: 0, days: 13 });
    expect(at(999_000).worstRemainingRatio).toBeCloseTo(0.5, 9);
    expect(at(999_500)).toMatchObject({ exhaustedDays: 13 });
    expect(at(999_500).budget.remainingRatio).toBeCloseTo(0, 9);
  });
  it('an old bad day counts, though the newest window has forgotten it', () => {
    // A full outage of two hours on the second of 40 days: 0.3 % of four weeks, within the first windows only.
    const suggestion = suggestTargets(
      history(40, (minute) => ({ total: 1_000, bad: minute >= 2_000 && minute < 2_120 ? 1_000 : 0 })),
    );
    const at = (targetPpm: number) => suggestion.candidates.find((each) => each.targetPpm === targetPpm)!;
    expect(at(999_000).budget.remainingRatio).toBe(1);
    expect(at(999_000).worstRemainingRatio).toBeCloseTo(1 - 120 / (40_320 * 0.001), 9);
    // 120 of 40,320 minutes are 0.298 %: 99.5 % leaves 40 %, 99.8 % does not hold.
    expect(suggestion.recommendedPpm).toBe(995_000);
    expect(at(999_000).pages).toBe(2);
    expect(at(999_000).text).toContain('2 pages');
  });
  it('not so tight that its budget is a handful of events', () => {
    const suggestion = suggestTargets(history(28, () => ({ total: 1, bad: 0 })));
    // 40,320 requests: 99.95 % allows 20.2, 99.99 % only 4.
    expect(suggestion).toMatchObject({ recommendedPpm: 999_500, reason: 'held-by-low-traffic' });
    expect(suggestion.text).toContain('99.999 % was kept too, but would allow only 0.403 bad events');
  });
  it('none where not even the loosest would have been kept, or where there is too little history', () => {
    expect(suggestTargets(history(28, () => ({ total: 10, bad: 2 })))).toMatchObject({
      recommendedPpm: null,
      reason: 'none-kept',
    });
    const young = suggestTargets(history(5, (minute) => ({ total: minute < 1_439 ? 10 : 0, bad: 0 })));
    expect(young).toMatchObject({ recommendedPpm: null, reason: 'too-little-history', candidates: [] });
  });
  it('none where the service has been silent for the whole window', () => {
    const silent = suggestTargets(history(31, (minute) => ({ total: minute < 3 * day ? 10 : 0, bad: 0 })));
    expect(silent.candidates[0]).toMatchObject({ achievedPpm: null, worstRemainingRatio: 1 });
    const early = history(30, (minute) => ({ total: minute < 1_440 ? 10 : 0, bad: 0 }));
    const cut = { ...early, good: early.good.subarray(0, 28.9 * day), bad: early.bad.subarray(0, 28.9 * day) };
    // The only window begins after nine tenths of the only day with data.
    expect(suggestTargets(cut).candidates[0]).toMatchObject({ days: 1 });
    const before = { ...early, good: early.good.subarray(1_440, 29 * day), bad: early.bad.subarray(1_440, 29 * day) };
    expect(suggestTargets(before)).toMatchObject({ reason: 'too-little-history' });
  });
  it('a short history is its own window', () => {
    expect(suggestTargets(history(5, () => ({ total: 1_000, bad: 0 }))).windowMinutes).toBe(5 * day);
  });
});

describe('How a target would have fared, while it is dragged', () => {
  // A day's window over three days, one bad hour in the middle of the second: 60 of 1,440 minutes are 4.17 %.
  const series = history(3, (minute) => ({ total: 10, bad: minute >= 2_160 && minute < 2_220 ? 10 : 0 }));
  it('minutes in which the budget was gone, equal to a naive count', () => {
    const targets = [950_000, 960_000, 990_000];
    const naive = targets.map((targetPpm) => {
      let exhausted = 0;
      for (let end = 1; end <= 3 * day; end++) {
        let [total, bad] = [0, 0];
        for (let minute = Math.max(0, end - day); minute < end; minute++) {
          total += 10;
          bad += series.bad[minute]!;
        }
        if (bad * 1_000_000 >= total * (1_000_000 - targetPpm)) exhausted += 1;
      }
      return exhausted;
    });
    expect(naive[0]).toBe(0);
    expect(naive[2]).toBeGreaterThan(day);
    expect(fareTargets({ series, windowMinutes: day }, targets).map((each) => each.exhaustedMinutes)).toEqual(naive);
  });
  it('with tiers of its own', () => {
    const [fared] = fareTargets({ series, windowMinutes: day }, [990_000], () => []);
    expect(fared).toMatchObject({
      pages: 0,
      tickets: 0,
      achievedPpm: 1_000_000,
      budget: { allowed: 144, spent: 0, remainingRatio: 1 },
    });
  });
});

describe('A latency bound is proposed', () => {
  const tried = (kept: [number, number][]) =>
    kept.map(([withinMs, good]) => ({ withinMs, counts: { good, bad: 1_000 - good } }));
  it.each([
    [
      tried([
        [100, 700],
        [300, 990],
        [500, 999],
      ]),
      { withinMs: 300, keptRatio: 0.99 },
    ],
    [
      tried([
        [500, 989],
        [100, 700],
      ]),
      { withinMs: 500, keptRatio: 0.989 },
    ],
    [[{ withinMs: 100, counts: { good: 0, bad: 0 } }], null],
  ])('%j', (given, expected) => {
    expect(suggestBound(given)).toEqual(expected);
  });
});
