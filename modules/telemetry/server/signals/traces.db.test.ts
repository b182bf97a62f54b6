import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { getTrace, listTraces, type TraceSummary } from '../../contract.ts';
import { aSpan, insertSpans, type SpanGiven } from '../../fixtures.ts';
import { createEngine } from './engine.ts';
import type { Reads } from './reads.ts';
import { traceText } from './trace.ts';
import { searchTraces } from './trace-search.ts';

const now = Temporal.Instant.from('2026-11-22T12:00:00Z');
const second = 1_000_000_000n;
let seed = 99;
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

/** 400 traces over the last hour, each a request to checkout, its call, and the request to payment behind it. */
const spans: SpanGiven[] = [];
for (let index = 0; index < 400; index++) {
  const traceId = randomBytes(16).toString('hex');
  const [root, call] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
  const endedNs = now.epochNanoseconds - BigInt(Math.floor(random() * 3_500 * 1e9));
  const durationNs = BigInt(Math.floor(random() * 900 * 1e6)) + 3_000_000n;
  const isError = random() < 0.1;
  const attributes = {
    'http.route': index % 3 === 0 ? '/cart' : '/checkout',
    'http.response.status_code': isError ? 500 : 200,
    'user.id': `u-${index % 7}`,
  };
  const one = { traceId, version: index % 2 ? '1.0.0' : '2.0.0', environment: index % 5 ? 'production' : 'staging' };
  spans.push(
    aSpan({
      ...one,
      spanId: root,
      endedNs,
      durationNs,
      attributes,
      isError,
      statusMessage: isError ? 'Card declined by BANK' : '',
    }),
  );
  spans.push(
    aSpan({
      ...one,
      spanId: call,
      parentSpanId: root,
      kind: 'client',
      name: 'POST',
      endedNs: endedNs - 1_000_000n,
      durationNs: durationNs - 2_000_000n,
    }),
  );
  spans.push(
    aSpan({
      ...one,
      parentSpanId: call,
      service: 'shop/payment',
      name: 'POST /pay',
      endedNs: endedNs - 1_500_000n,
      durationNs: durationNs - 2_500_000n,
    }),
  );
}

let clickhouse: ClickHouse;
let reads: Reads;
beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  await insertSpans(clickhouse, spans);
  reads = {
    engine: createEngine(clickhouse),
    clock: movableClock(now),
    config: { values: { spansDays: 8 } } as never,
    knowsService: async () => true,
  };
});

/** Every page of a search, checked against the contract. */
const search = async (query: Record<string, unknown>): Promise<TraceSummary[]> => {
  const items: TraceSummary[] = [];
  for (let cursor: string | undefined; ;) {
    const page = listTraces.answer.parse(
      await searchTraces(reads, listTraces.query.parse({ limit: 120, ...query, cursor })),
    );
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};

/** The same by looking at every span: trace ids in the order of their newest (longest) span that meets the condition. */
const expected = (meets: (span: SpanGiven) => boolean, by: 'endedNs' | 'durationNs' = 'endedNs'): string[] => {
  const best = new Map<string, bigint>();
  for (const span of spans)
    if (meets(span) && span[by] > (best.get(span.traceId) ?? -1n)) best.set(span.traceId, span[by]);
  return [...best].sort(([idA, a], [idB, b]) => (a === b ? (idA < idB ? 1 : -1) : a < b ? 1 : -1)).map(([id]) => id);
};
const ids = (items: readonly TraceSummary[]): string[] => items.map((item) => item.traceId);
const all = { from: '2026-11-22T10:00:00Z' };

describe('A search finds every trace with a span that meets the filter, once, in order', () => {
  it.each<[string, Record<string, unknown>, (span: SpanGiven) => boolean]>([
    ['all', {}, () => true],
    ['of a service', { service: 'shop/payment' }, (span) => span.service === 'shop/payment'],
    [
      'failed',
      { service: 'shop/checkout', status: 'error' },
      (span) => span.service === 'shop/checkout' && span.isError,
    ],
    [
      'at least and at most so long',
      { minDurationMs: 300, maxDurationMs: 600.5, operation: 'POST /checkout' },
      (span) => span.name === 'POST /checkout' && span.durationNs >= 300_000_000n && span.durationNs <= 600_500_000n,
    ],
    [
      'a version in an environment',
      { version: '2.0.0', environment: 'staging' },
      (span) => span.version === '2.0.0' && span.environment === 'staging',
    ],
    [
      'words in any place and case',
      { q: 'declined bank u-3' },
      (span) => span.isError && span.attributes['user.id'] === 'u-3',
    ],
    [
      'an attribute that is a number',
      { attribute: 'http.response.status_code=500' },
      (span) => span.attributes['http.response.status_code'] === 500,
    ],
    [
      'two attributes',
      { attribute: ['http.route=/cart', 'user.id=u-1'] },
      (span) => span.attributes['http.route'] === '/cart' && span.attributes['user.id'] === 'u-1',
    ],
    ['a quote that is no way into the statement', { q: "' OR 1=1 --", attribute: "x'=y' OR '1" }, () => false],
  ])('%s', async (_name, query, meets) => expect(ids(await search({ ...all, ...query }))).toEqual(expected(meets)));

  it('the slowest first', async () =>
    expect(ids(await search({ ...all, service: 'shop/payment', sort: 'slowest' }))).toEqual(
      expected((span) => span.service === 'shop/payment', 'durationNs'),
    ));

  it('half-open in time', async () => {
    const { endedNs, traceId } = spans[0]!;
    const text = (ns: bigint): string => Temporal.Instant.fromEpochNanoseconds(ns).toString();
    const found = async (from: bigint, to: bigint): Promise<boolean> =>
      ids(await search({ from: text(from), to: text(to), operation: 'POST /checkout' })).includes(traceId);
    expect([
      await found(endedNs, endedNs + second),
      await found(endedNs - second, endedNs),
      await found(endedNs - second, endedNs + 1n),
    ]).toEqual([true, false, true]);
  });

  it('says how large each trace is and where it began', async () => {
    const { items } = await searchTraces(
      reads,
      listTraces.query.parse({ ...all, service: 'shop/payment', limit: 1, status: 'ok' }),
    );
    const [first] = items;
    expect(first).toMatchObject({
      spans: 3,
      service: 'shop/payment',
      operation: 'POST /pay',
      root: { service: 'shop/checkout', operation: 'POST /checkout' },
      services: ['shop/checkout', 'shop/payment'],
    });
  });

  it('finds a trace by its id', async () =>
    expect(ids(await search({ ...all, q: spans[5]!.traceId.toUpperCase() }))).toEqual([spans[5]!.traceId]));

  it.each(['xyz', 'WyIxIl0', Buffer.from(JSON.stringify(['1', '2', "3' OR 1", 'a'.repeat(32)])).toString('base64url')])(
    'refuses the cursor %s',
    async (cursor) => {
      const refusal = await searchTraces(reads, listTraces.query.parse({ cursor })).catch((error: unknown) => error);
      expect(refusal instanceof Refusal && [refusal.problem.status, refusal.problem.code]).toEqual([
        400,
        'http.bad-cursor',
      ]);
    },
  );
});

describe('A trace opens whole', () => {
  it('with every field of every span, in order of start, times to the nanosecond', async () => {
    const own = spans.filter((span) => span.traceId === spans[0]!.traceId);
    const found = getTrace.answer.parse(JSON.parse(await traceText(reads, own[0]!.traceId.toUpperCase())));
    expect(found.total).toBe(3);
    expect(found.spans.map((span) => span.spanId)).toEqual(
      own.toSorted((a, b) => Number(a.endedNs - a.durationNs - (b.endedNs - b.durationNs))).map((span) => span.spanId),
    );
    const root = found.spans.find((span) => span.parentSpanId === null)!;
    expect(Temporal.Instant.from(root.startedAt).epochNanoseconds).toBe(own[0]!.endedNs - own[0]!.durationNs);
    expect(root.attributes).toEqual(own[0]!.attributes);
    expect(root.durationMs).toBe(Number(own[0]!.durationNs) / 1e6);
  });

  it('keeps long integers exact and texts with quotes, line breaks and other scripts whole', async () => {
    const text = 'a "quote" \\ back\n\u2028 Ökonomie 漢字 \u0001';
    const span = aSpan({
      endedNs: now.epochNanoseconds - 5n * second,
      name: text,
      statusMessage: text,
      attributes: { [text]: text, list: [1, 'x', null], nested: { a: { b: true } } },
    });
    await insertSpans(clickhouse, [span], 3);
    await clickhouse.command(
      "INSERT INTO telemetry_origins (day, origin_id, service, resource, scope_name, segment) SELECT '2026-11-22', 1, 'shop/checkout', map('big', '9007199254740993', 'half', '0.5', 'bytes', '{\"bytes\":\"AAE=\"}'), 'lib', 1",
    );
    const found = getTrace.answer.parse(JSON.parse(await traceText(reads, span.traceId)));
    expect(found.spans[0]).toMatchObject({
      name: text,
      statusMessage: text,
      attributes: { [text]: text, list: [1, 'x', null], nested: { a: { b: true } } },
    });
    expect(found.resources[found.spans[0]!.resource]!.attributes).toEqual({
      big: '9007199254740993',
      half: 0.5,
      bytes: { bytes: 'AAE=' },
    });
    expect(found.scopes[found.spans[0]!.scope]!.name).toBe('lib');
  });

  it('of ten thousand spans', async () => {
    const traceId = randomBytes(16).toString('hex');
    const many = Array.from({ length: 10_000 }, (_, index) =>
      aSpan({ traceId, endedNs: now.epochNanoseconds - BigInt(index), attributes: { 'http.route': '/x', n: index } }),
    );
    await insertSpans(clickhouse, many, 4);
    const found = JSON.parse(await traceText(reads, traceId)) as { spans: unknown[]; total: number };
    expect([found.spans.length, found.total]).toEqual([10_000, 10_000]);
  });

  it('is 404 where nothing came', async () => {
    const refusal = await traceText(reads, 'f'.repeat(32)).catch((error: unknown) => error);
    expect(refusal instanceof Refusal && [refusal.problem.status, refusal.problem.code]).toEqual([
      404,
      'telemetry.trace-unknown',
    ]);
  });
});
