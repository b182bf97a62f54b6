import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  getServiceMap,
  getSignals,
  listLogs,
  listMetricPoints,
  listMetrics,
  listOperations,
  listTraces,
} from '../modules/telemetry/contract.ts';
import { aSpan, bodyHash, rowsOfSpans, type SpanFixture } from '../modules/telemetry/server/keep/fixtures.ts';
import { awaitOldQueries } from '../modules/telemetry/server/keep/old-queries.ts';
import { startKeep, type RunningKeep } from '../modules/telemetry/server/keep/start-keep.ts';
import { readStructures } from '../modules/telemetry/server/keep/structures.ts';
import { serviceMap } from '../modules/telemetry/server/signals/edges.ts';
import { createEngine } from '../modules/telemetry/server/signals/engine.ts';
import { searchLogs } from '../modules/telemetry/server/signals/logs.ts';
import { knownMetrics } from '../modules/telemetry/server/signals/metrics.ts';
import { serviceOperations } from '../modules/telemetry/server/signals/operations.ts';
import { metricPoints } from '../modules/telemetry/server/signals/points.ts';
import type { Reads } from '../modules/telemetry/server/signals/reads.ts';
import { serviceSignals } from '../modules/telemetry/server/signals/service-signals.ts';
import { traceText } from '../modules/telemetry/server/signals/trace.ts';
import { searchTraces } from '../modules/telemetry/server/signals/trace-search.ts';
import { migrateClickHouse } from '../platform/clickhouse/migrate.ts';
import { everyClickHouseSource } from '../platform/clickhouse/sources.ts';
import { movableClock } from '../platform/clock/clock.ts';
import { loadConfiguration } from '../platform/config/load.ts';
import { createLog } from '../platform/log/log.ts';
import { startSelfCluster, type SelfCluster } from './self-cluster.ts';

// Promise: what Leadline sends to a ClickHouse cluster is understood by ClickHouse, and counts are right over Distributed tables.

const name = 'leadline';
const clock = movableClock('2026-11-22T10:11:00Z');
const config = loadConfiguration({
  flags: { data: '/tmp', clickhouseUrl: 'http://cluster', clickhouseCluster: name },
  environment: {},
  folder: '/',
});

interface Begun {
  readonly cluster: SelfCluster;
  readonly keep: RunningKeep;
  readonly folder: string;
  send(body: string, spans: readonly SpanFixture[]): Promise<unknown>;
}

const begin = async (shards: number): Promise<Begun> => {
  const cluster = startSelfCluster(shards);
  await migrateClickHouse(cluster.clickhouse, config, await everyClickHouseSource(), { info: () => undefined });
  const structure = (await readStructures(cluster.clickhouse)).columns['telemetry_spans']!;
  const folder = await mkdtemp(join(tmpdir(), 'leadline-cluster-'));
  const keep = await startKeep({
    folder,
    clickhouse: brokenOnce(cluster),
    clock,
    log: createLog('silent'),
    metrics: new Registry(),
    diskReserveMb: 16,
    retention: { spans: 8, logs: 14, metrics: 35, rollups: 400 },
    cluster: name,
    seen: async () => undefined,
    limits: { stopMs: 10_000, retryMs: [1, 5], untouchedSeconds: 0 },
  });
  const send = (body: string, spans: readonly SpanFixture[]) =>
    keep.append({ rows: rowsOfSpans(structure, spans), bodyHash: bodyHash(body) });
  return { cluster, keep, folder, send };
};

/** The first insert takes effect and its answer is lost, so that the delivery asks the cluster what became of it. */
const brokenOnce = ({ clickhouse }: SelfCluster): SelfCluster['clickhouse'] => {
  let left = 1;
  return {
    ...clickhouse,
    insert: async (options) => {
      await clickhouse.insert(options);
      if (left-- > 0) throw new Error('socket hang up');
    },
  };
};

const end = async ({ cluster, keep, folder }: Begun): Promise<void> => {
  await keep.stop();
  cluster.stop();
  await rm(folder, { recursive: true, force: true });
};

const ids = (trace: number, span: number, parent = 0) => ({
  trace_id: new Uint8Array(16).fill(trace),
  span_id: new Uint8Array(8).fill(span),
  ...(parent ? { parent_span_id: new Uint8Array(8).fill(parent) } : {}),
});
/** A request to the gateway, its call, and the request to the payment that was called. */
const aCall = (trace: number, endedAt: string): SpanFixture[] => [
  aSpan({ service: 'gateway', endedAt, ...ids(trace, 1) }),
  aSpan({ service: 'gateway', endedAt, kind: 3, is_request: 0, neighbour_kind: 'address', ...ids(trace, 2, 1) }),
  aSpan({ service: 'payment', endedAt, is_error: 1, ...ids(trace, 3, 2) }),
];

describe('a cluster of one shard', () => {
  let begun: Begun;
  beforeAll(async () => {
    begun = await begin(1);
  });
  afterAll(() => end(begun));
  const count = async (sql: string): Promise<number> => {
    const [row] = await begun.cluster.clickhouse.query<{ n: string }>(sql);
    return Number(row!.n);
  };

  test('spans go through the Distributed table exactly once, also when an answer was lost, and are counted', async () => {
    await begun.send('1', [...aCall(1, '2026-11-22T10:10:05Z'), ...aCall(2, '2026-11-22T10:10:15Z')]);
    await begun.keep.settled();
    await begun.send('2', aCall(3, '2026-11-10T10:10:05Z'));
    await begun.keep.settled();
    expect(await count('SELECT count() AS n FROM telemetry_spans')).toBe(9);
    expect(await count('SELECT count() AS n FROM telemetry_spans_local')).toBe(9);
    const requests = (table: string) =>
      count(`SELECT sum(requests) AS n FROM ${table} FINAL WHERE service = 'payment'`);
    expect(await requests('telemetry_services_10s')).toBe(2);
    expect(await requests('telemetry_services_hour')).toBe(3);
    expect(begun.cluster.sent.some((sql) => sql.includes("clusterAllReplicas('leadline', system.processes)"))).toBe(
      true,
    );
  });

  test('what is too old is dropped on every server of the cluster', async () => {
    const dropped = await begun.keep.dropOld();
    expect(dropped).toContainEqual({ table: 'telemetry_spans', partition: '2026-11-10' });
    expect(await count('SELECT count() AS n FROM telemetry_spans')).toBe(6);
    expect(begun.cluster.sent).toContainEqual(
      expect.stringMatching(/^ALTER TABLE telemetry_spans_local ON CLUSTER 'leadline' DROP PARTITION ID '/),
    );
  });

  test('an insert that still runs somewhere is found and ended before it is done again', async () => {
    const { clickhouse, sent } = begun.cluster;
    const segment = 4_096n;
    const running = clickhouse.query('SELECT count() FROM system.numbers', { queryId: `keep-${segment}-t-d` });
    const ended = running.then(
      () => 'it ended by itself',
      (error: Error) => error.message,
    );
    await expect
      .poll(() => count("SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] = 'keep-4096-t-d'"))
      .toBe(1);
    await awaitOldQueries(clickhouse, segment, name, 20_000);
    expect(await ended).toMatch(/QUERY_WAS_CANCELLED/);
    expect(sent).toContainEqual(expect.stringMatching(/^KILL QUERY ON CLUSTER 'leadline' WHERE /));
  });
});

describe('a cluster of two shards', () => {
  let begun: Begun;
  let reads: Reads;
  beforeAll(async () => {
    begun = await begin(2);
    await begun.send('1', aCall(1, '2026-11-22T10:10:05Z'));
    await begun.keep.settled();
    reads = { engine: createEngine(begun.cluster.clickhouse), clock, config, knowsService: async () => true };
  });
  afterAll(() => end(begun));

  // Both shards are one engine, so every row is read twice: that each read is allowed is shown here, not its figures.
  test.each<[string, () => Promise<unknown>]>([
    ['the map', () => serviceMap(reads, getServiceMap.query.parse({}))],
    ['signals, with saturation', () => serviceSignals(reads, 'payment', getSignals.query.parse({}))],
    ['operations', () => serviceOperations(reads, 'payment', listOperations.query.parse({}))],
    [
      'traces by words and attributes',
      () => searchTraces(reads, listTraces.query.parse({ service: 'payment', q: 'orders', status: 'error' })),
    ],
    ['one trace', () => traceText(reads, '01'.repeat(16))],
    ['logs', () => searchLogs(reads, listLogs.query.parse({ q: 'words', severity: 'error' }))],
    ['metrics', () => knownMetrics(reads, listMetrics.query.parse({}))],
    ['points of a metric', () => metricPoints(reads, 'cpu', listMetricPoints.query.parse({}))],
  ])('%s can be read', async (_name, read) => {
    await read();
  });
});
