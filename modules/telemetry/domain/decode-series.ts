import { foldedName } from './cardinality.ts';
import type { DecodeContext } from './decode-context.ts';
import { writeOrigin } from './decode-origin.ts';
import type { MetricHead } from './metric-head.ts';
import { addUnordered, combine, hashBytes, type Hash64 } from './hash64.ts';
import type { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import { decodeUtf8 } from './utf8.ts';

/** Attributes of a data point as pairs of RowBinary strings, while one of them is folded. */
interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * Finds the series of a data point and writes the row that explains it, once for each day. Series that are new pass the
 * cardinality guard: an attribute with too many values has further ones replaced by `_other`; a metric with too many
 * series has further ones made one, with the attribute that the OpenTelemetry SDKs use for the same purpose
 * (https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute).
 */
export class SeriesWriter {
  private readonly context: DecodeContext;
  readonly id: Hash64 = { low: 0, high: 0 };

  constructor(context: DecodeContext) {
    this.context = context;
  }

  /** Puts the id of the series into `id`. `attributes` are the point's; `epochDay` is the point's day. */
  find(head: MetricHead, attributes: OffsetList, epochDay: number): void {
    const { context } = this;
    const { scratch } = context;
    const sum: Hash64 = { low: 0, high: 0 };
    scratch.length = 0;
    context.attributes.write(scratch, attributes, null, sum);
    this.identify(head, sum);
    if (this.isWritten(epochDay)) return;
    const isFolded = this.fold(head);
    if (isFolded && this.isWritten(epochDay)) return;
    this.writeRow(head, epochDay, isFolded);
  }

  private identify(head: MetricHead, sum: Hash64): void {
    this.id.low = head.hash.low;
    this.id.high = head.hash.high;
    combine(this.id, sum.low, sum.high);
  }

  private isWritten(epochDay: number): boolean {
    const mark: Hash64 = { low: this.id.low, high: this.id.high };
    addUnordered(mark, Math.imul(epochDay, 0x9e3779b1) >>> 0, 0);
    return this.context.written.has(mark.low, mark.high) || this.context.known.has(this.id.low, this.id.high, epochDay);
  }

  /** True when the guard changed the attributes in `scratch` and with them `id`. */
  private fold(head: MetricHead): boolean {
    const { guard, tally, scratch } = this.context;
    const before: Hash64 = { low: this.id.low, high: this.id.high };
    let isFolded = this.foldValues(head);
    if (isFolded) this.rehash(head);
    if (!guard.admit('series', head.group, isFolded ? this.id : before)) {
      tally.add('series-folded', this.nameOf(head));
      scratch.length = 0;
      scratch.varint(1);
      scratch.text('otel.metric.overflow');
      scratch.text('true');
      this.rehash(head);
      isFolded = true;
    }
    return isFolded;
  }

  private foldValues(head: MetricHead): boolean {
    const { guard, tally, scratch, key } = this.context;
    const pairs = readPairs(scratch.bytes, scratch.length);
    let isFolded = false;
    const folded = pairs.map((pair): Pair => {
      const group: Hash64 = { low: head.group.low, high: head.group.high };
      hashBytes(pair.key, 0, pair.key.length, key);
      combine(group, key.low, key.high);
      hashBytes(pair.value, 0, pair.value.length, key);
      if (guard.admit('value', group, key)) return pair;
      isFolded = true;
      tally.add('attribute-folded', `${decodeUtf8(pair.key, 0, pair.key.length)} of ${this.nameOf(head)}`);
      return { key: pair.key, value: foldedValue };
    });
    if (!isFolded) return false;
    scratch.length = 0;
    scratch.varint(folded.length);
    for (const { key: name, value } of folded) {
      scratch.varint(name.length);
      scratch.raw(name, 0, name.length);
      scratch.varint(value.length);
      scratch.raw(value, 0, value.length);
    }
    return true;
  }

  /** Computes `id` anew from the pairs in `scratch`. */
  private rehash(head: MetricHead): void {
    const { scratch, key } = this.context;
    const sum: Hash64 = { low: 0, high: 0 };
    eachPair(scratch.bytes, scratch.length, (start, _keyFrom, _keyTo, _valueFrom, end) => {
      hashBytes(scratch.bytes, start, end, key);
      addUnordered(sum, key.low, key.high);
    });
    this.identify(head, sum);
  }

  private writeRow(head: MetricHead, epochDay: number, isFolded: boolean): void {
    const { context, id } = this;
    const { sorter, attributes, scratch, written, known } = context;
    const { origin } = head;
    const rows = sorter.rows('telemetry_series', epochDay);
    if (rows === null) return;
    known.write(id.low, id.high, epochDay);
    const mark: Hash64 = { low: id.low, high: id.high };
    addUnordered(mark, Math.imul(epochDay, 0x9e3779b1) >>> 0, 0);
    written.add(mark.low, mark.high);
    writeOrigin(context, origin, epochDay);
    const { out } = rows;
    out.uint16(epochDay);
    out.uint64(id.low, id.high);
    attributes.values.text(out, head.nameFrom, head.nameTo, otlpLimits.nameBytes);
    attributes.values.text(out, head.unitFrom, head.unitTo, otlpLimits.nameBytes);
    attributes.values.text(out, head.descriptionFrom, head.descriptionTo, otlpLimits.textBytes);
    out.uint8(head.kind);
    out.uint8(head.temporality);
    out.uint8(head.isMonotonic);
    out.uint8(isFolded ? 1 : 0);
    out.raw(origin.names, 0, origin.names.length);
    out.uint64(origin.id.low, origin.id.high);
    out.raw(origin.resource, 0, origin.resource.length);
    out.raw(scratch.bytes, 0, scratch.length);
    attributes.write(out, head.metadata);
    rows.count++;
  }

  private nameOf(head: MetricHead): string {
    return decodeUtf8(this.context.reader.bytes, head.nameFrom, Math.min(head.nameTo, head.nameFrom + 128));
  }
}

const foldedValue = Uint8Array.from(`"${foldedName}"`, (letter) => letter.charCodeAt(0));

const readPairs = (bytes: Uint8Array, length: number): Pair[] => {
  const pairs: Pair[] = [];
  eachPair(bytes, length, (_start, keyFrom, keyTo, valueFrom, end) => {
    pairs.push({ key: bytes.slice(keyFrom, keyTo), value: bytes.slice(valueFrom, end) });
  });
  return pairs;
};

type VisitPair = (start: number, keyFrom: number, keyTo: number, valueFrom: number, end: number) => void;

/** Walks a RowBinary map of strings. */
const eachPair = (bytes: Uint8Array, length: number, visit: VisitPair): void => {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  varint();
  while (at < length) {
    const start = at;
    const keySize = varint();
    const keyFrom = at;
    at += keySize;
    const keyTo = at;
    const valueSize = varint();
    const valueFrom = at;
    at += valueSize;
    visit(start, keyFrom, keyTo, valueFrom, at);
  }
};
