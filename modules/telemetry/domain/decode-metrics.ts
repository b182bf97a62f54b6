import type { DecodeContext } from './decode-context.ts';
import type { Origin } from './decode-origin.ts';
import { combine, hashBytes } from './hash64.ts';
import { metricKinds, type MetricHead } from './metric-head.ts';
import { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import { DistributionDecoder } from './decode-distribution.ts';
import { NumberPointDecoder } from './decode-number-point.ts';

const temporalities = 3;
const metadataMax = 64;

/** Decodes `Metric` messages: every kind of data point, their series and exemplars. */
export class MetricDecoder {
  private readonly context: DecodeContext;
  private readonly numbers: NumberPointDecoder;
  private readonly distributions: DistributionDecoder;
  private readonly metadata = new OffsetList(metadataMax);

  constructor(context: DecodeContext) {
    this.context = context;
    this.numbers = new NumberPointDecoder(context);
    this.distributions = new DistributionDecoder(context);
  }

  begin(): void {
    this.numbers.begin();
    this.distributions.begin();
  }

  /** Returns how many data points the metric had, rejected ones included. */
  decode(origin: Origin, from: number, to: number): number {
    const { reader, tally } = this.context;
    const head: MetricHead = {
      origin,
      nameFrom: 0,
      nameTo: 0,
      descriptionFrom: 0,
      descriptionTo: 0,
      unitFrom: 0,
      unitTo: 0,
      metadata: this.metadata,
      kind: 0,
      temporality: 0,
      isMonotonic: 0,
      hash: { low: 0, high: 0 },
      group: { low: 0, high: 0 },
    };
    const data = this.readHead(head, from, to);
    if (head.kind === 0) return 0;
    const points = this.readData(head, data.from, data.to);
    if (head.nameTo === head.nameFrom) {
      if (points > 0) tally.add('metric-without-name', '', points);
      return points;
    }
    this.identify(head);
    reader.within(data.from, data.to);
    while (reader.next()) {
      if (reader.field !== 1) {
        reader.skip();
        continue;
      }
      reader.enter();
      const resume = reader.position;
      if (head.kind <= metricKinds.sum) this.numbers.decode(head, reader.from, reader.to);
      else this.distributions.decode(head, reader.from, reader.to);
      reader.within(resume, data.to);
    }
    return points;
  }

  private readHead(head: MetricHead, from: number, to: number): { from: number; to: number } {
    const { reader } = this.context;
    const data = { from: 0, to: 0 };
    this.metadata.clear();
    reader.within(from, to);
    while (reader.next()) {
      const kind = kindOfField(reader.field);
      if (kind === 0 && reader.field !== 1 && reader.field !== 2 && reader.field !== 3 && reader.field !== 12) {
        reader.skip();
        continue;
      }
      reader.enter();
      if (kind !== 0) {
        head.kind = kind;
        data.from = reader.from;
        data.to = reader.to;
      } else if (reader.field === 1) {
        head.nameFrom = reader.from;
        head.nameTo = reader.to;
      } else if (reader.field === 2) {
        head.descriptionFrom = reader.from;
        head.descriptionTo = reader.to;
      } else if (reader.field === 3) {
        head.unitFrom = reader.from;
        head.unitTo = reader.to;
      } else this.metadata.add(reader.from, reader.to);
    }
    return data;
  }

  /** Reads temporality and monotonicity and counts the points; they may stand behind the points. */
  private readData(head: MetricHead, from: number, to: number): number {
    const { reader } = this.context;
    let points = 0;
    reader.within(from, to);
    while (reader.next()) {
      const isCounted =
        head.kind === metricKinds.sum ||
        head.kind === metricKinds.histogram ||
        head.kind === metricKinds.exponentialHistogram;
      if (reader.field === 1) {
        reader.enter();
        points++;
      } else if (reader.field === 2 && isCounted) head.temporality = reader.uint32() % temporalities;
      else if (reader.field === 3 && head.kind === metricKinds.sum) head.isMonotonic = reader.uint32() === 0 ? 0 : 1;
      else reader.skip();
    }
    return points;
  }

  private identify(head: MetricHead): void {
    const { reader, key } = this.context;
    hashBytes(reader.bytes, head.nameFrom, Math.min(head.nameTo, head.nameFrom + otlpLimits.nameBytes), head.hash);
    head.group.low = head.origin.serviceHash.low;
    head.group.high = head.origin.serviceHash.high;
    combine(head.group, head.hash.low, head.hash.high);
    hashBytes(reader.bytes, head.unitFrom, head.unitTo, key);
    combine(head.hash, key.low, key.high);
    combine(head.hash, head.kind * 16 + head.temporality * 2 + head.isMonotonic, 0);
    combine(head.hash, head.origin.id.low, head.origin.id.high);
  }
}

/** `Metric.data` by its field number. */
const kindOfField = (field: number): number => {
  switch (field) {
    case 5:
      return metricKinds.gauge;
    case 7:
      return metricKinds.sum;
    case 9:
      return metricKinds.histogram;
    case 10:
      return metricKinds.exponentialHistogram;
    case 11:
      return metricKinds.summary;
    default:
      return 0;
  }
};
