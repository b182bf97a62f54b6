import { beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { aSpan, insertSpans, rollUp, type SpanGiven } from '../../fixtures.ts';
import { createEngine } from './engine.ts';
import { createMeasures, type Measures } from './measures.ts';
import type { MetricMeasure } from './measure-metrics.ts';
import type { Reads } from './reads.ts';

/** Numbers over windows, against the same numbers worked out one by one from what was stored. */
const now = Temporal.Instant.from('2026-11-22T12:00:00Z');
const nowSecond = now.epochMilliseconds / 1_000;

let clickhouse: ClickHouse;
let measures: Measures;

interface Given {
  readonly metric: string;
  readonly kind?: string;
  readonly temporality?: string;
  readonly monotonic?: boolean;
  readonly attributes?: Record<string, string>;
  readonly resource?: Record<string, string>;
  /** Seconds before now, value. */
  readonly points: readonly (readonly [number, number])[];
}

/** A counter that began anew 150 s ago, a point each 30 s. */
const counted = [0, 10, 25, 31, 44, 3, 9, 20, 20, 26].map((value, index) => [300 - index * 30, value] as const);
const series: readonly Given[] = [
  {
    metric: 'queue.size',
    attributes: { queue: '"mail"' },
    points: [
      [290, 4],
      [200, 8],
      [100, 6],
      [10, 2],
    ],
  },
  {
    metric: 'queue.size',
    attributes: { queue: '"orders"' },
    points: [
      [250, 40],
      [130, 80],
      [20, 60],
    ],
  },
  { metric: 'queue.size', attributes: { queue: '"it\'\'s"' }, resource: { zone: '"a"' }, points: [[20, 7]] },
  { metric: 'jobs', kind: 'sum', monotonic: true, attributes: { n: '1' }, points: counted },
  {
    metric: 'jobs',
    kind: 'sum',
    monotonic: true,
    attributes: { n: '2' },
    points: [
      [400, 100],
      [280, 150],
      [100, 300],
    ],
  },
  {
    metric: 'sent',
    kind: 'sum',
    monotonic: true,
    temporality: 'delta',
    points: [
      [290, 5],
      [150, 7],
      [5, 11],
    ],
  },
  { metric: 'level', kind: 'sum', points: [[10, 5]] },
];

const map = (of: Record<string, string> = {}): string =>
  `map(${Object.entries(of)
    .flat()
    .map((text) => `'${text}'`)
    .join(', ')})::Map(String, String)`;

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  for (const [index, each] of series.entries()) {
    const {
      metric,
      kind = 'gauge',
      temporality = 'cumulative',
      monotonic = false,
      attributes,
      resource,
      points,
    } = each;
    await clickhouse.command(`INSERT INTO telemetry_series (day, series_id, metric, kind, temporality, is_monotonic, service, origin_id, resource, attributes, segment)
      SELECT '2026-11-22', ${index + 1}, '${metric}', '${kind}', '${temporality}', ${Number(monotonic)}, 'shop/mail', 1, ${map(resource)}, ${map(attributes)}, 1`);
    const rows = points.map(([ago, value]) => `(${index + 1}, ${nowSecond - ago}, ${value})`).join(', ');
    await clickhouse.command(`INSERT INTO telemetry_samples (series_id, time, value, segment)
      SELECT row.1, toDateTime64(row.2, 9, 'UTC'), row.3, 1 FROM (SELECT arrayJoin(CAST([${rows}], 'Array(Tuple(UInt64, UInt32, Float64))')) AS row)`);
  }
  const reads = {
    engine: createEngine(clickhouse),
    clock: movableClock(now),
    config: { values: { spansDays: 8 } },
    knowsService: async () => true,
  } as unknown as Reads;
  measures = createMeasures(reads);
});

const last5 = { firstEnd: nowSecond, stepSeconds: 60, count: 1, windowSeconds: 300 };
const ask = async (given: Partial<MetricMeasure> & Pick<MetricMeasure, 'metric'>, grid = last5) => {
  const [answer] = await measures.metrics([{ where: [], by: [], aggregate: 'avg', across: 'sum', ...given }], grid);
  if (!answer || 'trouble' in answer) return answer?.trouble;
  return Object.fromEntries(answer.groups.map(({ group, values }) => [group.join(' '), [...values]]));
};

describe('a metric', () => {
  it.each([
    ['avg', { mail: [5], orders: [60], "it's": [7] }],
    ['min', { mail: [2], orders: [40], "it's": [7] }],
    ['max', { mail: [8], orders: [80], "it's": [7] }],
    ['last', { mail: [2], orders: [60], "it's": [7] }],
    ['sum', { mail: [20], orders: [180], "it's": [7] }],
    ['count', { mail: [4], orders: [3], "it's": [1] }],
  ] as const)('has %s over a window by an attribute', async (aggregate, expected) => {
    expect(await ask({ metric: 'queue.size', aggregate, by: ['queue'] })).toEqual(expected);
  });

  it('of several series is added, averaged, or the least or greatest of them', async () => {
    const of = (across: 'sum' | 'avg' | 'min' | 'max') => ask({ metric: 'queue.size', aggregate: 'last', across });
    expect([await of('sum'), await of('avg'), await of('min'), await of('max')]).toEqual(
      [69, 23, 2, 60].map((value) => ({ '': [value] })),
    );
  });

  it('is narrowed by attributes of the series or its resource, whatever characters they are of', async () => {
    const where = (key: string, op: '=' | '!=' | '=~' | '!~', value: string) =>
      ask({ metric: 'queue.size', aggregate: 'last', where: [{ key, op, value }] });
    expect(await where('queue', '=', 'mail')).toEqual({ '': [2] });
    expect(await where('queue', '!=', 'mail')).toEqual({ '': [67] });
    expect(await where('queue', '=~', 'm.*|ord.*')).toEqual({ '': [62] });
    expect(await where('queue', '!~', 'm|orders')).toEqual({ '': [9] });
    expect(await where('zone', '=', 'a')).toEqual({ '': [7] });
    expect(await where('zone', '!=', 'a')).toEqual({ '': [62] });
    expect(await where("x'] OR 1=1 --", '=', "'\\'; DROP TABLE telemetry_series; --")).toEqual({});
    expect(await ask({ metric: "q'\\' OR 1=1 --" })).toEqual({});
  });

  it('has exact quantiles of the points of all its series together', async () => {
    // R: quantile(c(4, 8, 6, 2, 40, 80, 60, 7), c(.5, .9), type = 7)
    expect(await ask({ metric: 'queue.size', aggregate: { quantile: 0.5 } })).toEqual({ '': [7.5] });
    expect((await ask({ metric: 'queue.size', aggregate: { quantile: 0.9 } })) as object).toEqual({
      '': [expect.closeTo(66, 9)],
    });
  });

  it('that counts has an increase and a rate, over a restart too, and from the point before the window', async () => {
    // 10 + 15 + 6 + 13, then from 0: 3 + 6 + 11 + 0 + 6; the first point (300 s ago) has none before it.
    const one = 10 + 15 + 6 + 13 + 3 + 6 + 11 + 0 + 6;
    expect(await ask({ metric: 'jobs', aggregate: 'increase', by: ['n'] })).toEqual({ 1: [one], 2: [200] });
    expect(await ask({ metric: 'jobs', aggregate: 'rate' })).toEqual({ '': [expect.closeTo((one + 200) / 300, 12)] });
    expect(await ask({ metric: 'sent', aggregate: 'increase' })).toEqual({ '': [23] });
  });

  it('says what it cannot tell instead of a number of something else', async () => {
    expect(await ask({ metric: 'queue.size', aggregate: 'rate' })).toMatch('no counter');
    expect(await ask({ metric: 'never.sent' })).toEqual({});
  });

  it('is told for many windows that overlap, as one by one', async () => {
    const grid = { firstEnd: nowSecond - 240, stepSeconds: 30, count: 9, windowSeconds: 120 };
    for (const aggregate of ['avg', 'last', 'max', 'count', 'increase'] as const) {
      const metric = aggregate === 'increase' ? 'jobs' : 'queue.size';
      const many = (await ask({ metric, aggregate, across: 'max' }, grid)) as Record<string, number[]>;
      const single = [];
      for (let step = 0; step < grid.count; step++)
        single.push(
          (
            (await ask(
              { metric, aggregate, across: 'max' },
              { ...grid, firstEnd: grid.firstEnd + step * 30, count: 1 },
            )) as any
          )['']?.[0] ?? Number.NaN,
        );
      expect([aggregate, many['']]).toEqual([aggregate, single]);
    }
  });
});

describe('a histogram', () => {
  beforeAll(async () => {
    await clickhouse.command(`INSERT INTO telemetry_series (day, series_id, metric, kind, temporality, service, origin_id, attributes, segment)
      SELECT '2026-11-22', 100 + number, 'took', if(number = 2, 'exponential-histogram', 'histogram'), if(number = 0, 'cumulative', 'delta'), 'shop/mail', 1, map('n', toString(number)), 1 FROM numbers(3)`);
    const insert = (id: number, ago: number, values: string, columns: string) =>
      clickhouse.command(`INSERT INTO telemetry_distributions (series_id, time, count, sum, ${columns}, segment)
        SELECT ${id}, toDateTime64(${nowSecond - ago}, 9, 'UTC'), ${values}, 1`);
    const explicit = 'bounds, bucket_counts';
    // Cumulative; it began anew between the second and the third point.
    await insert(100, 400, '10, 500., [10., 100.], [4, 6, 0]', explicit);
    await insert(100, 200, '16, 700., [10., 100.], [6, 9, 1]', explicit);
    await insert(100, 100, '4, 100., [10., 100.], [1, 2, 1]', explicit);
    await insert(101, 150, '10, 90., [10., 100.], [9, 1, 0]', explicit);
    const exponential = 'scale, zero_count, positive_offset, positive_counts';
    await insert(102, 150, '4, 10., 0, 1, 0, [1, 2]', exponential);
  });
  const of = (aggregate: MetricMeasure['aggregate'], n: string) =>
    ask({ metric: 'took', aggregate, where: [{ key: 'n', op: '=', value: n }] });

  it('has a rate and an average of what came to it', async () => {
    expect(await of('increase', '0')).toEqual({ '': [6 + 4] });
    expect(await of('rate', '1')).toEqual({ '': [expect.closeTo(10 / 300, 12)] });
    expect(await of('avg', '0')).toEqual({ '': [(200 + 100) / 10] });
    expect(await of('increase', '2')).toEqual({ '': [4] });
    expect(await of('max', '0')).toMatch('a histogram');
  });

  it('has quantiles of what came, linear within a bucket, of both kinds', async () => {
    // 2 + 1 up to 10, 3 + 2 up to 100, 1 + 1 above.
    expect(await of({ quantile: 0.5 }, '0')).toEqual({ '': [expect.closeTo(10 + (90 * (5 - 3)) / 5, 9)] });
    expect(await of({ quantile: 0.99 }, '0')).toEqual({ '': [100] });
    expect(await of({ quantile: 0.5 }, '1')).toEqual({ '': [expect.closeTo((10 * 5) / 9, 9)] });
    // One 0, one in (1, 2], two in (2, 4].
    expect(await of({ quantile: 0.75 }, '2')).toEqual({ '': [expect.closeTo(3, 9)] });
    expect(await of({ quantile: 0.25 }, '2')).toEqual({ '': [0] });
  });
});

describe('requests', () => {
  const spans: SpanGiven[] = [];
  beforeAll(async () => {
    for (let index = 0; index < 600; index++)
      spans.push(
        aSpan({
          endedNs: now.epochNanoseconds - BigInt(index) * 3_000_000_000n - 1n,
          durationNs: BigInt((index * 37) % 500) * 1_000_000n,
          name: index % 3 === 0 ? 'GET /cart' : 'POST /checkout',
          isError: index % 7 === 0,
          environment: index % 2 === 0 ? 'production' : 'staging',
        }),
      );
    await insertSpans(clickhouse, spans);
    await rollUp(clickhouse, spans);
  });

  it('have rate, error share and latency in each window, narrowed, as counted one by one', async () => {
    const grid = { firstEnd: nowSecond - 600, stepSeconds: 60, count: 11, windowSeconds: 300 };
    const service = 'shop/checkout';
    const [rate, share, latency, narrow, nobody] = await measures.requests(
      [
        { service, figure: 'requests-per-second' },
        { service, figure: 'error-share', environment: 'staging' },
        { service, figure: { quantile: 0.99 } },
        { service, figure: 'requests-per-second', operation: 'GET /cart', environment: 'production' },
        { service: "shop/no' OR 1=1 --", figure: 'requests-per-second' },
      ],
      grid,
    );
    for (let step = 0; step < grid.count; step++) {
      const end = grid.firstEnd + step * 60;
      const within = spans.filter(
        ({ endedNs }) => endedNs < BigInt(end) * 1_000_000_000n && endedNs >= BigInt(end - 300) * 1_000_000_000n,
      );
      const staging = within.filter(({ environment }) => environment === 'staging');
      const carts = within.filter(({ name, environment }) => name === 'GET /cart' && environment === 'production');
      expect(rate![step]).toBeCloseTo(within.length / 300, 9);
      expect(share![step]).toBeCloseTo(staging.filter(({ isError }) => isError).length / staging.length, 9);
      expect(narrow![step]).toBeCloseTo(carts.length / 300, 9);
      const sorted = within.map(({ durationNs }) => Number(durationNs) / 1e6).sort((a, b) => a - b);
      const exact = sorted[Math.floor(0.99 * (sorted.length - 1))]!;
      expect(Math.abs(latency![step]! - exact) / exact).toBeLessThan(0.02);
      expect(nobody![step]).toBeNaN();
    }
  });
});

describe('logs', () => {
  it('are counted in every window that they lie in; none is 0', async () => {
    await clickhouse.command(`INSERT INTO telemetry_logs (time, service, severity_number, body_kind, body, segment)
      SELECT toDateTime64(${nowSecond} - number * 20, 9, 'UTC'), 'shop/mail', if(number % 2 = 0, 17, 9), 'string', 'lost connection', 1 FROM numbers(1, 30)`);
    const grid = { firstEnd: nowSecond - 120, stepSeconds: 60, count: 3, windowSeconds: 300 };
    const [errors, none, all] = await measures.logs(
      [
        { service: 'shop/mail', severity: 'error', q: 'LOST' },
        { service: 'shop/none' },
        { service: 'shop/mail', q: "lost {word0:String} '" },
      ],
      grid,
    );
    // Errors lie 40, 80, … s before now.
    const inside = (end: number) =>
      Array.from({ length: 15 }, (_, index) => (index + 1) * 40).filter(
        (ago) => nowSecond - ago >= end - 300 && nowSecond - ago < end,
      );
    expect([...errors!]).toEqual([120, 60, 0].map((ago) => inside(nowSecond - ago).length));
    expect([[...none!], [...all!]]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});
