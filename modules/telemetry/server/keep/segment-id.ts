import { randomInt } from 'node:crypto';

/**
 * Number of a segment, unique over processes and restarts, growing in one process: 42 bits of Unix milliseconds,
 * 10 random bits of the process, 12 bits for a part of a segment (0 is the whole; see `partOf`). It fits UInt64.
 */
export type SegmentId = bigint;

const partBits = 12n;
const runBits = 10n;
/** Most parts that a segment can be split into when it does not parse as a whole. */
export const segmentPartsMax = 4_095;

/** Makes ids that are above `last` and above each other, also when the clock is set back. */
export const segmentIds = (nowMs: () => number, last: SegmentId = 0n): (() => SegmentId) => {
  const run = BigInt(randomInt(1 << Number(runBits)));
  let lastMs = last >> (partBits + runBits);
  return () => {
    const present = BigInt(nowMs());
    lastMs = present > lastMs ? present : lastMs + 1n;
    return (lastMs << (partBits + runBits)) | (run << partBits);
  };
};

/** The id of one part of a segment; `index` counts from 0. */
export const partOf = (segment: SegmentId, index: number): SegmentId => segment + BigInt(index + 1);

/** The greatest id that a part of this segment can have. */
export const lastPartOf = (segment: SegmentId): SegmentId => segment + BigInt(segmentPartsMax);

/** File name without extension: 20 digits, so that names sort as the segments were begun, and the seed of its checksums. */
export const segmentName = (segment: SegmentId, seed: number): string =>
  `${segment.toString().padStart(20, '0')}-${seed.toString(16).padStart(8, '0')}`;

/** What a file name says, or null for a file that is none of ours. */
export const segmentOfName = (name: string): { segment: SegmentId; seed: number; name: string } | null => {
  const match = /^(\d{20})-([0-9a-f]{8})(?=\.|$)/.exec(name);
  return match ? { segment: BigInt(match[1]!), seed: Number.parseInt(match[2]!, 16), name: match[0] } : null;
};
