import type { Span } from '../contract.ts';
import { criticalPath } from '../domain/critical-path.ts';
import { msBetween } from '../domain/time-offset.ts';

/** One span as the waterfall draws it; times in ms from the trace's start. */
export interface WaterfallSpan {
  readonly span: Span;
  readonly offsetMs: number;
  readonly depth: number;
  /** Spans below it, at any depth. */
  readonly below: number;
  /** Its parent was not stored: it stands at the top though it is no root. */
  readonly isOrphan: boolean;
  /** Stretches of it that lie on the critical path. */
  readonly lit: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export interface Waterfall {
  /** Every span, parents before their children, children by their start. */
  readonly spans: readonly WaterfallSpan[];
  readonly startedAt: string;
  readonly durationMs: number;
}

/** Builds the tree of a trace. Works in one pass over 10,000 spans; lost parents make a top. */
export const waterfallOf = (spans: readonly Span[]): Waterfall => {
  if (spans.length === 0) return { spans: [], startedAt: '', durationMs: 0 };
  const { startedAt, offsets } = offsetsOf(spans);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const children = new Map<string, Span[]>();
  const tops: Span[] = [];
  for (const span of spans) {
    const parent = span.parentSpanId === null ? undefined : byId.get(span.parentSpanId);
    if (!parent || parent === span) tops.push(span);
    else childrenIn(children, parent.spanId).push(span);
  }
  const lit = litStretches(spans, offsets);
  const byStart = (a: Span, b: Span): number => offsets.get(a)! - offsets.get(b)!;
  const ordered = inOrder([...tops.toSorted(byStart), ...spans], (span) =>
    (children.get(span.spanId) ?? []).toSorted(byStart),
  );
  return {
    spans: ordered.map(({ span, depth, below }) => ({
      span,
      depth,
      below,
      offsetMs: offsets.get(span)!,
      isOrphan: depth === 0 && span.parentSpanId !== null,
      lit: lit.get(span.spanId) ?? [],
    })),
    startedAt,
    durationMs: lastEnd(offsets),
  };
};

/** When each span began, in ms after the first of them; each instant is parsed once. */
const offsetsOf = (
  spans: readonly Span[],
): { readonly startedAt: string; readonly offsets: ReadonlyMap<Span, number> } => {
  const some = spans[0]!.startedAt;
  const fromSome = spans.map((span) => msBetween(some, span.startedAt));
  let first = 0;
  for (const [at, offset] of fromSome.entries()) if (offset < fromSome[first]!) first = at;
  return {
    startedAt: spans[first]!.startedAt,
    offsets: new Map(spans.map((span, at) => [span, fromSome[at]! - fromSome[first]!])),
  };
};

const childrenIn = (children: Map<string, Span[]>, id: string): Span[] => {
  const known = children.get(id);
  if (known) return known;
  const fresh: Span[] = [];
  children.set(id, fresh);
  return fresh;
};

const lastEnd = (offsets: ReadonlyMap<Span, number>): number => {
  let last = 0;
  for (const [span, offset] of offsets) last = Math.max(last, offset + span.durationMs);
  return last;
};

const litStretches = (spans: readonly Span[], offsets: ReadonlyMap<Span, number>) => {
  const lit = new Map<string, { fromMs: number; toMs: number }[]>();
  const path = criticalPath(
    spans.map((span) => ({
      id: span.spanId,
      parentId: span.parentSpanId,
      startMs: offsets.get(span)!,
      endMs: offsets.get(span)! + span.durationMs,
    })),
  );
  for (const { spanId, fromMs, toMs } of path) {
    const stretches = lit.get(spanId);
    if (stretches) stretches.push({ fromMs, toMs });
    else lit.set(spanId, [{ fromMs, toMs }]);
  }
  return lit;
};

interface Placed {
  readonly span: Span;
  readonly depth: number;
  below: number;
}

/** Depth first, without recursion. After the tops come all spans: those of a circle, which no top reaches, stand at the end. */
const inOrder = (tops: readonly Span[], childrenOf: (span: Span) => readonly Span[]): readonly Placed[] => {
  const placed: Placed[] = [];
  const seen = new Set<Span>();
  const path: Placed[] = [];
  const stack: { readonly span: Span; readonly depth: number }[] = tops
    .toReversed()
    .map((span) => ({ span, depth: 0 }));
  while (stack.length > 0) {
    const { span, depth } = stack.pop()!;
    if (seen.has(span)) continue;
    seen.add(span);
    path.length = depth;
    for (const above of path) above.below += 1;
    const row: Placed = { span, depth, below: 0 };
    placed.push(row);
    path.push(row);
    for (const child of childrenOf(span).toReversed()) stack.push({ span: child, depth: depth + 1 });
  }
  return placed;
};

/** Rows that are shown when the spans in `folded` hide what is below them. */
export const visibleSpans = (waterfall: Waterfall, folded: ReadonlySet<string>): readonly WaterfallSpan[] => {
  if (folded.size === 0) return waterfall.spans;
  const rows: WaterfallSpan[] = [];
  let index = 0;
  while (index < waterfall.spans.length) {
    const row = waterfall.spans[index]!;
    rows.push(row);
    index += folded.has(row.span.spanId) ? row.below + 1 : 1;
  }
  return rows;
};

/** Index of the next failed span after `index`, from the top again after the last; -1 when none failed. */
export const nextError = (rows: readonly WaterfallSpan[], index: number): number => {
  for (let step = 1; step <= rows.length; step += 1) {
    const at = (index + step + rows.length) % rows.length;
    const row = rows[at]!;
    if (row.span.isError || row.span.status === 'error') return at;
  }
  return -1;
};
