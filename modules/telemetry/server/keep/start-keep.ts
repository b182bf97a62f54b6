import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { Refusal } from '../../../../kernel/problem.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { createDiskReserve, diskFull, type DiskReserve } from './disk-reserve.ts';
import { createDeliverer, type Deliverer } from './deliverer.ts';
import { keepFigures } from './figures.ts';
import type { Frame } from './frame.ts';
import type { Keep, KeepStatus, QuarantineEntry, Rows } from './keep.ts';
import { keepLimits, type KeepLimits } from './limits.ts';
import { watchLoop } from './loop-watch.ts';
import { openQuarantine } from './quarantine.ts';
import { recover } from './recovery.ts';
import { bodyKey, createRepeats } from './repeats.ts';
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
  /** Refuses new batches, finishes what is under way. Nothing is lost: the rest is delivered after the next start. */
  stop(): Promise<void>;
}

/** Opens the log, recovers what a crash left, and starts to deliver and to count. Works while ClickHouse is away. */
export const startKeep = async (options: KeepOptions): Promise<RunningKeep> => {
  const limits: KeepLimits = { ...keepLimits, ...options.limits };
  const folder = join(options.folder, 'log');
  await mkdir(folder, { recursive: true });
  const nowMs = (): number => options.clock.now().epochMilliseconds;
  const quarantine = await openQuarantine({
    folder: join(options.folder, 'quarantine'),
    filesMax: limits.quarantineFiles,
    nowMs,
    tell: (entry) => options.log.error({ ...entry }, 'telemetry was set aside in the quarantine folder'),
  });
  const columnsFile = join(options.folder, 'columns.json');
  const recovered = await recover(folder, quarantine, await readKeptColumns(columnsFile));
  if (recovered.tornBytes > 0) options.log.info({ bytes: recovered.tornBytes }, 'the log ended in a write that was cut short; it had not been acknowledged');

  const repeats = createRepeats(limits);
  const segments = [...recovered.delivered, ...recovered.waiting];
  for (const { bodies } of segments) for (const [hash, atMs] of bodies) repeats.remember(hash, atMs, Promise.resolve());
  const disk = await createDiskReserve({
    folder,
    reserveBytes: options.diskReserveMb * 1024 * 1024,
    retrySeconds: limits.diskRetrySeconds,
    checkMs: limits.diskCheckMs,
    monotonicMs: () => performance.now(),
    ...(options.freeBytes ? { freeBytes: options.freeBytes } : {}),
  });

  const last = segments.reduce((most, { id }) => (id > most ? id : most), 0n);
  const deliverer = await createDeliverer({ ...options, folder, bootFile: join(options.folder, 'boot'), columnsFile, limits, nowMs, quarantine, figures: () => figures });
  const wal = createWriteAheadLog({
    folder,
    limits,
    nextId: segmentIds(nowMs, last),
    structures: () => deliverer.columns(),
    onSealed: (segment) => deliverer.sealed(segment),
    onTrouble: (error) => options.log.error({ error: String(error) }, 'the write-ahead log could not be set right'),
  });

  let stopping = false;
  const status = (): KeepStatus => statusOf({ wal, deliverer, disk, limits, nowMs: nowMs(), quarantined: quarantine.list().length });
  const figures = keepFigures(options.metrics, status, () => deliverer.dirty());
  deliverer.begin(recovered, wal);
  const refuse = (refusal: Refusal): never => {
    figures.refused.inc({ code: refusal.problem.code });
    throw refusal;
  };

  const append: Keep['append'] = async (batch) => {
    if (batch.rows.length === 0) return 'kept';
    const hash = bodyKey(batch.bodyHash);
    const before = repeats.find(hash);
    if (before) {
      await before;
      figures.repeated.inc();
      return 'repeated';
    }
    if (stopping) return refuse(stoppingRefusal());
    const frame = frameOf(hash, nowMs(), batch.rows);
    const bytes = batch.rows.reduce((sum, rows) => sum + rows.bytes.byteLength, 0);
    const full = queueProblem(wal, deliverer, limits, bytes);
    if (full) return refuse(full);
    try {
      disk.admit(bytes);
    } catch (error) {
      return error instanceof Refusal ? refuse(error) : Promise.reject(error as Error);
    }
    const safe = wal.append(frame).catch((error: unknown) => refuse(asRefusal(error, disk, folder, limits)));
    repeats.remember(hash, frame.meta.atMs, safe);
    await safe;
    deliverer.appended();
    for (const { table, count } of frame.meta.parts) figures.appended.inc({ table }, count);
    return 'kept';
  };

  const tidy = async (): Promise<void> => {
    repeats.forget(nowMs());
    await deliverer.tidy();
    await disk.look();
  };
  const unwatch = watchLoop(options.metrics);
  const tidying = setInterval(() => void tidy().catch((error: unknown) => options.log.warn({ error: String(error) }, 'old segments were not removed')), limits.tidyMs).unref();

  return {
    append,
    status,
    tidy,
    quarantine: () => quarantine.list(),
    settled: () => deliverer.settled(),
    dropOld: () => deliverer.dropOld(),
    stop: async () => {
      stopping = true;
      clearInterval(tidying);
      unwatch();
      await wal.seal();
      await deliverer.stop();
    },
  };
};

const frameOf = (hash: string, atMs: number, rows: readonly Rows[]): Frame => ({
  meta: {
    hash,
    atMs,
    parts: rows.map(({ table, day, count, bytes, tenSeconds }) => ({ table, day, count, bytes: bytes.byteLength, tenSeconds: [...tenSeconds] })),
  },
  payload: rows.map(({ bytes }) => bytes),
});

const queueProblem = (wal: WriteAheadLog, deliverer: Deliverer, limits: KeepLimits, bytes: number): Refusal | null => {
  const queue = deliverer.queueBytes() + (wal.open()?.bytes ?? 0) + wal.pendingBytes() + bytes;
  if (wal.pendingBytes() + bytes <= Math.max(limits.pendingBytes, bytes) && queue <= limits.queueBytes) return null;
  const problem = deliverer.problem();
  return new Refusal({
    status: 429,
    code: 'telemetry.queue-full',
    title: 'Telemetry comes faster than it can be stored',
    detail: `The queue holds its ${Math.floor(limits.queueBytes / 1024 / 1024)} MB${problem ? `; ClickHouse says: ${problem}` : ''}. Send again later.`,
    retryAfterSeconds: limits.queueRetrySeconds,
  });
};

const asRefusal = (error: unknown, disk: DiskReserve, folder: string, limits: KeepLimits): Refusal => {
  if (error instanceof Refusal) return error;
  if (['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) {
    disk.full();
    return diskFull(`Nothing more can be written to ${folder}`, limits.diskRetrySeconds);
  }
  return new Refusal({
    status: 503,
    code: 'telemetry.log-unwritable',
    title: 'The write-ahead log cannot be written, telemetry is not accepted',
    detail: `${error instanceof Error ? error.message : String(error)}. Look at the disk of ${folder}.`,
    retryAfterSeconds: limits.diskRetrySeconds,
  });
};

const stoppingRefusal = (): Refusal =>
  new Refusal({ status: 503, code: 'telemetry.stopping', title: 'Leadline is stopping', detail: 'Send again in a moment.', retryAfterSeconds: 1 });

const statusOf = (of: { wal: WriteAheadLog; deliverer: Deliverer; disk: DiskReserve; limits: KeepLimits; nowMs: number; quarantined: number }): KeepStatus => {
  const open = of.wal.open();
  const oldestMs = of.deliverer.oldestMs() ?? open?.oldestMs ?? null;
  const queueBytes = of.deliverer.queueBytes() + (open?.bytes ?? 0);
  const full = queueBytes >= of.limits.queueBytes ? 'the queue is full' : null;
  return {
    queueBytes,
    queueBytesMax: of.limits.queueBytes,
    segmentsWaiting: of.deliverer.waiting() + (open ? 1 : 0),
    oldestUndeliveredMs: oldestMs === null ? 0 : Math.max(0, of.nowMs - oldestMs),
    quarantined: of.quarantined,
    refusing: of.disk.problem() ?? full,
    deliveryProblem: of.deliverer.problem(),
  };
};
