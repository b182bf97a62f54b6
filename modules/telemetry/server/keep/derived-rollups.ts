import type { Log } from '../../../../platform/log/log.ts';
import type { KeepLimits } from './limits.ts';
import { createLane, createStage, type Lane, type Stage } from './rollup-stage.ts';

/**
 * Counts that a module above derives from telemetry's. Each function counts whole buckets (epoch seconds of their starts) anew;
 * it may be called again for the same ones at any time, and throws to have them tried again. Raw telemetry only grows.
 */
export interface DerivedCounts {
  /** Requests of these ten seconds were counted anew; they lie within the hours that are kept by ten seconds. */
  tenSeconds(buckets: readonly number[]): Promise<void>;
  /** Called after the ten seconds of these minutes. */
  minutes(buckets: readonly number[]): Promise<void>;
  /** Requests of these older minutes were counted anew, without ten seconds. */
  oldMinutes(buckets: readonly number[]): Promise<void>;
  /** Called after the minutes of these hours. */
  hours(buckets: readonly number[]): Promise<void>;
  /** Data points whose time lies in these ten seconds were stored. */
  points(tenSeconds: readonly number[]): Promise<void>;
}

/** The stages behind telemetry's own: nothing is computed, and nothing waited for, until a module hands in its counts. */
export interface DerivedRollups {
  /** From now on; what was touched since the start is counted too, where it was held. */
  derive(counts: DerivedCounts): void;
  /** Nobody derives: what was held is let go. Does nothing after `derive`. */
  release(): void;
  touchTen(buckets: readonly number[]): void;
  touchOld(minutes: readonly number[]): void;
  touchPoints(tenSeconds: readonly number[]): void;
  /** Deliveries up to this number are in the derived counts. */
  covered(): number;
  dirty(): Readonly<Record<string, number>>;
  readonly lane: Lane;
}

export interface DerivedOptions {
  readonly log: Log;
  readonly limits: Pick<
    KeepLimits,
    'derivedTenPauseMs' | 'minutesPauseMs' | 'hoursPauseMs' | 'pauseFactor' | 'bucketsPerStatement'
  >;
  readonly monotonicMs: () => number;
  /** Nothing is covered until somebody derives or it is released: a segment must not count as done before that. */
  readonly hold: boolean;
  /** Up to which delivery telemetry's own counts, and the raw rows, are complete. */
  readonly tenCovered: () => number;
  readonly oldCovered: () => number;
  readonly deliveries: () => number;
  readonly onProgress: () => void;
}

export const createDerivedRollups = (options: DerivedOptions): DerivedRollups => {
  let counts: DerivedCounts | null = null;
  let holding = options.hold;
  const stages = createStages(options, () => counts!);
  const { ten, old, points } = stages;
  const all = Object.values(stages);
  const waits = (): boolean => counts === null && holding;
  const isOn = (): boolean => counts !== null || holding;
  // While nobody has handed in counts, what is touched is kept and nothing is due.
  const lane = createLane(
    all.map((stage) => ({ ...stage, dueMs: (hurry) => (counts === null ? null : stage.dueMs(hurry)) })),
    options.onProgress,
  );
  const touch = (stage: Stage, buckets: readonly number[]): void => {
    if (!isOn()) return;
    stage.touch(buckets);
    lane.wake();
  };
  return {
    derive: (given) => {
      if (counts !== null) throw new Error('counts are derived already');
      counts = given;
      lane.wake();
    },
    release: () => {
      if (counts !== null) return;
      holding = false;
      options.onProgress();
    },
    touchTen: (buckets) => touch(ten, buckets),
    touchOld: (minutes) => touch(old, minutes),
    touchPoints: (tenSeconds) => touch(points, tenSeconds),
    covered: () => {
      if (waits()) return 0;
      return counts === null ? options.deliveries() : Math.min(stages.hour.covered(), points.covered());
    },
    dirty: () => (counts === null ? {} : Object.fromEntries(all.map((stage) => [stage.name, stage.dirty()]))),
    lane,
  };
};

const createStages = (options: DerivedOptions, counts: () => DerivedCounts): Record<StageName, Stage> => {
  const { limits, log, monotonicMs } = options;
  const stage = (
    name: string,
    pauseMs: readonly [number, number],
    inputCovered: () => number,
    work: (buckets: readonly number[]) => Promise<void>,
    then: (buckets: readonly number[]) => void = () => {},
  ): Stage =>
    createStage({
      name: `derived-${name}`,
      pauseMs: pauseMs[0],
      pauseMsMax: pauseMs[1],
      pauseFactor: limits.pauseFactor,
      chunk: limits.bucketsPerStatement,
      monotonicMs,
      log,
      inputCovered,
      work: (buckets) => work(buckets.toSorted((a, b) => a - b)),
      then,
    });
  const ten = stage(
    '10s',
    limits.derivedTenPauseMs,
    options.tenCovered,
    (buckets) => counts().tenSeconds(buckets),
    (buckets) => minute.touch(startsOf(buckets, 60)),
  );
  const minute = stage(
    'minute',
    limits.minutesPauseMs,
    () => ten.covered(),
    (buckets) => counts().minutes(buckets),
    (buckets) => hour.touch(startsOf(buckets, 3_600)),
  );
  const old = stage(
    'old',
    limits.minutesPauseMs,
    options.oldCovered,
    (buckets) => counts().oldMinutes(buckets),
    (buckets) => hour.touch(startsOf(buckets, 3_600)),
  );
  const hour = stage(
    'hour',
    limits.hoursPauseMs,
    () => Math.min(minute.covered(), old.covered()),
    (buckets) => counts().hours(buckets),
  );
  const points = stage('points', limits.minutesPauseMs, options.deliveries, (buckets) => counts().points(buckets));
  return { ten, minute, old, hour, points };
};

type StageName = 'ten' | 'minute' | 'old' | 'hour' | 'points';

const startsOf = (buckets: readonly number[], seconds: number): number[] => [
  ...new Set(buckets.map((bucket) => Math.floor(bucket / seconds) * seconds)),
];
