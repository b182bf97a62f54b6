import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { deliverSegment } from './deliver-segment.ts';
import { createDeliveryQueue } from './delivery-queue.ts';
import type { KeepFigures } from './figures.ts';
import type { KeepLimits } from './limits.ts';
import type { Quarantine } from './quarantine.ts';
import { missingSegments, powerLossSince } from './recheck.ts';
import type { Recovered } from './recovery.ts';
import { dropOld, mayComputeFrom, readRemovedDays, type DroppedPartition, type RemovedDays, type RetentionDays } from './retention.ts';
import { createRollups } from './rollups.ts';
import { createSeenTeller } from './seen-teller.ts';
import type { Seen } from './seen.ts';
import { markDelivered, markUndelivered, removeSegment, type Segment } from './segment.ts';
import { keepColumns, noStructures, readStructures, type Structures } from './structures.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

/** The way of a sealed segment: into ClickHouse, into the counts, told, and after a while gone. */
export interface Deliverer {
  begin(recovered: Recovered, wal: WriteAheadLog): void;
  sealed(segment: Segment): void;
  /** A batch is safe: its segment may have to be sealed soon. */
  appended(): void;
  columns(): Readonly<Record<string, string>>;
  queueBytes(): number;
  waiting(): number;
  oldestMs(): number | null;
  problem(): string | null;
  dirty(): Readonly<Record<string, number>>;
  settled(): Promise<void>;
  tidy(): Promise<void>;
  dropOld(): Promise<readonly DroppedPartition[]>;
  stop(): Promise<void>;
}

export interface DelivererOptions {
  readonly folder: string;
  readonly bootFile: string;
  readonly columnsFile: string;
  readonly clickhouse: ClickHouse;
  readonly cluster: string | null;
  readonly log: Log;
  readonly limits: KeepLimits;
  readonly nowMs: () => number;
  readonly quarantine: Quarantine;
  readonly retention: Pick<RetentionDays, 'spans' | 'logs' | 'metrics' | 'rollups'>;
  readonly seen: (seen: Seen) => Promise<void>;
  readonly figures: () => KeepFigures;
}

/** A segment that ClickHouse holds: what is still to be done with it. */
interface Delivered {
  readonly segment: Segment;
  readonly number: number;
  readonly atMs: number;
  fresh: boolean;
  /** Every count and telling is done and the disk says so. */
  marked: boolean;
}

export const createDeliverer = async (options: DelivererOptions): Promise<Deliverer> => {
  const { clickhouse, limits, nowMs } = options;
  const monotonicMs = (): number => performance.now();
  let structures: Structures = noStructures;
  let removed: RemovedDays | null = null;
  let wal: WriteAheadLog | null = null;
  let delivered: Delivered[] = [];
  const powerLoss = await powerLossSince(options.bootFile);
  let mustRecheck = powerLoss.possible || clickhouse.kind === 'external';
  let marking: Promise<unknown> = Promise.resolve();
  let sealTimer: NodeJS.Timeout | null = null;
  let watchers: (() => void)[] = [];
  let stopped = false;

  /** What the migrations made, once it is there; throws until then, and the delivery tries again. */
  const prepare = async (): Promise<void> => {
    if (removed !== null) return;
    const found = await readStructures(clickhouse);
    if (Object.keys(found.columns).length === 0) throw new Error('the tables of telemetry are not there yet');
    removed = await readRemovedDays(clickhouse);
    structures = found;
    await keepColumns(options.columnsFile, found.columns).catch(() => {});
  };

  const progress = (): void => {
    const [fresh, all] = [rollups.freshCovered(), Math.min(rollups.covered(), teller.covered())];
    for (const entry of delivered) {
      if (!entry.fresh && entry.number <= fresh) {
        entry.fresh = true;
        if (entry.segment.tenSeconds.length > 0) options.figures().freshness.observe(Math.max(0, nowMs() - entry.segment.oldestMs) / 1_000);
      }
      if (!entry.marked && entry.number <= all) {
        entry.marked = true;
        marking = Promise.all([marking, mark(entry.segment)]);
      }
    }
    for (const watcher of watchers) watcher();
  };
  const mark = (segment: Segment): Promise<void> =>
    markDelivered(options.folder, segment).catch((error: unknown) => {
      options.log.warn({ error: String(error) }, 'a delivered segment could not be marked; it is looked at again after a restart');
    });
  const rollups = createRollups({
    clickhouse,
    log: options.log,
    limits,
    nowMs,
    monotonicMs,
    mayCompute: (level, bucket) => removed === null || mayComputeFrom(removed)(level, bucket),
    onEdges: (buckets) => teller.edges(buckets),
    onProgress: progress,
  });
  const teller = createSeenTeller({ clickhouse, log: options.log, pauseMs: limits.seenPauseMs, nowMs, monotonicMs, tell: options.seen, onProgress: progress });

  const onDelivered = (segment: Segment): void => {
    const number = rollups.delivered(segment.tenSeconds);
    teller.delivered(segment, number);
    delivered.push({ segment, number, atMs: nowMs(), fresh: false, marked: false });
    for (const { table, count } of segment.parts) options.figures().inserted.inc({ table }, count);
    progress();
  };

  /** Seals once the first batch is old enough and ClickHouse is ready for more; under load segments grow to their full size. */
  const sealSoon = (): void => {
    if (sealTimer !== null || wal === null || stopped) return;
    const open = wal.open();
    if (open === null || !queue.idle()) return;
    const waitMs = Math.max(0, open.oldestMs + limits.segmentMs - nowMs());
    sealTimer = setTimeout(() => {
      sealTimer = null;
      if (queue.idle()) void wal?.seal();
    }, Math.min(waitMs, limits.segmentMs)).unref();
  };

  const queue = createDeliveryQueue({
    limits,
    log: options.log,
    onDelivered,
    onIdle: () => {
      sealSoon();
      for (const watcher of watchers) watcher();
    },
    deliver: async (segment, attempt) => {
      await prepare();
      await lookAgain();
      await deliverSegment({ clickhouse, folder: options.folder, quarantine: options.quarantine, cluster: options.cluster, structures: () => structures, limits }, segment, attempt);
    },
  });

  /** After a power loss (of this machine, or perhaps of the server that ClickHouse runs on): is what was delivered still there? */
  const lookAgain = async (): Promise<void> => {
    if (!mustRecheck) return;
    const marked = delivered.filter((entry) => entry.marked).map(({ segment }) => segment);
    const missing = new Set(await missingSegments(clickhouse, marked, structures.replacing));
    for (const segment of missing) await markUndelivered(options.folder, segment);
    if (!mustRecheck) return;
    mustRecheck = false;
    if (missing.size > 0) options.log.warn({ segments: missing.size }, 'ClickHouse had lost delivered telemetry; it is delivered again from the log');
    delivered = delivered.filter(({ segment }) => !missing.has(segment));
    for (const segment of marked) {
      if (missing.has(segment)) queue.add(segment, true);
      // What was counted from it may be what was lost.
      else rollups.delivered(segment.tenSeconds);
    }
    await powerLoss.lookedAfter();
  };
  const lookAgainSoon = (): void => {
    if (!mustRecheck || stopped) return;
    prepare()
      .then(lookAgain)
      .catch((error: unknown) => {
        options.log.warn({ error: String(error).slice(0, 500) }, 'delivered telemetry could not be looked for after a possible power loss; it is tried again');
        setTimeout(lookAgainSoon, limits.retryMs[1]).unref();
      });
  };

  clickhouse.onUp(() => {
    if (clickhouse.kind === 'external') mustRecheck = true;
    queue.wake();
    rollups.wake();
    lookAgainSoon();
  });
  const retention: RetentionDays = { ...options.retention, minutesMax: limits.minutesDaysMax, tenSecondsHours: limits.tenSecondsHours + 2 };
  const drop = async (): Promise<readonly DroppedPartition[]> => {
    await prepare();
    const dropped = await dropOld(clickhouse, { days: retention, nowMs: nowMs(), cluster: options.cluster, removed: removed!, untouchedSeconds: limits.untouchedSeconds, quiet: () => rollups.quiet() });
    if (dropped.length > 0) options.log.info({ dropped }, 'telemetry older than it is kept was removed');
    return dropped;
  };
  const dropping = setInterval(() => void drop().catch((error: unknown) => options.log.warn({ error: String(error) }, 'old telemetry was not removed; it is tried again')), limits.retentionMs).unref();

  return {
    begin: (recovered, log) => {
      wal = log;
      // Known as delivered: kept for their bodies until their time is over, and looked for when power may have been lost.
      for (const segment of recovered.delivered) delivered.push({ segment, number: 0, atMs: nowMs(), fresh: true, marked: true });
      for (const segment of recovered.waiting) queue.add(segment, true);
      lookAgainSoon();
      prepare().catch(() => {});
    },
    sealed: (segment) => queue.add(segment, false),
    appended: sealSoon,
    columns: () => structures.columns,
    queueBytes: () => queue.bytes(),
    waiting: () => queue.count(),
    oldestMs: () => queue.oldestMs(),
    problem: () => queue.problem(),
    dirty: () => rollups.dirty(),
    settled: async () => {
      await wal?.seal();
      const last = (): boolean => queue.idle() && delivered.every((entry) => entry.marked);
      rollups.hurry(true);
      teller.hurry(true);
      if (!last()) await new Promise<void>((resolve) => watchers.push(() => last() && resolve()));
      await marking;
      watchers = [];
      rollups.hurry(false);
      teller.hurry(false);
    },
    tidy: async () => {
      const done = delivered.filter((entry) => entry.marked && nowMs() - entry.atMs >= limits.deliveredMs);
      if (done.length === 0) return;
      const gone = new Set(done);
      delivered = delivered.filter((entry) => !gone.has(entry));
      for (const { segment } of done) await removeSegment(options.folder, segment.name);
    },
    dropOld: drop,
    stop: async () => {
      await Promise.race([idle(queue.idle, (watcher) => watchers.push(watcher)), new Promise((resolve) => setTimeout(resolve, limits.stopMs))]);
      stopped = true;
      if (sealTimer) clearTimeout(sealTimer);
      clearInterval(dropping);
      await queue.stop();
      await Promise.all([rollups.stop(), teller.stop()]);
      await marking;
    },
  };
};

const idle = (isIdle: () => boolean, watch: (watcher: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    if (isIdle()) resolve();
    else watch(() => isIdle() && resolve());
  });
