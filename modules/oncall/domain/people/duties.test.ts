import { describe, expect, it } from 'vitest';
import { dutiesOf, noticesDue, type Duty } from './duties.ts';

const hour = 3_600_000;
const day = 24 * hour;
const shift = (person: string, from: number, to: number) => ({ person, from: from * hour, to: to * hour });

describe('duties', () => {
  it('join shifts that touch, and know who came before and comes after', () => {
    const found = dutiesOf(
      'payments',
      [shift('a', 0, 8), shift('a', 8, 12), shift('b', 12, 20), shift('c', 22, 30)],
      0,
    );
    expect(
      found.map(({ person, from, to, cut, before, after }) => [person, from / hour, to / hour, cut, before, after]),
    ).toEqual([
      ['a', 0, 12, true, null, 'b'],
      ['b', 12, 20, false, 'a', null],
      ['c', 22, 30, false, null, null],
    ]);
  });
});

describe('a notice', () => {
  const duty: Duty = { ...shift('a', 100, 124), schedule: 'payments', cut: false, before: null, after: null };
  const wishes = { shiftBeforeSeconds: 86_400, handOver: true };
  const kinds = (
    now: number,
    over: Partial<Duty> = {},
    wanted: Partial<typeof wishes> | { shiftBeforeSeconds: null } = {},
  ) => noticesDue({ ...duty, ...over }, { ...wishes, ...wanted }, now * hour).map(({ kind }) => kind);
  it.each([
    ['is not due two days before', 52, []],
    ['is due a day before', 76, ['before']],
    ['is due right before', 99.9, ['before']],
    ['says that it has begun', 100, ['begins']],
    ['is too late half a day on', 112, []],
    ['says that it is over', 124, ['ends']],
    ['is too late half a day after', 136, []],
  ])('%s', (_, now, expected) => expect(kinds(now)).toEqual(expected));
  it('is not told before, or at the hand-over, where nobody wants it', () => {
    expect(kinds(99, {}, { shiftBeforeSeconds: null })).toEqual([]);
    expect([...kinds(100, {}, { handOver: false }), ...kinds(124, {}, { handOver: false })]).toEqual([]);
  });
  it('is not told of a beginning that nobody saw', () => {
    expect(kinds(100, { cut: true })).toEqual([]);
    expect(kinds(125, { cut: true })).toEqual(['ends']);
  });
  it('is told of a shift that begins sooner than the wish', () => {
    expect(kinds(99, {}, { shiftBeforeSeconds: (14 * day) / 1_000 })).toEqual(['before']);
  });
});
