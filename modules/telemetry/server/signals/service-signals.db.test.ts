import { beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { getSignals } from '../../contract.ts';
import { aSpan, insertSpans, rollUp, type SpanGiven } from '../../fixtures.ts';
import { createEngine } from './engine.ts';
import { serviceOperations, serviceVersions } from './operations.ts';
import type { Reads } from './reads.ts';
import { serviceSignals } from './service-signals.ts';
import { figuresOfServices } from './service-figures.ts';

const now = Temporal.Instant.from('2026-11-22T12:34:56.789Z');
const minute = 60_000_000_000n;
const hour = 60n * minute;

/** Numbers in [0, 1) that are the same in every run. */
let seed = 20_261_122;
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

/** Requests over the last two hours and, thinner, over nine days before; log-normal durations, a third version that fails more. */
const spans: SpanGiven[] = [];
const add = (count: number, fromNs: bigint, toNs: bigint): void => {
  for (let index = 0; index < count; index++) {
    const endedNs = fromNs + BigInt(Math.floor(random() * Number(toNs - fromNs)));
    const durationNs = BigInt(
      Math.round(1e6 * Math.exp(3 + 1.1 * (random() + random() + random() + random() - 2) * 1.7)),
    );
    const version = ['1.0.0', '1.1.0', '2.0.0'][Math.floor(random() * 3)]!;
    const operation = ['GET /cart', 'POST /checkout', 'POST /pay'][Math.floor(random() ** 2 * 3)]!;
    const environment = random() < 0.8 ? 'production' : 'staging';
    const isError = random() < (version === '2.0.0' ? 0.2 : 0.01);
    spans.push(aSpan({ endedNs, durationNs, version, name: operation, environment, isError }));
    if (random() < 0.3) spans.push(aSpan({ endedNs, kind: 'client', name: 'SELECT', service: 'shop/checkout' }));
  }
};

let clickhouse: ClickHouse;
let reads: Reads;

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  const present = now.epochNanoseconds;
  add(12_000, present - 2n * hour, present);
  for (let index = 0; index < 120; index++) {
    const at = present - 9n * 24n * hour + BigInt(Math.floor(random() * 9 * 24 * 3_600)) * 1_000_000_000n;
    add(60, at, at + minute < present ? at + minute : present);
  }
  await insertSpans(clickhouse, spans);
  await rollUp(clickhouse, spans);
  reads = {
    engine: createEngine(clickhouse),
    clock: movableClock(now),
    config: { values: { spansDays: 8 } } as never,
    knowsService: async (name) => name === 'shop/quiet',
  };
});

interface Asked {
  readonly from?: string;
  readonly to?: string;
  readonly step?: number;
  readonly environment?: string;
  readonly version?: string;
  readonly operation?: string;
  readonly compare?: 'week' | 'day';
}
const ask = (query: Asked, service = 'shop/checkout') =>
  serviceSignals(reads, service, getSignals.query.parse(query)).then((found) => getSignals.answer.parse(found));

/** The requests that an answer is about, found by looking at every span. */
const expected = ({ environment, version, operation }: Asked, fromNs: bigint, toNs: bigint): SpanGiven[] =>
  spans.filter(
    (span) =>
      span.isRequest &&
      span.endedNs >= fromNs &&
      span.endedNs < toNs &&
      (environment === undefined || span.environment === environment) &&
      (version === undefined || span.version === version) &&
      (operation === undefined || span.name === operation),
  );

/** The value below or at which the share q of the sorted values lies: bounds for what a sketch with error 1 % may say. */
const quantileBounds = (values: readonly number[], q: number): [number, number] => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  return [
    sorted[Math.max(0, Math.floor(rank) - 1)]! * 0.99,
    sorted[Math.min(sorted.length - 1, Math.ceil(rank) + 1)]! * 1.01,
  ];
};
const ns = (text: string): bigint => Temporal.Instant.from(text).epochNanoseconds;
const ms = (span: SpanGiven): number => Number(span.durationNs) / 1e6;

describe('Totals are exact over exactly the asked stretch of time', () => {
  const cases: [string, Asked & { from: string; to: string }][] = [
    ['an hour on the second', { from: '2026-11-22T11:00:00Z', to: '2026-11-22T12:00:00Z' }],
    ['odd nanoseconds', { from: '2026-11-22T10:41:03.123456789Z', to: '2026-11-22T12:33:17.000000001Z' }],
    ['less than ten seconds', { from: '2026-11-22T12:00:01.5Z', to: '2026-11-22T12:00:08.25Z' }],
    ['up to now', { from: '2026-11-22T12:20:00.1Z', to: '2026-11-22T12:34:56.789Z' }],
    ['with the future', { from: '2026-11-22T12:20:00Z', to: '2026-11-23T00:00:00Z' }],
    ['seven days', { from: '2026-11-15T12:00:00.5Z', to: '2026-11-22T12:30:00.5Z' }],
    ['one environment', { from: '2026-11-22T10:35:00Z', to: '2026-11-22T12:30:00Z', environment: 'staging' }],
    [
      'one version of one operation',
      { from: '2026-11-22T10:35:01Z', to: '2026-11-22T12:30:07Z', version: '2.0.0', operation: 'GET /cart' },
    ],
    ['an offset of a time zone', { from: '2026-11-22T12:35:00+02:00', to: '2026-11-22T12:30:00Z' }],
    ['a day that lies back', { from: '2026-11-18T03:07:11Z', to: '2026-11-19T03:07:11Z', step: 3_600 }],
  ];
  it.each(cases)('%s', async (_name, asked) => {
    const answer = await ask(asked);
    const all = expected(asked, ns(asked.from), ns(asked.to));
    expect(ns(answer.from)).toBe(ns(asked.from));
    expect(ns(answer.to)).toBe(ns(asked.to));
    expect(answer.totals.requests).toBe(all.length);
    expect(answer.totals.errors).toBe(all.filter((span) => span.isError).length);
    for (const [q, value] of [
      [0.5, answer.totals.p50Ms],
      [0.9, answer.totals.p90Ms],
      [0.99, answer.totals.p99Ms],
      [0.999, answer.totals.p999Ms],
    ] as const) {
      const [low, high] = quantileBounds(all.map(ms), q);
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }
    for (const [edge, count] of answer.latencyBuckets)
      expect(count, `within ${edge} ms`).toBe(
        all.filter((span) => span.durationNs <= BigInt(edge) * 1_000_000n).length,
      );
  });

  it('gives each step its own exact rate and ratio, half-open', async () => {
    const asked = { from: '2026-11-22T10:45:00Z', to: '2026-11-22T12:30:00Z', step: 60 };
    const answer = await ask(asked);
    expect(answer.stepSeconds).toBe(60);
    expect(answer.errors).toHaveLength(105);
    for (const [at, perSecond] of answer.traffic)
      expect(perSecond * 60).toBeCloseTo(expected(asked, ns(at), ns(at) + minute).length, 6);
    const sum = answer.traffic.reduce((all, [, perSecond]) => all + perSecond * 60, 0);
    expect(Math.round(sum)).toBe(answer.totals.requests);
  });

  it('puts a span that ended exactly at a border into the later step only', async () => {
    const border = ns('2026-11-22T09:00:00Z');
    const own = [
      aSpan({ endedNs: border, service: 'border' }),
      aSpan({ endedNs: border - 1n, service: 'border' }),
      aSpan({ endedNs: border + 10_000_000_000n, service: 'border' }),
    ];
    await insertSpans(clickhouse, own, 2);
    await rollUp(clickhouse, own);
    const before = await ask({ from: '2026-11-22T08:59:50Z', to: '2026-11-22T09:00:00Z', step: 10 }, 'border');
    const after = await ask({ from: '2026-11-22T09:00:00Z', to: '2026-11-22T09:00:10Z', step: 10 }, 'border');
    expect([before.totals.requests, after.totals.requests]).toEqual([1, 1]);
  });
});

describe('No data is never 0', () => {
  it('has null totals and no points for a service that was quiet', async () => {
    const answer = await ask({ from: '2026-11-22T11:00:00Z', to: '2026-11-22T11:10:00Z', step: 60 }, 'shop/quiet');
    expect(answer.totals).toEqual({
      requests: null,
      errors: null,
      requestsPerSecond: null,
      errorRatio: null,
      p50Ms: null,
      p90Ms: null,
      p99Ms: null,
      p999Ms: null,
    });
    expect(answer.traffic).toEqual([]);
    expect(answer.latency.p99).toEqual([]);
    expect(answer.errors.map(([, ratio]) => ratio)).toEqual(Array(10).fill(null));
    expect(answer.saturation).toEqual([]);
  });
});

describe('What cannot be answered is refused with the reason', () => {
  const refused = async (asked: Asked, service?: string): Promise<unknown> =>
    ask(asked, service).then(
      () => 'answered',
      (error: unknown) => (error instanceof Refusal ? `${error.problem.status} ${error.problem.code}` : error),
    );
  it.each<[string, Asked, string | undefined, string]>([
    ['unknown service', {}, 'nobody', '404 telemetry.service-unknown'],
    [
      'from after to',
      { from: '2026-11-22T12:00:00Z', to: '2026-11-22T11:00:00Z' },
      undefined,
      '400 telemetry.range-impossible',
    ],
    [
      'two years',
      { from: '2024-11-22T12:00:00Z', to: '2026-11-22T11:00:00Z' },
      undefined,
      '400 telemetry.range-impossible',
    ],
    [
      'before 1970',
      { from: '1969-12-31T23:00:00Z', to: '1970-01-02T00:00:00Z' },
      undefined,
      '400 telemetry.range-impossible',
    ],
    [
      'after 2106',
      { from: '2106-02-07T00:00:00Z', to: '2106-02-08T00:00:00Z' },
      undefined,
      '400 telemetry.range-impossible',
    ],
    [
      'too many points',
      { from: '2026-11-20T12:00:00Z', to: '2026-11-22T11:00:00Z', step: 10 },
      undefined,
      '400 telemetry.step-too-small',
    ],
    ['an odd step', { step: 15 }, undefined, '400 telemetry.step-too-small'],
  ])('%s', async (_name, asked, service, refusal) => expect(await refused(asked, service)).toBe(refusal));
  it.each([{ from: '2026-13-01T00:00:00Z' }, { from: 'yesterday' }, { step: '5' }, { step: 'x' }, { compare: 'year' }])(
    'malformed: %j',
    (query) => expect(getSignals.query.safeParse(query).success).toBe(false),
  );
});

describe('Beside the signals', () => {
  it('compares with the same time a day before, moved onto the asked range', async () => {
    const answer = await ask({ from: '2026-11-22T11:00:00Z', to: '2026-11-22T12:00:00Z', compare: 'day', step: 600 });
    const before = expected({}, ns('2026-11-21T11:00:00Z'), ns('2026-11-21T12:00:00Z'));
    expect(answer.compare!.totals.requests).toBe(before.length || null);
    expect(answer.compare!.from).toBe('2026-11-21T11:00:00Z');
    for (const [at] of answer.compare!.traffic) expect(at >= '2026-11-22T11:00' && at < '2026-11-22T12:00').toBe(true);
  });

  it('lists operations, the most time-consuming first, page by page', async () => {
    const range = { from: '2026-11-22T10:40:00Z', to: '2026-11-22T12:30:00Z' };
    const first = await serviceOperations(reads, 'shop/checkout', { ...range, limit: 2 });
    const second = await serviceOperations(reads, 'shop/checkout', { ...range, limit: 2, cursor: first.next! });
    const all = [...first.items, ...second.items];
    expect(all).toHaveLength(3);
    expect(second.next).toBeNull();
    for (const item of all)
      expect(item.requests).toBe(expected({ operation: item.operation }, ns(range.from), ns(range.to)).length);
    expect(all.map((item) => item.timeShare!)).toEqual(all.map((item) => item.timeShare!).toSorted((a, b) => b - a));
    expect(all.reduce((sum, item) => sum + item.timeShare!, 0)).toBeCloseTo(1, 9);
  });

  it('tells versions apart', async () => {
    const range = { from: '2026-11-22T10:40:00Z', to: '2026-11-22T12:30:00Z', environment: 'production' };
    const { items } = await serviceVersions(reads, 'shop/checkout', { ...range, limit: 10 });
    expect(items.map((item) => item.version).toSorted()).toEqual(['1.0.0', '1.1.0', '2.0.0']);
    for (const item of items)
      expect(item.errors).toBe(
        expected({ version: item.version, environment: 'production' }, ns(range.from), ns(range.to)).filter(
          (span) => span.isError,
        ).length,
      );
  });

  it('gives the list of services the same counts', async () => {
    const question = {
      from: Temporal.Instant.from('2026-11-22T11:34:00Z'),
      to: Temporal.Instant.from('2026-11-22T12:34:00Z'),
      stepSeconds: 120,
      environment: null,
    };
    const found = await figuresOfServices(reads, question);
    const production = found.find((each) => each.service === 'shop/checkout' && each.environment === 'production')!;
    expect(production.requests).toBe(
      expected({ environment: 'production' }, question.from.epochNanoseconds, question.to.epochNanoseconds).length,
    );
    expect(production.steps.reduce((sum, step) => sum + step.requests, 0)).toBe(production.requests);
    for (const step of production.steps)
      expect((step.at.epochMilliseconds - question.from.epochMilliseconds) % 120_000).toBe(0);
  });
});
