import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameMeta } from './frame.ts';
import type { SegmentId } from './segment-id.ts';

/** Rows of one table and day in a segment: what becomes one insert, one block, one part. */
export interface SegmentPart {
  readonly table: string;
  readonly day: string;
  readonly count: number;
}

/** A sealed file of the log and what must be known of it without reading it. */
export interface Segment {
  readonly id: SegmentId;
  readonly name: string;
  readonly seed: number;
  /** Bytes of whole, acknowledged frames; what stands behind them in the file does not count. */
  readonly bytes: number;
  readonly frames: number;
  /** When its first frame was appended, Unix milliseconds. */
  readonly oldestMs: number;
  readonly parts: readonly SegmentPart[];
  /** Ten-second buckets (epoch seconds) whose counts change when it is delivered. */
  readonly tenSeconds: readonly number[];
  /** The same for the data points that it brings; absent in lists of older versions. */
  readonly pointTenSeconds?: readonly number[];
  /** Bodies that it holds: hash and Unix milliseconds. */
  readonly bodies: readonly (readonly [string, number])[];
  /** Columns of each table as `name Type, …` when the rows were encoded; absent where that was not known. */
  readonly structures: Readonly<Record<string, string>>;
}

const pointTables: ReadonlySet<string> = new Set(['telemetry_samples', 'telemetry_distributions']);

/** Adds up the frames of a segment while it is written or read back. */
export const summarise = (
  file: { id: SegmentId; name: string; seed: number },
  frames: readonly FrameMeta[],
  bytes: number,
  structures: Readonly<Record<string, string>>,
): Segment => {
  const parts = new Map<string, { table: string; day: string; count: number }>();
  const tenSeconds = new Set<number>();
  const pointTenSeconds = new Set<number>();
  for (const frame of frames) {
    for (const part of frame.parts) {
      const key = `${part.table} ${part.day}`;
      const sum = parts.get(key) ?? { table: part.table, day: part.day, count: 0 };
      sum.count += part.count;
      parts.set(key, sum);
      const touched = pointTables.has(part.table) ? pointTenSeconds : tenSeconds;
      for (const bucket of part.tenSeconds) touched.add(bucket);
    }
  }
  const used: Record<string, string> = {};
  for (const { table } of parts.values()) if (structures[table]) used[table] = structures[table];
  return {
    ...file,
    bytes,
    frames: frames.length,
    oldestMs: frames[0]?.atMs ?? 0,
    parts: [...parts.values()],
    tenSeconds: [...tenSeconds].sort((a, b) => a - b),
    pointTenSeconds: [...pointTenSeconds].sort((a, b) => a - b),
    bodies: frames.map((frame) => [frame.hash, frame.atMs] as const),
    structures: used,
  };
};

/** `delivered` once ClickHouse holds the rows and every count that derives from them was computed. */
export type ListState = 'sealed' | 'delivered';

const listSuffix: Readonly<Record<ListState, string>> = { sealed: '.json', delivered: '.delivered.json' };

export const logFile = (folder: string, name: string): string => join(folder, `${name}.log`);
export const listFile = (folder: string, name: string, state: ListState): string =>
  join(folder, name + listSuffix[state]);

/** Written before the first insert: what a start after a crash must look at, without reading the segment itself. */
export const writeList = async (folder: string, segment: Segment): Promise<void> => {
  const file = listFile(folder, segment.name, 'sealed');
  const text = JSON.stringify({ ...segment, id: segment.id.toString() });
  const handle = await open(`${file}.new`, 'w');
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
};

/** Null where the list is absent or was cut short by a power loss: then the segment itself is read. */
export const readList = async (folder: string, name: string, state: ListState): Promise<Segment | null> => {
  try {
    const list = JSON.parse(await readFile(listFile(folder, name, state), 'utf8')) as Omit<Segment, 'id'> & {
      id: string;
    };
    return { ...list, id: BigInt(list.id) };
  } catch {
    return null;
  }
};

/** The list is written anew where a full disk had kept it from being written at first. */
export const markDelivered = async (folder: string, segment: Segment): Promise<void> => {
  const [from, to] = [listFile(folder, segment.name, 'sealed'), listFile(folder, segment.name, 'delivered')];
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await writeList(folder, segment);
    await rename(from, to);
  }
};

/** ClickHouse has lost it again: a start must not take it for delivered. */
export const markUndelivered = (folder: string, segment: Segment): Promise<void> =>
  rename(listFile(folder, segment.name, 'delivered'), listFile(folder, segment.name, 'sealed'));

/** The segment first, then its lists: a list without a segment is nothing, a segment without a list is read again. */
export const removeSegment = async (folder: string, name: string): Promise<void> => {
  for (const file of [logFile(folder, name), listFile(folder, name, 'sealed'), listFile(folder, name, 'delivered')]) {
    await rm(file, { force: true });
  }
};

/** Makes the names in a folder survive a power loss. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
