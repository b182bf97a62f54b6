import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { KeepLimits } from './limits.ts';
import { coarser, edgesFromSpans, operationsFromSpans, servicesFromOperations, type Level } from './rollup-sql.ts';
import { createLane, createStage, type Stage } from './rollup-stage.ts';

/** Keeps the counts equal to the spans: what a delivery touched is computed anew from what it derives from. */
export interface Rollups {
  /** A delivery is in ClickHouse; returns its number. `tenSeconds` are epoch seconds of the buckets it touched. */
  delivered(tenSeconds: readonly number[]): number;
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
    'tenSecondsHours' | 'tenSecondsPauseMs' | 'edgesPauseMs' | 'minutesPauseMs' | 'hoursPauseMs' | 'pauseFactor' | 'bucketsPerStatement' | 'rollupMs'
  >;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** False for a bucket whose raw spans (or minutes, for hours) retention has removed: it keeps the count it has. */
  readonly mayCompute: (level: Level, bucket: number) => boolean;
  /** Ten-second buckets of edges were computed: dependencies may have appeared. */
  readonly onEdges: (buckets: readonly number[]) => void;
  /** Called after each run: counts moved on. */
  readonly onProgress: () => void;
}

export const createRollups = (options: RollupsOptions): Rollups => {
  const { limits } = options;
  let deliveries = 0;
  const sql = (text: string): Promise<void> =>
    options.clickhouse.command(text, { lane: 'background', timeoutMs: limits.rollupMs, memoryBytesMax: 1024 * 1024 * 1024 });
  const counted = (): number => deliveries;
  const stage = (name: string, level: Level, [pauseMs, pauseMsMax]: readonly [number, number], inputCovered: () => number, statements: (buckets: readonly number[]) => readonly string[], then: (buckets: readonly number[]) => void): Stage =>
    createStage({
      name,
      pauseMs,
      pauseMsMax,
      pauseFactor: limits.pauseFactor,
      chunk: limits.bucketsPerStatement,
      monotonicMs: options.monotonicMs,
      log: options.log,
      inputCovered,
      then,
      work: async (buckets) => {
        const allowed = buckets.filter((bucket) => options.mayCompute(level, bucket));
        if (allowed.length === 0) return;
        for (const statement of statements([...allowed].sort((a, b) => a - b))) await sql(statement);
      },
    });
  const hours = (family: 'operations' | 'edges', inputs: () => readonly Stage[]): Stage =>
    stage(`${family}-hour`, 'hour', limits.hoursPauseMs, () => least(inputs()), (buckets) => withServices(family, 'hour', buckets), () => {});

  const operationsHour = hours('operations', () => [operationsMinute, oldOperations]);
  const edgesHour = hours('edges', () => [edgesMinute, oldEdges]);
  const minutes = (family: 'operations' | 'edges', input: () => Stage, hour: Stage): Stage =>
    stage(`${family}-minute`, 'minute', limits.minutesPauseMs, () => input().covered(), (buckets) => withServices(family, 'minute', buckets), (buckets) => hour.touch(coarse(buckets, 3_600)));
  const operationsMinute = minutes('operations', () => operationsTen, operationsHour);
  const edgesMinute = minutes('edges', () => edgesTen, edgesHour);
  // Minutes whose ten-second counts are gone (or going) are counted from the raw spans themselves.
  const oldOperations = stage('operations-old', 'minute', limits.minutesPauseMs, counted,
    (buckets) => [operationsFromSpans('minute', buckets), servicesFromOperations('minute', buckets)],
    (buckets) => operationsHour.touch(coarse(buckets, 3_600)));
  const oldEdges = stage('edges-old', 'minute', limits.minutesPauseMs, counted,
    (buckets) => [edgesFromSpans('minute', buckets)],
    (buckets) => edgesHour.touch(coarse(buckets, 3_600)));
  const operationsTen = stage('operations-10s', '10s', limits.tenSecondsPauseMs, counted,
    (buckets) => [operationsFromSpans('10s', buckets), servicesFromOperations('10s', buckets)],
    (buckets) => operationsMinute.touch(coarse(buckets, 60)));
  const edgesTen = stage('edges-10s', '10s', limits.edgesPauseMs, counted,
    (buckets) => [edgesFromSpans('10s', buckets)],
    (buckets) => {
      edgesMinute.touch(coarse(buckets, 60));
      options.onEdges(buckets);
    });

  const stages = [operationsTen, edgesTen, operationsMinute, edgesMinute, oldOperations, oldEdges, operationsHour, edgesHour];
  const progress = (): void => {
    for (const lane of lanes) lane.wake();
    options.onProgress();
  };
  // What people watch has a lane of its own: an hour that is computed does not delay it.
  const lanes = [createLane([operationsTen], progress), createLane(stages.slice(1), progress)];

  return {
    delivered: (tenSeconds) => {
      deliveries += 1;
      const recentFrom = options.nowMs() / 1_000 - (limits.tenSecondsHours + 1) * 3_600;
      const recent = tenSeconds.filter((bucket) => bucket >= recentFrom);
      const old = tenSeconds.filter((bucket) => bucket < recentFrom);
      operationsTen.touch(recent);
      // A span that came now may be the called side of a call that ended up to ten seconds later.
      edgesTen.touch(recent.flatMap((bucket) => [bucket, bucket + 10]));
      oldOperations.touch(coarse(old, 60));
      oldEdges.touch(coarse(old, 60));
      for (const lane of lanes) lane.wake();
      return deliveries;
    },
    covered: () => least([operationsHour, edgesHour]),
    freshCovered: () => operationsTen.covered(),
    dirty: () => Object.fromEntries(stages.map((one) => [one.name, one.dirty()])),
    wake: () => lanes.forEach((lane) => lane.wake()),
    hurry: (on) => lanes.forEach((lane) => lane.hurry(on)),
    quiet: async () => {
      await Promise.all(lanes.map((lane) => lane.quiet()));
    },
    stop: async () => {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
};

const least = (stages: readonly Stage[]): number => Math.min(...stages.map((stage) => stage.covered()));

const coarse = (buckets: readonly number[], seconds: number): number[] => [...new Set(buckets.map((bucket) => Math.floor(bucket / seconds) * seconds))];

const withServices = (family: 'operations' | 'edges', level: 'minute' | 'hour', buckets: readonly number[]): string[] =>
  family === 'edges' ? [coarser('edges', level, buckets)] : [coarser('operations', level, buckets), coarser('services', level, buckets)];
