import { describe, expect, it } from 'vitest';
import type { Span } from '../contract.ts';
import { aWebSpan } from './a-web-span.ts';
import { nextError, visibleSpans, waterfallOf } from './waterfall-rows.ts';

const shape = (rows: readonly { readonly span: Span; readonly depth: number }[]): string =>
  rows.map((row) => `${'-'.repeat(row.depth)}${row.span.spanId}`).join(' ');

const spans = [
  aWebSpan('root', null, 0, 100),
  aWebSpan('late', 'root', 50, 40, { isError: true }),
  aWebSpan('early', 'root', 10, 30),
  aWebSpan('inner', 'early', 15, 10, { status: 'error' }),
];

describe('a trace reads from top to bottom', () => {
  it('stands parents before children and children by their start', () => {
    const waterfall = waterfallOf(spans);
    expect(shape(waterfall.spans)).toBe('root -early --inner -late');
    expect(waterfall.durationMs).toBe(100);
    expect(waterfall.spans.map((row) => row.below)).toEqual([3, 1, 0, 0]);
    expect(waterfall.spans.map((row) => row.offsetMs)).toEqual([0, 10, 15, 50]);
  });

  it('hides what is below a folded span', () => {
    expect(shape(visibleSpans(waterfallOf(spans), new Set(['early'])))).toBe('root -early -late');
  });

  it('goes to the next error and begins again at the top', () => {
    const rows = waterfallOf(spans).spans;
    expect(nextError(rows, -1)).toBe(2);
    expect(nextError(rows, 2)).toBe(3);
    expect(nextError(rows, 3)).toBe(2);
    expect(nextError(waterfallOf([spans[0]!]).spans, -1)).toBe(-1);
  });

  it('keeps spans whose parent was not stored, and spans in a circle', () => {
    const rows = waterfallOf([
      aWebSpan('lost', 'gone', 5, 5),
      aWebSpan('a', 'b', 0, 5),
      aWebSpan('b', 'a', 1, 5),
    ]).spans;
    expect(shape(rows)).toBe('lost a -b');
    expect(rows[0]?.isOrphan).toBe(true);
  });

  it('lights the critical path', () => {
    const lit = waterfallOf(spans).spans.flatMap((row) =>
      row.lit.map((part) => `${row.span.spanId} ${part.fromMs}-${part.toMs}`),
    );
    expect(lit).toContain('late 50-90');
    expect(lit).toContain('inner 15-25');
  });

  it('draws 10,000 spans, also in one deep chain', () => {
    const chain = Array.from({ length: 10_000 }, (_, at) =>
      aWebSpan(`s${at}`, at === 0 ? null : `s${at - 1}`, 0, 10_000 - at),
    );
    expect(waterfallOf(chain).spans.at(-1)?.depth).toBe(9_999);
  });
});
