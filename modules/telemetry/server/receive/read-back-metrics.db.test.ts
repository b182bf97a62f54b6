import { expect, test } from 'vitest';
import {
  everyType,
  everyTypeRead,
  ids,
  read,
  resource,
  scope,
  store,
  typed,
  type StoredRow,
} from './testing/stored.ts';
import type { Otlp } from './testing/otlp.ts';

const times = { startTimeUnixNano: '1544712660300000000', timeUnixNano: '1544712670300000000' };
const exemplar = {
  timeUnixNano: '1544712665000000000',
  asInt: '42',
  traceId: ids.traceId,
  spanId: ids.spanId,
  filteredAttributes: everyType,
};
const metrics: Otlp[] = [
  {
    name: 'my.counter',
    unit: '1',
    description: 'I am a Counter',
    metadata: [{ key: 'm', value: { stringValue: 'd' } }],
    sum: {
      aggregationTemporality: 1,
      isMonotonic: true,
      dataPoints: [
        { ...times, asDouble: 5, attributes: [{ key: 'a', value: { stringValue: 'x' } }], exemplars: [exemplar] },
        { ...times, asInt: '-7', attributes: [{ key: 'a', value: { stringValue: 'y' } }] },
      ],
    },
  },
  {
    name: 'my.gauge',
    unit: '1',
    gauge: {
      dataPoints: [
        { timeUnixNano: times.timeUnixNano, asDouble: 10.5 },
        { timeUnixNano: '1544712680300000000', flags: 1 },
      ],
    },
  },
  {
    name: 'my.histogram',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [
        { ...times, count: '3', sum: 2.5, bucketCounts: ['1', '2', '0'], explicitBounds: [0.5, 1], min: 0, max: 2 },
        {
          timeUnixNano: times.timeUnixNano,
          count: '0',
          attributes: [{ key: 'a', value: { stringValue: 'no buckets' } }],
        },
      ],
    },
  },
  {
    name: 'my.exponential',
    exponentialHistogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          ...times,
          count: '6',
          sum: 10,
          scale: -2,
          zeroCount: '1',
          zeroThreshold: 0.25,
          positive: { offset: -1, bucketCounts: ['0', '2'] },
          negative: { offset: 3, bucketCounts: ['3'] },
          min: -5,
          max: 5,
        },
      ],
    },
  },
  {
    name: 'my.summary',
    summary: {
      dataPoints: [
        {
          ...times,
          count: '4',
          sum: 8,
          quantileValues: [
            { quantile: 0.5, value: 1 },
            { quantile: 0.99, value: 7 },
          ],
        },
      ],
    },
  },
];

test.each(['json', 'protobuf'] as const)(
  'data points of every kind sent as %s read back with every field',
  async (encoding) => {
    const decoded = await store(
      'metrics',
      { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] },
      encoding,
    );
    expect(decoded).toMatchObject({ accepted: 8, rejected: 0 });
    const series = await read<StoredRow>('telemetry_series', '*');
    const idOf = (metric: string, value?: string) =>
      series.find((row) => row.metric === metric && (value === undefined || row.attributes['a'] === `"${value}"`))!
        .series_id;
    expect(series).toHaveLength(7);
    expect(series.find((row) => row.series_id === idOf('my.counter', 'x'))).toMatchObject({
      day: '2018-12-13',
      unit: '1',
      description: 'I am a Counter',
      kind: 'sum',
      temporality: 'delta',
      is_monotonic: 1,
      is_folded: 0,
      service: 'my.service',
      version: '2.0',
      resource: { 'service.name': '"my.service"', 'service.version': '"2.0"' },
      metadata: { m: '"d"' },
    });
    const samples = await read<StoredRow>('telemetry_samples', '*, toString(value) AS number');
    expect(samples.find((row) => row.series_id === idOf('my.counter', 'x'))).toMatchObject({
      time: '2018-12-13 14:51:10.300000000',
      started_at: '2018-12-13 14:51:00.300000000',
      number: '5',
      is_integer: 0,
      flags: 0,
    });
    expect(samples.find((row) => row.series_id === idOf('my.counter', 'y'))).toMatchObject({
      number: '-7',
      is_integer: 1,
    });
    expect(samples.filter((row) => row.series_id === idOf('my.gauge')).map((row) => [row.number, row.flags])).toEqual([
      ['10.5', 0],
      ['nan', 1],
    ]);
    const distributions = await read<StoredRow>('telemetry_distributions', '*');
    const of = (metric: string) => distributions.find((row) => row.series_id === idOf(metric))!;
    expect(distributions.find((row) => row.series_id === idOf('my.histogram', 'no buckets'))).toMatchObject({
      count: '0',
      sum: null,
      min: null,
      max: null,
      bounds: [],
      bucket_counts: [],
    });
    expect(
      distributions.find((row) => row.series_id !== idOf('my.histogram', 'no buckets') && row.bounds.length > 0),
    ).toMatchObject({ count: '3', sum: 2.5, min: 0, max: 2, bounds: [0.5, 1], bucket_counts: ['1', '2', '0'] });
    expect(of('my.exponential')).toMatchObject({
      count: '6',
      sum: 10,
      scale: -2,
      zero_count: '1',
      zero_threshold: 0.25,
      positive_offset: -1,
      positive_counts: ['0', '2'],
      negative_offset: 3,
      negative_counts: ['3'],
      min: -5,
      max: 5,
    });
    expect(of('my.summary')).toMatchObject({ count: '4', sum: 8, quantiles: [0.5, 0.99], quantile_values: [1, 7] });
    const [kept] = await read<StoredRow>('telemetry_exemplars', '*, lower(hex(trace_id)) AS trace');
    expect(kept).toMatchObject({
      series_id: idOf('my.counter', 'x'),
      point_time: '2018-12-13 14:51:10.300000000',
      time: '2018-12-13 14:51:05.000000000',
      value: 42,
      is_integer: 1,
      trace: ids.traceId.toLowerCase(),
    });
    expect(typed(kept!.attributes)).toEqual(everyTypeRead);
  },
);

test('a series has one id whether it is sent as JSON or protobuf, whatever the order of its attributes', async () => {
  const request = (attributes: Otlp[]) => ({
    resourceMetrics: [
      {
        resource,
        scopeMetrics: [
          {
            scope,
            metrics: [
              { name: 'm', gauge: { dataPoints: [{ timeUnixNano: times.timeUnixNano, asDouble: 1, attributes }] } },
            ],
          },
        ],
      },
    ],
  });
  await store('metrics', request(everyType), 'json');
  const [first] = await read<{ series_id: string }>('telemetry_series', 'series_id');
  await store('metrics', request(everyType.toReversed()), 'protobuf');
  const [second] = await read<{ series_id: string }>('telemetry_series', 'series_id');
  expect(second).toEqual(first);
});
