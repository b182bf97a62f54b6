import { beforeAll, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { getServiceMap } from '../../contract.ts';
import { aSpan, insertSpans, rollUp, type SpanGiven } from '../../fixtures.ts';
import { serviceMap } from './edges.ts';
import { createEngine } from './engine.ts';

const ns = (text: string): bigint => BigInt(Temporal.Instant.from(text).epochMilliseconds) * 1_000_000n;

/** A call of the till to an address, and the span of the service that answered it, where it is there already. */
const call = (at: string, address: string, callee: string | null): SpanGiven[] => {
  const client = aSpan({
    endedNs: ns(at),
    service: 'till',
    kind: 'client',
    isError: true,
    neighbour: { kind: 'external', name: address, via: 'http' },
  });
  if (callee === null) return [client];
  const { traceId, spanId } = client;
  return [client, aSpan({ endedNs: ns(at), service: callee, traceId, parentSpanId: spanId, isError: true })];
};

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  const spans = [
    ...call('2026-11-22T12:00:01Z', '10.0.0.1:80', 'pay'),
    ...call('2026-11-22T12:00:02Z', '10.0.0.1:80', 'pay'),
    ...call('2026-11-22T12:00:03Z', '10.0.0.1:80', null),
    ...call('2026-11-22T12:00:04Z', 'bank:443', null),
  ];
  await insertSpans(clickhouse, spans);
  await rollUp(clickhouse, spans);
});

/** The edges of the map as it was at that instant. */
const edgesAt = async (now: string) => {
  const reads = {
    engine: createEngine(clickhouse),
    clock: movableClock(now),
    config: { values: { spansDays: 8 } } as never,
    knowsService: async () => true,
  };
  const { edges } = await serviceMap(reads, getServiceMap.query.parse({ from: '2026-11-22T11:30:00Z', to: now }));
  return edges.map(({ target, calls, errors, callsByAddress }) => [target, calls, errors, callsByAddress]);
};

it('says that nobody answered a call only after the answering span had its time to come', async () => {
  expect(await edgesAt('2026-11-22T12:00:35Z')).toEqual([['service:pay', 3, 3, 0]]);
  const settled = [
    ['service:pay', 3, 3, 1],
    ['external:bank:443', 1, 1, 0],
  ];
  expect(await edgesAt('2026-11-22T12:00:45Z')).toEqual(settled);
  // From minutes, and from hours.
  expect(await edgesAt('2026-11-22T12:09:00Z')).toEqual(settled);
  expect(await edgesAt('2026-11-22T14:00:00Z')).toEqual(settled);
});
