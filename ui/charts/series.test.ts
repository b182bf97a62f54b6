import { describe, expect, it } from 'vitest';
import { alignSeries, finishedPoints, greatest, latest, type Point } from './series.ts';

const at = (seconds: number): string => new Date(1_700_000_000_000 + seconds * 1_000).toISOString();
const range = { fromMs: 1_700_000_000_000, toMs: 1_700_000_050_000, stepSeconds: 10 };

describe('a chart shows a gap where nothing was seen', () => {
  it('keeps missing steps and null apart from zero', () => {
    const points: Point[] = [
      [at(0), 5],
      [at(10), 0],
      [at(30), null],
      [at(40), 2],
    ];
    expect(alignSeries({ series: [{ points }], ...range }).values).toEqual([[5, 0, null, null, 2]]);
  });

  it('puts series with different points on one grid', () => {
    const aligned = alignSeries({ series: [{ points: [[at(10), 1]] }, { points: [[at(20), 2]] }], ...range });
    expect(aligned.times).toHaveLength(5);
    expect(aligned.values).toEqual([
      [null, 1, null, null, null],
      [null, null, 2, null, null],
    ]);
  });

  it('leaves out what lies beyond the range', () => {
    const points: Point[] = [
      [at(-10), 9],
      [at(50), 9],
    ];
    expect(greatest(alignSeries({ series: [{ points }], ...range }).values)).toBeNull();
  });

  it('leaves out a step that still runs', () => {
    const points: Point[] = [
      [at(0), 20],
      [at(10), 3],
    ];
    expect(finishedPoints(points, 10, range.fromMs + 14_000)).toEqual([[at(0), 20]]);
  });

  it('tells the greatest and the last value', () => {
    expect(greatest([[1, null, 7], [3]])).toBe(7);
    expect(latest([1, 4, null])).toEqual({ index: 1, value: 4 });
    expect(latest([null])).toBeNull();
  });
});
