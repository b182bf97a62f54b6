import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { listMetricPoints } from '../contract.ts';
import { everyType, ids, scope, store } from './receive/testing/stored.ts';
import type { Otlp } from './receive/testing/otlp.ts';
import { encodings, everyTypeTold, getText, named, namedTold, scopeTold } from './signals/testing/over-http.ts';

/** Data points of every kind with every field of OTLP's protocol, sent in both encodings and read back over HTTP. */
type Page = z.output<typeof listMetricPoints.answer>;

const times = { startTimeUnixNano: '1544712660300000001', timeUnixNano: '1544712670300000002' };
const timesTold = { startedAt: '2018-12-13T14:51:00.300000001Z', at: '2018-12-13T14:51:10.300000002Z' };
const exemplar = { timeUnixNano: '1544712665000000003', ...ids, filteredAttributes: everyType };
const exemplars = [
  { ...exemplar, asInt: '42' },
  { timeUnixNano: '1544712666000000000', asDouble: 0.5 },
];
const exemplarsTold = [
  {
    at: '2018-12-13T14:51:05.000000003Z',
    measured: { type: 'int', value: 42 },
    traceId: ids.traceId.toLowerCase(),
    spanId: ids.spanId.toLowerCase(),
    filteredAttributes: everyTypeTold,
  },
  {
    at: '2018-12-13T14:51:06.000000000Z',
    measured: { type: 'double', value: 0.5 },
    traceId: null,
    spanId: null,
    filteredAttributes: {},
  },
];
const beyond = '9007199254740993';
const none = { measured: null, histogram: null, exponentialHistogram: null, summary: null };
const plain = { flags: 0, noRecordedValue: false, exemplars: [] };

/** Metric as sent, its series as told, its points as told in the order of their time. */
const cases: [name: string, sent: Otlp, series: Record<string, unknown>, points: Record<string, unknown>[]][] = [
  [
    'sum',
    {
      unit: '1',
      description: 'I am a Counter',
      metadata: everyType,
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [
          { ...times, asDouble: 5, attributes: everyType, exemplars },
          { ...times, timeUnixNano: '1544712680000000000', asInt: '-7', attributes: everyType },
        ],
      },
    },
    {
      kind: 'sum',
      unit: '1',
      description: 'I am a Counter',
      metadata: everyTypeTold,
      temporality: 'delta',
      monotonic: true,
      attributes: everyTypeTold,
    },
    [
      { ...plain, ...none, ...timesTold, measured: { type: 'double', value: 5 }, exemplars: exemplarsTold },
      {
        ...plain,
        ...none,
        ...timesTold,
        at: '2018-12-13T14:51:20.000000000Z',
        measured: { type: 'int', value: -7 },
      },
    ],
  ],
  [
    'gauge',
    {
      gauge: {
        dataPoints: [
          { timeUnixNano: '1544712670000000000', asDouble: 'Infinity' },
          { timeUnixNano: '1544712671000000000', asInt: '9007199254740992' },
          { timeUnixNano: '1544712672000000000', asDouble: 'NaN' },
          { timeUnixNano: '1544712673000000000', flags: 1 },
        ],
      },
    },
    { kind: 'gauge', temporality: 'unspecified', monotonic: false, attributes: {}, metadata: {} },
    [
      { measured: { type: 'double', value: { double: 'Infinity' } }, startedAt: null },
      { measured: { type: 'int', value: '9007199254740992' }, flags: 0 },
      { measured: { type: 'double', value: { double: 'NaN' } }, noRecordedValue: false },
      { ...none, noRecordedValue: true, flags: 1 },
    ],
  ],
  [
    'histogram',
    {
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            ...times,
            count: beyond,
            sum: 2.5,
            bucketCounts: ['1', beyond, '0'],
            explicitBounds: [0.5, 1],
            min: 0,
            max: 2,
            exemplars,
          },
          { timeUnixNano: '1544712690000000000', count: '0', flags: 1 },
        ],
      },
    },
    { kind: 'histogram', temporality: 'cumulative', monotonic: false },
    [
      {
        ...plain,
        ...none,
        ...timesTold,
        exemplars: exemplarsTold,
        histogram: { count: beyond, sum: 2.5, min: 0, max: 2, bounds: [0.5, 1], counts: [1, beyond, 0] },
      },
      {
        ...none,
        flags: 1,
        noRecordedValue: true,
        startedAt: null,
        histogram: { count: 0, sum: null, min: null, max: null, bounds: [], counts: [] },
      },
    ],
  ],
  [
    'exponential_histogram',
    {
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
            positive: { offset: -1, bucketCounts: ['0', beyond] },
            negative: { offset: 3, bucketCounts: ['3'] },
            min: -5,
            max: 5,
            exemplars,
          },
        ],
      },
    },
    { kind: 'exponential_histogram', temporality: 'delta' },
    [
      {
        ...plain,
        ...none,
        ...timesTold,
        exemplars: exemplarsTold,
        exponentialHistogram: {
          count: 6,
          sum: 10,
          min: -5,
          max: 5,
          scale: -2,
          zeroCount: 1,
          zeroThreshold: 0.25,
          positive: { offset: -1, counts: [0, beyond] },
          negative: { offset: 3, counts: [3] },
        },
      },
    ],
  ],
  [
    'summary',
    {
      summary: {
        dataPoints: [
          {
            ...times,
            count: '4',
            sum: 8,
            quantileValues: [
              { quantile: 0.5, value: 1 },
              { quantile: 0.99, value: 'NaN' },
            ],
          },
        ],
      },
    },
    { kind: 'summary', temporality: 'unspecified' },
    [
      {
        ...plain,
        ...none,
        ...timesTold,
        summary: {
          count: 4,
          sum: 8,
          quantiles: [
            { quantile: 0.5, value: 1 },
            { quantile: 0.99, value: { double: 'NaN' } },
          ],
        },
      },
    ],
  ],
];

const range = 'from=2018-12-13T14:00:00Z&to=2018-12-13T15:00:00Z';
const send = (metrics: Otlp[], encoding: 'json' | 'protobuf') =>
  store(
    'metrics',
    {
      resourceMetrics: [
        {
          resource: named(encoding),
          scopeMetrics: [{ scope, metrics, schemaUrl: 'https://s/2' }],
          schemaUrl: 'https://s/1',
        },
      ],
    },
    encoding,
  );

const sentAs = encodings.flatMap((encoding) => cases.map((each) => ({ kind: each[0], encoding, each })));

test.each(sentAs)('a $kind sent as $encoding', async ({ encoding, each: [kind, sent, series, points] }) => {
  const name = `my/${kind} ${encoding}`;
  expect(await send([{ name, ...sent }], encoding)).toMatchObject({ rejected: 0 });
  const page = JSON.parse(
    await getText(`metrics/${encodeURIComponent(name)}/points?service=my.service&environment=&kind=${kind}&${range}`),
  ) as Page;
  const { id, ...told } = page.series[0]!;
  expect(id).toMatch(/^\d+$/u);
  expect(told).toMatchObject(series);
  expect(told).toMatchObject({ name, service: 'my.service', environment: '', version: '2.0', folded: false });
  expect([told.resource, told.scope]).toEqual([namedTold(encoding), scopeTold]);
  expect([page.series.length, page.items.length, page.next]).toEqual([1, points.length, null]);
  for (const [index, point] of points.entries()) expect(page.items[index]).toMatchObject({ series: 0, ...point });
  expect(page.items[0]!.exemplars).toEqual(points[0]!['exemplars'] ?? []);
});

test('pages hold every point once, points that are alike in everything too, and filters choose series', async () => {
  const dataPoints = Array.from({ length: 60 }, (_, index) => ({
    timeUnixNano: String(1_544_712_670_000_000_000n + BigInt(index >> 3) * 1_000_000_000n),
    asInt: String(index >> 2),
    attributes: [{ key: 'part', value: { stringValue: index % 2 ? 'odd' : 'even' } }],
  }));
  const counts = [{ timeUnixNano: '1544712672000000000', count: '3', sum: 1 }];
  await send(
    [
      { name: 'many', gauge: { dataPoints } },
      { name: 'many', histogram: { aggregationTemporality: 2, dataPoints: counts } },
    ],
    'json',
  );
  const everyPage = async (query: string): Promise<Page['items']> => {
    const items: Page['items'] = [];
    for (let cursor = ''; ;) {
      const page = JSON.parse(await getText(`metrics/many/points?${range}&${query}${cursor}`)) as Page;
      items.push(...page.items);
      expect(page.items.every((point) => point.series < page.series.length)).toBe(true);
      if (page.next === null) return items;
      cursor = `&cursor=${page.next}`;
    }
  };
  const valuesOf = (items: Page['items']) =>
    items.flatMap(({ measured }) => (measured === null ? [] : [Number(measured.value)])).toSorted((a, b) => a - b);
  const sent = dataPoints.map((point) => Number(point.asInt)).toSorted((a, b) => a - b);
  for (const limit of [7, 200]) {
    const items = await everyPage(`limit=${limit}`);
    expect([items.length, valuesOf(items)]).toEqual([61, sent]);
    expect(items.map((point) => point.at)).toEqual(items.map((point) => point.at).toSorted());
  }
  expect(await everyPage('attribute=part%3Dodd')).toHaveLength(30);
  expect(await everyPage('kind=histogram')).toHaveLength(1);
  expect(await everyPage('service=another')).toEqual([]);
});
