import { describe, expect, it } from 'vitest';
import { simulate, type RaisedAlert } from './simulate.ts';
import { defaultTiers } from './tiers.ts';

const targetPpm = 990_000;
const periodMinutes = 7 * 1_440;
const tiers = defaultTiers({ targetPpm, periodMinutes });

const dice = (seed: number) => {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};

/** Two days of minutes with calm, trouble, and silence. */
const twoDays = (seed: number) => {
  const next = dice(seed);
  const steps = 2_880;
  const good = new Float64Array(steps);
  const bad = new Float64Array(steps);
  let mood = 0.001;
  for (let minute = 0; minute < steps; minute++) {
    if (next() < 0.01) mood = [0.001, 0.004, 0.03, 0.2, 0.9, -1][Math.floor(next() * 6)]!;
    if (mood < 0) continue;
    const requests = Math.floor(next() * 200);
    for (let request = 0; request < requests; request++) if (next() < mood) bad[minute]! += 1;
    good[minute] = requests - bad[minute]!;
  }
  return { startsAt: 0, stepSeconds: 60, good, bad };
};

/** The workbook's sentence, written naively: plain sums over both windows each minute, fractions compared as they are. */
const naive = (series: ReturnType<typeof twoDays>, long: number, short: number, threshold: number) => {
  const alerts: [number, number | null][] = [];
  let firing = false;
  const rate = (end: number, minutes: number): number | null => {
    let [total, bad] = [0, 0];
    for (let minute = Math.max(0, end - minutes); minute < end; minute++) {
      total += series.good[minute]! + series.bad[minute]!;
      bad += series.bad[minute]!;
    }
    return total === 0 ? null : bad / total / 0.01;
  };
  for (let end = 1; end <= series.good.length; end++) {
    const [longRate, shortRate] = [rate(end, long), rate(end, short)];
    if (!firing && longRate !== null && shortRate !== null && longRate >= threshold && shortRate >= threshold) {
      firing = true;
      alerts.push([end * 60, null]);
    } else if (firing && (shortRate === null ? !(longRate !== null && longRate >= threshold) : shortRate < threshold)) {
      firing = false;
      alerts[alerts.length - 1]![1] = end * 60;
    }
  }
  return alerts;
};

const times = (alerts: readonly RaisedAlert[]) => alerts.map((each) => [each.firedAt, each.clearedAt]);

describe('A back-test raises the alerts that the rule would have raised', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('equal to a naive one, minute by minute (history %i)', (seed) => {
    const series = twoDays(seed);
    let raised = 0;
    for (const tier of tiers) {
      const expected = naive(
        series,
        tier.longMinutes,
        tier.shortMinutes,
        (tier.budgetSharePpm / 1_000_000) * (periodMinutes / tier.longMinutes),
      );
      const alerts = simulate({ series, targetPpm, periodMinutes }, [{ tier, holdSeconds: 0 }]);
      expect(times(alerts)).toEqual(expected);
      raised += alerts.length;
    }
    expect(raised).toBeGreaterThan(0);
  });
  it('of all tiers, in order of time', () => {
    const alerts = simulate(
      { series: twoDays(3), targetPpm, periodMinutes },
      tiers.map((tier) => ({ tier, holdSeconds: 0 })),
    );
    expect(alerts.map((each) => each.firedAt)).toEqual(alerts.map((each) => each.firedAt).sort((a, b) => a - b));
    expect(new Set(alerts.map((each) => each.tier)).size).toBeGreaterThan(1);
  });
  it('an alert that is open at the end stays open, and history before `decideFrom` only fills the windows', () => {
    const minutes = 600;
    const good = new Float64Array(minutes).fill(100);
    const bad = new Float64Array(minutes);
    bad.fill(50, 300);
    const series = { startsAt: 0, stepSeconds: 60, good, bad };
    const pageFast = [{ tier: tiers[0]!, holdSeconds: 0 }];
    const whole = simulate({ series, targetPpm, periodMinutes }, pageFast);
    expect(whole).toMatchObject([{ burningFrom: 300 * 60, clearedAt: null, cleared: null, burningTo: 600 * 60 }]);
    const late = simulate({ series, targetPpm, periodMinutes, decideFrom: 400 * 60 }, pageFast);
    expect(late).toMatchObject([{ firedAt: 401 * 60, clearedAt: null }]);
  });
});
