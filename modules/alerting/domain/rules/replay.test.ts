import { describe, expect, it } from 'vitest';
import { aRule } from './fixtures.ts';
import { readPlain } from './read-steps.ts';
import { replay, thinned, thinnedBy } from './replay.ts';
import { judgementInWords } from './words.ts';

/** What would have been decided, and how it is drawn and said. */
describe('a replay', () => {
  it('gives each time from where it fired to where it cleared, the last one open', () => {
    const values = [5, 50, 50, 5, 5, 50];
    const steps = values.map((_, index) => index * 60);
    const fired = replay(aRule(), steps, values.map(readPlain));
    expect(fired.map(({ from, to }) => [from, to])).toEqual([
      [60, 180],
      [300, null],
    ]);
    expect(fired[0]).toMatchObject({ reason: 'held-long-enough', numbers: { value: 50 } });
  });
});

describe('thinned points', () => {
  const points = [1, 9, 2, null, null, null, 4].map((value, index): [number, number | null] => [index, value]);
  it('keep the worst of each stretch at even times, and a gap where nothing was', () => {
    expect(thinned(points, '>', 3)).toEqual([
      [0, 9],
      [3, null],
      [6, 4],
    ]);
    expect(thinned(points, '<', 3)[0]).toEqual([0, 1]);
    expect([thinnedBy(600, 600), thinnedBy(601, 600), thinnedBy(0, 600)]).toEqual([1, 2, 1]);
  });
});

describe('a judgement in words', () => {
  const of = (
    said: Parameters<typeof aRule>[0],
    reason: Parameters<typeof judgementInWords>[2],
    numbers: Parameters<typeof judgementInWords>[3],
  ) => judgementInWords(aRule(said), {}, reason, numbers);
  it.each([
    [{ for: 'PT10M' }, 'held-long-enough', { value: 12.3456789 }, 'avg of queue.size: 12.3457; above 10 for 10 min'],
    [{}, 'no-data', { value: null }, 'avg of queue.size: nothing; nothing was measured for 5 min'],
    [
      { change: { against: 'week', as: 'ratio' } },
      'held-long-enough',
      { value: 12, now: 24, then: 2 },
      'avg of queue.size: 24, 12 times the 2 of a week before; above 10',
    ],
    [
      { forecast: { within: 'PT4H', from: 'PT6H' }, fire: { op: '>', value: 0.95 } },
      'held-long-enough',
      { value: 0.97, now: 0.85, trend: 0.85, perHour: 0.03, points: 36, reachesAt: '2026-11-22T15:20:00Z' },
      'avg of queue.size: 0.85, +0.03 an hour, 0.97 in 4 h, reaches 0.95 at 2026-11-22T15:20:00Z; above 0.95',
    ],
  ] as const)('%j', (said, reason, numbers, words) => {
    expect(of(said, reason, numbers)).toBe(words);
  });
});
