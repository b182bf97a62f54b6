import { addUnordered, hashBytes, type Hash64 } from './hash64.ts';
import type { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import type { NoticeTally } from './otlp-notice.ts';
import type { Redaction } from './redaction.ts';
import type { RowWriter } from './row-writer.ts';
import type { SemanticValues } from './semantic-attributes.ts';
import { decodeUtf8 } from './utf8.ts';
import { ValueWriter } from './value-writer.ts';
import type { WireReader } from './wire-reader.ts';

/** Writes lists of KeyValue as `Map(LowCardinality(String), String)`, values as JSON. */
export class AttributeWriter {
  readonly values: ValueWriter;
  private readonly reader: WireReader;
  private readonly tally: NoticeTally;
  private readonly redaction: Redaction | null;
  private readonly pair: Hash64 = { low: 0, high: 0 };
  private keyFrom = 0;
  private keyTo = 0;

  constructor(reader: WireReader, tally: NoticeTally, redaction: Redaction | null) {
    this.reader = reader;
    this.tally = tally;
    this.redaction = redaction;
    this.values = new ValueWriter(reader, tally, redaction);
  }

  /**
   * Writes all attributes of `list` and returns how many were dropped by the limits. `seen` learns the attributes that
   * the rules look at; `hash` gets a sum over all pairs that does not depend on their order.
   */
  write(out: RowWriter, list: OffsetList, seen: SemanticValues | null = null, hash: Hash64 | null = null): number {
    const start = out.length;
    out.varint(list.count);
    const content = out.length;
    let kept = 0;
    for (let index = 0; index < list.count; index++) {
      const before = out.length;
      if (!this.writePair(out, list.from(index), list.to(index), seen)) {
        out.length = before;
        continue;
      }
      kept++;
      if (hash !== null) {
        hashBytes(out.bytes, before, out.length, this.pair);
        addUnordered(hash, this.pair.low, this.pair.high);
      }
    }
    if (kept < list.count) recount(out, start, content, kept);
    if (list.dropped > 0) this.tally.add('attributes-dropped', `${list.count + list.dropped} attributes`, list.dropped);
    return list.count - kept + list.dropped;
  }

  /** False when the pair cannot be kept; the caller takes back what was written. */
  private writePair(out: RowWriter, from: number, to: number, seen: SemanticValues | null): boolean {
    const reader = this.reader;
    const values = this.values;
    reader.within(from, to);
    this.keyFrom = from;
    this.keyTo = from;
    let valueFrom = from;
    let valueTo = from;
    while (reader.next()) {
      if (reader.field === 1) {
        reader.enter();
        this.keyFrom = reader.from;
        this.keyTo = reader.to;
      } else if (reader.field === 2) {
        reader.enter();
        valueFrom = reader.from;
        valueTo = reader.to;
      } else reader.skip();
    }
    if (this.keyTo - this.keyFrom > otlpLimits.attributeKeyBytes) {
      this.tally.add('attributes-dropped', `a name of ${this.keyTo - this.keyFrom} bytes`);
      return false;
    }
    const hash = this.writeKey(out);
    values.scan(valueFrom, valueTo);
    if (seen !== null) this.remember(hash, seen);
    const key = this.redaction === null ? '' : decodeUtf8(reader.bytes, this.keyFrom, this.keyTo);
    const guess = values.kind === 1 ? Math.min(values.to - values.from, otlpLimits.attributeValueBytes) + 2 : 8;
    const start = out.open(guess);
    const complete = values.writeScanned(out, key, otlpLimits.attributeValueBytes, 0);
    if (complete) out.close(start, guess);
    else this.tally.add('value-dropped', decodeUtf8(reader.bytes, this.keyFrom, this.keyTo));
    return complete;
  }

  /** Writes the key and returns its `keyHash`. */
  private writeKey(out: RowWriter): number {
    const { keyFrom, keyTo } = this;
    const source = this.reader.bytes;
    const start = out.length;
    out.varint(keyTo - keyFrom);
    out.reserve(keyTo - keyFrom);
    const target = out.bytes;
    let at = out.length;
    let hash = 0;
    let seen = 0;
    for (let index = keyFrom; index < keyTo; index++) {
      const byte = source[index]!;
      hash = (Math.imul(hash, 31) + byte) | 0;
      seen |= byte;
      target[at++] = byte;
    }
    out.length = at;
    if (seen >= 0x80) {
      out.length = start;
      this.values.text(out, keyFrom, keyTo, otlpLimits.attributeKeyBytes);
    }
    return hash;
  }

  private remember(hash: number, seen: SemanticValues): void {
    const { kind, from, to, number } = this.values;
    if (kind !== 1 && kind !== 3) return;
    const slot = seen.slot(hash, this.keyFrom, this.keyTo);
    if (slot < 0) return;
    if (kind === 1) seen.setText(slot, from, to);
    else seen.setNumber(slot, number);
  }
}

/** Corrects the number of pairs that was written before some were dropped. */
const recount = (out: RowWriter, start: number, content: number, kept: number): void => {
  const end = out.length;
  out.length = start;
  out.varint(kept);
  const shift = content - out.length;
  if (shift > 0) out.bytes.copyWithin(out.length, content, end);
  out.length = end - shift;
};
