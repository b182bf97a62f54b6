import type { RowWriter } from './row-writer.ts';
import { MalformedOtlp, wireBytes, wireVarint, zigzag32, type WireReader } from './wire-reader.ts';

/** A repeated number field, packed or not, kept as the 64-bit halves that the row stores; bounded. */
export class NumberList {
  private readonly halves: Uint32Array;
  private readonly view: DataView;
  private readonly limit: number;
  count = 0;
  /** More came than the limit allows. */
  isOver = false;

  constructor(limit: number) {
    this.limit = limit;
    this.halves = new Uint32Array(limit * 2);
    this.view = new DataView(new ArrayBuffer(8));
  }

  clear(): void {
    this.count = 0;
    this.isOver = false;
  }

  /** Reads the field at hand: fixed64 or double, packed or single. */
  readFixed(reader: WireReader): void {
    if (reader.wire !== wireBytes) {
      reader.fixed64();
      this.add(reader.low, reader.high);
      return;
    }
    reader.enter();
    if ((reader.to - reader.from) % 8 !== 0) throw new MalformedOtlp('packed numbers that are not whole', reader.from);
    this.readPacked(reader, () => reader.fixed64At());
  }

  /** Reads the field at hand: uint64 varints, packed or single. */
  readVarints(reader: WireReader): void {
    if (reader.wire === wireVarint) {
      reader.varint64();
      this.add(reader.low, reader.high);
      return;
    }
    reader.enter();
    this.readPacked(reader, () => reader.varint64());
  }

  /** The number at `index` as a double's bits. */
  double(index: number): number {
    this.view.setUint32(0, this.halves[index * 2]!, true);
    this.view.setUint32(4, this.halves[index * 2 + 1]!, true);
    return this.view.getFloat64(0, true);
  }

  /** True when the doubles rise strictly and none is NaN. */
  rises(): boolean {
    for (let at = 0; at < this.count; at++) {
      const value = this.double(at);
      if (Number.isNaN(value) || (at > 0 && value <= this.double(at - 1))) return false;
    }
    return true;
  }

  /** Writes `Array(UInt64)` or `Array(Float64)`. */
  write(out: RowWriter): void {
    out.varint(this.count);
    for (let at = 0; at < this.count; at++) out.uint64(this.halves[at * 2]!, this.halves[at * 2 + 1]!);
  }

  addDouble(value: number): void {
    this.view.setFloat64(0, value, true);
    this.add(this.view.getUint32(0, true), this.view.getUint32(4, true));
  }

  private readPacked(reader: WireReader, readOne: () => void): void {
    const { to, end } = reader;
    reader.within(reader.from, to);
    while (reader.position < to) {
      readOne();
      this.add(reader.low, reader.high);
    }
    reader.within(to, end);
  }

  private add(low: number, high: number): void {
    if (this.count === this.limit) {
      this.isOver = true;
      return;
    }
    this.halves[this.count * 2] = low;
    this.halves[this.count * 2 + 1] = high;
    this.count++;
  }
}

/** `ExponentialHistogramDataPoint.Buckets`. */
export class BucketRun {
  offset = 0;
  readonly counts: NumberList;

  constructor(limit: number) {
    this.counts = new NumberList(limit);
  }

  clear(): void {
    this.offset = 0;
    this.counts.clear();
  }

  /** Reads the message of the field at hand. */
  read(reader: WireReader): void {
    reader.enter();
    const { to, end } = reader;
    reader.within(reader.from, to);
    while (reader.next()) {
      if (reader.field === 1) this.offset = zigzag32(reader.uint32());
      else if (reader.field === 2) this.counts.readVarints(reader);
      else reader.skip();
    }
    reader.within(to, end);
  }
}
