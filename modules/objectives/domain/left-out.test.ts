import { describe, expect, it } from 'vitest';
import { layered, othersOf, standsOnSlices } from './left-out.ts';

const at = (from: number, to: number) => ({ from: from * 60, to: to * 60 });

describe('layers of what is left out', () => {
  it('are cut where one begins or ends, so that no minute stands in two', () => {
    const load = { stretches: [at(10, 20)], of: new Map([[1, 7]]) };
    const down = { stretches: [at(15, 30)], of: new Map([[2, null]]) };
    expect(layered([load, down])).toEqual([
      { stretches: [at(10, 15)], of: new Map([[1, 7]]) },
      {
        stretches: [at(15, 20)],
        of: new Map<number, number | null>([
          [1, 7],
          [2, null],
        ]),
      },
      { stretches: [at(20, 30)], of: new Map([[2, null]]) },
    ]);
  });

  it('nothing at all wins over what remains of the traffic', () => {
    const load = { stretches: [at(0, 10)], of: new Map([[1, 7]]) };
    const down = { stretches: [at(0, 10)], of: new Map([[1, null]]) };
    for (const layers of [
      [load, down],
      [down, load],
    ])
      expect(layered(layers)).toEqual([{ stretches: [at(0, 10)], of: new Map([[1, null]]) }]);
  });

  it('stand on whole slices where slices are counted', () => {
    const a = { stretches: [at(3, 7)], of: new Map([[1, null]]) };
    const b = { stretches: [at(7, 12)], of: new Map([[2, null]]) };
    const found = layered([a, b], 300);
    expect(found.map(({ stretches }) => stretches)).toEqual([[at(0, 5)], [at(5, 10)], [at(10, 15)]]);
    expect(found[1]!.of.size).toBe(2);
  });

  it('and the rest of time is everything between', () => {
    expect(othersOf([at(1, 2), at(5, 6)]).slice(0, 2)).toEqual([at(0, 1), at(2, 5)]);
    expect(standsOnSlices(at(5, 10), 300)).toBe(true);
    expect(standsOnSlices(at(5, 11), 300)).toBe(false);
  });
});
