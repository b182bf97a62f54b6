import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { createAppend } from './admission.ts';
import { createDiskReserve, type DiskReserve } from './disk-reserve.ts';
import type { DerivedCounts } from './derived-rollups.ts';
import { createDeliverer, type Deliverer } from './deliverer.ts';
import { keepFigures } from './figures.ts';
import type { Keep, KeepStatus, QuarantineEntry } from './keep.ts';
import { keepLimits, type KeepLimits } from './limits.ts';
import { watchLoop } from './loop-watch.ts';
import { openQuarantine } from './quarantine.ts';
import { recover } from './recovery.ts';
import { createRepeats } from './repeats.ts';
import type { RetentionDays } from './retention.ts';
import type { Seen } from './seen.ts';
import { segmentIds } from './segment-id.ts';
import { readKeptColumns } from './structures.ts';
import { createWriteAheadLog, type WriteAheadLog } from './write-ahead-log.ts';

export interface KeepOptions {
  /** Folder of the log and the quarantine; made when absent. One process owns it. */
  readonly folder: string;
  readonly clickhouse: ClickHouse;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Registry;
  readonly diskReserveMb: number;
  readonly retention: Pick<RetentionDays, 'spans' | 'logs' | 'metrics' | 'rollups'>;
  /** Name of the ClickHouse cluster; null for the embedded engine and a single server. */
  readonly cluster: string | null;
  /** Told at least once who was seen; what it throws is tried again. */
  readonly seen: (seen: Seen) => Promise<void>;
  /**
   * True where a module above will call `derive` soon after the start: until then, for at most `derivedHoldMs`, no segment is
   * forgotten, so that a kill in between leaves nothing uncounted.
   */
  readonly holdForDerived?: boolean;
  readonly limits?: Partial<KeepLimits>;
  /** Free bytes of the disk, for tests. */
  readonly freeBytes?: () => Promise<number>;
}

export interface RunningKeep extends Keep {
  status(): KeepStatus;
  /** What could not be delivered, newest first. */
  quarantine(): readonly QuarantineEntry[];
  /** Resolves when everything acknowledged so far is in ClickHouse, counted and told; for tests and benchmarks. */
  settled(): Promise<void>;
  /** Drops what is older than it is kept, now. */
  dropOld(): Promise<readonly { table: string; partition: string }[]>;
  /** Forgets old bodies and removes delivered segments whose time is over; runs by itself every few seconds. */
  tidy(): Promise<void>;
  /** Counts of a module above are computed behind the rollups; segments are kept until they are. Once. */
  derive(counts: DerivedCounts): void;
  /** Refuses new batches, finishes what is under way. Nothing is lost: the rest is delivered after the next start. */
  stop(): Promise<void>;
}

/** Opens the log, recovers what a crash left, and starts to deliver and to count. Works while ClickHouse is away. */
export const startKeep = async (options: KeepOptions): Promise<RunningKeep> => {
  const limits: KeepLimits = { ...keepLimits, ...options.limits };
  const nowMs = (): number => options.clock.now().epochMilliseconds;
  const { folder, columnsFile, quarantine, recovered, repeats, lastId } = await openFolder(options, limits, nowMs);
  const disk = await createDiskReserve({
    folder,
    reserveBytes: options.diskReserveMb * 1024 * 1024,
    retrySeconds: limits.diskRetrySeconds,
    checkMs: limits.diskCheckMs,
    monotonicMs: () => performance.now(),
    ...(options.freeBytes ? { freeBytes: options.freeBytes } : {}),
  });
  const bootFile = join(options.folder, 'boot');
  const common = { ...options, folder, limits, nowMs, quarantine };
  const deliverer = await createDeliverer({ ...common, bootFile, columnsFile, figures: () => figures });
  const wal = createWriteAheadLog({
    folder,
    limits,
    nextId: segmentIds(nowMs, lastId),
    structures: () => deliverer.columns(),
    onSealed: (segment) => deliverer.sealed(segment),
    onTrouble: (error) => options.log.error({ error: String(error) }, 'the write-ahead log could not be set right'),
  });
  const status = (): KeepStatus =>
    statusOf({ wal, deliverer, disk, limits, nowMs: nowMs(), quarantined: quarantine.list().length });
  const figures = keepFigures(options.metrics, status, () => deliverer.dirty());
  const unwatch = watchLoop(options.metrics);
  deliverer.begin(recovered, wal);

  let stopping = false;
  const parts = { folder, limits, nowMs, repeats, disk, wal, figures, queue: deliverer.queue };
  const append = createAppend({ ...parts, stopping: () => stopping, onKept: () => deliverer.appended() });
  const tidy = async (): Promise<void> => {
    repeats.forget(nowMs());
    await deliverer.tidy();
    await disk.look();
  };
  const untidy = (error: unknown): void =>
    options.log.warn({ error: String(error) }, 'old segments were not removed; it is tried again');
  const tidying = setInterval(() => void tidy().catch(untidy), limits.tidyMs).unref();

  return {
    append,
    status,
    tidy,
    quarantine: () => quarantine.list(),
    settled: () => deliverer.settled(),
    dropOld: () => deliverer.dropOld(),
    derive: (counts) => deliverer.derive(counts),
    stop: async () => {
      stopping = true;
      clearInterval(tidying);
      unwatch();
      await wal.seal();
      await deliverer.stop();
    },
  };
};

/** What is on the disk: the log as a crash may have left it, the quarantine, the bodies of the last minutes. */
const openFolder = async (options: KeepOptions, limits: KeepLimits, nowMs: () => number) => {
  const folder = join(options.folder, 'log');
  await mkdir(folder, { recursive: true });
  const quarantine = await openQuarantine({
    folder: join(options.folder, 'quarantine'),
    filesMax: limits.quarantineFiles,
    nowMs,
    tell: (entry) => options.log.error({ ...entry }, 'telemetry was set aside in the quarantine folder'),
  });
  const columnsFile = join(options.folder, 'columns.json');
  const recovered = await recover(folder, quarantine, await readKeptColumns(columnsFile));
  if (recovered.tornBytes > 0) {
    const text = 'the log ended in a write that was cut short; it had not been acknowledged';
    options.log.info({ bytes: recovered.tornBytes }, text);
  }
  const repeats = createRepeats(limits);
  const segments = [...recovered.delivered, ...recovered.waiting];
  for (const { bodies } of segments) for (const [hash, atMs] of bodies) repeats.remember(hash, atMs, Promise.resolve());
  const lastId = segments.reduce((most, { id }) => (id > most ? id : most), 0n);
  return { folder, columnsFile, quarantine, recovered, repeats, lastId };
};

const statusOf = (of: {
  wal: WriteAheadLog;
  deliverer: Deliverer;
  disk: DiskReserve;
  limits: KeepLimits;
  nowMs: number;
  quarantined: number;
}): KeepStatus => {
  const open = of.wal.open();
  const oldestMs = of.deliverer.queue.oldestMs() ?? open?.oldestMs ?? null;
  const queueBytes = of.deliverer.queue.bytes() + (open?.bytes ?? 0);
  const full = queueBytes >= of.limits.queueBytes ? 'the queue is full' : null;
  return {
    queueBytes,
    queueBytesMax: of.limits.queueBytes,
    segmentsWaiting: of.deliverer.queue.count() + (open ? 1 : 0),
    oldestUndeliveredMs: oldestMs === null ? 0 : Math.max(0, of.nowMs - oldestMs),
    quarantined: of.quarantined,
    refusing: of.disk.problem() ?? full,
    deliveryProblem: of.deliverer.queue.problem(),
  };
};
