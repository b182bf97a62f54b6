import { secondsOfNanos } from './instant64.ts';
import { touchSecond, type DayRows } from './day-rows.ts';
import type { DecodeContext } from './decode-context.ts';
import { ExemplarDecoder } from './decode-exemplar.ts';
import { metricKinds, type MetricHead } from './metric-head.ts';
import { SeriesWriter } from './decode-series.ts';
import { BucketRun, NumberList } from './number-list.ts';
import { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import type { RowWriter } from './row-writer.ts';
import { dayOfItem } from './point-time.ts';
import { zigzag32 } from './wire-reader.ts';

const attributeFields: readonly number[] = [0, 0, 0, 9, 1, 7];
const exemplarFields: readonly number[] = [0, 0, 0, 8, 11, -1];
const flagFields: readonly number[] = [0, 0, 0, 10, 10, 8];

/** Decodes points of histograms, exponential histograms and summaries into rows of `telemetry_distributions`. */
export class DistributionDecoder {
  private readonly context: DecodeContext;
  private readonly series: SeriesWriter;
  private readonly exemplarDecoder: ExemplarDecoder;
  private readonly attributes = new OffsetList(otlpLimits.attributes);
  private readonly exemplars = new OffsetList(otlpLimits.exemplarsPerPoint);
  private readonly counts = new NumberList(otlpLimits.buckets);
  private readonly bounds = new NumberList(otlpLimits.buckets);
  private readonly positive = new BucketRun(otlpLimits.buckets);
  private readonly negative = new BucketRun(otlpLimits.buckets);
  private readonly quantiles = new NumberList(otlpLimits.buckets);
  private readonly quantileValues = new NumberList(otlpLimits.buckets);
  private rows: DayRows | null = null;
  private startLow = 0;
  private startHigh = 0;
  private timeLow = 0;
  private timeHigh = 0;
  private countLow = 0;
  private countHigh = 0;
  private flags = 0;
  private sum: number | null = null;
  private min: number | null = null;
  private max: number | null = null;
  private scale = 0;
  private zeroLow = 0;
  private zeroHigh = 0;
  private zeroThreshold = 0;

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
    const { context, series } = this;
    this.readFields(head.kind, from, to);
    if (this.isRefused(head.kind)) return;
    const epochDay = dayOfItem(context, this.timeLow, this.timeHigh);
    if (epochDay < 0) return;
    if (this.rows === null || this.rows.epochDay !== epochDay)
      this.rows = context.sorter.rows('telemetry_distributions', epochDay);
    if (this.rows === null) {
      context.tally.add('too-many-days');
      return;
    }
    series.find(head, this.attributes, epochDay);
    touchSecond(this.rows, secondsOfNanos(this.timeLow, this.timeHigh));
    this.write(this.rows.out);
    this.rows.count++;
    this.exemplarDecoder.write(
      { seriesId: series.id, timeLow: this.timeLow, timeHigh: this.timeHigh, epochDay },
      this.exemplars,
    );
  }

  private isRefused(kind: number): boolean {
    const { tally } = this.context;
    if (
      this.counts.isOver ||
      this.bounds.isOver ||
      this.positive.counts.isOver ||
      this.negative.counts.isOver ||
      this.quantiles.isOver
    ) {
      tally.add('too-many-buckets');
      return true;
    }
    const isFitting = this.counts.count === 0 ? this.bounds.count === 0 : this.counts.count === this.bounds.count + 1;
    if (kind !== metricKinds.histogram || (isFitting && this.bounds.rises())) return false;
    tally.add('buckets-inconsistent', `${this.counts.count} counts, ${this.bounds.count} bounds`);
    return true;
  }

  private readFields(kind: number, from: number, to: number): void {
    const { reader } = this.context;
    this.reset();
    reader.within(from, to);
    while (reader.next()) {
      const { field } = reader;
      if (field === 2 || field === 3 || field === 4) this.readTimeOrCount(field);
      else if (field === attributeFields[kind]) {
        reader.enter();
        this.attributes.add(reader.from, reader.to);
      } else if (field === exemplarFields[kind]) {
        reader.enter();
        this.exemplars.add(reader.from, reader.to);
      } else if (field === flagFields[kind]) this.flags = reader.uint32();
      else if (field === 5) this.sum = reader.double();
      else if (kind === metricKinds.histogram) this.readHistogramField(field);
      else if (kind === metricKinds.exponentialHistogram) this.readExponentialField(field);
      else if (field === 6) this.readQuantile();
      else reader.skip();
    }
  }

  private readTimeOrCount(field: number): void {
    const { reader } = this.context;
    reader.fixed64();
    if (field === 2) {
      this.startLow = reader.low;
      this.startHigh = reader.high;
    } else if (field === 3) {
      this.timeLow = reader.low;
      this.timeHigh = reader.high;
    } else {
      this.countLow = reader.low;
      this.countHigh = reader.high;
    }
  }

  private readHistogramField(field: number): void {
    const { reader } = this.context;
    if (field === 6) this.counts.readFixed(reader);
    else if (field === 7) this.bounds.readFixed(reader);
    else if (field === 11) this.min = reader.double();
    else if (field === 12) this.max = reader.double();
    else reader.skip();
  }

  private readExponentialField(field: number): void {
    const { reader } = this.context;
    if (field === 6) this.scale = zigzag32(reader.uint32());
    else if (field === 7) {
      reader.fixed64();
      this.zeroLow = reader.low;
      this.zeroHigh = reader.high;
    } else if (field === 8) this.positive.read(reader);
    else if (field === 9) this.negative.read(reader);
    else if (field === 12) this.min = reader.double();
    else if (field === 13) this.max = reader.double();
    else if (field === 14) this.zeroThreshold = reader.double();
    else reader.skip();
  }

  private readQuantile(): void {
    const { reader } = this.context;
    reader.enter();
    const { to, end } = reader;
    let quantile = 0;
    let value = 0;
    reader.within(reader.from, to);
    while (reader.next()) {
      if (reader.field === 1) quantile = reader.double();
      else if (reader.field === 2) value = reader.double();
      else reader.skip();
    }
    reader.within(to, end);
    this.quantiles.addDouble(quantile);
    this.quantileValues.addDouble(value);
  }

  private reset(): void {
    this.attributes.clear();
    this.exemplars.clear();
    for (const list of [this.counts, this.bounds, this.positive, this.negative, this.quantiles, this.quantileValues])
      list.clear();
    this.startLow = this.startHigh = this.timeLow = this.timeHigh = 0;
    this.countLow = this.countHigh = this.zeroLow = this.zeroHigh = 0;
    this.flags = this.scale = this.zeroThreshold = 0;
    this.sum = this.min = this.max = null;
  }

  private write(out: RowWriter): void {
    out.uint64(this.series.id.low, this.series.id.high);
    out.uint64(this.timeLow, this.timeHigh);
    out.uint64(this.startLow, this.startHigh & 0x7fffffff);
    out.uint32(this.flags);
    out.uint64(this.countLow, this.countHigh);
    for (const value of [this.sum, this.min, this.max]) {
      out.uint8(value === null ? 1 : 0);
      if (value !== null) out.float64(value);
    }
    this.bounds.write(out);
    this.counts.write(out);
    out.uint32(this.scale >>> 0);
    out.uint64(this.zeroLow, this.zeroHigh);
    out.float64(this.zeroThreshold);
    out.uint32(this.positive.offset >>> 0);
    this.positive.counts.write(out);
    out.uint32(this.negative.offset >>> 0);
    this.negative.counts.write(out);
    this.quantiles.write(out);
    this.quantileValues.write(out);
  }
}
