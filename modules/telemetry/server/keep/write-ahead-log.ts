import { randomInt } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { encodeFrame, type Frame, type FrameMeta } from './frame.ts';
import type { KeepLimits } from './limits.ts';
import { logFile, summarise, syncFolder, writeList, type Segment } from './segment.ts';
import { segmentName, type SegmentId } from './segment-id.ts';

/** The writing end of the log: many senders, one file, one fdatasync for as many as wait. */
export interface WriteAheadLog {
  /** Resolves when the frame is on the disk; rejects with the disk's error, and then the frame is not in the log. */
  append(frame: Frame): Promise<void>;
  /** Bytes that wait for the disk. */
  pendingBytes(): number;
  /** Bytes and age of the segment that is being written; null when there is none. */
  open(): { readonly bytes: number; readonly oldestMs: number } | null;
  /** Seals what is there; resolves when `onSealed` was called for it. */
  seal(): Promise<void>;
}

export interface WriteAheadLogOptions {
  readonly folder: string;
  readonly limits: Pick<KeepLimits, 'segmentBytes' | 'groupBytes'>;
  readonly nextId: () => SegmentId;
  /** Columns of each table as the rows are encoded now. */
  readonly structures: () => Readonly<Record<string, string>>;
  readonly onSealed: (segment: Segment) => void;
  /** A write failed in a way that the file itself could not be set right. */
  readonly onTrouble: (error: unknown) => void;
}

interface Waiting {
  readonly buffers: Uint8Array[];
  readonly bytes: number;
  readonly meta: FrameMeta;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface OpenSegment {
  readonly file: { readonly id: SegmentId; readonly name: string; readonly seed: number };
  readonly handle: FileHandle;
  readonly frames: FrameMeta[];
  /** Bytes of frames that are safe. */
  bytes: number;
}

export const createWriteAheadLog = (options: WriteAheadLogOptions): WriteAheadLog => {
  const { folder, limits } = options;
  const pending: { frame: Frame; bytes: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let pendingBytes = 0;
  let current: OpenSegment | null = null;
  let sealWanted: (() => void)[] = [];
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    while (pending.length > 0 || sealWanted.length > 0) {
      if (pending.length > 0) await commitGroup();
      if (sealWanted.length > 0 || (current !== null && current.bytes >= limits.segmentBytes)) await sealCurrent();
    }
  };
  const kick = (): void => {
    running ??= run().catch(options.onTrouble).finally(() => {
      running = null;
      if (pending.length > 0 || sealWanted.length > 0) kick();
    });
  };

  const takeGroup = (seed: number): Waiting[] => {
    const group: Waiting[] = [];
    let bytes = 0;
    while (pending.length > 0 && bytes < limits.groupBytes) {
      const { frame, bytes: counted, resolve, reject } = pending.shift()!;
      pendingBytes -= counted;
      const encoded = encodeFrame(frame, seed);
      bytes += encoded.bytes;
      group.push({ ...encoded, meta: frame.meta, resolve, reject });
    }
    return group;
  };

  const commitGroup = async (): Promise<void> => {
    let group: Waiting[] = [];
    try {
      current ??= await openSegment(folder, options.nextId());
      group = takeGroup(current.file.seed);
      await writeAll(current.handle, group.flatMap((waiting) => waiting.buffers), current.bytes);
      await current.handle.datasync();
    } catch (error) {
      if (group.length === 0) group = takeGroup(0);
      await giveUp();
      for (const waiting of group) waiting.reject(error);
      return;
    }
    for (const waiting of group) {
      current.frames.push(waiting.meta);
      current.bytes += waiting.bytes;
      waiting.resolve();
    }
  };

  /** Takes what was not acknowledged out of the file again, and goes on in a new one. */
  const giveUp = async (): Promise<void> => {
    if (current === null) return;
    try {
      await current.handle.truncate(current.bytes);
      await current.handle.datasync();
    } catch (second) {
      options.onTrouble(second);
    }
    await sealCurrent();
  };

  const sealCurrent = async (): Promise<void> => {
    const wanted = sealWanted;
    sealWanted = [];
    const sealed = current;
    current = null;
    if (sealed !== null) {
      await sealed.handle.close().catch(options.onTrouble);
      if (sealed.frames.length === 0) await rm(logFile(folder, sealed.file.name), { force: true }).catch(options.onTrouble);
      else {
        const segment = summarise(sealed.file, sealed.frames, sealed.bytes, options.structures());
        // Without its list a segment is still whole: a start reads the segment itself.
        await writeList(folder, segment).catch(options.onTrouble);
        options.onSealed(segment);
      }
    }
    for (const resolve of wanted) resolve();
  };

  return {
    pendingBytes: () => pendingBytes,
    open: () => (current === null || current.frames.length === 0 ? null : { bytes: current.bytes, oldestMs: current.frames[0]!.atMs }),
    append: (frame) =>
      new Promise<void>((resolve, reject) => {
        const bytes = frame.payload.reduce((sum, piece) => sum + piece.byteLength, 0);
        pendingBytes += bytes;
        pending.push({ frame, bytes, resolve, reject });
        kick();
      }),
    seal: () =>
      new Promise<void>((resolve) => {
        sealWanted.push(resolve);
        kick();
      }),
  };
};

const openSegment = async (folder: string, id: SegmentId): Promise<OpenSegment> => {
  const seed = randomInt(2 ** 32);
  const file = { id, seed, name: segmentName(id, seed) };
  const handle = await open(logFile(folder, file.name), 'wx');
  await syncFolder(folder);
  return { file, handle, frames: [], bytes: 0 };
};

/** writev may write less than all of it; what is missing is written in further calls. */
const writeAll = async (handle: FileHandle, buffers: readonly Uint8Array[], at: number): Promise<void> => {
  let left = buffers;
  let position = at;
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, position);
    position += bytesWritten;
    left = behind(left, bytesWritten);
  }
};

const behind = (buffers: readonly Uint8Array[], bytes: number): readonly Uint8Array[] => {
  let skip = bytes;
  let index = 0;
  while (index < buffers.length && skip >= buffers[index]!.byteLength) skip -= buffers[index++]!.byteLength;
  const rest = buffers.slice(index);
  return skip > 0 && rest.length > 0 ? [rest[0]!.subarray(skip), ...rest.slice(1)] : rest;
};
