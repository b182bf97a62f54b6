import { randomFillSync } from 'node:crypto';

const counterBits = 26;
const counterEnd = 2 ** counterBits;
/** Counters of the milliseconds used last: more than one, since a moved clock and the machine's are used in turn. */
const counters = new Map<number, number>();
const countersMax = 8;

/**
 * A new UUID of version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, a counter of 26 bits that begins at a
 * random value each millisecond (section 6.2, method 1), then 48 random bits. Rows written one after another by one
 * process lie beside each other in an index, and in the order in which they were written, also within one millisecond.
 */
export const newId = (atMs: number = Date.now()): string => {
  const bytes = randomBytes16();
  const counter = nextOf(atMs, bytes.readUInt32BE(6));
  bytes.writeUIntBE(atMs, 0, 6);
  // Its upper 12 bits stand behind the version, its lower 14 behind the variant.
  bytes.writeUInt16BE(0x7000 | (counter >>> 14), 6);
  bytes.writeUInt16BE(0x8000 | (counter & 0x3fff), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** Random bytes are drawn for many ids at once: a call for each costs ten times what the bytes do. Each is given out once. */
const drawn = Buffer.alloc(256 * 16);
let given = drawn.length;
const randomBytes16 = (): Buffer => {
  if (given === drawn.length) {
    randomFillSync(drawn);
    given = 0;
  }
  return drawn.subarray(given, (given += 16));
};

const nextOf = (atMs: number, random: number): number => {
  const last = counters.get(atMs);
  // The highest bit is free at first, so that there is room to count.
  const next = last === undefined || last + 1 >= counterEnd ? random >>> (32 - counterBits + 1) : last + 1;
  if (last === undefined && counters.size >= countersMax) counters.delete(counters.keys().next().value!);
  counters.set(atMs, next);
  return next;
};
