import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { createLane, createStage } from './rollup-stage.ts';
import { createSeenFilter, dependenciesSeen, servicesSeen, type Seen } from './seen.ts';
import type { Segment } from './segment.ts';

/** Tells who was seen, some seconds after the delivery, until the listener has taken it. */
export interface SeenTeller {
  /** A segment is in ClickHouse. */
  delivered(segment: Segment, number: number): void;
  /** These buckets of the edges' rollup were computed. */
  edges(buckets: readonly number[]): void;
  /** Deliveries up to this number were told. */
  covered(): number;
  hurry(on: boolean): void;
  stop(): Promise<void>;
}

export interface SeenTellerOptions {
  readonly clickhouse: ClickHouse;
  readonly log: Log;
  /** Least and longest pause between two looks. */
  readonly pauseMs: readonly [number, number];
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly tell: (seen: Seen) => Promise<void>;
  readonly onProgress: () => void;
}

export const createSeenTeller = (options: SeenTellerOptions): SeenTeller => {
  const filter = createSeenFilter();
  const spanBuckets = new Set<number>();
  const segments: { id: bigint; tables: ReadonlySet<string>; days: readonly string[]; atMs: number }[] = [];
  let deliveries = 0;
  let told = 0;

  const tell = async (seen: Seen): Promise<void> => {
    const fresh = filter.fresh(seen);
    if (fresh.services.length === 0 && fresh.dependencies.length === 0) return;
    await options.tell(fresh);
    filter.told(fresh);
  };
  const common = {
    pauseMs: options.pauseMs[0],
    pauseMsMax: options.pauseMs[1],
    pauseFactor: 10,
    monotonicMs: options.monotonicMs,
    log: options.log,
    then: () => {},
  };
  // The items of this stage are the numbers of deliveries; what they brought is taken whole, and put back when it fails.
  const services = createStage({
    ...common,
    name: 'services-seen',
    chunk: Number.MAX_SAFE_INTEGER,
    inputCovered: () => deliveries,
    work: async () => {
      const work = { spanBuckets: new Set(spanBuckets), segments: segments.splice(0) };
      spanBuckets.clear();
      try {
        await tell({ services: await servicesSeen(options.clickhouse, work), dependencies: [] });
      } catch (error) {
        for (const bucket of work.spanBuckets) spanBuckets.add(bucket);
        segments.push(...work.segments);
        throw error;
      }
    },
  });
  const dependencies = createStage({
    ...common,
    name: 'dependencies-seen',
    chunk: 360,
    inputCovered: () => Number.MAX_SAFE_INTEGER,
    work: async (buckets) => tell({ services: [], dependencies: await dependenciesSeen(options.clickhouse, buckets) }),
  });
  const lane = createLane([services, dependencies], options.onProgress);

  return {
    delivered: (segment, number) => {
      deliveries = number;
      for (const bucket of segment.tenSeconds) spanBuckets.add(bucket);
      segments.push({
        id: segment.id,
        tables: new Set(segment.parts.map(({ table }) => table)),
        days: [...new Set(segment.parts.map(({ day }) => day))],
        atMs: segment.oldestMs,
      });
      services.touch([number]);
      lane.wake();
    },
    edges: (buckets) => {
      dependencies.touch(buckets);
      lane.wake();
    },
    covered: () => {
      // While dependencies wait to be told, nothing counts as told that came after they last did not.
      if (dependencies.dirty() === 0) told = services.covered();
      return Math.min(told, services.covered());
    },
    hurry: (on) => lane.hurry(on),
    stop: () => lane.stop(),
  };
};
