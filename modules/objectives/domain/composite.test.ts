import { describe, expect, it } from 'vitest';
import { burnRateOf } from './burn.ts';
import { composeCounts, composeSlice, indicatorsBelow, problemOf, wholeOf, type CountsReader } from './composite.ts';
import { anObjective } from '../fixtures.ts';
import type { Component } from './objective.ts';

const part = (bad: number, total: number, over: { weight?: number; targetPpm?: number; eventParts?: number } = {}) => ({
  counts: { good: total - bad, bad },
  eventParts: 1,
  weight: 1,
  targetPpm: 999_000,
  ...over,
});
const burnOf = (parts: Parameters<typeof composeCounts>[0], targetPpm = 999_000) =>
  burnRateOf(composeCounts(parts, { method: 'Occurrences', targetPpm }).counts, targetPpm);

describe('A composite of occurrences burns at the weighted sum of its parts', () => {
  it.each([
    ['one part alone', [part(3, 1_000)], 3],
    ['two parts', [part(3, 1_000), part(10, 5_000)], 5],
    ['half the weight', [part(3, 1_000), part(10, 5_000, { weight: 0.5 })], 4],
    ['a hundred times the impact', [part(1, 100_000, { weight: 100 })], 1],
    ['each against its own target', [part(30, 1_000, { targetPpm: 990_000 }), part(3, 1_000)], 6],
    ['a part without data adds nothing', [part(3, 1_000), part(0, 0)], 3],
    ['thirds', [part(1, 3_000), part(1, 3_000), part(1, 3_000)], 1],
  ])('%s', (_, parts, expected) => {
    expect(burnOf(parts)).toBeCloseTo(expected, 9);
  });
  it('never more than everything', () => {
    expect(burnOf([part(900, 1_000), part(900, 1_000)])).toBeCloseTo(1_000, 9);
  });
  it('nothing at all is no data', () => {
    expect(composeCounts([part(0, 0), part(0, 0)], { method: 'Occurrences', targetPpm: 999_000 }).counts).toEqual({
      good: 0,
      bad: 0,
    });
  });
  it('one part with the target of the whole is itself, to the event', () => {
    for (const [bad, total] of [
      [0, 10],
      [7, 10],
      [123_456, 9_000_000_000],
    ] as const) {
      const { counts, eventParts } = composeCounts([part(bad, total)], { method: 'Occurrences', targetPpm: 999_000 });
      expect([counts.bad / eventParts, (counts.good + counts.bad) / eventParts]).toEqual([bad, total]);
      expect(Number.isSafeInteger(counts.good + counts.bad)).toBe(true);
    }
  });
  it('has one scale for a week of ten thousand requests a second and for its last minute', () => {
    const scale = (bad: number, total: number) => {
      const { counts, eventParts } = composeCounts([part(bad, total)], { method: 'Occurrences', targetPpm: 999_000 });
      expect(counts.bad / eventParts).toBe(bad);
      expect((counts.good + counts.bad) / eventParts / total).toBeCloseTo(1, 12);
      return eventParts;
    };
    expect(scale(3, 600_000)).toBe(scale(1_234_567, 8_000_000_000_000));
  });
});

describe('The other two methods', () => {
  it('RatioTimeslices: two parts at 95 % make 90 %, as OpenSLO says', () => {
    const slices = 1_440 * 1_000_000_000;
    const at = (ratio: number, weight = 1) => part(slices * (1 - ratio), slices, { weight, eventParts: 1_000_000_000 });
    const missing = (parts: ReturnType<typeof at>[]) => {
      const { counts } = composeCounts(parts, { method: 'RatioTimeslices', targetPpm: 900_000 });
      return counts.bad / (counts.good + counts.bad);
    };
    expect(missing([at(0.75), at(0.75)])).toBe(0.5);
    expect(missing([at(0.75), at(0.75, 0.5)])).toBe(0.375);
    expect(missing([at(0.25), at(0.25)])).toBe(1);
    const ninetyFive = part(slices / 20, slices, { eventParts: 1_000_000_000 });
    expect(missing([ninetyFive, ninetyFive])).toBeCloseTo(0.1, 15);
  });
  it('Timeslices: a slice is bad when any part’s is', () => {
    const slice = { seconds: 60, targetPpm: 990_000 };
    const good = { good: 99, bad: 1 };
    const bad = { good: 98, bad: 2 };
    const none = { good: 0, bad: 0 };
    expect(composeSlice([good, good], slice)).toEqual({ good: 1, bad: 0 });
    expect(composeSlice([good, bad], slice)).toEqual({ good: 0, bad: 1 });
    expect(composeSlice([good, none], slice)).toEqual({ good: 1, bad: 0 });
    expect(composeSlice([none, none], slice)).toEqual(none);
  });
});

describe('A journey is followed to what is measured', () => {
  const indicator = (number: number) => ({
    kind: 'indicator' as const,
    number,
    definition: { kind: 'fed' as const, feeder: 'probes', key: `${number}` },
  });
  const named = (name: string) => ({ kind: 'objective' as const, name });
  const piece = (ref: Component['indicator'], weight = 1, targetPpm = 990_000): Component => ({
    displayName: 'part',
    indicator: ref,
    weight,
    targetPpm,
  });
  const known = [
    anObjective({ name: 'cart', targetPpm: 995_000, components: [piece(indicator(1), 7)] }),
    anObjective({
      name: 'pay',
      targetPpm: 980_000,
      components: [piece(indicator(2), 2, 999_000), piece(indicator(3), 0.5)],
    }),
    anObjective({ name: 'buy', components: [piece(named('cart'), 3), piece(named('pay'), 10)] }),
    anObjective({ name: 'loop', components: [piece(named('pool')), piece(indicator(9))] }),
    anObjective({ name: 'pool', components: [piece(named('loop')), piece(indicator(9))] }),
    anObjective({ name: 'lost', components: [piece(named('nowhere')), piece(indicator(9))] }),
    anObjective({ name: 'wide', components: Array.from({ length: 51 }, (_, index) => piece(indicator(index))) }),
  ];
  const find = (wanted: string) => known.find((each) => each.name === wanted);
  const measured = new Map([
    [1, { good: 997, bad: 3 }],
    [2, { good: 1_998, bad: 2 }],
    [3, { good: 490, bad: 10 }],
  ]);
  const reader: CountsReader = {
    counts: (indicator) => measured.get(indicator)!,
    joint: (indicators) => ({ good: 100 - indicators.length, bad: indicators.length }),
  };
  const burn = (name: string) => {
    const objective = find(name)!;
    return burnRateOf(wholeOf(objective, find, reader).counts, objective.targetPpm);
  };
  it('each part burns against its own promise, and rates add up with their weights on the way', () => {
    // 0.3 % at 99.5 %: 0.6 times, alone a weight means nothing.
    expect(burn('cart')).toBeCloseTo(0.6, 9);
    // 0.1 % at 99.9 % is 1, twice; 2 % at 99 % is 2, half.
    expect(burn('pay')).toBeCloseTo(2 * 1 + 0.5 * 2, 9);
    expect(burn('buy')).toBeCloseTo(3 * 0.6 + 10 * 3, 5);
  });
  it('the events of the whole are those of all parts', () => {
    const { counts, eventParts } = wholeOf(find('buy')!, find, reader);
    expect((counts.good + counts.bad) / eventParts).toBe(1_000 + 2_000 + 500);
  });
  it('slices of time are composed over everything below', () => {
    const buy = { ...find('buy')!, method: 'Timeslices' as const, timeSlice: { seconds: 60, targetPpm: 900_000 } };
    expect(indicatorsBelow(buy, find)).toEqual([1, 2, 3]);
    expect(wholeOf(buy, find, reader)).toEqual({ counts: { good: 97, bad: 3 }, eventParts: 1 });
  });
  it.each([
    ['buy', null],
    ['loop', { problem: 'circle', names: ['loop', 'pool', 'loop'] }],
    ['lost', { problem: 'unknown-objective', name: 'nowhere' }],
    ['wide', { problem: 'too-many-parts', most: 50 }],
  ])('%s: %j', (name, problem) => {
    expect(problemOf(find(name)!, find)).toEqual(problem);
  });
});
