import type { DecodeContext } from './decode-context.ts';
import type { Hash64 } from './hash64.ts';
import { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import type { RowWriter } from './row-writer.ts';

/** What an exemplar belongs to. */
export interface PointPlace {
  readonly seriesId: Hash64;
  readonly timeLow: number;
  readonly timeHigh: number;
  readonly epochDay: number;
}

/** A number of OTLP's `oneof value { double as_double; sfixed64 as_int }`. */
export interface NumberValue {
  value: number;
  isInteger: number;
  isPresent: boolean;
}

/** Nearest double of a signed 64-bit number in halves. */
export const signed64 = (low: number, high: number): number => (high | 0) * 4_294_967_296 + low;

/** Decodes `Exemplar` messages into rows of `telemetry_exemplars`. */
export class ExemplarDecoder {
  private readonly context: DecodeContext;
  private readonly attributes = new OffsetList(otlpLimits.attributes);

  constructor(context: DecodeContext) {
    this.context = context;
  }

  /** Writes all exemplars of a data point; ones without a time or a value are dropped with a notice. */
  write(place: PointPlace, exemplars: OffsetList): void {
    if (exemplars.count === 0) return;
    const { tally, sorter } = this.context;
    const rows = sorter.rows('telemetry_exemplars', place.epochDay);
    if (rows === null) return;
    let dropped = exemplars.dropped;
    for (let at = 0; at < exemplars.count; at++) {
      if (this.writeOne(rows.out, place, exemplars.from(at), exemplars.to(at))) rows.count++;
      else dropped++;
    }
    if (dropped > 0) tally.add('exemplars-dropped', '', dropped);
  }

  private writeOne(out: RowWriter, place: PointPlace, from: number, to: number): boolean {
    const { reader, attributes, tally } = this.context;
    const number: NumberValue = { value: 0, isInteger: 0, isPresent: false };
    const ids = { span: 0, spanSize: 0, trace: 0, traceSize: 0 };
    let low = 0;
    let high = 0;
    this.attributes.clear();
    reader.within(from, to);
    while (reader.next()) {
      if (reader.field === 2) {
        reader.fixed64();
        low = reader.low;
        high = reader.high;
      } else if (reader.field === 3) {
        number.value = reader.double();
        number.isInteger = 0;
        number.isPresent = true;
      } else if (reader.field === 6) {
        reader.fixed64();
        number.value = signed64(reader.low, reader.high);
        number.isInteger = 1;
        number.isPresent = true;
      } else if (reader.field === 4 || reader.field === 5 || reader.field === 7) {
        reader.enter();
        if (reader.field === 4) Object.assign(ids, { span: reader.from, spanSize: reader.to - reader.from });
        else if (reader.field === 5) Object.assign(ids, { trace: reader.from, traceSize: reader.to - reader.from });
        else this.attributes.add(reader.from, reader.to);
      } else reader.skip();
    }
    if (!number.isPresent || (low === 0 && high === 0) || high > 0x7fffffff) return false;
    out.uint64(place.seriesId.low, place.seriesId.high);
    out.uint64(place.timeLow, place.timeHigh);
    out.uint64(low, high);
    out.float64(number.value);
    out.uint8(number.isInteger);
    const sizes: [number, number, number][] = [
      [ids.trace, ids.traceSize, 16],
      [ids.span, ids.spanSize, 8],
    ];
    for (const [at, size, wanted] of sizes) {
      if (size === wanted) out.raw(reader.bytes, at, at + wanted);
      else out.zeros(wanted);
      if (size !== wanted && size > 0) tally.add('id-dropped', `an id of ${size} bytes in an exemplar`);
    }
    attributes.write(out, this.attributes);
    return true;
  }
}
