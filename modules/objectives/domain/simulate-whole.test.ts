import { describe, expect, it } from 'vitest';
import { anObjective } from '../fixtures.ts';
import type { Component, Objective } from './objective.ts';
import type { Series } from './series.ts';
import { simulate, type RaisedAlert } from './simulate.ts';
import { simulateWhole } from './simulate-whole.ts';
import { defaultTiers } from './tiers.ts';

const periodMinutes = 7 * 1_440;
const targetPpm = 990_000;
const tiers = defaultTiers({ targetPpm, periodMinutes }).map((tier) => ({ tier, holdSeconds: 0 }));
const minutes = 1_500;

const dice = (seed: number) => {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};

const someSeries = (seed: number): Series => {
  const next = dice(seed);
  const good = new Float64Array(minutes);
  const bad = new Float64Array(minutes);
  let mood = 0;
  for (let minute = 0; minute < minutes; minute++) {
    if (next() < 0.02) mood = [0, 0, 0.01, 0.1, 0.5, -1][Math.floor(next() * 6)]!;
    if (mood < 0) continue;
    const requests = Math.floor(next() * 300);
    bad[minute] = Math.floor(requests * mood * next() * 2);
    good[minute] = requests - bad[minute]!;
  }
  return { startsAt: 6_000, stepSeconds: 60, good, bad };
};

const part = (number: number, weight: number, target = targetPpm): Component => ({
  displayName: `${number}`,
  indicator: { kind: 'indicator', number, definition: { kind: 'fed', feeder: 'probes', key: `${number}` } },
  weight,
  targetPpm: target,
});
const none = () => undefined;
const times = (alerts: readonly RaisedAlert[]) => alerts.map((each) => [each.tier, each.firedAt, each.clearedAt]);

/** The definition written naively: burn rates of the parts in a window, added up with their weights; null without data. */
const naive = (rate: (end: number, minutes: number) => number | null) =>
  tiers
    .flatMap(({ tier }) => {
      const threshold = ((tier.budgetSharePpm / 1_000_000) * periodMinutes) / tier.longMinutes;
      const alerts: [string, number, number | null][] = [];
      let firing = false;
      for (let end = 1; end <= minutes; end++) {
        const [long, short] = [rate(end, tier.longMinutes), rate(end, tier.shortMinutes)];
        if (!firing && long !== null && short !== null && long >= threshold && short >= threshold) {
          firing = true;
          alerts.push([tier.name, 6_000 + end * 60, null]);
        } else if (firing && (short === null ? !(long !== null && long >= threshold) : short < threshold)) {
          firing = false;
          alerts.at(-1)![2] = 6_000 + end * 60;
        }
      }
      return alerts;
    })
    .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));

const within = (series: Series, end: number, length: number) => {
  let [good, bad] = [0, 0];
  for (let minute = Math.max(0, end - length); minute < end; minute++) {
    good += series.good[minute]!;
    bad += series.bad[minute]!;
  }
  return { total: good + bad, bad };
};

describe('A back-test of a composite', () => {
  it.each([11, 12, 13, 14])('of occurrences equals the naive sum of weighted burn rates (history %i)', (seed) => {
    const [a, b] = [someSeries(seed), someSeries(seed + 100)];
    const objective = anObjective({ targetPpm, components: [part(1, 1), part(2, 0.5, 995_000)] });
    const series = new Map([
      [1, a],
      [2, b],
    ]);
    const expected = naive((end, length) => {
      const [first, second] = [within(a, end, length), within(b, end, length)];
      if (first.total + second.total === 0) return null;
      const burn = (of: { total: number; bad: number }, budget: number) =>
        of.total === 0 ? 0 : of.bad / of.total / budget;
      return Math.min(100, burn(first, 0.01) + 0.5 * burn(second, 0.005));
    });
    const found = simulateWhole({ objective, find: none, series, periodMinutes }, tiers);
    expect(times(found)).toEqual(expected);
    expect(found.length).toBeGreaterThan(0);
  });
  it('of slices: bad when any part’s is', () => {
    const [a, b] = [someSeries(21), someSeries(22)];
    const timeSlice = { seconds: 60, targetPpm: 950_000 };
    const objective = anObjective({ targetPpm, method: 'Timeslices', timeSlice, components: [part(1, 1), part(2, 9)] });
    const isBad = (of: Series, minute: number) => of.good[minute]! < 0.95 * (of.good[minute]! + of.bad[minute]!);
    const expected = naive((end, length) => {
      let [total, bad] = [0, 0];
      for (let minute = Math.max(0, end - length); minute < end; minute++) {
        const seen = a.good[minute]! + a.bad[minute]! + b.good[minute]! + b.bad[minute]!;
        if (seen === 0) continue;
        total += 1;
        if (isBad(a, minute) || isBad(b, minute)) bad += 1;
      }
      return total === 0 ? null : bad / total / 0.01;
    });
    const series = new Map([
      [1, a],
      [2, b],
    ]);
    expect(times(simulateWhole({ objective, find: none, series, periodMinutes }, tiers))).toEqual(expected);
  });
  it('of one part, through a journey, is that part’s own', () => {
    const only: Objective = anObjective({ name: 'only', targetPpm, components: [part(1, 1)] });
    const journey = anObjective({
      name: 'journey',
      targetPpm,
      components: [{ displayName: 'only', indicator: { kind: 'objective', name: 'only' }, weight: 3, targetPpm }],
    });
    const series = someSeries(31);
    const plain = simulate({ series, targetPpm, periodMinutes }, tiers);
    const whole = { objective: journey, find: () => only, series: new Map([[1, series]]), periodMinutes };
    expect(times(simulateWhole(whole, tiers))).toEqual(times(plain));
    expect(simulateWhole(whole, tiers).map((each) => [each.burningFrom, each.burningTo])).toEqual(
      plain.map((each) => [each.burningFrom, each.burningTo]),
    );
  });
});
