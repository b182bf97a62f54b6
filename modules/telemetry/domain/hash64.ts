/** A 64-bit hash as two unsigned halves; one object, overwritten by each call, because it is made millions of times. */
export interface Hash64 {
  low: number;
  high: number;
}

const mixDown = (value: number): number => {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/**
 * Two MurmurHash3 (32-bit) lanes with different constants over `bytes[from, to)`. Not cryptographic: ids of series and
 * origins, and members of the cardinality guard, where a collision joins two names and does no other harm.
 */
export const hashBytes = (bytes: Uint8Array, from: number, to: number, into: Hash64): void => {
  let first = 0x9747b28c;
  let second = 0x3c6ef372;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    first =
      Math.imul(rotate(first ^ Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) + 0xe6546b64;
    second =
      Math.imul(rotate(second ^ Math.imul(rotate(Math.imul(word, 0x239b961b), 17), 0xab0e9789), 19), 5) + 0x561ccd1b;
  }
  let rest = 0;
  for (let shift = 0; at < to; at++, shift += 8) rest |= bytes[at]! << shift;
  first ^= Math.imul(rotate(Math.imul(rest, 0xcc9e2d51), 15), 0x1b873593) ^ (to - from);
  second ^= Math.imul(rotate(Math.imul(rest, 0x239b961b), 17), 0xab0e9789) ^ Math.imul(to - from, 0x9e3779b1);
  into.low = mixDown(first + Math.imul(second, 0x85ebca6b));
  into.high = mixDown(second ^ Math.imul(first, 0xc2b2ae35));
};

/** Folds one more 64-bit value into a hash; the order matters. */
export const combine = (into: Hash64, low: number, high: number): void => {
  const first = mixDown(into.low ^ rotate(low, 7) ^ Math.imul(high, 0x9e3779b1));
  const second = mixDown(into.high ^ rotate(high, 11) ^ Math.imul(low, 0x85ebca6b) ^ first);
  into.low = (first + Math.imul(second, 5)) >>> 0;
  into.high = second;
};

/** Adds a 64-bit value to a sum: the same for every order, for sets of attributes. */
export const addUnordered = (into: Hash64, low: number, high: number): void => {
  const sum = into.low + low;
  into.low = sum >>> 0;
  into.high = (into.high + high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
};

/** The hash of a JavaScript string (its UTF-16 units), for names that are at hand as one. */
export const hashText = (text: string, into: Hash64): void => {
  let first = 0x9747b28c ^ text.length;
  let second = 0x3c6ef372;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    first = Math.imul(rotate(first ^ Math.imul(unit, 0xcc9e2d51), 13), 5) + 0xe6546b64;
    second = Math.imul(rotate(second ^ Math.imul(unit, 0x239b961b), 17), 5) + 0x561ccd1b;
  }
  into.low = mixDown(first + Math.imul(second, 0x85ebca6b));
  into.high = mixDown(second ^ Math.imul(first, 0xc2b2ae35));
};
