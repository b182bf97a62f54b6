import { describe, expect, it } from 'vitest';
import { sortRows } from './sort-rows.ts';

describe('a sorted column reads in its order', () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];

  it('keeps rows without a value last in both directions', () => {
    expect(sortRows(rows, (row) => row.n, false).map((row) => row.n)).toEqual([1, 2, 10, null]);
    expect(sortRows(rows, (row) => row.n, true).map((row) => row.n)).toEqual([10, 2, 1, null]);
  });

  it('sorts names with numbers as people do', () => {
    expect(sortRows(['v10', 'v9', 'a'], (name) => name, false)).toEqual(['a', 'v9', 'v10']);
  });
});
