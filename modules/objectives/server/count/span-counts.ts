import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { KeptIndicator } from '../store.ts';
import { countLimits } from './limits.ts';
import type { Recounts } from './recounts.ts';
import { coarserCounts, foldedServices, rawCounts, simpleCounts, type Level, type Stretch } from './span-sql.ts';
import { planSpans, type RawSpans, type SpanPlan } from './span-plan.ts';

/** Counts of span indicators for given buckets: what the stages behind telemetry's rollups and a backfill share. */
export interface SpanCounts {
  /** From the rollups and, where those do not know enough, from the spans. */
  fine(level: '10s' | 'minute', stretch: Stretch, indicators: readonly KeptIndicator[]): Promise<void>;
  coarser(level: 'minute' | 'hour', stretch: Stretch, indicators: readonly KeptIndicator[]): Promise<void>;
  /** Hours straight from the hours of the rollups, for time of which the minutes are gone. */
  oldHours(stretch: Stretch, indicators: readonly KeptIndicator[]): Promise<void>;
}

export interface SpanCountsOptions {
  readonly clickhouse: ClickHouse;
  readonly latencyEdgesMs: readonly number[];
  readonly simpleMs: number;
  readonly rawMs: number;
  /** An indicator that could not be counted from the spans, with the reason in words. Throws where it should be tried again. */
  readonly onRawFailure: (number: number, error: unknown) => Promise<void>;
  readonly onRawSuccess: (numbers: readonly number[]) => void;
  /** Indicators that are left out for now. */
  readonly leftOut: () => Promise<ReadonlySet<number>>;
  /** Told of what is counted anew. */
  readonly recounts?: Recounts;
}

export const createSpanCounts = (options: SpanCountsOptions): SpanCounts => {
  const planOf = (indicators: readonly KeptIndicator[]): SpanPlan => planSpans(indicators, options.latencyEdgesMs);
  const run = (sql: string, timeoutMs: number): Promise<void> =>
    options.clickhouse.command(sql, { lane: 'background', timeoutMs, memoryBytesMax: countLimits.memoryBytesMax });

  const simple = async (level: Level, stretch: Stretch, plan: SpanPlan): Promise<void> => {
    for (const some of chunks(plan.simple, countLimits.simplePerStatement))
      await run(simpleCounts(level, stretch, some), options.simpleMs);
  };
  /** Alone, so that one that is too dear or wrong does not keep the others of its service from being counted. */
  const oneByOne = async (level: '10s' | 'minute', stretch: Stretch, raw: readonly RawSpans[]): Promise<void> => {
    for (const one of raw) {
      try {
        await run(rawCounts(level, stretch, [one]), options.rawMs);
        options.onRawSuccess([one.number]);
      } catch (error) {
        await options.onRawFailure(one.number, error);
      }
    }
  };
  const fromSpans = async (level: '10s' | 'minute', stretch: Stretch, raw: readonly RawSpans[]): Promise<void> => {
    if (raw.length === 0) return;
    const left = await options.leftOut();
    const wanted = raw.filter(({ number }) => !left.has(number));
    const byService = Map.groupBy(wanted, ({ definition }) => definition.of.service);
    for (const ofService of byService.values()) {
      for (const some of chunks(ofService, countLimits.rawPerStatement)) {
        for (const part of parts(stretch)) {
          try {
            await run(rawCounts(level, part, some), options.rawMs);
            options.onRawSuccess(some.map(({ number }) => number));
          } catch (error) {
            if (some.length === 1) await options.onRawFailure(some[0]!.number, error);
            else await oneByOne(level, part, some);
          }
        }
      }
    }
  };
  /** Simple ones whose operation may have been folded into `_other`: the count from the spans is greater then, and wins. */
  const folded = async (level: '10s' | 'minute', stretch: Stretch, plan: SpanPlan): Promise<RawSpans[]> => {
    const withOperation = plan.simple.filter(({ operation }) => operation !== null);
    if (withOperation.length === 0) return [];
    const services = [...new Set(withOperation.map(({ service }) => service))];
    const rows = await options.clickhouse.query<{ service: string }>(foldedServices(level, stretch, services), {
      lane: 'background',
      timeoutMs: options.simpleMs,
    });
    const found = new Set(rows.map(({ service }) => service));
    return withOperation
      .filter(({ service }) => found.has(service))
      .map(({ number }) => ({ number, definition: plan.definitions.get(number)! }));
  };

  const around = (level: Level, stretch: Stretch, work: () => Promise<void>): Promise<void> =>
    options.recounts ? options.recounts.around(level, oldestOf(stretch), work) : work();

  return {
    fine: (level, stretch, indicators) =>
      around(level, stretch, async () => {
        const plan = planOf(indicators);
        await simple(level, stretch, plan);
        await fromSpans(level, stretch, [...plan.raw, ...(await folded(level, stretch, plan))]);
      }),
    coarser: async (level, stretch, indicators) => {
      const numbers = indicators.filter(({ kind }) => kind === 'spans').map(({ number }) => number);
      if (numbers.length === 0) return;
      await around(level, stretch, () => run(coarserCounts(level, stretch, numbers), options.simpleMs));
    },
    oldHours: (stretch, indicators) => around('hour', stretch, () => simple('hour', stretch, planOf(indicators))),
  };
};

const oldestOf = (stretch: Stretch): number => ('buckets' in stretch ? Math.min(...stretch.buckets) : stretch.from);

/** A pass over raw spans reads so many buckets at once; a range stays whole (a backfill makes its own parts). */
const parts = (stretch: Stretch): Stretch[] =>
  'buckets' in stretch
    ? chunks(stretch.buckets, countLimits.rawBucketsPerStatement).map((buckets) => ({ buckets }))
    : [stretch];

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
