import { MalformedOtlp } from './wire-reader.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digits = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const values = new Int8Array(128).fill(-1);
for (let at = 0; at < 64; at++) values[digits[at]!] = at;
// The URL-safe alphabet: proto3 JSON accepts both.
values[0x2d] = 62;
values[0x5f] = 63;

/** Bytes that `putBase64` will write for `count` bytes. */
export const base64Length = (count: number): number => Math.ceil(count / 3) * 4;

/** Puts `source[from, to)` as base64 (RFC 4648 with padding) at `at` and returns the place behind it. */
export const putBase64 = (target: Uint8Array, at: number, source: Uint8Array, from: number, to: number): number => {
  let next = at;
  for (let index = from; index < to; index += 3) {
    const left = to - index;
    const word =
      (source[index]! << 16) | ((left > 1 ? source[index + 1]! : 0) << 8) | (left > 2 ? source[index + 2]! : 0);
    target[next++] = digits[word >> 18]!;
    target[next++] = digits[(word >> 12) & 63]!;
    target[next++] = left > 1 ? digits[(word >> 6) & 63]! : 0x3d;
    target[next++] = left > 2 ? digits[word & 63]! : 0x3d;
  }
  return next;
};

/** The bytes of a base64 text, ordinary or URL-safe, with or without padding. */
export const fromBase64 = (text: string, path: string): Uint8Array<ArrayBuffer> => {
  const body = text.replace(/={1,2}$/, '');
  if (body.length % 4 === 1) throw new MalformedOtlp('text that is not base64', path);
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < body.length; index++) {
    const code = body.charCodeAt(index);
    const value = code < 128 ? values[code]! : -1;
    if (value < 0) throw new MalformedOtlp('text that is not base64', path);
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (word >> bits) & 0xff;
    }
  }
  return bytes;
};
