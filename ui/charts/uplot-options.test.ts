import { describe, expect, it } from 'vitest';
import { lonelyPoints, roundUp } from './uplot-options.ts';

describe('an axis ends at a round number that holds all values', () => {
  it.each([
    [0, 0],
    [0.0093, 0.01],
    [1, 1],
    [1.2, 1.5],
    [7, 8],
    [99, 100],
    [412, 500],
    [12_345, 15_000],
  ])('%s → %s', (value, top) => expect(roundUp(value)).toBeCloseTo(top, 10));
});

describe('a single value between gaps is seen', () => {
  it('as a point, where a line cannot be', () => {
    expect(lonelyPoints([1, null, 2, null, 3, 4, null, 5])).toEqual([0, 2, 7]);
    expect(lonelyPoints([null, null])).toEqual([]);
  });
});
