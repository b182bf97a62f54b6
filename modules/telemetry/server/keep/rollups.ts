import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { KeepLimits } from './limits.ts';
import {
  addressesOfCalls,
  coarser,
  edgesFromSpans,
  operationsFromSpans,
  servicesFromOperations,
  type Family,
  type Level,
} from './rollup-sql.ts';
import { createDerivedRollups, type DerivedCounts, type DerivedRollups } from './derived-rollups.ts';
import { createLane, createStage, type Stage } from './rollup-stage.ts';

/** Keeps the counts equal to the spans: what a delivery touched is computed anew from what it derives from. */
export interface Rollups {
  /** A delivery is in ClickHouse; returns its number. `tenSeconds` are epoch seconds of the buckets it touched by its spans. */
  delivered(tenSeconds: readonly number[], pointTenSeconds?: readonly number[]): number;
  /** Counts of a module above, computed behind these and covered with them. */
  derive(counts: DerivedCounts): void;
  /** Nobody will derive counts: deliveries need not wait for them. */
  deriveNothing(): void;
  /** Deliveries up to this number are in every count. */
  covered(): number;
  /** Deliveries up to this number are in the freshest counts: what the golden signals show. */
  freshCovered(): number;
  /** Buckets that wait, by stage. */
  dirty(): Readonly<Record<string, number>>;
  wake(): void;
  /** Computes without pauses while it is on. */
  hurry(on: boolean): void;
  /** Resolves when no computation that runs now is still running. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

export interface RollupsOptions {
  readonly clickhouse: ClickHouse;
  readonly log: Log;
  readonly limits: Pick<
    KeepLimits,
    | 'tenSecondsHours'
    | 'tenSecondsPauseMs'
    | 'derivedTenPauseMs'
    | 'edgesPauseMs'
    | 'minutesPauseMs'
    | 'hoursPauseMs'
    | 'pauseFactor'
    | 'bucketsPerStatement'
    | 'rollupMs'
  >;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** False for a bucket whose raw spans (or minutes, for hours) retention has removed: it keeps the count it has. */
  readonly mayCompute: (level: Level, bucket: number) => boolean;
  /** Ten-second buckets of edges were computed: dependencies may have appeared. */
  readonly onEdges: (buckets: readonly number[]) => void;
  /** Called after each run: counts moved on. */
  readonly onProgress: () => void;
  /** True where a module may derive counts that must not miss what is delivered before it says so. */
  readonly holdForDerived?: boolean;
}

export const createRollups = (options: RollupsOptions): Rollups => {
  let deliveries = 0;
  const derived: DerivedRollups = createDerivedRollups({
    ...options,
    hold: options.holdForDerived ?? false,
    tenCovered: () => stages.operationsTen.covered(),
    oldCovered: () => stages.oldOperations.covered(),
    deliveries: () => deliveries,
    onProgress: () => options.onProgress(),
  });
  const stages = createStages(options, () => deliveries, derived);
  const progress = (): void => {
    for (const lane of lanes) lane.wake();
    options.onProgress();
  };
  // What people watch has a lane of its own: an hour that is computed does not delay it.
  const { operationsTen, ...others } = stages;
  const lanes = [createLane([operationsTen], progress), createLane(Object.values(others), progress), derived.lane];

  return {
    derive: (counts) => derived.derive(counts),
    deriveNothing: () => derived.release(),
    delivered: (tenSeconds, pointTenSeconds = []) => {
      deliveries += 1;
      const recentFrom = options.nowMs() / 1_000 - (options.limits.tenSecondsHours + 1) * 3_600;
      const recent = tenSeconds.filter((bucket) => bucket >= recentFrom);
      const old = coarse(
        tenSeconds.filter((bucket) => bucket < recentFrom),
        60,
      );
      operationsTen.touch(recent);
      // A span that came now may be the called side of a call that ended up to ten seconds later, and the first to say who
      // answers at an address that was called again since.
      stages.edgesTen.touch(recent.flatMap((bucket) => [bucket, bucket + 10, bucket + 20, bucket + 30]));
      stages.oldOperations.touch(old);
      stages.oldEdges.touch(old);
      derived.touchPoints(pointTenSeconds);
      for (const lane of lanes) lane.wake();
      return deliveries;
    },
    covered: () => Math.min(least([stages.operationsHour, stages.edgesHour]), derived.covered()),
    freshCovered: () => operationsTen.covered(),
    dirty: () => ({
      ...Object.fromEntries(Object.values(stages).map((one) => [one.name, one.dirty()])),
      ...derived.dirty(),
    }),
    wake: () => lanes.forEach((lane) => lane.wake()),
    hurry: (on) => lanes.forEach((lane) => lane.hurry(on)),
    quiet: async () => void (await Promise.all(lanes.map((lane) => lane.quiet()))),
    stop: async () => void (await Promise.all(lanes.map((lane) => lane.stop()))),
  };
};

interface Stages {
  readonly operationsTen: Stage;
  readonly edgesTen: Stage;
  readonly operationsMinute: Stage;
  readonly edgesMinute: Stage;
  /** Minutes whose ten-second counts are gone (or going) are counted from the raw spans themselves. */
  readonly oldOperations: Stage;
  readonly oldEdges: Stage;
  readonly operationsHour: Stage;
  readonly edgesHour: Stage;
}

interface StagePlan {
  readonly name: string;
  readonly level: Level;
  readonly pauseMs: readonly [number, number];
  readonly inputCovered: () => number;
  readonly statements: (buckets: readonly number[]) => readonly string[];
  readonly then: (buckets: readonly number[]) => void;
}

/** Ten seconds touch minutes, minutes touch hours, for operations (with services) and for edges. */
const createStages = (options: RollupsOptions, deliveries: () => number, derived: DerivedRollups): Stages => {
  const { limits } = options;
  const stage = (plan: StagePlan): Stage => stageOf(options, plan);
  const family = (name: Family, fromSpans: (level: '10s' | 'minute', buckets: readonly number[]) => string[]) => {
    const coarserOf = (level: 'minute' | 'hour') => (buckets: readonly number[]) =>
      name === 'edges'
        ? [coarser('edges', level, buckets)]
        : [coarser('operations', level, buckets), coarser('services', level, buckets)];
    const touchHours = (buckets: readonly number[]): void => hour.touch(coarse(buckets, 3_600));
    const ten = stage({
      name: `${name}-10s`,
      level: '10s',
      pauseMs: name === 'edges' ? limits.edgesPauseMs : limits.tenSecondsPauseMs,
      inputCovered: deliveries,
      statements: (buckets) => fromSpans('10s', buckets),
      then: (buckets) => {
        minute.touch(coarse(buckets, 60));
        if (name === 'edges') options.onEdges(buckets);
        else derived.touchTen(buckets);
      },
    });
    const common = { level: 'minute', pauseMs: limits.minutesPauseMs, then: touchHours } as const;
    const minute = stage({
      ...common,
      name: `${name}-minute`,
      inputCovered: () => ten.covered(),
      statements: coarserOf('minute'),
    });
    const old = stage({
      ...common,
      name: `${name}-old`,
      inputCovered: deliveries,
      statements: (buckets) => fromSpans('minute', buckets),
      then: (buckets) => {
        touchHours(buckets);
        if (name === 'operations') derived.touchOld(buckets);
      },
    });
    const hour = stage({
      name: `${name}-hour`,
      level: 'hour',
      pauseMs: limits.hoursPauseMs,
      inputCovered: () => least([minute, old]),
      statements: coarserOf('hour'),
      then: () => {},
    });
    return { ten, minute, old, hour };
  };
  const operations = family('operations', (level, buckets) => [
    operationsFromSpans(level, buckets),
    servicesFromOperations(level, buckets),
  ]);
  const edges = family('edges', (level, buckets) => [addressesOfCalls(level, buckets), edgesFromSpans(level, buckets)]);
  return {
    operationsTen: operations.ten,
    edgesTen: edges.ten,
    operationsMinute: operations.minute,
    edgesMinute: edges.minute,
    oldOperations: operations.old,
    oldEdges: edges.old,
    operationsHour: operations.hour,
    edgesHour: edges.hour,
  };
};

const stageOf = (options: RollupsOptions, plan: StagePlan): Stage => {
  const { clickhouse, limits, log, monotonicMs, mayCompute } = options;
  return createStage({
    name: plan.name,
    pauseMs: plan.pauseMs[0],
    pauseMsMax: plan.pauseMs[1],
    pauseFactor: limits.pauseFactor,
    chunk: limits.bucketsPerStatement,
    monotonicMs,
    log,
    inputCovered: plan.inputCovered,
    then: plan.then,
    work: async (buckets) => {
      const allowed = buckets.filter((bucket) => mayCompute(plan.level, bucket)).sort((a, b) => a - b);
      if (allowed.length === 0) return;
      for (const statement of plan.statements(allowed)) {
        await clickhouse.command(statement, { lane: 'background', timeoutMs: limits.rollupMs, memoryBytesMax });
      }
    },
  });
};

const memoryBytesMax = 1024 * 1024 * 1024;

const least = (stages: readonly Stage[]): number => Math.min(...stages.map((stage) => stage.covered()));

const coarse = (buckets: readonly number[], seconds: number): number[] => [
  ...new Set(buckets.map((bucket) => Math.floor(bucket / seconds) * seconds)),
];
