import { touchSecond, type DayRows } from './day-rows.ts';
import type { DecodeContext } from './decode-context.ts';
import { ExemplarDecoder, signed64, type NumberValue } from './decode-exemplar.ts';
import { secondsOfNanos } from './instant64.ts';
import type { MetricHead } from './metric-head.ts';
import { SeriesWriter } from './decode-series.ts';
import { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import { dayOfItem } from './point-time.ts';

const noRecordedValue = 1;

/** Decodes `NumberDataPoint` messages (gauges and sums) into rows of `telemetry_samples`. */
export class NumberPointDecoder {
  private readonly context: DecodeContext;
  private readonly series: SeriesWriter;
  private readonly exemplarDecoder: ExemplarDecoder;
  private readonly attributes = new OffsetList(otlpLimits.attributes);
  private readonly exemplars = new OffsetList(otlpLimits.exemplarsPerPoint);
  private readonly number: NumberValue = { value: 0, isInteger: 0, isPresent: false };
  private rows: DayRows | null = null;
  private startLow = 0;
  private startHigh = 0;
  private timeLow = 0;
  private timeHigh = 0;
  private flags = 0;

  constructor(context: DecodeContext) {
    this.context = context;
    this.series = new SeriesWriter(context);
    this.exemplarDecoder = new ExemplarDecoder(context);
  }

  begin(): void {
    this.rows = null;
  }

  /** Writes one point's row, or notes why it is rejected. */
  decode(head: MetricHead, from: number, to: number): void {
    const { context, number, series } = this;
    this.readFields(from, to);
    if (!number.isPresent) {
      if ((this.flags & noRecordedValue) === 0) {
        context.tally.add('point-without-value');
        return;
      }
      number.value = Number.NaN;
    }
    const epochDay = dayOfItem(context, this.timeLow, this.timeHigh);
    if (epochDay < 0) return;
    if (this.rows === null || this.rows.epochDay !== epochDay)
      this.rows = context.sorter.rows('telemetry_samples', epochDay);
    if (this.rows === null) {
      context.tally.add('too-many-days');
      return;
    }
    series.find(head, this.attributes, epochDay);
    touchSecond(this.rows, secondsOfNanos(this.timeLow, this.timeHigh));
    const { out } = this.rows;
    out.uint64(series.id.low, series.id.high);
    out.uint64(this.timeLow, this.timeHigh);
    out.uint64(this.startLow, this.startHigh & 0x7fffffff);
    out.float64(number.value);
    out.uint8(number.isInteger);
    out.uint32(this.flags);
    this.rows.count++;
    this.exemplarDecoder.write(
      { seriesId: series.id, timeLow: this.timeLow, timeHigh: this.timeHigh, epochDay },
      this.exemplars,
    );
  }

  private readFields(from: number, to: number): void {
    const { reader } = this.context;
    const { number } = this;
    this.attributes.clear();
    this.exemplars.clear();
    number.isPresent = false;
    number.isInteger = 0;
    this.startLow = this.startHigh = this.timeLow = this.timeHigh = this.flags = 0;
    reader.within(from, to);
    while (reader.next()) {
      switch (reader.field) {
        case 2:
          reader.fixed64();
          this.startLow = reader.low;
          this.startHigh = reader.high;
          break;
        case 3:
          reader.fixed64();
          this.timeLow = reader.low;
          this.timeHigh = reader.high;
          break;
        case 4:
          number.value = reader.double();
          number.isInteger = 0;
          number.isPresent = true;
          break;
        case 5:
          reader.enter();
          this.exemplars.add(reader.from, reader.to);
          break;
        case 6:
          reader.fixed64();
          number.value = signed64(reader.low, reader.high);
          number.isInteger = 1;
          number.isPresent = true;
          break;
        case 7:
          reader.enter();
          this.attributes.add(reader.from, reader.to);
          break;
        case 8:
          this.flags = reader.uint32();
          break;
        default:
          reader.skip();
      }
    }
  }
}
