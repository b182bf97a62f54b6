import { beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { getNeighbours, getServiceMap, getSignals, listOperations, listVersions } from '../../contract.ts';
import { aSpan, insertSpans, rollUp, type SpanGiven } from '../../fixtures.ts';
import { serviceMap, serviceNeighbours } from './edges.ts';
import { createEngine } from './engine.ts';
import { serviceOperations, serviceVersions } from './operations.ts';
import type { Reads } from './reads.ts';
import { serviceSignals, serviceTotals } from './service-signals.ts';

const now = Temporal.Instant.from('2026-11-22T12:34:56Z');
const second = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 1_000;
const nowSecond = now.epochMilliseconds / 1_000;
const at = (text: string): bigint => BigInt(second(text)) * 1_000_000_000n;

/** `count` requests, one every second from then on. */
const many = (from: string, count: number, given: Partial<SpanGiven>): SpanGiven[] =>
  Array.from({ length: count }, (_, index) => aSpan({ endedNs: at(from) + BigInt(index) * 1_000_000_000n, ...given }));

const bornAt = '2026-11-22T12:29:57Z';
const hourOldAt = '2026-11-22T11:27:11Z';
const database = { kind: 'database', name: 'postgresql: orders', via: 'database' };
const spans = [
  ...many(bornAt, 250, { service: 'young', version: '1.0.0' }),
  ...many(bornAt, 250, { service: 'young', kind: 'client', name: 'SELECT', neighbour: database }),
  ...many(hourOldAt, 120, { service: 'hour-old' }),
  ...many('2026-11-21T11:27:11Z', 120, { service: 'day-old' }),
  // Seen days ago, then again at the end of the hour: it existed all the time.
  ...many('2026-11-19T08:00:00Z', 3, { service: 'old', name: 'GET /' }),
  ...many('2026-11-22T12:30:00Z', 72, { service: 'old', name: 'GET /' }),
  ...many('2026-11-22T12:24:00Z', 100, { service: 'old', name: 'GET /new', version: '2.0.0' }),
];

let clickhouse: ClickHouse;
let reads: Reads;
beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  await insertSpans(clickhouse, spans);
  await rollUp(clickhouse, spans);
  reads = {
    engine: createEngine(clickhouse),
    clock: movableClock(now),
    config: { values: { spansDays: 8 } } as never,
    knowsService: async () => true,
  };
});

const operations = async (service: string, query: Record<string, unknown> = {}) =>
  Object.fromEntries(
    (await serviceOperations(reads, service, listOperations.query.parse(query))).items.map((each) => [
      each.operation,
      [each.requests, each.requestsPerSecond] as const,
    ]),
  );

describe('A rate divides by the time in which a thing existed within the range', () => {
  it('a service of five minutes has its whole rate in the last hour, a day and a month, its counts as they are', async () => {
    const rate = 250 / (nowSecond - second('2026-11-22T12:29:50Z'));
    expect(await operations('young')).toEqual({ 'POST /checkout': [250, rate] });
    for (const from of ['2026-11-21T12:00:00Z', '2026-10-30T12:00:00Z'])
      expect((await operations('young', { from }))['POST /checkout']).toEqual([250, rate]);
    const { items } = await serviceVersions(reads, 'young', listVersions.query.parse({}));
    expect(items[0]!.requestsPerSecond).toBe(rate);
  });

  it('what began in an hour that is read as a whole is known to ten seconds while those are kept, then to the minute', async () => {
    const lived = nowSecond - second('2026-11-22T11:27:10Z');
    expect((await operations('hour-old', { from: '2026-11-22T06:00:00Z' }))['POST /checkout']).toEqual([
      120,
      120 / lived,
    ]);
    const day = nowSecond - second('2026-11-21T11:27:00Z');
    expect((await operations('day-old', { from: '2026-11-20T00:00:00Z' }))['POST /checkout']).toEqual([120, 120 / day]);
    const born = await operations('hour-old', { from: '2026-11-22T11:05:00Z', to: '2026-11-22T12:30:00Z' });
    expect(born['POST /checkout']![1]).toBe(120 / (second('2026-11-22T12:30:00Z') - second('2026-11-22T11:27:10Z')));
  });

  it('what was seen before the range existed in all of it, also where it was silent at first', async () => {
    const seconds = nowSecond - second('2026-11-22T11:35:00Z');
    expect(await operations('old')).toEqual({
      'GET /': [72, 72 / seconds],
      'GET /new': [100, 100 / (nowSecond - second('2026-11-22T12:24:00Z'))],
    });
  });

  it('a stretch that lies back divides by itself, and one that begins after the birth too', async () => {
    const past = { from: '2026-11-22T12:25:00Z', to: '2026-11-22T12:31:00Z' };
    expect((await operations('old', past))['GET /']).toEqual([60, 60 / 360]);
    const young = { from: '2026-11-22T12:31:00Z', to: '2026-11-22T12:32:00Z' };
    expect((await operations('young', young))['POST /checkout']).toEqual([60, 1]);
  });

  it('the signals tell the same for the whole service', async () => {
    const rate = async (service: string, query: Record<string, unknown> = {}) =>
      (await serviceSignals(reads, service, getSignals.query.parse(query))).totals.requestsPerSecond;
    const young = 250 / (nowSecond - second('2026-11-22T12:29:50Z'));
    expect(await rate('young')).toBe(young);
    expect(await rate('young', { from: '2026-10-30T12:00:00Z', operation: 'POST /checkout' })).toBe(young);
    expect(await rate('old')).toBe(172 / (nowSecond - second('2026-11-22T11:35:00Z')));
    expect(await rate('young', { from: '2026-11-22T12:31:00Z', to: '2026-11-22T12:32:00Z' })).toBe(1);
    expect(await rate('young', { from: '2026-11-22T10:00:00Z', to: '2026-11-22T11:00:00Z' })).toBe(null);
    const from = Temporal.Instant.from('2026-11-22T08:00:00Z');
    expect((await serviceTotals(reads, { service: 'young', from, to: now })).requestsPerSecond).toBe(young);
  });

  it('neighbours and the map tell the same', async () => {
    const seconds = nowSecond - second('2026-11-22T12:29:50Z');
    const { calls, nodes } = await serviceNeighbours(reads, 'young', getNeighbours.query.parse({}));
    expect(calls.map((edge) => [edge.calls, edge.callsPerSecond])).toEqual([[250, 250 / seconds]]);
    expect(nodes.find((node) => node.name === 'young')!.requestsPerSecond).toBe(250 / seconds);
    const map = await serviceMap(reads, getServiceMap.query.parse({}));
    expect(map.edges.map((edge) => edge.callsPerSecond)).toEqual([250 / seconds]);
    const rates = Object.fromEntries(map.nodes.map((node) => [node.name, node.requestsPerSecond]));
    expect(rates).toMatchObject({
      young: 250 / seconds,
      old: 172 / (nowSecond - second('2026-11-22T11:35:00Z')),
      'postgresql: orders': null,
    });
  });
});
