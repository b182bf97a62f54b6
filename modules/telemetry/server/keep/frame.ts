import { crc32 } from 'node:zlib';

/** What one frame of the log holds: one acknowledged request. */
export interface Frame {
  readonly meta: FrameMeta;
  /** The rows of all parts, one after another. */
  readonly payload: readonly Uint8Array[];
}

export interface FrameMeta {
  /** First 16 bytes of the hash of sender and body, base64. */
  readonly hash: string;
  /** When it was appended, Unix milliseconds. */
  readonly atMs: number;
  readonly parts: readonly FramePart[];
}

export interface FramePart {
  readonly table: string;
  /** UTC day of the partition, YYYY-MM-DD. */
  readonly day: string;
  readonly count: number;
  readonly bytes: number;
  readonly tenSeconds: readonly number[];
}

/** Where a whole frame stands in a segment's bytes. */
export interface FramePlace {
  readonly meta: FrameMeta;
  readonly from: number;
  readonly payloadFrom: number;
  readonly to: number;
}

export interface Scan {
  readonly frames: readonly FramePlace[];
  /** Stretches between whole frames that are not frames: corruption. */
  readonly damage: readonly { readonly from: number; readonly to: number }[];
  /** Bytes after the last whole frame: a write that a crash cut short, never acknowledged. */
  readonly tornBytes: number;
}

const magic = Buffer.from('LDL1', 'latin1');
const headerBytes = 20;
/** Bound against nonsense lengths in a damaged header. */
const metaBytesMax = 64 * 1024 * 1024;

/**
 * Header (20 bytes, big endian): magic, length of meta, length of payload, checksum of payload, checksum of the
 * twelve bytes before it and the meta. The two checksums let a scan trust lengths before it reads what they span.
 * `seed` is the segment's own random number (it stands in the file's name): bytes of a frame that a sender hides in a log
 * line cannot pass for a frame when the scan looks for the next one behind a damaged stretch.
 */
export const encodeFrame = (frame: Frame, seed: number): { buffers: Uint8Array[]; bytes: number } => {
  const meta = Buffer.from(JSON.stringify(frame.meta));
  const header = Buffer.alloc(headerBytes);
  let payloadBytes = 0;
  let payloadSum = seed;
  for (const piece of frame.payload) {
    payloadBytes += piece.byteLength;
    payloadSum = crc32(piece, payloadSum);
  }
  magic.copy(header);
  header.writeUInt32BE(meta.byteLength, 4);
  header.writeUInt32BE(payloadBytes, 8);
  header.writeUInt32BE(payloadSum, 12);
  header.writeUInt32BE(metaSum(header, 0, meta, seed), 16);
  return { buffers: [header, meta, ...frame.payload], bytes: headerBytes + meta.byteLength + payloadBytes };
};

/** Reads every whole frame; what is in between is damage, what is behind the last is torn. */
export const scanFrames = (bytes: Buffer, seed: number): Scan => {
  const frames: FramePlace[] = [];
  const damage: { from: number; to: number }[] = [];
  let at = 0;
  let badFrom: number | null = null;
  while (at < bytes.byteLength) {
    const frame = frameAt(bytes, at, seed);
    if (frame) {
      if (badFrom !== null) damage.push({ from: badFrom, to: at });
      badFrom = null;
      frames.push(frame);
      at = frame.to;
      continue;
    }
    badFrom ??= at;
    const next = bytes.indexOf(magic, at + 1);
    at = next < 0 ? bytes.byteLength : next;
  }
  return { frames, damage, tornBytes: badFrom === null ? 0 : bytes.byteLength - badFrom };
};

const frameAt = (bytes: Buffer, at: number, seed: number): FramePlace | null => {
  if (at + headerBytes > bytes.byteLength || bytes.compare(magic, 0, 4, at, at + 4) !== 0) return null;
  const metaBytes = bytes.readUInt32BE(at + 4);
  const payloadBytes = bytes.readUInt32BE(at + 8);
  const payloadFrom = at + headerBytes + metaBytes;
  const to = payloadFrom + payloadBytes;
  if (metaBytes > metaBytesMax || to > bytes.byteLength) return null;
  const meta = bytes.subarray(at + headerBytes, payloadFrom);
  if (metaSum(bytes, at, meta, seed) !== bytes.readUInt32BE(at + 16)) return null;
  if (crc32(bytes.subarray(payloadFrom, to), seed) !== bytes.readUInt32BE(at + 12)) return null;
  return { meta: JSON.parse(meta.toString('utf8')) as FrameMeta, from: at, payloadFrom, to };
};

const metaSum = (header: Buffer, at: number, meta: Uint8Array, seed: number): number =>
  crc32(meta, crc32(header.subarray(at + 4, at + 16), seed));
