const replacement = 0xfffd;

/**
 * The code point at `at`, or -1 where the bytes are not UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF). A lone wrong byte is one -1; reading goes on one byte further.
 */
export const codePointAt = (bytes: Uint8Array, at: number, to: number): number => {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + size > to) return -1;
  let point = first & (0xff >> (size + 1));
  for (let index = at + 1; index < at + size; index++) {
    const byte = bytes[index]!;
    if ((byte & 0xc0) !== 0x80) return -1;
    point = (point << 6) | (byte & 0x3f);
  }
  if (size === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return -1;
  if (size === 4 && (point < 0x10000 || point > 0x10ffff)) return -1;
  return point;
};

/** Bytes that a code point takes in UTF-8. */
export const sizeOf = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** True when `bytes[from, to)` is valid UTF-8. */
export const isUtf8 = (bytes: Uint8Array, from: number, to: number): boolean => {
  let at = from;
  while (at < to) {
    if (bytes[at]! < 0x80) {
      at++;
      continue;
    }
    const point = codePointAt(bytes, at, to);
    if (point < 0) return false;
    at += sizeOf(point);
  }
  return true;
};

/** `bytes[from, to)` as a string; each wrong byte becomes U+FFFD. */
export const decodeUtf8 = (bytes: Uint8Array, from: number, to: number): string => {
  let text = '';
  let at = from;
  while (at < to) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      text += String.fromCharCode(byte);
      at++;
      continue;
    }
    const point = codePointAt(bytes, at, to);
    text += String.fromCodePoint(point < 0 ? replacement : point);
    at += point < 0 ? 1 : sizeOf(point);
  }
  return text;
};

/** The last place at or before `to` that does not cut a character in two. */
export const cutBefore = (bytes: Uint8Array, from: number, to: number): number => {
  let at = to;
  while (at > from && at > to - 4 && (bytes[at]! & 0xc0) === 0x80) at--;
  return at;
};
