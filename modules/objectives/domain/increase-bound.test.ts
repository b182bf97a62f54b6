import { expect, it } from 'vitest';
import { agreesWithin, increaseBound } from './increase-bound.ts';

it('an hour scraped every 15 seconds may differ by a hundredth, a day by a two-thousandth', () => {
  expect(increaseBound(240)).toBeCloseTo(0.0092, 4);
  expect(increaseBound(5_760)).toBeCloseTo(0.000_382, 6);
  expect(increaseBound(1)).toBeNull();
  expect(increaseBound(null)).toBeNull();
});

it('agrees within the bound, on both sides, and one event for rounding', () => {
  expect(agreesWithin(1_000, 1_009, 0.0092)).toBe(true);
  expect(agreesWithin(1_000, 1_012, 0.0092)).toBe(false);
  expect(agreesWithin(1_012, 1_000, 0.0092)).toBe(false);
  expect(agreesWithin(0, 1, 0)).toBe(true);
});
