import { fromBase64 } from './base64.ts';
import { enumNumbers, otlpMessages, type FieldShape, type MessageName, type ScalarType } from './otlp-schema.ts';
import { RowWriter } from './row-writer.ts';
import { MalformedOtlp, wireBytes, wireFixed32, wireFixed64, wireVarint } from './wire-reader.ts';

type Fields = ReadonlyMap<string, FieldShape>;

const messages: ReadonlyMap<string, Fields> = new Map(
  Object.entries(otlpMessages).map(([name, fields]) => [
    name,
    new Map(Object.entries(fields) as [string, FieldShape][]),
  ]),
);

/** Arrays and kvlists inside one another before the body is refused; what is deeper than the row's limit is dropped later. */
const depthMax = 128;
/** A number literal (not a text of digits) that may be beyond 2^53. */
const longInteger = /[:[,]\s*-?\d{16}/;

/**
 * Turns a JSON body (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) into the protobuf body that says
 * the same, so that both have one way into rows. Ids are hexadecimal, 64-bit integers numbers or texts, enums numbers
 * (names are understood), unknown fields are ignored, null is absent.
 * Throws `MalformedOtlp` with the path of what is wrong.
 */
export const protobufOfJson = (text: string, message: MessageName): Uint8Array<ArrayBuffer> => {
  const root = parse(text);
  const writer = new JsonTranscoder();
  writer.message(root, messages.get(message)!, 0);
  return writer.out.take();
};

const parse = (text: string): unknown => {
  try {
    // A number literal beyond 2^53 would be rounded: its digits are kept as text, which every 64-bit field accepts.
    if (!longInteger.test(text)) return JSON.parse(text);
    return JSON.parse(text, ((_key: string, value: unknown, context: { source?: string }) =>
      typeof value === 'number' &&
      Number.isInteger(value) &&
      !Number.isSafeInteger(value) &&
      context.source !== undefined &&
      /^-?\d+$/.test(context.source)
        ? context.source
        : value) as (key: string, value: unknown) => unknown);
  } catch (error) {
    if (error instanceof RangeError) throw new MalformedOtlp('more levels than are read', '');
    throw new MalformedOtlp(`not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`, '');
  }
};

class JsonTranscoder {
  readonly out = new RowWriter();
  private readonly path: (string | number)[] = [];

  message(value: unknown, fields: Fields, depth: number): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('an object is expected');
    if (depth > depthMax) this.refuse('more levels than are read');
    for (const [name, member] of Object.entries(value)) {
      const field = fields.get(name);
      if (field === undefined || member === null) continue;
      this.path.push(name);
      if (field[2] === 'repeated') this.repeated(member, field, depth);
      else this.single(member, field, depth);
      this.path.pop();
    }
  }

  private repeated(value: unknown, field: FieldShape, depth: number): void {
    if (!Array.isArray(value)) this.refuse('an array is expected');
    for (let index = 0; index < value.length; index++) {
      this.path.push(index);
      this.single(value[index], field, depth);
      this.path.pop();
    }
  }

  private single(value: unknown, [number, type]: FieldShape, depth: number): void {
    const fields = messages.get(type);
    if (fields === undefined) {
      this.scalar(value, number, type as ScalarType);
      return;
    }
    this.tag(number, wireBytes);
    const guess = 256;
    const start = this.out.open(guess);
    if (value !== null) this.message(value, fields, depth + 1);
    this.out.close(start, guess);
  }

  private scalar(value: unknown, number: number, type: ScalarType): void {
    const { out } = this;
    switch (type) {
      case 'string':
        if (typeof value !== 'string') this.refuse('a text is expected');
        this.tag(number, wireBytes);
        out.text(value);
        return;
      case 'hex':
      case 'bytes':
        if (typeof value !== 'string')
          this.refuse(type === 'hex' ? 'hexadecimal text is expected' : 'base64 text is expected');
        this.tag(number, wireBytes);
        this.bytes(type === 'hex' ? fromHex(value) : fromBase64(value, this.at()));
        return;
      case 'bool':
        if (typeof value !== 'boolean') this.refuse('true or false is expected');
        this.tag(number, wireVarint);
        out.uint8(value ? 1 : 0);
        return;
      case 'double':
        this.tag(number, wireFixed64);
        out.float64(this.double(value));
        return;
      case 'enum':
        this.tag(number, wireVarint);
        out.varint(
          Number(this.integer(typeof value === 'string' ? (enumNumbers.get(value) ?? value) : value, 0n, 0x7fffffffn)),
        );
        return;
      default:
        this.integerField(value, number, type);
    }
  }

  private integerField(
    value: unknown,
    number: number,
    type: 'int64' | 'uint64' | 'fixed64' | 'sfixed64' | 'fixed32' | 'uint32' | 'sint32',
  ): void {
    const { out } = this;
    switch (type) {
      case 'fixed64':
      case 'sfixed64': {
        const bits = BigInt.asUintN(
          64,
          type === 'fixed64'
            ? this.integer(value, 0n, 0xffffffffffffffffn)
            : this.integer(value, -0x8000000000000000n, 0x7fffffffffffffffn),
        );
        this.tag(number, wireFixed64);
        out.uint64(Number(bits & 0xffffffffn), Number(bits >> 32n));
        return;
      }
      case 'int64':
      case 'uint64':
        this.tag(number, wireVarint);
        this.varint64(
          BigInt.asUintN(
            64,
            type === 'uint64'
              ? this.integer(value, 0n, 0xffffffffffffffffn)
              : this.integer(value, -0x8000000000000000n, 0x7fffffffffffffffn),
          ),
        );
        return;
      case 'fixed32':
        this.tag(number, wireFixed32);
        out.uint32(Number(this.integer(value, 0n, 0xffffffffn)));
        return;
      case 'uint32':
        this.tag(number, wireVarint);
        out.varint(Number(this.integer(value, 0n, 0xffffffffn)));
        return;
      case 'sint32': {
        const signed = Number(this.integer(value, -0x80000000n, 0x7fffffffn));
        this.tag(number, wireVarint);
        out.varint(((signed << 1) ^ (signed >> 31)) >>> 0);
      }
    }
  }

  private varint64(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.out.uint8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.out.uint8(Number(rest));
  }

  private integer(value: unknown, least: bigint, greatest: bigint): bigint {
    let number: bigint;
    if (typeof value === 'number' && Number.isInteger(value)) number = BigInt(value);
    else if (typeof value === 'string' && /^[+-]?\d{1,20}$/.test(value)) number = BigInt(value.replace('+', ''));
    else this.refuse('an integer is expected');
    if (number < least || number > greatest) this.refuse(`an integer from ${least} to ${greatest} is expected`);
    return number;
  }

  private double(value: unknown): number {
    if (typeof value === 'number') return value;
    if (value === 'NaN') return Number.NaN;
    if (value === 'Infinity') return Number.POSITIVE_INFINITY;
    if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
    if (typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value);
    return this.refuse('a number is expected');
  }

  private bytes(bytes: Uint8Array): void {
    this.out.varint(bytes.length);
    this.out.raw(bytes, 0, bytes.length);
  }

  private tag(number: number, wire: number): void {
    this.out.varint((number << 3) | wire);
  }

  private at(): string {
    return this.path.reduce<string>(
      (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
      '',
    );
  }

  private refuse(reason: string): never {
    throw new MalformedOtlp(reason, this.at());
  }
}

/** Bytes of hexadecimal text; one byte, which is no id, for anything else: the item is then rejected alone. */
const fromHex = (text: string): Uint8Array => {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text) || text.length > 64) return new Uint8Array(1);
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
};
