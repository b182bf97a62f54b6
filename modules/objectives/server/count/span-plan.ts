import type { BadSpan, Indicator } from '../../domain/indicator.ts';
import type { KeptIndicator } from '../store.ts';

export type SpanIndicator = Extract<Indicator, { kind: 'spans' }>;

/** An indicator that follows from the rollups alone. */
export interface SimpleSpans {
  readonly number: number;
  readonly service: string;
  /** Null: of every environment. */
  readonly environment: string | null;
  /** Null: every operation. */
  readonly operation: string | null;
  /** What is bad: errors, or what took longer than the i-th latency edge (from 1); nothing where there is no condition. */
  readonly bad: 'errors' | 'nothing' | { readonly slowerThanEdge: number };
}

/** One that has to be counted from the spans themselves. */
export interface RawSpans {
  readonly number: number;
  readonly definition: SpanIndicator;
}

export interface SpanPlan {
  /** Sorted by service, so that neighbours in a statement read the same rows. */
  readonly simple: readonly SimpleSpans[];
  readonly raw: readonly RawSpans[];
  /** Definitions of the simple ones by number: where operations were folded, they are counted from the spans too. */
  readonly definitions: ReadonlyMap<number, SpanIndicator>;
}

/** `latencyEdgesMs` are the bounds at which telemetry counts durations exactly. */
export const planSpans = (indicators: readonly KeptIndicator[], latencyEdgesMs: readonly number[]): SpanPlan => {
  const simple: SimpleSpans[] = [];
  const raw: RawSpans[] = [];
  const definitions = new Map<number, SpanIndicator>();
  for (const { number, definition } of indicators) {
    if (definition.kind !== 'spans') continue;
    const narrowed = definition.of.attributes.length > 0 || definition.without !== undefined;
    const bad = narrowed ? null : simpleBad(definition.bad, latencyEdgesMs);
    if (bad === null) raw.push({ number, definition });
    else {
      const { service, environment, operation } = definition.of;
      simple.push({ number, service, environment, operation, bad });
      definitions.set(number, definition);
    }
  }
  simple.sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : a.number - b.number));
  return { simple, raw, definitions };
};

/** The rollups hold counts of errors and counts within each edge, but not how many of the slow ones failed. */
const simpleBad = (conditions: readonly BadSpan[], latencyEdgesMs: readonly number[]): SimpleSpans['bad'] | null => {
  if (conditions.length === 0) return 'nothing';
  if (conditions.length > 1) return null;
  const [only] = conditions;
  if (only!.kind === 'error') return 'errors';
  if (only!.kind !== 'slower-than') return null;
  const edge = latencyEdgesMs.indexOf(only!.ms) + 1;
  return edge > 0 ? { slowerThanEdge: edge } : null;
};
