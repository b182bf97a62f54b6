import type { Log } from '../../../../platform/log/log.ts';

/**
 * One kind of recomputation: what is dirty, when it may run next, and up to which delivery everything is in.
 * A bucket that became dirty again while it was computed stays dirty; a failed run leaves its buckets dirty.
 */
export interface Stage {
  readonly name: string;
  touch(items: Iterable<number>): void;
  /** The number of the last delivery whose effects this stage holds completely. */
  covered(): number;
  /** Milliseconds until a run is due; null when nothing is dirty. */
  dueMs(hurry: boolean): number | null;
  run(): Promise<void>;
  /** Buckets that are to be computed or are being computed. */
  dirty(): number;
}

export interface StageOptions {
  readonly name: string;
  readonly pauseMs: number;
  /** The next run waits this many times what the last one took, so that counting takes a small share of a core… */
  readonly pauseFactor: number;
  /** …but not longer than this: on a busy machine a run takes long without costing much. */
  readonly pauseMsMax: number;
  readonly chunk: number;
  readonly monotonicMs: () => number;
  /** Up to which delivery this stage's input is complete. */
  readonly inputCovered: () => number;
  /** Computes these buckets; throws to have them tried again. */
  readonly work: (buckets: readonly number[]) => Promise<void>;
  /** Buckets were computed. */
  readonly then: (buckets: readonly number[]) => void;
  readonly log: Log;
}

const retryMsMax = 10_000;

export const createStage = (options: StageOptions): Stage => {
  const dirty = new Set<number>();
  /** Buckets that are computed right now. */
  let underWay = 0;
  let covered = 0;
  let nextMs = 0;
  let failures = 0;

  return {
    name: options.name,
    touch: (items) => {
      for (const item of items) dirty.add(item);
    },
    dirty: () => dirty.size + underWay,
    covered: () => (dirty.size === 0 && underWay === 0 ? options.inputCovered() : covered),
    dueMs: (hurry) => {
      if (dirty.size === 0) return null;
      return hurry && failures === 0 ? 0 : Math.max(0, nextMs - options.monotonicMs());
    },
    run: async () => {
      // The newest first: a backlog of old buckets must not delay what people look at.
      const all = [...dirty].sort((a, b) => b - a);
      const buckets = all.slice(0, options.chunk);
      const whole = buckets.length === all.length;
      const inputCovered = options.inputCovered();
      const startedMs = options.monotonicMs();
      for (const bucket of buckets) dirty.delete(bucket);
      underWay = buckets.length;
      try {
        await options.work(buckets);
        if (whole) covered = inputCovered;
        failures = 0;
        const tookMs = options.monotonicMs() - startedMs;
        nextMs =
          options.monotonicMs() +
          (whole ? Math.max(options.pauseMs, Math.min(options.pauseMsMax, tookMs * options.pauseFactor)) : tookMs);
        options.then(buckets);
      } catch (error) {
        for (const bucket of buckets) dirty.add(bucket);
        failures += 1;
        nextMs = options.monotonicMs() + Math.min(retryMsMax, 250 * 2 ** Math.min(10, failures));
        options.log.warn(
          { stage: options.name, buckets: buckets.length, failures, error: String(error).slice(0, 500) },
          'counts were not computed; they are tried again',
        );
      } finally {
        underWay = 0;
      }
    },
  };
};

/** Runs stages one at a time, whichever is due, until stopped. */
export interface Lane {
  /** Something became dirty. */
  wake(): void;
  /** Runs without pauses until `until` says that it is enough. */
  hurry(on: boolean): void;
  /** Resolves when what runs now has ended. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

export const createLane = (stages: readonly Stage[], onRun: () => void): Lane => {
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let hurrying = false;

  const next = (): { stage: Stage; dueMs: number } | null => {
    let best: { stage: Stage; dueMs: number } | null = null;
    for (const stage of stages) {
      const dueMs = stage.dueMs(hurrying);
      if (dueMs !== null && (best === null || dueMs < best.dueMs)) best = { stage, dueMs };
    }
    return best;
  };
  const kick = (): void => {
    if (running || stopped) return;
    if (timer) clearTimeout(timer);
    timer = null;
    const due = next();
    if (due === null) return;
    if (due.dueMs > 0) {
      timer = setTimeout(kick, due.dueMs).unref();
      return;
    }
    running = due.stage.run().finally(() => {
      running = null;
      onRun();
      kick();
    });
  };
  return {
    wake: kick,
    hurry: (on) => {
      hurrying = on;
      kick();
    },
    quiet: async () => {
      await running;
    },
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
};
