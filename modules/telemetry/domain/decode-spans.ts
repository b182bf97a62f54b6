import {
  classifyRequest,
  grpcStatusOf,
  spanKinds,
  spanStatuses,
  spanTimings,
  type RequestVerdict,
} from './classify-request.ts';
import { foldedName } from './cardinality.ts';
import { touchSecond, type DayRows } from './day-rows.ts';
import type { DecodeContext } from './decode-context.ts';
import { textHash, writeOrigin, type Origin } from './decode-origin.ts';
import { hashBytes } from './hash64.ts';
import { secondsOfNanos } from './instant64.ts';
import { neighbourOf, type Neighbour } from './neighbour.ts';
import { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import type { NoticeCode } from './otlp-notice.ts';
import { dayOfItem } from './point-time.ts';
import type { RowWriter } from './row-writer.ts';
import { SemanticValues } from './semantic-attributes.ts';
import { instantText, refusalOfTime } from './time-window.ts';

const statusUnset = 0;
const timingOk = 0;
const noEnd = 1;
const endBeforeStart = 2;
const idBytes = 8;
const traceIdBytes = 16;

/** Decodes `Span` messages into rows of `telemetry_spans`, one pass over the fields and one over the attributes. */
export class SpanDecoder {
  private readonly context: DecodeContext;
  private readonly seen: SemanticValues;
  private readonly attributes = new OffsetList(otlpLimits.attributes);
  private readonly events = new OffsetList(otlpLimits.eventsPerSpan);
  private readonly links = new OffsetList(otlpLimits.linksPerSpan);
  private readonly inner = new OffsetList(otlpLimits.attributes);
  private rows: DayRows | null = null;
  private origin: Origin | null = null;

  private traceId = 0;
  private traceIdSize = 0;
  private spanId = 0;
  private spanIdSize = 0;
  private parentId = 0;
  private parentIdSize = 0;
  private traceStateFrom = 0;
  private traceStateTo = 0;
  private flags = 0;
  private nameFrom = 0;
  private nameTo = 0;
  private kind = 0;
  private startLow = 0;
  private startHigh = 0;
  private endLow = 0;
  private endHigh = 0;
  private droppedAttributes = 0;
  private droppedEvents = 0;
  private droppedLinks = 0;
  private status = statusUnset;
  private messageFrom = 0;
  private messageTo = 0;

  constructor(context: DecodeContext) {
    this.context = context;
    this.seen = new SemanticValues(context.reader);
  }

  /** Forgets the day at hand; to be called before each request. */
  begin(): void {
    this.rows = null;
    this.origin = null;
  }

  /** Writes one span's row, or notes why it is rejected. */
  decode(origin: Origin, from: number, to: number): void {
    this.readFields(from, to);
    const refusal = this.idRefusal();
    if (refusal !== null) {
      this.context.tally.add(refusal);
      return;
    }
    const timing = this.timing();
    if (timing < 0) return;
    const epochDay = dayOfItem(this.context, this.endLow, this.endHigh);
    if (epochDay < 0) return;
    const rows = this.rowsOf(origin, epochDay);
    if (rows === null) {
      this.context.tally.add('too-many-days');
      return;
    }
    if (timing === noEnd) this.context.tally.add('no-end');
    if (timing === endBeforeStart) this.context.tally.add('end-before-start');
    touchSecond(rows, secondsOfNanos(this.endLow, this.endHigh));
    this.writeSent(rows.out, origin, timing);
    this.writeDerived(rows.out, origin, timing);
    rows.count++;
  }

  private rowsOf(origin: Origin, epochDay: number): DayRows | null {
    if (this.rows !== null && this.rows.epochDay === epochDay && this.origin === origin) return this.rows;
    this.rows = this.context.sorter.rows('telemetry_spans', epochDay);
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
          reader.enter();
          this.traceId = reader.from;
          this.traceIdSize = reader.to - reader.from;
          break;
        case 2:
          reader.enter();
          this.spanId = reader.from;
          this.spanIdSize = reader.to - reader.from;
          break;
        case 3:
          reader.enter();
          this.traceStateFrom = reader.from;
          this.traceStateTo = reader.to;
          break;
        case 4:
          reader.enter();
          this.parentId = reader.from;
          this.parentIdSize = reader.to - reader.from;
          break;
        case 5:
          reader.enter();
          this.nameFrom = reader.from;
          this.nameTo = reader.to;
          break;
        case 6:
          this.kind = reader.uint32();
          break;
        case 7:
          reader.fixed64();
          this.startLow = reader.low;
          this.startHigh = reader.high;
          break;
        case 8:
          reader.fixed64();
          this.endLow = reader.low;
          this.endHigh = reader.high;
          break;
        case 9:
          reader.enter();
          this.attributes.add(reader.from, reader.to);
          break;
        case 11:
          reader.enter();
          this.events.add(reader.from, reader.to);
          break;
        case 13:
          reader.enter();
          this.links.add(reader.from, reader.to);
          break;
        default:
          this.readRareField();
      }
    }
  }

  private readRareField(): void {
    const { reader } = this.context;
    if (reader.field === 10) this.droppedAttributes = reader.uint32();
    else if (reader.field === 12) this.droppedEvents = reader.uint32();
    else if (reader.field === 14) this.droppedLinks = reader.uint32();
    else if (reader.field === 16) this.flags = reader.fixed32();
    else if (reader.field === 15) {
      reader.enter();
      this.readStatus(reader.from, reader.to);
    } else reader.skip();
  }

  private readStatus(from: number, to: number): void {
    const { reader } = this.context;
    const resume = reader.position;
    const { end } = reader;
    reader.within(from, to);
    while (reader.next()) {
      if (reader.field === 2) {
        reader.enter();
        this.messageFrom = reader.from;
        this.messageTo = reader.to;
      } else if (reader.field === 3) this.status = reader.uint32();
      else reader.skip();
    }
    reader.within(resume, end);
  }

  private reset(): void {
    this.attributes.clear();
    this.events.clear();
    this.links.clear();
    this.seen.reset();
    this.traceIdSize = 0;
    this.spanIdSize = 0;
    this.parentIdSize = 0;
    this.traceStateFrom = this.traceStateTo = 0;
    this.nameFrom = this.nameTo = 0;
    this.messageFrom = this.messageTo = 0;
    this.flags = this.kind = this.status = 0;
    this.startLow = this.startHigh = this.endLow = this.endHigh = 0;
    this.droppedAttributes = this.droppedEvents = this.droppedLinks = 0;
  }

  private idRefusal(): NoticeCode | null {
    const { bytes } = this.context.reader;
    if (this.traceIdSize !== traceIdBytes || isZero(bytes, this.traceId, traceIdBytes)) return 'trace-id-invalid';
    return this.spanIdSize !== idBytes || isZero(bytes, this.spanId, idBytes) ? 'span-id-invalid' : null;
  }

  /** The number of the timing, or -1 where the span is rejected; an absent end becomes the start. */
  private timing(): number {
    const { tally, nowSeconds } = this.context;
    const start = secondsOfNanos(this.startLow, this.startHigh);
    const refusal = refusalOfTime(start, nowSeconds);
    if (refusal !== null) {
      tally.add(refusal, `start ${instantText(start)}`);
      return -1;
    }
    if (this.endLow === 0 && this.endHigh === 0) {
      this.endLow = this.startLow;
      this.endHigh = this.startHigh;
      return noEnd;
    }
    const isBefore = this.endHigh < this.startHigh || (this.endHigh === this.startHigh && this.endLow < this.startLow);
    return isBefore ? endBeforeStart : timingOk;
  }

  /** The columns from `ended_at` to `dropped_links`. */
  private writeSent(out: RowWriter, origin: Origin, timing: number): void {
    const { reader, attributes, tally } = this.context;
    const { bytes } = reader;
    out.uint64(this.endLow, this.endHigh);
    const borrow = this.endLow < this.startLow ? 1 : 0;
    out.uint64((this.endLow - this.startLow) >>> 0, (this.endHigh - this.startHigh - borrow) >>> 0);
    out.raw(bytes, this.traceId, this.traceId + traceIdBytes);
    out.raw(bytes, this.spanId, this.spanId + idBytes);
    if (this.parentIdSize === idBytes) out.raw(bytes, this.parentId, this.parentId + idBytes);
    else {
      out.zeros(idBytes);
      if (this.parentIdSize > 0) tally.add('id-dropped', `a parent id of ${this.parentIdSize} bytes`);
    }
    attributes.values.text(out, this.traceStateFrom, this.traceStateTo, otlpLimits.textBytes);
    out.uint32(this.flags);
    out.raw(origin.names, 0, origin.names.length);
    attributes.values.text(out, this.nameFrom, this.nameTo, otlpLimits.nameBytes);
    if (this.kind >= spanKinds.length) this.kind = 0;
    if (this.status >= spanStatuses.length) this.status = statusUnset;
    out.uint8(this.kind);
    out.uint8(this.status);
    attributes.values.text(out, this.messageFrom, this.messageTo, otlpLimits.textBytes);
    out.uint8(timing);
    out.uint64(origin.id.low, origin.id.high);
    const dropped = attributes.write(out, this.attributes, this.seen);
    out.uint32(this.droppedAttributes + dropped);
    out.varint(this.events.count);
    for (let at = 0; at < this.events.count; at++) this.writeEvent(out, this.events.from(at), this.events.to(at));
    out.uint32(this.droppedEvents + this.events.dropped);
    if (this.events.dropped > 0) tally.add('events-dropped', '', this.events.dropped);
    this.writeLinks(out);
  }

  private writeEvent(out: RowWriter, from: number, to: number): void {
    const { reader, attributes } = this.context;
    this.inner.clear();
    let low = 0;
    let high = 0;
    let nameFrom = 0;
    let nameTo = 0;
    let dropped = 0;
    reader.within(from, to);
    while (reader.next()) {
      if (reader.field === 1) {
        reader.fixed64();
        low = reader.low;
        high = reader.high;
      } else if (reader.field === 2) {
        reader.enter();
        nameFrom = reader.from;
        nameTo = reader.to;
      } else if (reader.field === 3) {
        reader.enter();
        this.inner.add(reader.from, reader.to);
      } else if (reader.field === 4) dropped = reader.uint32();
      else reader.skip();
    }
    // DateTime64 is signed: a time past 2262 would wrap to the past, so it is kept as the last instant there is.
    out.uint64(high > 0x7fffffff ? 0xffffffff : low, high > 0x7fffffff ? 0x7fffffff : high);
    attributes.values.text(out, nameFrom, nameTo, otlpLimits.nameBytes);
    const droppedHere = attributes.write(out, this.inner);
    out.uint32(dropped + droppedHere);
  }

  private writeLinks(out: RowWriter): void {
    const { tally } = this.context;
    const start = out.length;
    out.varint(this.links.count);
    const content = out.length;
    let kept = 0;
    for (let at = 0; at < this.links.count; at++)
      if (this.writeLink(out, this.links.from(at), this.links.to(at))) kept++;
    if (kept < this.links.count) {
      const end = out.length;
      out.length = start;
      out.varint(kept);
      out.bytes.copyWithin(out.length, content, end);
      out.length += end - content;
    }
    const dropped = this.links.count - kept + this.links.dropped;
    if (dropped > 0) tally.add('links-dropped', '', dropped);
    out.uint32(this.droppedLinks + dropped);
  }

  /** False (and nothing written) where the ids are not ids. */
  private writeLink(out: RowWriter, from: number, to: number): boolean {
    const { reader, attributes } = this.context;
    this.inner.clear();
    const link = { trace: 0, traceSize: 0, span: 0, spanSize: 0, stateFrom: 0, stateTo: 0, dropped: 0, flags: 0 };
    reader.within(from, to);
    while (reader.next()) {
      if (reader.field === 5) link.dropped = reader.uint32();
      else if (reader.field === 6) link.flags = reader.fixed32();
      else if (reader.field >= 1 && reader.field <= 4) {
        reader.enter();
        const size = reader.to - reader.from;
        if (reader.field === 1) Object.assign(link, { trace: reader.from, traceSize: size });
        else if (reader.field === 2) Object.assign(link, { span: reader.from, spanSize: size });
        else if (reader.field === 3) Object.assign(link, { stateFrom: reader.from, stateTo: reader.to });
        else this.inner.add(reader.from, reader.to);
      } else reader.skip();
    }
    if (link.traceSize !== traceIdBytes || link.spanSize !== idBytes) return false;
    out.raw(reader.bytes, link.trace, link.trace + traceIdBytes);
    out.raw(reader.bytes, link.span, link.span + idBytes);
    attributes.values.text(out, link.stateFrom, link.stateTo, otlpLimits.textBytes);
    const droppedHere = attributes.write(out, this.inner);
    out.uint32(link.dropped + droppedHere);
    out.uint32(link.flags);
    return true;
  }

  /** The columns from `is_request` to `neighbour_via`. */
  private writeDerived(out: RowWriter, origin: Origin, timing: number): void {
    const { seen } = this;
    const kind = spanKinds[this.kind]!;
    const rpcStatus = seen.text('rpc.response.status_code');
    const verdict: RequestVerdict = classifyRequest({
      kind,
      timing: spanTimings[timing]!,
      status: spanStatuses[this.status]!,
      httpStatus: seen.number('http.response.status_code') ?? seen.number('http.status_code'),
      grpcStatus: seen.number('rpc.grpc.status_code') ?? (rpcStatus === '' ? null : grpcStatusOf(rpcStatus)),
    });
    out.uint8(verdict.isRequest ? 1 : 0);
    out.text(verdict.requestReason);
    out.uint8(verdict.isError ? 1 : 0);
    out.text(verdict.errorReason);
    out.uint8(verdict.isRequest && this.isFolded(origin) ? 1 : 0);
    const neighbour = this.guarded(origin, neighbourOf(kind, seen));
    out.text(neighbour?.kind ?? '');
    out.text(neighbour?.name ?? '');
    out.text(neighbour?.via ?? '');
  }

  private isFolded(origin: Origin): boolean {
    const { reader, guard, tally, key } = this.context;
    hashBytes(reader.bytes, this.nameFrom, this.nameTo, key);
    if (guard.admit('operation', origin.serviceHash, key)) return false;
    tally.add('operation-folded');
    return true;
  }

  private guarded(origin: Origin, neighbour: Neighbour | null): Neighbour | null {
    if (neighbour === null || this.context.guard.admit('neighbour', origin.serviceHash, textHash(neighbour.name)))
      return neighbour;
    this.context.tally.add('neighbour-folded', neighbour.name);
    return { ...neighbour, name: foldedName };
  }
}

export const isZero = (bytes: Uint8Array, from: number, count: number): boolean => {
  for (let at = from; at < from + count; at++) if (bytes[at] !== 0) return false;
  return true;
};
