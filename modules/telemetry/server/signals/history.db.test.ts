import { beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { aSpan, insertSpans, rollUp, type SpanGiven } from '../../fixtures.ts';
import { createCallHistory, type CallHistory } from './call-history.ts';
import { createEngine } from './engine.ts';
import type { Reads } from './reads.ts';
import { createRequestHistory, type RequestHistory } from './request-history.ts';

/** What a floor above asks of the past, against the spans themselves counted one by one. */
const now = Temporal.Instant.from('2026-11-22T12:34:56Z');
const from = now.subtract({ hours: 72 });
const spans: SpanGiven[] = [];

let clickhouse: ClickHouse;
let history: RequestHistory;
let calls: CallHistory;

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  for (let index = 0; index < 3_000; index++) {
    const endedNs = from.epochNanoseconds + BigInt(index) * 86_400_000_000n;
    if (endedNs >= now.epochNanoseconds) break;
    const version = index < 1_500 ? '1.0.0' : '2.0.0';
    const name = index % 3 === 0 ? 'GET /cart' : 'POST /checkout';
    const environment = index % 5 === 0 ? 'staging' : 'production';
    const durationNs = BigInt(index % 400) * 1_000_000n;
    const isError = index % 7 === 0 && name === 'GET /cart';
    const service = index % 11 === 0 ? 'shop/cart' : 'shop/checkout';
    spans.push(aSpan({ endedNs, durationNs, version, name, environment, isError, service }));
    if (index % 2 === 0)
      spans.push(
        aSpan({
          endedNs,
          service,
          kind: 'client',
          environment,
          name: 'SELECT',
          isError: index % 6 === 0,
          durationNs,
          neighbour: { kind: 'database', name: index % 4 === 0 ? 'postgresql: carts' : 'redis', via: 'database' },
        }),
      );
  }
  await insertSpans(clickhouse, spans);
  await rollUp(clickhouse, spans);
  const reads = {
    engine: createEngine(clickhouse),
    clock: movableClock(now),
    config: { values: { spansDays: 8 } },
    knowsService: async () => true,
  } as unknown as Reads;
  history = createRequestHistory(reads);
  calls = createCallHistory(reads);
});

const stretch = { from, to: now };
const requests = (of: Partial<SpanGiven>): SpanGiven[] =>
  spans.filter(
    (span) => span.isRequest && Object.entries(of).every(([key, value]) => span[key as keyof SpanGiven] === value),
  );
const sum = (values: Iterable<number>): number => [...values].reduce((total, each) => total + each, 0);

describe('requests over time, for the floors above', () => {
  it('names the services that were seen, with exact counts within each latency edge', async () => {
    const seen = await history.servicesSeen({ ...stretch, limit: 10 });
    const all = requests({ service: 'shop/checkout', environment: 'production' });
    const found = seen.find((each) => each.service === 'shop/checkout' && each.environment === 'production')!;
    expect(seen).toHaveLength(4);
    expect(seen[0]).toBe(found);
    expect(found).toMatchObject({ requests: all.length, errors: all.filter((span) => span.isError).length });
    // Edges 9 and 13 are 100 and 300 ms.
    expect([found.within[8], found.within[12]]).toEqual(
      [100, 300].map((ms) => all.filter((span) => Number(span.durationNs) <= ms * 1e6).length),
    );
    expect(await history.servicesSeen({ ...stretch, service: 'shop/cart', limit: 1 })).toHaveLength(1);
  });

  it.each([60, 3_600] as const)('counts several selections at once in steps of %i seconds', async (stepSeconds) => {
    const series = await history.requestSeries({
      ...stretch,
      stepSeconds,
      of: [
        { service: 'shop/checkout', bad: 'errors' },
        { service: 'shop/checkout', environment: 'staging', bad: { slowerThanMs: 300 } },
        { service: 'shop/cart', operation: 'GET /cart', bad: 'errors' },
        { service: 'shop/nobody', bad: 'errors' },
      ],
    });
    const [errors, slow, cart, nobody] = series;
    const counts = (each: typeof errors) => [sum(each!.good), sum(each!.bad)];
    const expected = (all: SpanGiven[], isBad: (span: SpanGiven) => boolean) => {
      const bad = all.filter(isBad).length;
      return [all.length - bad, bad];
    };
    const isSlow = (span: SpanGiven): boolean => span.durationNs > 300_000_000n;
    expect(counts(errors)).toEqual(expected(requests({ service: 'shop/checkout' }), (span) => span.isError));
    expect(counts(slow)).toEqual(expected(requests({ service: 'shop/checkout', environment: 'staging' }), isSlow));
    expect(counts(cart)).toEqual(
      expected(requests({ service: 'shop/cart', name: 'GET /cart' }), (span) => span.isError),
    );
    expect(counts(nobody)).toEqual([0, 0]);
    const first = requests({ service: 'shop/checkout' })[0]!;
    const step = Math.floor((Number(first.endedNs / 1_000_000_000n) - errors!.startsAt) / stepSeconds);
    expect(errors!.good[step]! + errors!.bad[step]!).toBeGreaterThan(0);
  });

  it('tells them apart by operation, version and environment', async () => {
    for (const [by, field] of [
      ['operation', 'name'],
      ['version', 'version'],
      ['environment', 'environment'],
    ] as const) {
      const shares = await history.requestShares({
        ...stretch,
        service: 'shop/checkout',
        bad: 'errors',
        by,
        limit: 10,
      });
      const values = Map.groupBy(requests({ service: 'shop/checkout' }), (span) => span[field]);
      expect(new Map(shares.map(({ value, good, bad }) => [value, [good, bad]]))).toEqual(
        new Map(
          [...values].map(([value, same]) => {
            const bad = same.filter((span) => span.isError).length;
            return [value, [same.length - bad, bad]];
          }),
        ),
      );
    }
  });
});

describe('what a service called and when its versions came', () => {
  it('counts the calls that went wrong by where they went', async () => {
    const shares = await calls.callShares({ ...stretch, service: 'shop/checkout', slowerThanMs: null, limit: 10 });
    const made = spans.filter((span) => span.kind === 'client' && span.service === 'shop/checkout');
    for (const name of ['postgresql: carts', 'redis']) {
      const to = made.filter((span) => span.neighbour!.name === name);
      expect(shares.find((each) => each.name === name)).toEqual({
        kind: 'database',
        name,
        calls: to.length,
        failed: to.filter((span) => span.isError).length,
      });
    }
  });

  it('names a version only within the stretch in which it was seen first', async () => {
    const second = spans.find((span) => span.version === '2.0.0' && span.service === 'shop/checkout')!;
    const at = Number(second.endedNs / 1_000_000_000n);
    const ask = (fromHours: number, toHours: number) =>
      calls.firstVersions({
        services: ['shop/checkout'],
        from: Temporal.Instant.fromEpochMilliseconds(at * 1_000).subtract({ hours: fromHours }),
        to: Temporal.Instant.fromEpochMilliseconds(at * 1_000).add({ hours: toHours }),
        limit: 10,
      });
    const found = (await ask(5, 5)).filter((each) => each.environment === second.environment);
    expect(found).toMatchObject([{ service: 'shop/checkout', version: '2.0.0' }]);
    expect(found[0]!.at.epochMilliseconds / 1_000).toBe(Math.floor(at / 10) * 10);
    expect(await ask(-2, 8)).toEqual([]);
  });
});
