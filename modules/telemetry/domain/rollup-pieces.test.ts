import { describe, expect, it } from 'vitest';
import { earlierBy, pointsOf, rangeOf, secondsWithin, stepFor, stepStarts } from './read-range.ts';
import { boundsOf, planOf, type Piece, type Sources } from './rollup-pieces.ts';

const day = 86_400;
const now = 1_800_000_000 - (1_800_000_000 % day) + 12 * 3_600 + 34 * 60 + 56;
const sources: Sources = { now, tenSecondsFrom: now - 6 * 3_600, spansFrom: now - 8 * day, fractions: true };
const ns = (seconds: number): bigint => BigInt(Math.round(seconds * 1_000)) * 1_000_000n;
const range = (from: number, to: number) => ({ fromNs: ns(from), toNs: ns(to) });

/** Every nanosecond of the range lies in exactly one piece: the pieces touch, in order, from end to end. */
const expectExact = (pieces: readonly Piece[], asked: { fromNs: bigint; toNs: bigint }): void => {
  const bounds = pieces.map(boundsOf);
  expect(bounds[0]!.fromNs).toBe(asked.fromNs);
  expect(bounds.at(-1)!.toNs).toBe(asked.toNs);
  for (let at = 1; at < bounds.length; at++) expect(bounds[at]!.fromNs).toBe(bounds[at - 1]!.toNs);
};

describe('A range is counted exactly once, from the coarsest tables that serve it', () => {
  it('reads a month by hours, its ends by minutes, ten seconds and spans', () => {
    const asked = range(now - 5 * day + 0.25, now - 0.5);
    const { pieces } = planOf(asked, 6 * 3_600, sources);
    expectExact(pieces, asked);
    expect(pieces.map((piece) => piece.table)).toEqual(['spans', 'minute', 'hour', 'minute', '10s', 'spans']);
  });

  it('covers every range without gap or overlap', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let index = 0; index < 3_000; index++) {
      const length = 10 ** (random() * 5.8);
      const from = now - random() * 7 * day;
      const to = Math.min(from + length, now + 20);
      if (to - from < 0.001) continue;
      const asked = range(from, to);
      const step = [null, 10, 60, 300, 3_600, 86_400][Math.floor(random() * 6)]!;
      const plan = planOf(asked, step, sources);
      expectExact(plan.pieces, plan.range);
      expect(plan.range).toEqual(asked);
    }
  });

  it('widens to what is still kept, and says so, where spans and ten seconds are gone', () => {
    const asked = range(now - 20 * day + 7, now - 19 * day + 13);
    const plan = planOf(asked, 10, sources);
    expect(plan.stepSeconds).toBe(60);
    expectExact(plan.pieces, plan.range);
    expect(plan.range.fromNs <= asked.fromNs && plan.range.toNs >= asked.toNs).toBe(true);
    expect(plan.pieces.every((piece) => piece.table === 'minute' || piece.table === 'hour')).toBe(true);
    expect(plan.range.fromNs % ns(60)).toBe(0n);
  });

  it('does not use minutes and hours that may still be computed', () => {
    const { pieces } = planOf(range(now - 3 * 3_600, now), null, sources);
    const last = pieces.findLast((piece) => piece.table === 'minute')!;
    expect(last.table !== 'spans' && last.to <= now - 120).toBe(true);
    expect(pieces.some((piece) => piece.table === 'hour')).toBe(true);
  });

  it('asks no spans where fractions cannot be counted from them', () => {
    const plan = planOf(range(now - 3_600.5, now - 0.5), null, { ...sources, fractions: false });
    expect(plan.pieces.some((piece) => piece.table === 'spans')).toBe(false);
    expectExact(plan.pieces, plan.range);
  });
});

describe('Impossible times are refused, absent ones have a meaning', () => {
  const nowNs = ns(now);
  it.each([
    ['from after to', ns(now), ns(now - 1), 'from-not-before-to'],
    ['from equal to to', ns(now), ns(now), 'from-not-before-to'],
    ['before 1970', -1n, ns(10), 'before-1970'],
    ['after 2106', ns(4_294_967_000), ns(4_294_967_400), 'after-2106'],
    ['401 days', ns(now - 401 * day), ns(now), 'longer-than-allowed'],
  ])('%s', (_name, from, to, refusal) => expect(rangeOf({ from, to }, nowNs, 400)).toBe(refusal));

  it('means the last hour, the present ten seconds included', () => {
    const found = rangeOf({ from: null, to: null }, nowNs, 400);
    expect(found).toEqual(range(now + 4 - 3_600, now + 4));
  });
});

describe('Steps', () => {
  it('begin at multiples of themselves and touch the whole range', () => {
    expect(stepStarts(range(125, 241), 60)).toEqual([120, 180, 240]);
    expect(secondsWithin(range(125, 241), 120, 60)).toBe(55);
    expect(secondsWithin(range(125, 241), 240, 60)).toBe(1);
    expect(stepStarts(range(120, 240), 60)).toEqual([120, 180]);
    expect(pointsOf(range(0, 86_400), 10)).toBe(8_640);
  });
  it.each([
    [3_600, 30],
    [900, 10],
    [86_400, 900],
    [30 * day, 21_600],
  ])('a range of %i seconds gets a step of %i', (seconds, step) => expect(stepFor(range(0, seconds), 120)).toBe(step));
  it('know the same time a week before', () => {
    expect(earlierBy(range(8 * day, 9 * day), 7 * day)).toEqual(range(day, 2 * day));
    expect(earlierBy(range(day, 2 * day), 7 * day)).toBeNull();
  });
});
