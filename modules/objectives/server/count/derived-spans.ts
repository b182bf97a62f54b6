import type { DerivedCounts } from '../../../telemetry/server/public.ts';
import type { Definitions } from './definitions.ts';
import type { SpanCounts } from './span-counts.ts';

/**
 * What telemetry calls behind its rollups. Definitions are asked for at the start of each run: a backfill that begins after an
 * indicator was made reads what earlier runs did not count for it, later runs count it.
 */
export const derivedSpans = (options: {
  readonly definitions: Definitions;
  readonly counts: SpanCounts;
  readonly points: DerivedCounts['points'];
  /** Counts moved on: budgets may be looked at. */
  readonly onCounted: () => void;
}): DerivedCounts => {
  const { definitions, counts } = options;
  return {
    tenSeconds: async (buckets) => {
      await counts.fine('10s', { buckets }, await definitions.counted());
      options.onCounted();
    },
    minutes: async (buckets) => counts.coarser('minute', { buckets }, await definitions.counted()),
    oldMinutes: async (buckets) => {
      await counts.fine('minute', { buckets }, await definitions.counted());
      options.onCounted();
    },
    hours: async (buckets) => counts.coarser('hour', { buckets }, await definitions.counted()),
    points: options.points,
  };
};
