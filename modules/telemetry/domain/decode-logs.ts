import type { DayRows } from './day-rows.ts';
import type { DecodeContext } from './decode-context.ts';
import { writeOrigin, type Origin } from './decode-origin.ts';
import { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import { dayOfItem } from './point-time.ts';
import type { RowWriter } from './row-writer.ts';

const fromEvent = 0;
const fromObserved = 1;
const fromReceipt = 2;
const stringKind = 1;
const highestSeverity = 24;
const nanosPerSecond = 1_000_000_000;
const idBytes = 8;
const traceIdBytes = 16;

/** Decodes `LogRecord` messages into rows of `telemetry_logs`. */
export class LogDecoder {
  private readonly context: DecodeContext;
  private readonly attributes = new OffsetList(otlpLimits.attributes);
  private rows: DayRows | null = null;
  private origin: Origin | null = null;

  private timeLow = 0;
  private timeHigh = 0;
  private observedLow = 0;
  private observedHigh = 0;
  private traceId = 0;
  private traceIdSize = 0;
  private spanId = 0;
  private spanIdSize = 0;
  private flags = 0;
  private severity = 0;
  private severityFrom = 0;
  private severityTo = 0;
  private eventFrom = 0;
  private eventTo = 0;
  private bodyFrom = 0;
  private bodyTo = 0;
  private dropped = 0;

  constructor(context: DecodeContext) {
    this.context = context;
  }

  begin(): void {
    this.rows = null;
    this.origin = null;
  }

  /** Writes one record's row, or notes why it is rejected. */
  decode(origin: Origin, from: number, to: number): void {
    this.readFields(from, to);
    const source = this.settleTime();
    const epochDay = dayOfItem(this.context, this.timeLow, this.timeHigh);
    if (epochDay < 0) return;
    const rows = this.rowsOf(origin, epochDay);
    if (rows === null) {
      this.context.tally.add('too-many-days');
      return;
    }
    this.write(rows.out, origin, source);
    rows.count++;
  }

  /** The time of the event, else of its observation, else now; says which. */
  private settleTime(): number {
    if (this.timeLow !== 0 || this.timeHigh !== 0) return fromEvent;
    if (this.observedLow !== 0 || this.observedHigh !== 0) {
      this.timeLow = this.observedLow;
      this.timeHigh = this.observedHigh;
      return fromObserved;
    }
    const nanos = BigInt(this.context.nowSeconds) * BigInt(nanosPerSecond);
    this.timeLow = Number(nanos & 0xffffffffn);
    this.timeHigh = Number(nanos >> 32n);
    return fromReceipt;
  }

  private rowsOf(origin: Origin, epochDay: number): DayRows | null {
    if (this.rows !== null && this.rows.epochDay === epochDay && this.origin === origin) return this.rows;
    this.rows = this.context.sorter.rows('telemetry_logs', epochDay);
    this.origin = origin;
    if (this.rows !== null) writeOrigin(this.context, origin, epochDay);
    return this.rows;
  }

  private readFields(from: number, to: number): void {
    const { reader } = this.context;
    this.reset();
    reader.within(from, to);
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          reader.fixed64();
          this.timeLow = reader.low;
          this.timeHigh = reader.high;
          break;
        case 2:
          this.severity = reader.uint32();
          break;
        case 3:
          reader.enter();
          this.severityFrom = reader.from;
          this.severityTo = reader.to;
          break;
        case 5:
          reader.enter();
          this.bodyFrom = reader.from;
          this.bodyTo = reader.to;
          break;
        case 6:
          reader.enter();
          this.attributes.add(reader.from, reader.to);
          break;
        case 7:
          this.dropped = reader.uint32();
          break;
        case 8:
          this.flags = reader.fixed32();
          break;
        default:
          this.readLateField();
      }
    }
  }

  private readLateField(): void {
    const { reader } = this.context;
    if (reader.field === 11) {
      reader.fixed64();
      this.observedLow = reader.low;
      this.observedHigh = reader.high;
      return;
    }
    if (reader.field !== 9 && reader.field !== 10 && reader.field !== 12) {
      reader.skip();
      return;
    }
    reader.enter();
    if (reader.field === 9) {
      this.traceId = reader.from;
      this.traceIdSize = reader.to - reader.from;
    } else if (reader.field === 10) {
      this.spanId = reader.from;
      this.spanIdSize = reader.to - reader.from;
    } else {
      this.eventFrom = reader.from;
      this.eventTo = reader.to;
    }
  }

  private reset(): void {
    this.attributes.clear();
    this.timeLow = this.timeHigh = this.observedLow = this.observedHigh = 0;
    this.traceIdSize = this.spanIdSize = 0;
    this.flags = this.severity = this.dropped = 0;
    this.severityFrom = this.severityTo = this.eventFrom = this.eventTo = this.bodyFrom = this.bodyTo = 0;
  }

  private write(out: RowWriter, origin: Origin, source: number): void {
    const { attributes } = this.context;
    out.uint64(this.timeLow, this.timeHigh);
    out.uint8(source);
    const observedFits = this.observedHigh <= 0x7fffffff;
    out.uint64(observedFits ? this.observedLow : 0xffffffff, observedFits ? this.observedHigh : 0x7fffffff);
    this.writeId(out, this.traceId, this.traceIdSize, traceIdBytes);
    this.writeId(out, this.spanId, this.spanIdSize, idBytes);
    out.uint32(this.flags);
    out.raw(origin.names, 0, origin.names.length);
    out.uint8(this.severity > highestSeverity ? 0 : this.severity);
    attributes.values.text(out, this.severityFrom, this.severityTo, otlpLimits.nameBytes);
    attributes.values.text(out, this.eventFrom, this.eventTo, otlpLimits.nameBytes);
    this.writeBody(out);
    out.uint64(origin.id.low, origin.id.high);
    const droppedHere = attributes.write(out, this.attributes);
    out.uint32(this.dropped + droppedHere);
  }

  private writeId(out: RowWriter, from: number, size: number, wanted: number): void {
    if (size === wanted) {
      out.raw(this.context.reader.bytes, from, from + wanted);
      return;
    }
    out.zeros(wanted);
    if (size > 0) this.context.tally.add('id-dropped', `an id of ${size} bytes in a log record`);
  }

  /** `body_kind` and `body`: a text as it is, anything else as JSON. */
  private writeBody(out: RowWriter): void {
    const { attributes, tally } = this.context;
    const { values } = attributes;
    values.scan(this.bodyFrom, this.bodyTo);
    const { kind, from, to } = values;
    out.uint8(kind);
    if (kind === 0) {
      out.varint(0);
      return;
    }
    if (kind === stringKind) {
      values.text(out, from, to, otlpLimits.bodyBytes, 'value-cut');
      return;
    }
    const guess = 64;
    const start = out.open(guess);
    if (!values.write(out, otlpLimits.bodyBytes)) {
      tally.add('value-dropped', 'a log body');
      out.length = start;
      out.raw(nullText, 0, nullText.length);
    }
    out.close(start, guess);
  }
}

const nullText = Uint8Array.of(0x6e, 0x75, 0x6c, 0x6c);
