/**
 * A body that is not what it says to be: truncated, random, or a wrong JSON type. `at` is the byte offset in a protobuf
 * body or the path in a JSON one.
 */
export class MalformedOtlp extends Error {
  readonly at: number | string;
  constructor(reason: string, at: number | string) {
    super(typeof at === 'number' ? `${reason} at byte ${at}` : `${reason} at ${at || 'the root'}`);
    this.name = 'MalformedOtlp';
    this.at = at;
  }
}

export const wireVarint = 0;
export const wireFixed64 = 1;
export const wireBytes = 2;
export const wireFixed32 = 5;

const maxFieldNumber = 536_870_911;

/**
 * Reads the protobuf wire format in place (https://protobuf.dev/programming-guides/encoding/). It copies nothing: a
 * length-delimited field is the offsets `from` and `to`. 64-bit numbers are two 32-bit halves `low` and `high`, because
 * a BigInt a field costs more than the rest of the decoding together.
 */
export class WireReader {
  bytes: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(this.bytes.buffer);
  position = 0;
  end = 0;
  /** Of the field that `next` found. */
  field = 0;
  wire = 0;
  /** Content of the field that `enter` found. */
  from = 0;
  to = 0;
  low = 0;
  high = 0;

  /** Turns to another body; one reader serves all requests of a thread. */
  load(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
    this.end = bytes.length;
  }

  /** Confines reading to `[from, to)`, which the caller took from a field before. */
  within(from: number, to: number): void {
    this.position = from;
    this.end = to;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const tag = this.varint32();
    this.field = tag >>> 3;
    this.wire = tag & 7;
    if (this.field === 0 || this.field > maxFieldNumber) throw new MalformedOtlp('a field number of 0', this.position);
    return true;
  }

  /** A varint of which only the low 32 bits are wanted, unsigned. */
  varint32(): number {
    const bytes = this.bytes;
    let position = this.position;
    let shift = 0;
    let value = 0;
    for (let count = 0; count < 10; count++) {
      if (position >= this.end) throw new MalformedOtlp('the message ends inside a number', position);
      const byte = bytes[position++]!;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) {
        this.position = position;
        return value >>> 0;
      }
    }
    throw new MalformedOtlp('a number of more than ten bytes', position);
  }

  /** A varint of 64 bits into `low` and `high`. */
  varint64(): void {
    let low = 0;
    let high = 0;
    let position = this.position;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= this.end) throw new MalformedOtlp('the message ends inside a number', position);
      const byte = this.bytes[position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) {
        this.position = position;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new MalformedOtlp('a number of more than ten bytes', position);
  }

  /** The content of a length-delimited field into `from` and `to`; leaves the position behind it. */
  enter(): void {
    if (this.wire !== wireBytes) this.wrongWire();
    const length = this.varint32();
    const from = this.position;
    const to = from + length;
    if (to > this.end) throw new MalformedOtlp(`a field of ${length} bytes where ${this.end - from} are left`, from);
    this.from = from;
    this.to = to;
    this.position = to;
  }

  /** A fixed64 or sfixed64 into `low` and `high`. */
  fixed64(): void {
    if (this.wire !== wireFixed64) this.wrongWire();
    this.fixed64At();
  }

  /** Eight bytes of a packed field into `low` and `high`. */
  fixed64At(): void {
    if (this.position + 8 > this.end) throw new MalformedOtlp('the message ends inside a number', this.position);
    this.low = this.view.getUint32(this.position, true);
    this.high = this.view.getUint32(this.position + 4, true);
    this.position += 8;
  }

  double(): number {
    if (this.wire !== wireFixed64) this.wrongWire();
    return this.doubleAt();
  }

  /** Eight bytes of a packed field. */
  doubleAt(): number {
    if (this.position + 8 > this.end) throw new MalformedOtlp('the message ends inside a number', this.position);
    const value = this.view.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  fixed32(): number {
    if (this.wire !== wireFixed32) this.wrongWire();
    if (this.position + 4 > this.end) throw new MalformedOtlp('the message ends inside a number', this.position);
    const value = this.view.getUint32(this.position, true);
    this.position += 4;
    return value;
  }

  /** uint32, enum and bool fields. */
  uint32(): number {
    if (this.wire !== wireVarint) this.wrongWire();
    return this.varint32();
  }

  /** Steps over a field that is not known: senders may be newer than we are. */
  skip(): void {
    switch (this.wire) {
      case wireVarint:
        this.varint32();
        return;
      case wireFixed64:
        this.leap(8);
        return;
      case wireBytes:
        this.enter();
        return;
      case wireFixed32:
        this.leap(4);
        return;
      default:
        this.wrongWire();
    }
  }

  private leap(count: number): void {
    if (this.position + count > this.end) throw new MalformedOtlp('the message ends inside a number', this.position);
    this.position += count;
  }

  private wrongWire(): never {
    throw new MalformedOtlp(`field ${this.field} has wire type ${this.wire}`, this.position);
  }
}

/** Zigzag form of sint32: 0, -1, 1, -2, … */
export const zigzag32 = (value: number): number => (value >>> 1) ^ -(value & 1);
