import { expect, it } from 'vitest';
import { namedTargets, positionOf, scaleLength, targetAt } from './target-scale.ts';

it.each(namedTargets)('a target that people name stands on the scale exactly: %i', (targetPpm) => {
  const near = targetAt(positionOf(targetPpm));
  expect(Math.abs(1_000_000 - near - (1_000_000 - targetPpm)) / (1_000_000 - targetPpm)).toBeLessThan(0.02);
});

it('each nine is as far as the next', () => {
  expect([0, 100, 200, 300, 400].map(targetAt)).toEqual([900_000, 990_000, 999_000, 999_900, 999_990]);
  expect(targetAt(scaleLength)).toBe(999_990);
});

it('what is beyond the scale stands at its ends', () => {
  expect([500_000, 999_999].map(positionOf)).toEqual([0, scaleLength]);
});
