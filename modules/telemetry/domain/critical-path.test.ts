import { describe, expect, it } from 'vitest';
import { criticalPath, type PathSpan } from './critical-path.ts';

const span = (id: string, parentId: string | null, startMs: number, endMs: number): PathSpan => ({
  id,
  parentId,
  startMs,
  endMs,
});
const pathOf = (...spans: PathSpan[]): string =>
  criticalPath(spans)
    .map((segment) => `${segment.spanId} ${segment.fromMs}-${segment.toMs}`)
    .join(', ');

describe('the lit path is what the trace waited for', () => {
  it('of a span alone is the span', () => expect(pathOf(span('a', null, 0, 10))).toBe('a 0-10'));

  it('goes through children one after another', () =>
    expect(pathOf(span('a', null, 0, 10), span('b', 'a', 1, 4), span('c', 'a', 5, 9))).toBe(
      'a 0-1, b 1-4, a 4-5, c 5-9, a 9-10',
    ));

  it('leaves out what ran beside a longer child', () =>
    expect(pathOf(span('a', null, 0, 10), span('short', 'a', 1, 5), span('long', 'a', 1, 9))).toBe(
      'a 0-1, long 1-9, a 9-10',
    ));

  it('goes down into grandchildren', () =>
    expect(pathOf(span('a', null, 0, 10), span('b', 'a', 2, 8), span('c', 'b', 3, 7))).toBe(
      'a 0-2, b 2-3, c 3-7, b 7-8, a 8-10',
    ));

  it('cuts a child that outlasts its parent', () =>
    expect(pathOf(span('a', null, 0, 10), span('b', 'a', 6, 20))).toBe('a 0-6, b 6-10'));

  it('does not wait for what began after the parent ended', () =>
    expect(pathOf(span('a', null, 0, 10), span('later', 'a', 12, 20))).toBe('a 0-10'));

  it('takes the longest of several roots', () =>
    expect(pathOf(span('a', null, 0, 5), span('b', 'not-stored', 1, 20))).toBe('b 1-20'));

  it('survives a span that is its own parent, and nothing at all', () => {
    expect(pathOf(span('a', 'a', 0, 5))).toBe('a 0-5');
    expect(pathOf()).toBe('');
  });

  it('covers the root exactly once, in order, for any tree (closed form: its length is the root)', () => {
    let seed = 42;
    const dice = (): number => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff;
    const spans = [span('s0', null, 0, 1_000)];
    for (let index = 1; index < 3_000; index += 1) {
      const parent = spans[Math.floor(dice() * spans.length)]!;
      const startMs = parent.startMs + dice() * (parent.endMs - parent.startMs);
      spans.push(span(`s${index}`, parent.id, startMs, startMs + dice() * 300));
    }
    const path = criticalPath(spans);
    expect(path.reduce((sum, segment) => sum + segment.toMs - segment.fromMs, 0)).toBeCloseTo(1_000, 6);
    for (const [index, segment] of path.slice(1).entries()) expect(segment.fromMs).toBeCloseTo(path[index]!.toMs, 9);
  });

  it('walks a chain of 50,000 spans', () => {
    const chain = Array.from({ length: 50_000 }, (_, at) =>
      span(`s${at}`, at === 0 ? null : `s${at - 1}`, at, 100_000 - at),
    );
    expect(criticalPath(chain).length).toBe(99_999);
  });
});
