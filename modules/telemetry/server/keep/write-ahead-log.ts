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

export const createWriteAheadLog = (options: WriteAheadLogOptions): WriteAheadLog => new LogFiles(options);

/** One loop writes, syncs and seals, so nothing of this needs a lock. */
class LogFiles implements WriteAheadLog {
  readonly #options: WriteAheadLogOptions;
  readonly #pending: { frame: Frame; bytes: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #pendingBytes = 0;
  #current: OpenSegment | null = null;
  #sealWanted: (() => void)[] = [];
  #running = false;

  constructor(options: WriteAheadLogOptions) {
    this.#options = options;
  }

  append(frame: Frame): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const bytes = frame.payload.reduce((sum, piece) => sum + piece.byteLength, 0);
      this.#pendingBytes += bytes;
      this.#pending.push({ frame, bytes, resolve, reject });
      this.#kick();
    });
  }

  seal(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#sealWanted.push(resolve);
      this.#kick();
    });
  }

  pendingBytes(): number {
    return this.#pendingBytes;
  }

  open(): { readonly bytes: number; readonly oldestMs: number } | null {
    const current = this.#current;
    return current === null || current.frames.length === 0
      ? null
      : { bytes: current.bytes, oldestMs: current.frames[0]!.atMs };
  }

  #kick(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run()
      .catch(this.#options.onTrouble)
      .finally(() => {
        this.#running = false;
        if (this.#pending.length > 0 || this.#sealWanted.length > 0) this.#kick();
      });
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0 || this.#sealWanted.length > 0) {
      if (this.#pending.length > 0) await this.#commitGroup();
      const isFull = this.#current !== null && this.#current.bytes >= this.#options.limits.segmentBytes;
      if (isFull || this.#sealWanted.length > 0) await this.#sealCurrent();
    }
  }

  #takeGroup(seed: number): Waiting[] {
    const group: Waiting[] = [];
    let bytes = 0;
    while (this.#pending.length > 0 && bytes < this.#options.limits.groupBytes) {
      const { frame, bytes: counted, resolve, reject } = this.#pending.shift()!;
      this.#pendingBytes -= counted;
      const encoded = encodeFrame(frame, seed);
      bytes += encoded.bytes;
      group.push({ ...encoded, meta: frame.meta, resolve, reject });
    }
    return group;
  }

  async #commitGroup(): Promise<void> {
    let group: Waiting[] = [];
    try {
      this.#current ??= await openSegment(this.#options.folder, this.#options.nextId());
      const { handle, file, bytes } = this.#current;
      group = this.#takeGroup(file.seed);
      const buffers = group.flatMap((waiting) => waiting.buffers);
      await writeAll(handle, buffers, bytes);
      await handle.datasync();
    } catch (error) {
      if (group.length === 0) group = this.#takeGroup(0);
      await this.#giveUp();
      for (const waiting of group) waiting.reject(error);
      return;
    }
    for (const waiting of group) {
      this.#current.frames.push(waiting.meta);
      this.#current.bytes += waiting.bytes;
      waiting.resolve();
    }
  }

  /** Takes what was not acknowledged out of the file again, and goes on in a new one. */
  async #giveUp(): Promise<void> {
    if (this.#current === null) return;
    try {
      await this.#current.handle.truncate(this.#current.bytes);
      await this.#current.handle.datasync();
    } catch (error) {
      this.#options.onTrouble(error);
    }
    await this.#sealCurrent();
  }

  async #sealCurrent(): Promise<void> {
    const { folder, onTrouble, onSealed, structures } = this.#options;
    const wanted = this.#sealWanted;
    this.#sealWanted = [];
    const sealed = this.#current;
    this.#current = null;
    if (sealed !== null) {
      await sealed.handle.close().catch(onTrouble);
      if (sealed.frames.length === 0) await rm(logFile(folder, sealed.file.name), { force: true }).catch(onTrouble);
      else {
        const segment = summarise(sealed.file, sealed.frames, sealed.bytes, structures());
        // Without its list a segment is still whole: a start reads the segment itself.
        await writeList(folder, segment).catch(onTrouble);
        onSealed(segment);
      }
    }
    for (const resolve of wanted) resolve();
  }
}

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
