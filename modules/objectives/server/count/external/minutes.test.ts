import { describe, expect, it } from 'vitest';
import type { ExternalRead } from '../../../domain/indicator.ts';
import { gapsAfter, minutesIn } from './gaps.ts';
import { minutesOf } from './minutes.ts';
import type { Series } from './series.ts';

const series = (values: Record<number, number>, isOneCounter = true): Series => ({
  isOneCounter,
  values: new Map(Object.entries(values).map(([at, value]) => [Number(at), value])),
});
const ratio = (is: 'good' | 'bad', counter = true): ExternalRead => ({
  kind: 'ratio',
  counter,
  total: 't',
  part: { is, query: 'p' },
});
const first = (read: ExternalRead, total: Series[], part: Series[] = []) => {
  const { counted, missing } = minutesOf(read, { total, part }, 0, 60);
  return counted[0] ? [counted[0].good, counted[0].bad] : missing.get(0);
};

describe('a minute of an outside source is a sure count, or missing with the reason', () => {
  it('counters: growth of each, a restart begins from 0, one that is new or gone counts nothing', () => {
    const total = [
      series({ 0: 10, 60: 25 }),
      series({ 0: 90, 30: 95, 45: 2, 60: 4 }),
      series({ 60: 1_000 }),
      series({ 0: 7 }),
    ];
    expect(first(ratio('bad'), total, [series({ 0: 1, 60: 3 })])).toEqual([15 + 9 - 2, 2]);
    expect(first(ratio('bad'), total)).toEqual([24, 0]);
    expect(first(ratio('good'), total)).toContain('no good');
  });

  it('a sum of counters that fell, more errors than requests, nothing at all', () => {
    expect(first(ratio('bad'), [series({ 0: 10, 60: 4 }, false)])).toContain('fell from 10 to 4');
    expect(first(ratio('bad'), [series({ 0: 0, 60: 4 })], [series({ 0: 0, 60: 6 })])).toContain('more than all events');
    expect(first(ratio('bad'), [])).toContain('answered nothing');
    expect(first(ratio('bad', false), [series({ 60: 0 })], [series({ 60: 0 })])).toEqual([0, 0]);
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'infinite'],
    [-1, 'negative'],
    [1e300, 'too large'],
  ])('%s is no count', (value, words) => {
    expect(first(ratio('bad', false), [series({ 60: value })])).toContain(words);
    expect(first(ratio('bad', false), [series({ 60: 1 })], [series({ 60: value })])).toContain(words);
  });

  it('shares and thresholds', () => {
    const share: ExternalRead = { kind: 'raw', is: 'bad', query: 'q' };
    expect(first(share, [series({ 60: 0.25 })])).toEqual([750_000, 250_000]);
    expect(first(share, [series({ 60: 1.01 })])).toContain('between 0 and 1');
    expect(first(share, [series({ 60: 0.1 }), series({ 60: 0.2 })])).toContain('2 series');
    expect(first(share, [series({ 60: Number.NaN })])).toContain('NaN');
    const threshold: ExternalRead = { kind: 'threshold', query: 'q', op: 'lte', bound: 3 };
    expect(first(threshold, [series({ 60: 3 }), series({ 60: 3.1 }), series({ 0: 9 })])).toEqual([1, 1]);
  });
});

it('gaps are joined, filled and given up', () => {
  const gaps = gapsAfter([[0, 300]], { from: 120, to: 600 }, [240, 300, 540], 60);
  expect(gaps).toEqual([
    [60, 120],
    [240, 360],
    [540, 600],
  ]);
  expect(minutesIn(gaps, 100, 300)).toEqual([100, 240]);
  expect(gapsAfter(gaps, { from: 60, to: 600 }, [], 0)).toEqual([]);
});
