import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { createLog } from '../../../../platform/log/log.ts';
import { aSpan, bodyHash, rowsOfSpans, type SpanFixture } from './fixtures.ts';
import type { SeenDependency } from './seen.ts';
import { startKeep, type RunningKeep } from './start-keep.ts';
import { readStructures } from './structures.ts';

let clickhouse: ClickHouse;
let structure: string;
let folder: string;
let keep: RunningKeep;
const seen: SeenDependency[] = [];

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  structure = (await readStructures(clickhouse)).columns['telemetry_spans']!;
  folder = await mkdtemp(join(tmpdir(), 'leadline-keep-'));
  keep = await startKeep({
    folder,
    clickhouse,
    clock: movableClock('2026-11-22T10:11:00Z'),
    log: createLog('silent'),
    metrics: new Registry(),
    diskReserveMb: 16,
    retention: { spans: 8, logs: 14, metrics: 35, rollups: 400 },
    cluster: null,
    seen: async ({ dependencies }) => void seen.push(...dependencies),
  });
});
afterAll(async () => {
  await keep.stop();
  await rm(folder, { recursive: true, force: true });
});

const id = (text: string): Uint8Array => Buffer.from(text);
const send = async (...spans: SpanFixture[]): Promise<void> => {
  await keep.append({
    rows: rowsOfSpans(structure, spans),
    bodyHash: bodyHash(JSON.stringify(spans.map((span) => Object.values(span).map(String)))),
  });
  await keep.settled();
};
const edgesOf = (caller: string, level = 'minute') =>
  clickhouse.query<{ kind: string; callee: string; via: string; calls: number; errors: number }>(
    `-- Neighbours of one caller.
     SELECT callee_kind AS kind, callee, via, toUInt32(sum(calls)) AS calls, toUInt32(sum(errors)) AS errors
     FROM telemetry_edges_${level} FINAL WHERE caller = {caller:String} GROUP BY ALL HAVING calls > 0 ORDER BY callee`,
    { params: { caller } },
  );
const aCall = (caller: string, overrides: Parameters<typeof aSpan>[0] = {}): SpanFixture =>
  aSpan({
    service: caller,
    name: 'GET',
    kind: 3,
    is_request: 0,
    neighbour_kind: 'external',
    neighbour: 'payment.internal:8080',
    neighbour_via: 'http',
    ...overrides,
  });

describe('who calls whom', () => {
  test('a call whose other side is seen later leads to that service, no longer to the address', async () => {
    await send(
      aCall('cart', {
        endedAt: '2026-11-22T10:10:00.010Z',
        trace_id: id('trace-of-16-byte'),
        span_id: id('client-1'),
        is_error: 1,
      }),
    );
    expect(await edgesOf('cart')).toEqual([
      { kind: 'external', callee: 'payment.internal:8080', via: 'http', calls: 1, errors: 1 },
    ]);
    // The called span ended ten seconds' bucket earlier and comes late.
    await send(
      aSpan({
        service: 'payment',
        endedAt: '2026-11-22T10:09:59.990Z',
        trace_id: id('trace-of-16-byte'),
        span_id: id('server-1'),
        parent_span_id: id('client-1'),
      }),
    );
    for (const level of ['10s', 'minute', 'hour']) {
      expect(await edgesOf('cart', level)).toEqual([
        { kind: 'service', callee: 'payment', via: 'http', calls: 1, errors: 1 },
      ]);
    }
    expect(seen).toContainEqual(
      expect.objectContaining({ caller: 'cart', calleeKind: 'service', callee: 'payment', via: 'http' }),
    );
  });

  test('databases and queues are neighbours by themselves; a consumer is called by its queue', async () => {
    await send(
      aCall('orders', {
        span_id: id('db-call1'),
        neighbour_kind: 'database',
        neighbour: 'postgresql: orders',
        neighbour_via: 'database',
      }),
      aCall('orders', {
        span_id: id('produce1'),
        kind: 4,
        neighbour_kind: 'messaging',
        neighbour: 'kafka: paid',
        neighbour_via: 'messaging',
      }),
      aSpan({
        service: 'mailer',
        kind: 5,
        parent_span_id: id('produce1'),
        neighbour_kind: 'messaging',
        neighbour: 'kafka: paid',
        neighbour_via: 'messaging',
      }),
    );
    expect(await edgesOf('orders')).toEqual([
      { kind: 'messaging', callee: 'kafka: paid', via: 'messaging', calls: 1, errors: 0 },
      { kind: 'database', callee: 'postgresql: orders', via: 'database', calls: 1, errors: 0 },
    ]);
    expect(await edgesOf('kafka: paid')).toEqual([
      { kind: 'service', callee: 'mailer', via: 'messaging', calls: 1, errors: 0 },
    ]);
  });

  test('a call of two days ago is counted as well', async () => {
    await send(aCall('old', { endedAt: '2026-11-20T08:00:00Z' }));
    expect(await edgesOf('old', 'hour')).toEqual([
      { kind: 'external', callee: 'payment.internal:8080', via: 'http', calls: 1, errors: 0 },
    ]);
  });
});

describe('a call that nobody answered leads to the service that answered at its address before', () => {
  const pairs = { at: 0 };
  /** A call that `callee` answered, or nobody; times within 10 o'clock. */
  const call = (caller: string, time: string, callee: string | null, address = '127.0.0.1:8081'): SpanFixture[] => {
    pairs.at += 1;
    const ids = { trace_id: id('addresses-of-all'), span_id: id(`c${String(pairs.at).padStart(7, '0')}`) };
    const endedAt = `2026-11-22T${time}Z`;
    const client = aCall(caller, { ...ids, endedAt, neighbour: address, is_error: callee === null ? 1 : 0 });
    if (callee === null) return [client];
    const answer = { ...ids, span_id: id(`s${String(pairs.at).padStart(7, '0')}`), parent_span_id: ids.span_id };
    return [client, aSpan({ ...answer, endedAt, service: callee })];
  };
  const led = (caller: string, level = 'minute') =>
    clickhouse.query<{ callee: string; calls: number; errors: number; byAddress: number }>(
      `-- Neighbours of one caller, with the calls that were led by address.
       SELECT callee, toUInt32(sum(calls)) AS calls, toUInt32(sum(errors)) AS errors, toUInt32(sum(calls_by_address)) AS byAddress
       FROM telemetry_edges_${level} FINAL WHERE caller = {caller:String} GROUP BY ALL HAVING calls > 0 ORDER BY callee`,
      { params: { caller } },
    );

  test('at every level, with exact counts, in the next bucket and in a later one', async () => {
    await send(...call('till', '10:00:01', 'pay'), ...call('till', '10:00:02', 'pay'));
    await send(...call('till', '10:00:03', null), ...call('till', '10:01:13', null), ...call('till', '10:10:50', null));
    for (const level of ['10s', 'minute', 'hour'])
      expect(await led('till', level)).toEqual([{ callee: 'pay', calls: 5, errors: 3, byAddress: 3 }]);
    expect(seen).toContainEqual(expect.objectContaining({ caller: 'till', calleeKind: 'service', callee: 'pay' }));
    expect(seen).not.toContainEqual(expect.objectContaining({ caller: 'till', calleeKind: 'external' }));
  });

  test('not before anybody answered there, not after six hours, not for another caller, environment or port', async () => {
    await send(...call('early', '10:02:00', null), ...call('early', '10:02:11', 'pay'));
    await send(...call('late', '04:01:00', 'pay'), ...call('late', '10:01:30', null));
    await send(...call('other', '10:02:40', null), ...call('till', '10:05:00', null, '127.0.0.1:9999'));
    expect((await led('early')).map((edge) => [edge.callee, edge.byAddress])).toEqual([
      ['127.0.0.1:8081', 0],
      ['pay', 0],
    ]);
    expect((await led('late')).map((edge) => edge.callee)).toEqual(['127.0.0.1:8081', 'pay']);
    expect((await led('other')).map((edge) => edge.callee)).toEqual(['127.0.0.1:8081']);
    expect((await led('till')).map((edge) => edge.callee)).toEqual(['127.0.0.1:9999', 'pay']);
  });

  test('where the port changed hands, to the latest that answered before', async () => {
    await send(
      ...call('porter', '10:00:01', 'old'),
      ...call('porter', '10:00:02', null),
      ...call('porter', '10:00:04', 'new'),
      ...call('porter', '10:00:05', null),
    );
    await send(...call('porter', '10:03:00', null));
    expect(await led('porter')).toEqual([
      { callee: 'new', calls: 3, errors: 2, byAddress: 2 },
      { callee: 'old', calls: 2, errors: 1, byAddress: 1 },
    ]);
  });

  test('to none of them where the address stands for several services, as that of a proxy does', async () => {
    await send(
      ...call('browser', '10:00:01', 'one', 'proxy:8080'),
      ...call('browser', '10:00:02', 'two', 'proxy:8080'),
      ...call('browser', '10:00:03', 'one', 'proxy:8080'),
      ...call('browser', '10:00:04', null, 'proxy:8080'),
    );
    expect(await led('browser')).toEqual([
      { callee: 'one', calls: 2, errors: 0, byAddress: 0 },
      { callee: 'proxy:8080', calls: 1, errors: 1, byAddress: 0 },
      { callee: 'two', calls: 1, errors: 0, byAddress: 0 },
    ]);
  });

  test('also when the span that answered comes after the failing call was counted', async () => {
    const [client, answer] = call('hasty', '10:04:01', 'pay');
    await send(client!, ...call('hasty', '10:04:25', null));
    expect((await led('hasty')).map((edge) => edge.callee)).toEqual(['127.0.0.1:8081']);
    await send(answer!);
    expect(await led('hasty')).toEqual([{ callee: 'pay', calls: 2, errors: 1, byAddress: 1 }]);
  });
});

test('counts at the edges of durations are exact and the sketch is within its bound', async () => {
  const durations = Array.from({ length: 2_000 }, (_, at) => 1_000 + at * at * 37);
  await send(
    ...durations.map((us, at) =>
      aSpan({ service: 'durations', duration_ns: BigInt(us) * 1_000n, span_id: id(String(at).padStart(8, '0')) }),
    ),
  );
  const [row] = await clickhouse.query<{ within: string[]; quantiles: number[]; sum: string; max: string }>(
    `-- Durations of a test, by hour.
     SELECT sumForEach(within) AS within, quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99, 0.999)(duration_sketch) AS quantiles, sum(duration_ns_sum) AS sum, max(duration_ns_max) AS max
     FROM telemetry_services_hour FINAL WHERE service = 'durations'`,
  );
  const edgesMs = [
    1, 2, 5, 10, 20, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000,
    5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 60_000,
  ];
  expect(row!.within.map(Number)).toEqual(edgesMs.map((edge) => durations.filter((us) => us <= edge * 1_000).length));
  expect(Number(row!.sum)).toBe(durations.reduce((sum, us) => sum + us, 0) * 1_000);
  expect(Number(row!.max)).toBe(Math.max(...durations) * 1_000);
  for (const [at, quantile] of [0.5, 0.9, 0.95, 0.99, 0.999].entries()) {
    const trueMs = durations[Math.floor(quantile * (durations.length - 1))]! / 1_000;
    expect(Math.abs(row!.quantiles[at]! - trueMs) / trueMs).toBeLessThan(0.0105);
  }
});
