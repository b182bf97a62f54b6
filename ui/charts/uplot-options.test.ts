import { describe, expect, it } from 'vitest';
import { roundUp } from './uplot-options.ts';

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
