import { Refusal } from '../../../../kernel/problem.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { diskFull, type DiskReserve } from './disk-reserve.ts';
import type { KeepFigures } from './figures.ts';
import type { Frame } from './frame.ts';
import type { Keep, Rows } from './keep.ts';
import type { KeepLimits } from './limits.ts';
import { bodyKey, type Repeats } from './repeats.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

export interface AdmissionOptions {
  readonly folder: string;
  readonly limits: KeepLimits;
  readonly nowMs: () => number;
  readonly repeats: Repeats;
  readonly disk: DiskReserve;
  readonly wal: WriteAheadLog;
  readonly queue: Pick<DeliveryQueue, 'bytes' | 'problem'>;
  readonly figures: KeepFigures;
  readonly stopping: () => boolean;
  /** A batch is safe. */
  readonly onKept: () => void;
}

/** The door of the log: a repeat is recognised, what there is no room for is refused, the rest is made safe. */
export const createAppend = (options: AdmissionOptions): Keep['append'] => {
  const { figures, repeats } = options;
  const refuse = (refusal: Refusal): never => {
    figures.refused.inc({ code: refusal.problem.code });
    throw refusal;
  };
  return async ({ rows, bodyHash }) => {
    if (rows.length === 0) return 'kept';
    const hash = bodyKey(bodyHash);
    const before = repeats.find(hash);
    if (before) {
      await before;
      figures.repeated.inc();
      return 'repeated';
    }
    const bytes = rows.reduce((sum, each) => sum + each.bytes.byteLength, 0);
    const problem = noRoom(options, bytes);
    if (problem) return refuse(problem);
    const frame = frameOf(hash, options.nowMs(), rows);
    const safe = options.wal.append(frame).catch((error: unknown) => refuse(asRefusal(error, options)));
    // Known from now on, so that the same body that comes while this one is written waits for it.
    repeats.remember(hash, frame.meta.atMs, safe);
    await safe;
    options.onKept();
    for (const { table, count } of frame.meta.parts) figures.appended.inc({ table }, count);
    return 'kept';
  };
};

const noRoom = (options: AdmissionOptions, bytes: number): Refusal | null =>
  (options.stopping() ? stopping() : null) ?? queueProblem(options, bytes) ?? options.disk.admit(bytes);

const frameOf = (hash: string, atMs: number, rows: readonly Rows[]): Frame => ({
  meta: {
    hash,
    atMs,
    parts: rows.map(({ table, day, count, bytes, tenSeconds }) => ({
      table,
      day,
      count,
      bytes: bytes.byteLength,
      tenSeconds: [...tenSeconds],
    })),
  },
  payload: rows.map(({ bytes }) => bytes),
});

const queueProblem = ({ wal, queue, limits }: AdmissionOptions, bytes: number): Refusal | null => {
  const queued = queue.bytes() + (wal.open()?.bytes ?? 0) + wal.pendingBytes() + bytes;
  if (wal.pendingBytes() + bytes <= Math.max(limits.pendingBytes, bytes) && queued <= limits.queueBytes) return null;
  const problem = queue.problem();
  return new Refusal({
    status: 429,
    code: 'telemetry.queue-full',
    title: 'Telemetry comes faster than it can be stored',
    detail: `The queue holds its ${Math.floor(limits.queueBytes / 1024 / 1024)} MB${problem ? `; ClickHouse says: ${problem}` : ''}. Send again later.`,
    retryAfterSeconds: limits.queueRetrySeconds,
  });
};

const asRefusal = (error: unknown, { disk, folder, limits }: AdmissionOptions): Refusal => {
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

const stopping = (): Refusal =>
  new Refusal({
    status: 503,
    code: 'telemetry.stopping',
    title: 'Leadline is stopping',
    detail: 'Send again in a moment.',
    retryAfterSeconds: 1,
  });
