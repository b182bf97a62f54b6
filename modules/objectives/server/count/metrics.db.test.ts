import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import type { Indicator, MetricSelection } from '../../domain/indicator.ts';
import { countHouse, otlpAttributes, type CountHouse } from './testing/house.ts';

let house: CountHouse;
const processStart = '2026-11-20T00:00:00Z';
beforeAll(async () => {
  house = await countHouse('2026-11-22T10:12:00Z');
});
afterAll(() => house.stop());

const nanos = (time: string): string => Temporal.Instant.from(time).epochNanoseconds.toString();
const clockTime = (time: string): string => `2026-11-22T${time}Z`;
interface PointGiven {
  readonly at: string;
  readonly value: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly start?: string;
}
const point = ({ at, value, attributes = {}, start = processStart }: PointGiven) => ({
  timeUnixNano: nanos(clockTime(at)),
  startTimeUnixNano: nanos(start),
  asDouble: value,
  attributes: otlpAttributes(attributes),
});
const send = (metric: Record<string, unknown>, service = 'shop') =>
  house.send('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: otlpAttributes({ 'service.name': service }) },
        scopeMetrics: [{ metrics: [metric] }],
      },
    ],
  });
const counter = (name: string, points: PointGiven[], aggregationTemporality = 2) =>
  send({ name, sum: { aggregationTemporality, isMonotonic: true, dataPoints: points.map(point) } });
const of = (metric: string, attributes: MetricSelection['attributes'] = []): MetricSelection => ({
  metric,
  service: 'shop',
  environment: null,
  attributes,
});
const failed = [{ key: 'code', op: '=~', value: '5..' }] as const;
const begun = async (definition: Indicator): Promise<number> => {
  const number = await house.indicator(definition);
  await house.counting().sweep();
  await eventually(async () => expect((await house.state(number))?.state).toMatch(/counting|no-data/));
  return number;
};
const rows = async (number: number, level: '10s' | 'minute' | 'hour' = '10s') =>
  (await house.counts(number, level)).map(({ at, good, bad }) => [at.slice(11, 19), good, bad]);

it('cumulative counters: growth of each series, a restart, a series that is new, a point that comes late', async () => {
  const ratio: Indicator = {
    kind: 'metric-ratio',
    total: of('requests'),
    part: { is: 'bad', of: of('requests', failed) },
  };
  const [ok, bad] = [{ code: '200' }, { code: '503' }];
  await counter('requests', [
    { at: '10:00:05', value: 100, attributes: ok },
    { at: '10:01:05', value: 130, attributes: ok },
  ]);
  await house.settled();
  const number = await begun(ratio);
  expect(await rows(number)).toEqual([['10:01:00', 30, 0]]);
  // The process told of this metric before: what the new series has, it has gained since.
  await counter('requests', [
    { at: '10:03:05', value: 190, attributes: ok },
    { at: '10:03:05', value: 4, attributes: bad },
  ]);
  await house.settled();
  expect(await rows(number)).toEqual([
    ['10:01:00', 30, 0],
    ['10:03:00', 60, 4],
  ]);
  // Late: part of the growth moves into its own ten seconds.
  await counter('requests', [{ at: '10:02:05', value: 150, attributes: ok }]);
  // A restart, told by its start; then one that only shows by falling.
  await counter('requests', [
    { at: '10:04:05', value: 200, attributes: ok, start: clockTime('10:04:00') },
    { at: '10:05:05', value: 7, attributes: ok, start: clockTime('10:04:00') },
  ]);
  await house.settled();
  expect(await rows(number)).toEqual([
    ['10:01:00', 30, 0],
    ['10:02:00', 20, 0],
    ['10:03:00', 40, 4],
    ['10:04:00', 200, 0],
    ['10:05:00', 7, 0],
  ]);
  expect(await rows(number, 'minute')).toHaveLength(5);
  expect(await rows(number, 'hour')).toEqual([['10:00:00', 297, 4]]);
});

it('delta counters, sent twice and late by hours', async () => {
  const number = await begun({
    kind: 'metric-ratio',
    total: of('delta'),
    part: { is: 'good', of: of('delta', [{ key: 'code', op: '=', value: '200' }]) },
  });
  const points = [
    { at: '10:05:09', value: 5, attributes: { code: '200' } },
    { at: '10:05:09', value: 2, attributes: { code: '500' } },
    { at: '00:20:00', value: 3, attributes: { code: '500' } },
  ];
  await counter('delta', points, 1);
  await house.settled();
  await counter('delta', points.toReversed(), 1);
  await house.settled();
  expect(await rows(number)).toEqual([['10:05:00', 5, 2]]);
  expect(await rows(number, 'minute')).toEqual([
    ['00:20:00', 0, 3],
    ['10:05:00', 5, 2],
  ]);
});

it('gauges by threshold, each sample one event', async () => {
  const number = await begun({ kind: 'metric-threshold', of: of('queue'), op: 'lte', bound: 10 });
  const dataPoints = [
    { at: '10:06:00', value: 10 },
    { at: '10:06:09', value: 10.5 },
    { at: '10:06:10', value: 3 },
  ].map(point);
  await send({ name: 'queue', gauge: { dataPoints } });
  await house.settled();
  expect(await rows(number)).toEqual([
    ['10:06:00', 1, 1],
    ['10:06:10', 1, 0],
  ]);
});

it('histograms by one of their own bounds, explicit and exponential; another bound is no data with the reason', async () => {
  const within = (metric: string, bound: number): Indicator => ({ kind: 'metric-within', of: of(metric), bound });
  const base = { startTimeUnixNano: nanos(clockTime('10:06:00')) };
  const explicit = (at: string, bucketCounts: number[]) => ({
    ...base,
    timeUnixNano: nanos(clockTime(at)),
    count: String(bucketCounts.reduce((sum, count) => sum + count, 0)),
    explicitBounds: [0.1, 0.3, 1],
    bucketCounts: bucketCounts.map(String),
  });
  await send({
    name: 'took',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [explicit('10:07:00', [1, 1, 1, 0]), explicit('10:08:00', [5, 2, 1, 3])],
    },
  });
  // Scale 1: the buckets reach to 2^(n/2); 4 is the upper edge of index 3.
  await send({
    name: 'size',
    exponentialHistogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          ...base,
          timeUnixNano: nanos(clockTime('10:08:00')),
          count: '16',
          scale: 1,
          zeroCount: '1',
          positive: { offset: 2, bucketCounts: ['2', '3', '10'] },
        },
      ],
    },
  });
  await house.settled();
  expect(await rows(await begun(within('took', 0.3)))).toEqual([
    ['10:07:00', 2, 1],
    ['10:08:00', 5, 3],
  ]);
  expect(await rows(await begun(within('size', 4)))).toEqual([['10:08:00', 6, 10]]);
  const between = await begun(within('took', 0.25));
  expect(await rows(between)).toEqual([]);
  expect((await house.state(between))!.reason).toContain('choose a bound that is one of its own');
  const nowhere = await begun(within('nothing', 1));
  expect((await house.state(nowhere))!.reason).toBe('No points of nothing have come today.');
});

it('fed counts: the last one of a minute holds; a key that nobody counts is not kept', async () => {
  const number = await begun({ kind: 'fed', feeder: 'probes', key: 'home' });
  const at = (time: string) => Temporal.Instant.from(clockTime(time));
  const feed = (minutes: { at: Temporal.Instant; good: number; bad: number }[], key = 'home') =>
    house.counting().feed({ feeder: 'probes', key, minutes });
  expect(
    await feed([
      { at: at('10:01:30'), good: 3, bad: 1 },
      { at: at('09:59:00'), good: 4, bad: 0 },
    ]),
  ).toBe(true);
  expect(await feed([{ at: at('10:01:00'), good: 2, bad: 2 }])).toBe(true);
  expect(await feed([{ at: at('10:01:00'), good: 2, bad: 2 }], 'other')).toBe(false);
  expect(await rows(number, 'minute')).toEqual([
    ['09:59:00', 4, 0],
    ['10:01:00', 2, 2],
  ]);
  expect(await rows(number, 'hour')).toEqual([
    ['09:00:00', 4, 0],
    ['10:00:00', 2, 2],
  ]);
  await feed([{ at: at('10:01:00'), good: 0, bad: 0 }]);
  expect(await rows(number, 'hour')).toEqual([['09:00:00', 4, 0]]);
});

it('old counts are dropped by level, and those that nothing can ask for any more', async () => {
  const number = await begun({ kind: 'fed', feeder: 'probes', key: 'old' });
  const feedOf = (time: string) => ({ at: Temporal.Instant.from(time), good: 1, bad: 0 });
  await house.counting().feed({
    feeder: 'probes',
    key: 'old',
    minutes: [feedOf('2026-11-22T10:00:00Z'), feedOf('2026-09-01T00:00:00Z'), feedOf('2025-09-01T00:00:00Z')],
  });
  await house.counting().dropOld();
  expect((await house.counts(number, 'minute')).map(({ at }) => at)).toEqual(['2026-11-22T10:00:00Z']);
  expect((await house.counts(number, 'hour')).map(({ at }) => at)).toEqual([
    '2026-09-01T00:00:00Z',
    '2026-11-22T10:00:00Z',
  ]);
  await house.postgres.pool.query('UPDATE objectives.indicator SET unused_since = $2 WHERE number = $1', [
    number,
    '2026-11-20T00:00:00Z',
  ]);
  expect(await house.counting().dropOld()).toContain(`indicator ${number}`);
  await eventually(async () => expect(await house.counts(number, 'hour')).toEqual([]));
});
