import { z } from 'zod';
import { attributes, metric, resource, scope } from './records.ts';

/** The data points of a metric as they were received. */

/** A 64-bit integer: a number up to 2^53 - 1, beyond it a string of its digits, because a browser would round it. */
const wholeNumber = z.union([z.number().int(), z.string().regex(/^-?\d+$/u)]);
/** A double: a number, or `{"double": "NaN"}` (`Infinity`, `-Infinity`) where JSON has no form for it. */
const double = z.union([z.number(), z.object({ double: z.enum(['NaN', 'Infinity', '-Infinity']) })]);

/** As it was sent: `int` or `double`. Ints beyond 2^53 are kept as the nearest double. */
const measured = z.discriminatedUnion('type', [
  z.object({ type: z.literal('int'), value: wholeNumber }),
  z.object({ type: z.literal('double'), value: double }),
]);

export const metricSeries = z.object({
  id: z.string(),
  name: z.string(),
  kind: metric.shape.kind,
  unit: z.string(),
  description: z.string(),
  temporality: metric.shape.temporality,
  monotonic: z.boolean(),
  /** Metadata of the metric. */
  metadata: attributes,
  service: z.string(),
  environment: z.string(),
  version: z.string(),
  /** Those of its data points. */
  attributes: attributes,
  /** True where the cardinality guard made one series of several: their points of one time belong together. */
  folded: z.boolean(),
  resource: resource,
  scope: scope,
});

const exemplar = z.object({
  at: z.string(),
  measured: measured,
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  /** Attributes of the measurement that the series does not have. */
  filteredAttributes: attributes,
});

const buckets = z.object({ offset: z.number().int(), counts: z.array(wholeNumber) });
const summed = { count: wholeNumber, sum: double.nullable() };
const spread = { ...summed, min: double.nullable(), max: double.nullable() };

export const metricPoint = z.object({
  /** Index into `series`. */
  series: z.number().int(),
  /** RFC 3339 with nanoseconds. */
  at: z.string(),
  /** Since when a sum or distribution counts; null where none was sent. */
  startedAt: z.string().nullable(),
  flags: z.number().int(),
  /** The flag that says that the series has ended: there is no value. */
  noRecordedValue: z.boolean(),
  /** Of a gauge or sum; null where no value was recorded, and for the other kinds. */
  measured: measured.nullable(),
  histogram: z
    .object({
      ...spread,
      /** Upper bounds, inclusive; one fewer than counts. Both are empty where no buckets were sent. */
      bounds: z.array(double),
      /** Of each bucket, not cumulated. */
      counts: z.array(wholeNumber),
    })
    .nullable(),
  exponentialHistogram: z
    .object({
      ...spread,
      /** Bucket i of `positive` ends at base^(offset + i + 1) with base = 2^(2^-scale). */
      scale: z.number().int(),
      zeroCount: wholeNumber,
      zeroThreshold: double,
      positive: buckets,
      negative: buckets,
    })
    .nullable(),
  summary: z.object({ ...summed, quantiles: z.array(z.object({ quantile: double, value: double })) }).nullable(),
  exemplars: z.array(exemplar),
});
