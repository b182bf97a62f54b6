/** What the path needs of a span; times in ms on any common scale. */
export interface PathSpan {
  readonly id: string;
  /** Null or unknown for a root. */
  readonly parentId: string | null;
  readonly startMs: number;
  readonly endMs: number;
}

/** A stretch in which the trace waited for this span itself. */
export interface PathSegment {
  readonly spanId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Clipped {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The critical path of a trace: the stretches that, made shorter, make the whole shorter. Walks backward from the end of
 * the root: what the span did after its last child ended is its own; then the same within that child; then on from the
 * child's start. Children that outlast their parent are cut at its end, those that begin after it did not hold it up.
 * After CRISP (Zhang et al., USENIX ATC 2022, https://www.usenix.org/conference/atc22/presentation/zhang-zhizhou).
 * Of several roots the longest is taken. Segments come in order of time and together cover the root once.
 */
export const criticalPath = (spans: readonly PathSpan[]): readonly PathSegment[] => {
  const known = new Set(spans.map((span) => span.id));
  const children = new Map<string, PathSpan[]>();
  let root: PathSpan | null = null;
  for (const span of spans) {
    if (span.parentId !== null && span.parentId !== span.id && known.has(span.parentId)) {
      const siblings = children.get(span.parentId);
      if (siblings) siblings.push(span);
      else children.set(span.parentId, [span]);
    } else if (root === null || span.endMs - span.startMs > root.endMs - root.startMs) {
      root = span;
    }
  }
  return root === null ? [] : walk(root, children);
};

/** A span on the way, how far back the walk has come in it, and which of its children were looked at. */
interface Visit {
  readonly span: Clipped;
  readonly children: readonly Clipped[];
  nextChild: number;
  cursorMs: number;
}

const walk = (root: PathSpan, children: ReadonlyMap<string, readonly PathSpan[]>): readonly PathSegment[] => {
  const segments: PathSegment[] = [];
  // A stack, not recursion: traces come a thousand spans deep.
  const stack: Visit[] = [visitOf(root, children)];
  while (stack.length > 0) {
    const visit = stack.at(-1)!;
    const child = lastBefore(visit);
    if (child === null) {
      addSegment(segments, visit.span.id, visit.span.startMs, visit.cursorMs);
      stack.pop();
      continue;
    }
    addSegment(segments, visit.span.id, child.endMs, visit.cursorMs);
    visit.cursorMs = child.startMs;
    stack.push(visitOf(child, children));
  }
  return segments.toReversed();
};

/** The child that ended last before the cursor; children that ran beside a later one are passed over. */
const lastBefore = (visit: Visit): Clipped | null => {
  while (visit.nextChild < visit.children.length) {
    const child = visit.children[visit.nextChild]!;
    visit.nextChild += 1;
    if (child.endMs <= visit.cursorMs) return child;
  }
  return null;
};

const visitOf = (span: Clipped, children: ReadonlyMap<string, readonly PathSpan[]>): Visit => ({
  span,
  children: (children.get(span.id) ?? [])
    .filter((child) => child.startMs < span.endMs && child.endMs > span.startMs)
    .map((child) => ({
      id: child.id,
      startMs: Math.max(child.startMs, span.startMs),
      endMs: Math.min(child.endMs, span.endMs),
    }))
    .toSorted((a, b) => b.endMs - a.endMs || b.startMs - a.startMs),
  nextChild: 0,
  cursorMs: span.endMs,
});

const addSegment = (segments: PathSegment[], spanId: string, fromMs: number, toMs: number): void => {
  if (toMs > fromMs) segments.push({ spanId, fromMs, toMs });
};
