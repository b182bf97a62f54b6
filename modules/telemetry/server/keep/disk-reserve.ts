import { statfs } from 'node:fs/promises';
import { Refusal } from '../../../../kernel/problem.ts';

/** Watches the free disk, so that telemetry is refused before the state (PostgreSQL) can no longer be written. */
export interface DiskReserve {
  /** The refusal while the reserve is reached, else null; `bytes` are what is about to be written. */
  admit(bytes: number): Refusal | null;
  /** Null while there is room; else why not, in words. */
  problem(): string | null;
  /** A write failed for want of room: refuse until the next look. */
  full(): void;
  /** Looks now; called by itself while telemetry comes in. */
  look(): Promise<void>;
}

export interface DiskReserveOptions {
  readonly folder: string;
  readonly reserveBytes: number;
  readonly retrySeconds: number;
  readonly checkMs: number;
  readonly monotonicMs: () => number;
  /** Free bytes for an ordinary user; statfs unless a test says otherwise. */
  readonly freeBytes?: () => Promise<number>;
}

export const createDiskReserve = async (options: DiskReserveOptions): Promise<DiskReserve> => {
  const freeBytes = options.freeBytes ?? (async () => freeOf(options.folder));
  let free = await freeBytes();
  let checkedMs = options.monotonicMs();
  let looking: Promise<void> | null = null;

  const look = (): Promise<void> => {
    looking ??= freeBytes()
      .then((bytes) => {
        free = bytes;
        checkedMs = options.monotonicMs();
      })
      .finally(() => {
        looking = null;
      });
    return looking;
  };
  const problem = (): string | null =>
    free < options.reserveBytes
      ? `${megabytes(free)} free on the disk of ${options.folder}, ${megabytes(options.reserveBytes)} are reserved`
      : null;

  return {
    look,
    problem,
    full: () => {
      free = 0;
    },
    admit: (bytes) => {
      if (options.monotonicMs() - checkedMs >= options.checkMs) look().catch(() => {});
      free -= bytes;
      const why = problem();
      return why === null ? null : diskFull(why, options.retrySeconds);
    },
  };
};

export const diskFull = (detail: string, retryAfterSeconds: number): Refusal =>
  new Refusal({
    status: 503,
    code: 'telemetry.disk-full',
    title: 'The disk is full, telemetry is not accepted',
    detail: `${detail}. Make room, keep telemetry for fewer days, or set a smaller diskReserveMb; it is accepted again by itself.`,
    retryAfterSeconds,
  });

const freeOf = async (folder: string): Promise<number> => {
  const disk = await statfs(folder);
  return disk.bavail * disk.bsize;
};

const megabytes = (bytes: number): string => `${Math.max(0, Math.floor(bytes / 1024 / 1024))} MB`;
