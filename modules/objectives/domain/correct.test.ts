import { describe, expect, it } from 'vitest';
import { correctBuckets, countBothWays, excludedSeconds, joinStretches, take, wholeMinutes } from './correct.ts';
import type { Bucket } from './method.ts';

const occurrences = { method: 'Occurrences' as const, timeSlice: null };
const minutes = (count: number): Bucket[] =>
  Array.from({ length: count }, (_, index) => ({ at: index * 60, good: 100 - (index % 7), bad: index % 7 }));

describe('A correction leaves out what it says, and nothing else', () => {
  it('time: equal to a naive sum over the minutes outside', () => {
    const buckets = minutes(600);
    const stretches = [
      { from: 1_200, to: 2_400 },
      { from: 2_000, to: 3_000 },
      // Half a minute is a whole one.
      { from: 6_030, to: 6_031 },
    ];
    const outside = buckets.filter(({ at }) => !(at >= 1_200 && at < 3_000) && at !== 6_000);
    const expected = outside.reduce((sum, each) => ({ good: sum.good + each.good, bad: sum.bad + each.bad }), {
      good: 0,
      bad: 0,
    });
    const both = countBothWays(buckets, [{ kind: 'time', stretches }], { from: 0, to: 36_000 }, occurrences, true);
    expect(both.corrected).toEqual(expected);
    expect(both.uncorrected.good + both.uncorrected.bad).toBe(60_000);
    expect(outside).toHaveLength(569);
  });
  it('traffic: what another selection counted, within its stretches only, never below nothing', () => {
    const buckets = minutes(4);
    const corrected = correctBuckets(buckets, [
      {
        kind: 'traffic',
        stretches: [{ from: 60, to: 180 }],
        buckets: [
          { at: 0, good: 50, bad: 0 },
          { at: 60, good: 9, bad: 1 },
          { at: 120, good: 500, bad: 500 },
        ],
      },
    ]);
    expect(corrected).toEqual([
      { at: 0, good: 100, bad: 0 },
      { at: 60, good: 90, bad: 0 },
      { at: 180, good: 97, bad: 3 },
    ]);
    expect(buckets[1]).toEqual({ at: 60, good: 99, bad: 1 });
  });
  it('a slice is judged by what is left of it, and is no data where nothing is', () => {
    const buckets: Bucket[] = [
      { at: 0, good: 0, bad: 100 },
      { at: 60, good: 100, bad: 0 },
      { at: 120, good: 0, bad: 100 },
    ];
    const by = { method: 'Timeslices' as const, timeSlice: { seconds: 120, targetPpm: 900_000 } };
    const both = countBothWays(
      buckets,
      [
        {
          kind: 'time',
          stretches: [
            { from: 0, to: 60 },
            { from: 120, to: 240 },
          ],
        },
      ],
      { from: 0, to: 240 },
      by,
      true,
    );
    expect(both).toEqual({ corrected: { good: 1, bad: 0 }, uncorrected: { good: 0, bad: 2 } });
  });
});

describe('Stretches', () => {
  it('that touch or overlap are one', () => {
    expect(
      joinStretches([
        { from: 50, to: 60 },
        { from: 0, to: 10 },
        { from: 10, to: 20 },
        { from: 5, to: 7 },
        { from: 90, to: 90 },
      ]),
    ).toEqual([
      { from: 0, to: 20 },
      { from: 50, to: 60 },
    ]);
  });
  it('leave their seconds out of the window, once', () => {
    const corrections = [
      { kind: 'time' as const, stretches: [{ from: 0, to: 600 }] },
      { kind: 'time' as const, stretches: [{ from: 300, to: 1_200 }] },
      { kind: 'traffic' as const, stretches: [{ from: 0, to: 9_000 }], buckets: [] },
    ];
    expect(excludedSeconds(corrections, { from: 100, to: 1_000 })).toBe(900);
    expect(wholeMinutes({ from: 61, to: 120 })).toEqual({ from: 60, to: 120 });
    expect(take({ good: 5, bad: 1 }, { good: 9, bad: 0 })).toEqual({ good: 0, bad: 1 });
  });
});
