import { describe, expect, it } from 'vitest';
import { visibleRows } from './visible-rows.ts';

describe('a long list draws what is in view and little more', () => {
  it.each([
    ['a short list whole', { count: 100, rowPx: 40, topPx: 0, heightPx: 400 }, { first: 0, last: 100 }],
    ['the top of a long one', { count: 10_000, rowPx: 40, topPx: -200, heightPx: 800 }, { first: 0, last: 54 }],
    ['the middle', { count: 10_000, rowPx: 40, topPx: 40_000, heightPx: 1_600 }, { first: 988, last: 1_052 }],
    ['the end', { count: 10_000, rowPx: 40, topPx: 399_000, heightPx: 1_600 }, { first: 9_960, last: 10_000 }],
    [
      'something where nothing was measured yet',
      { count: 500, rowPx: 40, topPx: 0, heightPx: 0 },
      { first: 0, last: 54 },
    ],
  ])('%s', (_, view, expected) => expect(visibleRows(view)).toEqual(expected));
});
