import { describe, expect, it } from 'vitest';
import { alignBurnDown, leftBounds, leftMarks } from './burn-down.ts';

describe('a burn-down stands on one axis of time', () => {
  it('gives each line its own points and no others', () => {
    const { times, values } = alignBurnDown({
      points: [
        [0, 1],
        [60_000, 0.4],
      ],
      projection: [
        [60_000, 0.4],
        [120_000, 0],
      ],
      ideal: [
        [0, 1],
        [180_000, 0],
      ],
      nowMs: 60_000,
    });
    expect(times).toEqual([0, 60, 120, 180]);
    expect(values).toEqual([
      [1, 0.4, null, null],
      [null, 0.4, 0, null],
      [1, null, null, 0],
    ]);
  });

  it('keeps a gap a gap', () => {
    const { values } = alignBurnDown({
      points: [
        [0, 1],
        [60_000, null],
      ],
      projection: [],
      ideal: null,
      nowMs: 60_000,
    });
    expect(values[0]).toEqual([1, null]);
  });
});

describe('the axis of a budget', () => {
  it.each([
    ['an ordinary one', [[1, 0.32]], [0, 0.25, 0.5, 0.75, 1]],
    ['overspent', [[1, -0.9]], [-0.5, 0, 0.5, 1]],
    ['far overspent', [[1, -11]], [-10, -7.5, -5, -2.5, 0]],
  ])('%s', (_, values, marks) => expect(leftMarks(leftBounds(values))).toEqual(marks));
  it('reaches a little below zero, so that nothing left is seen as such', () => {
    expect(leftBounds([[1, 0.5]])).toEqual([-0.1, 1]);
  });
});
