import { statfs } from 'node:fs/promises';
import { Failure } from './failure.ts';

/** Free disk that inserts leave alone, so that the state beside the telemetry stays writable. */
export interface Reserve {
  readonly folder: string;
  readonly bytes: number;
}

/**
 * Throws 243 where an INSERT would begin within the reserve. Not left to ClickHouse's `keep_free_space_bytes`: under it
 * DROP PARTITION is refused as well (it writes an empty part), so that retention could never make room again.
 */
export const refuseWithinReserve = async (reserve: Reserve): Promise<void> => {
  if (reserve.bytes === 0) return;
  const stat = await statfs(reserve.folder);
  const free = stat.bavail * stat.bsize;
  if (free < reserve.bytes)
    throw noSpace(`Only ${free} bytes of disk are free and ${reserve.bytes} are kept in reserve`);
};

export const noSpace = (why: string): Failure => new Failure(500, 243, 'NOT_ENOUGH_SPACE', why);
