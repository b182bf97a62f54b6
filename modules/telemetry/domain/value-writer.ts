import { base64Length, putBase64 } from './base64.ts';
import { otlpLimits } from './otlp-limits.ts';
import type { NoticeTally } from './otlp-notice.ts';
import { redactedValue, type Redaction } from './redaction.ts';
import { encodeUtf8, type RowWriter } from './row-writer.ts';
import { codePointAt, cutBefore, decodeUtf8, isUtf8, sizeOf } from './utf8.ts';
import type { WireReader } from './wire-reader.ts';

/** Which field of AnyValue's oneof was sent; the numbers are the proto's. */
export const anyValueKinds = ['none', 'string', 'bool', 'int', 'double', 'array', 'kvlist', 'bytes'] as const;

const quote = 0x22;
const backslash = 0x5c;
const hexDigits = encodeUtf8('0123456789abcdef');
const shortEscapes = new Map(
  [
    [8, 'b'],
    [9, 't'],
    [10, 'n'],
    [12, 'f'],
    [13, 'r'],
  ].map(([code, letter]) => [code, (letter as string).charCodeAt(0)] as const),
);

/**
 * Writes OTLP's AnyValue as the JSON text that `attribute-value.ts` reads back to the same type. One object per decoder;
 * `kind`, `from`, `to` and `number` tell of the value that was scanned last.
 */
export class ValueWriter {
  private readonly reader: WireReader;
  private readonly tally: NoticeTally;
  private readonly redaction: Redaction | null;
  kind = 0;
  from = 0;
  to = 0;
  number = 0;
  private low = 0;
  private high = 0;

  constructor(reader: WireReader, tally: NoticeTally, redaction: Redaction | null) {
    this.reader = reader;
    this.tally = tally;
    this.redaction = redaction;
  }

  /** Finds out what an AnyValue at `[from, to)` holds; of several members of the oneof the last counts. */
  scan(from: number, to: number): void {
    const reader = this.reader;
    const resume = reader.position;
    const outer = reader.end;
    reader.within(from, to);
    this.kind = 0;
    while (reader.next()) {
      const { field } = reader;
      if (field === 1 || (field >= 5 && field <= 7)) {
        reader.enter();
        this.from = reader.from;
        this.to = reader.to;
      } else if (field === 2) this.number = reader.uint32() === 0 ? 0 : 1;
      else if (field === 3 && reader.wire === 0) {
        reader.varint64();
        this.low = reader.low;
        this.high = reader.high;
        this.number = (reader.high | 0) * 4_294_967_296 + reader.low;
      } else if (field === 4) this.number = reader.double();
      else {
        reader.skip();
        continue;
      }
      this.kind = field;
    }
    reader.within(resume, outer);
  }

  /**
   * Writes the scanned value as JSON. False when it is too deep: the caller then takes back what was written.
   * `limit` is in bytes of the value as sent.
   */
  write(out: RowWriter, limit: number, depth = 0): boolean {
    switch (this.kind) {
      case 0:
        putAscii(out, 'null');
        return true;
      case 1:
        this.writeString(out, limit);
        return true;
      case 2:
        putAscii(out, this.number === 0 ? 'false' : 'true');
        return true;
      case 3:
        putAscii(out, int64Text(this.low, this.high));
        return true;
      case 4:
        putAscii(out, doubleText(this.number));
        return true;
      case 7:
        this.writeBytes(out, limit);
        return true;
      default:
        if (depth >= otlpLimits.valueDepth || this.to - this.from > limit) return false;
        return this.kind === 5
          ? this.writeArray(out, this.from, this.to, limit, depth)
          : this.writeKvlist(out, this.from, this.to, limit, depth);
    }
  }

  private writeString(out: RowWriter, limit: number): void {
    const { from, to } = this;
    if (to - from <= limit) {
      this.jsonString(out, from, to, '');
      return;
    }
    this.tally.add('value-cut', `${to - from} bytes`);
    this.jsonString(out, from, cutBefore(this.reader.bytes, from, from + limit), `… [cut from ${to - from} bytes]`);
  }

  private writeBytes(out: RowWriter, limit: number): void {
    const to = Math.min(this.to, this.from + limit);
    if (to < this.to) this.tally.add('value-cut', `${this.to - this.from} bytes`);
    putAscii(out, '{"bytes":"');
    out.reserve(base64Length(to - this.from));
    out.length = putBase64(out.bytes, out.length, this.reader.bytes, this.from, to);
    putAscii(out, '"}');
  }

  private writeArray(out: RowWriter, from: number, to: number, limit: number, depth: number): boolean {
    const reader = this.reader;
    const resume = reader.position;
    const outer = reader.end;
    reader.within(from, to);
    let complete = true;
    let first = true;
    out.uint8(0x5b);
    while (complete && reader.next()) {
      if (reader.field !== 1) {
        reader.skip();
        continue;
      }
      reader.enter();
      if (!first) out.uint8(0x2c);
      first = false;
      this.scan(reader.from, reader.to);
      complete = this.write(out, limit, depth + 1);
    }
    out.uint8(0x5d);
    reader.within(resume, outer);
    return complete;
  }

  /** A kvlist whose only key is one of the wrappers' is wrapped itself, so that it reads back as a kvlist. */
  private writeKvlist(out: RowWriter, from: number, to: number, limit: number, depth: number): boolean {
    const reader = this.reader;
    const resume = reader.position;
    const outer = reader.end;
    reader.within(from, to);
    const start = out.length;
    let complete = true;
    let members = 0;
    let onlyKey = '';
    out.uint8(0x7b);
    while (complete && reader.next()) {
      if (reader.field !== 1) {
        reader.skip();
        continue;
      }
      reader.enter();
      if (members++ > 0) out.uint8(0x2c);
      onlyKey = this.writeMember(out, reader.from, reader.to);
      complete = this.writeScanned(out, onlyKey, limit, depth + 1);
    }
    out.uint8(0x7d);
    reader.within(resume, outer);
    if (complete && members === 1 && (onlyKey === 'bytes' || onlyKey === 'double' || onlyKey === 'kvlist'))
      wrap(out, start, '{"kvlist":', '}');
    return complete;
  }

  /** Writes `"key":` of a KeyValue and scans its value. */
  private writeMember(out: RowWriter, from: number, to: number): string {
    const reader = this.reader;
    const resume = reader.position;
    const outer = reader.end;
    reader.within(from, to);
    let keyFrom = 0;
    let keyTo = 0;
    let valueFrom = 0;
    let valueTo = 0;
    while (reader.next()) {
      if (reader.field !== 1 && reader.field !== 2) {
        reader.skip();
        continue;
      }
      reader.enter();
      if (reader.field === 1) {
        keyFrom = reader.from;
        keyTo = reader.to;
      } else {
        valueFrom = reader.from;
        valueTo = reader.to;
      }
    }
    reader.within(resume, outer);
    this.jsonString(out, keyFrom, keyTo, '');
    out.uint8(0x3a);
    this.scan(valueFrom, valueTo);
    return decodeUtf8(reader.bytes, keyFrom, Math.min(keyTo, keyFrom + 256));
  }

  /** Writes the scanned value, or what stands for it when a rule removes it. */
  writeScanned(out: RowWriter, key: string, limit: number, depth: number): boolean {
    if (this.redaction !== null && isTextual(this.kind) && this.redaction.removes(key)) {
      this.tally.add('redacted', key);
      putAscii(out, `"${redactedValue}"`);
      return true;
    }
    return this.write(out, limit, depth);
  }

  /** `bytes[from, to)` as a JSON string; wrong UTF-8 becomes U+FFFD with a notice. `suffix` may hold no quotes. */
  private jsonString(out: RowWriter, from: number, to: number, suffix: string): void {
    const source = this.reader.bytes;
    out.reserve(to - from + 2);
    const target = out.bytes;
    let at = out.length;
    target[at++] = quote;
    let index = from;
    for (; index < to; index++) {
      const byte = source[index]!;
      if (byte < 0x20 || byte >= 0x80 || byte === quote || byte === backslash) break;
      target[at++] = byte;
    }
    out.length = at;
    if (index < to && !escapeInto(out, source, index, to)) this.tally.add('text-not-utf8');
    if (suffix !== '') {
      const encoded = encodeUtf8(suffix);
      out.raw(encoded, 0, encoded.length);
    }
    out.uint8(quote);
  }

  /** A text field as a RowBinary string, cut at `limit` bytes; wrong UTF-8 becomes U+FFFD with a notice. */
  text(out: RowWriter, from: number, to: number, limit: number, whenCut: 'text-cut' | 'value-cut' = 'text-cut'): void {
    const source = this.reader.bytes;
    let end = to;
    if (to - from > limit) {
      end = cutBefore(source, from, from + limit);
      this.tally.add(whenCut, `${to - from} bytes`);
    }
    const start = out.length;
    out.varint(end - from);
    out.reserve(end - from);
    const target = out.bytes;
    let at = out.length;
    let seen = 0;
    for (let index = from; index < end; index++) {
      const byte = source[index]!;
      seen |= byte;
      target[at++] = byte;
    }
    out.length = at;
    if (seen < 0x80 || isUtf8(source, from, end)) return;
    this.tally.add('text-not-utf8');
    out.length = start;
    out.text(decodeUtf8(source, from, end));
  }
}

const isTextual = (kind: number): boolean => kind === 1 || kind >= 5;

const escapeInto = (out: RowWriter, source: Uint8Array, from: number, to: number): boolean => {
  out.reserve((to - from) * 6 + 2);
  const target = out.bytes;
  let at = out.length;
  let valid = true;
  let index = from;
  while (index < to) {
    const byte = source[index]!;
    if (byte >= 0x80) {
      const point = codePointAt(source, index, to);
      if (point < 0) {
        valid = false;
        target[at++] = 0xef;
        target[at++] = 0xbf;
        target[at++] = 0xbd;
        index++;
      } else for (const end = index + sizeOf(point); index < end; index++) target[at++] = source[index]!;
      continue;
    }
    index++;
    if (byte >= 0x20) {
      if (byte === quote || byte === backslash) target[at++] = backslash;
      target[at++] = byte;
      continue;
    }
    target[at++] = backslash;
    const short = shortEscapes.get(byte);
    if (short !== undefined) {
      target[at++] = short;
      continue;
    }
    target[at++] = 0x75;
    target[at++] = 0x30;
    target[at++] = 0x30;
    target[at++] = hexDigits[byte >> 4]!;
    target[at++] = hexDigits[byte & 15]!;
  }
  out.length = at;
  return valid;
};

const putAscii = (out: RowWriter, text: string): void => {
  out.reserve(text.length);
  const target = out.bytes;
  let at = out.length;
  for (let index = 0; index < text.length; index++) target[at++] = text.charCodeAt(index);
  out.length = at;
};

/** Puts `before` and `after` around what was written since `start`. */
const wrap = (out: RowWriter, start: number, before: string, after: string): void => {
  out.reserve(before.length);
  out.bytes.copyWithin(start + before.length, start, out.length);
  const end = out.length + before.length;
  out.length = start;
  putAscii(out, before);
  out.length = end;
  putAscii(out, after);
};

const int64Text = (low: number, high: number): string => {
  if (high === 0) return String(low);
  if (high === 0xffffffff && low >= 0x80000000) return String(low | 0);
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString();
};

/** A double always has a point or an exponent, so that it does not read back as an int. */
const doubleText = (value: number): string => {
  if (!Number.isFinite(value)) return `{"double":"${value}"}`;
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};
