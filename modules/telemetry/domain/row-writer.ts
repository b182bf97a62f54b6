const startBytes = 65_536;

/**
 * Writes ClickHouse's RowBinary (https://clickhouse.com/docs/interfaces/formats/RowBinary): little-endian numbers,
 * strings and arrays behind a LEB128 length. The buffer grows by doubling and is used again for the next request.
 */
export class RowWriter {
  bytes: Uint8Array;
  private view: DataView;
  length = 0;

  constructor(capacity: number = startBytes) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes; every method that writes calls it, loops over `bytes` must. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  uint16(value: number): void {
    this.reserve(2);
    this.view.setUint16(this.length, value, true);
    this.length += 2;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  uint64(low: number, high: number): void {
    this.reserve(8);
    this.view.setUint32(this.length, low, true);
    this.view.setUint32(this.length + 4, high, true);
    this.length += 8;
  }

  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  varint(value: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** Bytes as they are, without a length. */
  raw(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.reserve(count);
    const bytes = this.bytes;
    let at = this.length;
    // Below about a hundred bytes the loop beats `set(subarray)`, which makes a view each time.
    if (count < 96) for (let index = from; index < to; index++) bytes[at++] = source[index]!;
    else bytes.set(source.subarray(from, to), at);
    this.length += count;
  }

  /** `count` zero bytes: an id that is absent. */
  zeros(count: number): void {
    this.reserve(count);
    this.bytes.fill(0, this.length, this.length + count);
    this.length += count;
  }

  /** A JavaScript string as UTF-8 behind its length. */
  text(value: string): void {
    const { length } = value;
    this.reserve(length * 3 + 5);
    const start = this.length;
    if (length < 128) {
      let at = start + 1;
      let index = 0;
      for (; index < length; index++) {
        const unit = value.charCodeAt(index);
        if (unit > 0x7f) break;
        this.bytes[at++] = unit;
      }
      if (index === length) {
        this.bytes[start] = length;
        this.length = at;
        return;
      }
    }
    const encoded = encodeUtf8(value);
    this.varint(encoded.length);
    this.raw(encoded, 0, encoded.length);
  }

  /**
   * Leaves room for the length of something whose size is only guessed; `close` puts the true one in.
   * Returns where the content begins.
   */
  open(guess: number): number {
    const room = varintBytes(guess);
    this.reserve(room + guess);
    this.length += room;
    return this.length;
  }

  close(contentStart: number, guess: number): void {
    const room = varintBytes(guess);
    const count = this.length - contentStart;
    const needed = varintBytes(count);
    if (needed !== room) {
      this.reserve(5);
      this.bytes.copyWithin(contentStart - room + needed, contentStart, this.length);
    }
    const end = contentStart - room + needed + count;
    this.length = contentStart - room;
    this.varint(count);
    this.length = end;
  }

  /** A copy of what was written, of exactly its size. */
  take(): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.length);
    copy.set(this.bytes.subarray(0, this.length));
    return copy;
  }
}

const varintBytes = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

/** UTF-8 of a string; unpaired surrogates become U+FFFD. Pure JavaScript, because the domain has no TextEncoder. */
export const encodeUtf8 = (value: string): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(value.length * 3);
  let at = 0;
  for (let index = 0; index < value.length; index++) {
    const point = value.codePointAt(index)!;
    if (point > 0xffff) index++;
    at = putCodePoint(bytes, at, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point);
  }
  return bytes.slice(0, at);
};

/** Puts one code point as UTF-8 and returns the place behind it. */
export const putCodePoint = (bytes: Uint8Array, at: number, point: number): number => {
  let next = at;
  if (point < 0x80) bytes[next++] = point;
  else if (point < 0x800) {
    bytes[next++] = 0xc0 | (point >> 6);
    bytes[next++] = 0x80 | (point & 0x3f);
  } else if (point < 0x10000) {
    bytes[next++] = 0xe0 | (point >> 12);
    bytes[next++] = 0x80 | ((point >> 6) & 0x3f);
    bytes[next++] = 0x80 | (point & 0x3f);
  } else {
    bytes[next++] = 0xf0 | (point >> 18);
    bytes[next++] = 0x80 | ((point >> 12) & 0x3f);
    bytes[next++] = 0x80 | ((point >> 6) & 0x3f);
    bytes[next++] = 0x80 | (point & 0x3f);
  }
  return next;
};
