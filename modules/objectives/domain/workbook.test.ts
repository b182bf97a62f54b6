import { describe, expect, it } from 'vitest';
import { workbookApproaches, type Approach } from './approaches.ts';
import type { Tier } from './objective.ts';
import { simulate, type RaisedAlert, type SimulatedTier } from './simulate.ts';
import { defaultTiers } from './tiers.ts';

/**
 * Figures of the SRE workbook, chapter 5, at 99.9 % over 30 days, by simulation through the product's own decision: a steady
 * service of 1,000 requests a step, good until the burning begins.
 */
const targetPpm = 999_000;
const periodMinutes = 43_200;
const requests = 1_000;

interface Burning {
  /** Seconds after the start of the simulation's clock (0), half-open. */
  readonly from: number;
  readonly to: number;
  /** Bad ones of a thousand requests: 1,000 is a full outage. */
  readonly perMille: number;
}

const run = (
  tiers: readonly SimulatedTier[],
  of: { burnings: readonly Burning[]; seconds: number; stepSeconds: number; historySeconds: number },
): RaisedAlert[] => {
  const steps = Math.round((of.historySeconds + of.seconds) / of.stepSeconds);
  const good = new Float64Array(steps).fill(requests);
  const bad = new Float64Array(steps);
  for (const each of of.burnings) {
    const first = Math.round((of.historySeconds + each.from) / of.stepSeconds);
    const end = Math.min(steps, Math.round((of.historySeconds + each.to) / of.stepSeconds));
    bad.fill(each.perMille, first, end);
    good.fill(requests - each.perMille, first, end);
  }
  const series = { startsAt: -of.historySeconds, stepSeconds: of.stepSeconds, good, bad };
  return simulate({ series, targetPpm, periodMinutes }, tiers);
};

const approach = (number: number): Approach => workbookApproaches[number - 1]!;
const hour = 3_600;
const forever = Number.MAX_SAFE_INTEGER;

describe('The six approaches of the workbook', () => {
  it('1: ten minutes at the budget’s rate detect a full outage in 0.6 seconds', () => {
    const [alert] = run(approach(1).tiers, {
      burnings: [{ from: 0, to: forever, perMille: 1_000 }],
      seconds: 60,
      stepSeconds: 0.1,
      historySeconds: hour,
    });
    expect(alert!.firedAt).toBeCloseTo(0.6, 6);
  });
  it('1: 144 alerts in a day on which the promise is kept', () => {
    const burnings = Array.from({ length: 144 }, (_, index) => ({
      from: index * 600.1,
      to: index * 600.1 + 0.6,
      perMille: 1_000,
    }));
    const alerts = run(approach(1).tiers, { burnings, seconds: 86_400, stepSeconds: 0.1, historySeconds: hour });
    expect(alerts).toHaveLength(144);
    // 144 × 0.6 of 86,400 seconds: one thousandth, no more than the day may have.
    expect((144 * 0.6) / 86_400).toBeCloseTo(0.001, 12);
  });
  it('2: 36 hours detect it in 130 seconds (129.6) and go on for 36 hours', () => {
    const [alert] = run(approach(2).tiers, {
      burnings: [{ from: 0, to: 129.6, perMille: 1_000 }],
      seconds: 37 * hour,
      stepSeconds: 0.1,
      historySeconds: 36 * hour,
    });
    expect(alert!.firedAt).toBeCloseTo(129.6, 6);
    expect((alert!.clearedAt! - 129.6) / hour).toBeCloseTo(36, 0);
    expect(alert!.clearedAt).toBeCloseTo(36 * hour + 0.1, 6);
  });
  it.each([1_000, 100, 10, 2])('3: waits an hour whatever the severity (%i of a thousand bad)', (perMille) => {
    const [alert] = run(approach(3).tiers, {
      burnings: [{ from: 0, to: forever, perMille }],
      seconds: 2 * hour,
      stepSeconds: 1,
      historySeconds: hour,
    });
    // The minute itself crosses within 1 to 30 seconds; then it holds for an hour.
    expect(alert!.firedAt - hour).toBeGreaterThanOrEqual(0);
    expect(alert!.firedAt - hour).toBeLessThanOrEqual(30);
  });
  it('3: never tells of full outages of five minutes in every ten', () => {
    const burnings = Array.from({ length: 144 }, (_, index) => ({
      from: index * 600,
      to: index * 600 + 300,
      perMille: 1_000,
    }));
    expect(run(approach(3).tiers, { burnings, seconds: 86_400, stepSeconds: 1, historySeconds: hour })).toEqual([]);
  });
  it('4: an hour at 36 times detects it in 130 seconds (129.6) and resets after 58 minutes', () => {
    const [alert] = run(approach(4).tiers, {
      burnings: [{ from: 0, to: 129.6, perMille: 1_000 }],
      seconds: 2 * hour,
      stepSeconds: 0.1,
      historySeconds: hour,
    });
    expect(alert!.firedAt).toBeCloseTo(129.6, 6);
    expect(Math.round((alert!.clearedAt! - alert!.firedAt) / 60)).toBe(58);
  });
  it('4: 35 times never alerts, and spends the whole budget in 20.5 hours', () => {
    const burning = (perMille: number) =>
      run(approach(4).tiers, {
        burnings: [{ from: 0, to: forever, perMille }],
        seconds: 24 * hour,
        stepSeconds: 10,
        historySeconds: hour,
      });
    expect(burning(35)).toEqual([]);
    expect(burning(36)).toHaveLength(1);
    // 20.57: the workbook prints 20.5.
    expect(periodMinutes / 60 / 35).toBeCloseTo(20.57, 2);
  });
  it('5: several burn rates detect it in 51.8 seconds (51.84)', () => {
    const alerts = run(approach(5).tiers, {
      burnings: [{ from: 0, to: forever, perMille: 1_000 }],
      seconds: 300,
      stepSeconds: 0.48,
      historySeconds: 72 * hour,
    });
    expect(alerts[0]).toMatchObject({ tier: 'page-fast' });
    expect(alerts[0]!.firedAt).toBeCloseTo(51.84, 6);
  });
  it('6: 15 % errors for ten minutes fire at 5.76 minutes and clear 4.52 minutes after the end', () => {
    const fifteen = {
      burnings: [{ from: 0, to: 600, perMille: 150 }],
      seconds: 2 * hour,
      stepSeconds: 0.1,
      historySeconds: hour,
    };
    const [pageFast] = approach(6).tiers;
    const [alert] = run([pageFast!], fifteen);
    expect(alert!.firedAt / 60).toBeCloseTo(5.76, 6);
    expect((alert!.clearedAt! - 600) / 60).toBeCloseTo(4.52, 2);
    // The short window by itself crosses at 0.48 minutes.
    const shortAlone: Tier = { ...pageFast!.tier, longMinutes: 5, shortMinutes: 5, rateMillionths: 14_400_000 };
    const [short] = run([{ tier: shortAlone, holdSeconds: 0 }], fifteen);
    expect(short!.firedAt / 60).toBeCloseTo(0.48, 6);
    // The long window alone goes on for 54.24 minutes.
    const [long] = run([approach(5).tiers[0]!], fifteen);
    expect((long!.clearedAt! - 600) / 60).toBeCloseTo(54.24, 2);
    expect(alert).toMatchObject({ burningFrom: 0, cleared: 'short-window-recovered' });
    expect(alert!.burningTo).toBeCloseTo(600, 6);
  });
});

describe('Detection minutes of the default tiers', () => {
  const tiers = defaultTiers({ targetPpm, periodMinutes });
  const never = null;
  // Errors of a thousand, minutes until 14.4 in 1 h / 6 in 6 h / 3 in 1 d / 1 in 3 d are reached, and a step that divides them.
  it.each<[number, number, (number | null)[]]>([
    [1_000, 0.48, [0.864, 2.16, 4.32, 4.32]],
    [100, 0.8, [8.64, 21.6, 43.2, 43.2]],
    [50, 0.8, [17.28, 43.2, 86.4, 86.4]],
    [10, 10, [never, 216, 432, 432]],
    [5, 10, [never, never, 864, 864]],
    [2, 10, [never, never, never, 2_160]],
    [1, 10, [never, never, never, 4_320]],
  ])('at %i of a thousand bad', (perMille, stepSeconds, expected) => {
    tiers.forEach((tier, index) => {
      const minutes = expected[index]!;
      const [alert] = run([{ tier, holdSeconds: 0 }], {
        burnings: [{ from: 0, to: forever, perMille }],
        seconds: (minutes ?? tier.longMinutes * 2) * 60 + 10 * stepSeconds,
        stepSeconds,
        historySeconds: tier.longMinutes * 60,
      });
      if (minutes === never) expect(alert).toBeUndefined();
      else expect(Math.abs(alert!.firedAt / 60 - minutes)).toBeLessThan(1e-6);
    });
  });
  it('and the formula of the workbook agrees: budget × threshold × window ÷ error ratio', () => {
    for (const [ratio, minutes] of [
      [1, 0.864],
      [0.1, 8.64],
      [0.05, 17.28],
    ] as const)
      expect((0.001 * 14.4 * 60) / ratio).toBeCloseTo(minutes, 9);
  });
});

describe('Low traffic', () => {
  // Ten requests an hour, one fails: 10 % errors, 100 times (the workbook prints 1,000), 13.9 % of the month's budget.
  const oneOfTen = (badEventsMin: number) => {
    const minutes = 3 * 60;
    const good = new Float64Array(minutes);
    const bad = new Float64Array(minutes);
    for (let minute = 0; minute < minutes; minute += 6) good[minute] = 1;
    [good[120], bad[120]] = [0, 1];
    const tier = { ...defaultTiers({ targetPpm, periodMinutes })[0]!, badEventsMin };
    const series = { startsAt: 0, stepSeconds: 60, good, bad };
    return simulate({ series, targetPpm, periodMinutes }, [{ tier, holdSeconds: 0 }]);
  };
  it('one failure pages, and holds the page until a request shows that it is well again', () => {
    const [alert] = oneOfTen(1);
    expect(alert).toMatchObject({ firedAt: 121 * 60, longTotal: 10, longBad: 1, cleared: 'short-window-recovered' });
    expect(alert!.clearedAt).toBe(127 * 60);
    expect(1 / (7_200 * 0.001)).toBeCloseTo(0.139, 3);
  });
  it('not where two bad events are asked for', () => {
    expect(oneOfTen(2)).toEqual([]);
  });
});
