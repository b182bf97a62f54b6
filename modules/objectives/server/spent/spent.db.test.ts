import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { loadConfiguration } from '../../../../platform/config/load.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../../platform/http/start.ts';
import { startLedger } from '../../../../platform/ledger/start.ts';
import { createLog } from '../../../../platform/log/log.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { testPostgres } from '../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { aSpan, insertSpans, rollUp, type SpanGiven } from '../../../telemetry/fixtures.ts';
import { latencyEdgesMs } from '../../../telemetry/server/public.ts';
import { historyOver } from '../../../telemetry/server/signals/testing/history-over.ts';
import type { Spent } from '../../contract/spent.ts';
import { anObjective } from '../../fixtures.ts';
import { createSpanCounts } from '../count/span-counts.ts';
import { allIndicators, saveObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { addSpentRoutes } from './routes.ts';

/**
 * A day of requests, one every ten seconds. From 06:00 to 07:00 a new version fails on a third of its payments, all of them from
 * the host h2; else one in 503 fails.
 */
const now = '2026-11-22T12:00:00Z';
const start = Temporal.Instant.from('2026-11-21T12:00:00Z').epochNanoseconds;
const second = 1_000_000_000n;
const deploy = 18 * 360;
const spans: SpanGiven[] = Array.from({ length: 24 * 360 }, (_, index) => {
  const inDeploy = index >= deploy && index < deploy + 360;
  const pays = index % 3 === 0;
  const host = inDeploy && pays ? 'h2' : `h${1 + (index % 4)}`;
  return aSpan({
    endedNs: start + BigInt(index) * 10n * second,
    version: inDeploy ? '2.0.0' : '1.0.0',
    name: pays ? 'POST /pay' : 'GET /cart',
    isError: (inDeploy && pays) || index % 503 === 1,
    attributes: {
      'host.name': host,
      'http.request.method': pays ? 'POST' : 'GET',
      'request.id': `r-${index}`,
      // As a balancer sends it: the connection of the failing ones is busiest.
      'network.peer.port': inDeploy && pays ? 41_002 : 41_000 + (index % 7),
      static: 1,
    },
  });
});
const calls = spans
  .filter(({ isError, name }) => isError && name === 'POST /pay')
  .map(({ endedNs }) =>
    aSpan({
      endedNs,
      kind: 'client',
      isError: true,
      neighbour: { kind: 'database', name: 'postgresql: orders', via: 'database' },
    }),
  );
const bad = spans.filter(({ isError }) => isError).length;
const viewer: Actor = { kind: 'person', id: 'v', name: 'vera', role: 'viewer', teams: {}, scopes: ['api'] };

let clickhouse: ClickHouse;
let postgres: Postgres;
let http: StartedHttp;
let ledger: Awaited<ReturnType<typeof startLedger>>;
const clock = movableClock('2026-11-01T00:00:00Z');

beforeAll(async () => {
  const migrations = (module: string) => ({
    name: module,
    folder: new URL(`../../../${module}/server/migrations/`, import.meta.url),
  });
  clickhouse = await testClickHouse([migrations('telemetry'), migrations('objectives')]);
  postgres = await testPostgres();
  await insertSpans(clickhouse, [...spans, ...calls]);
  await rollUp(clickhouse, [...spans, ...calls]);
  const keep = (targetPpm: number) =>
    postgres.transaction<ObjectivesTables, unknown>((tx) =>
      saveObjective(
        tx,
        { id: newId(), document: 'checkout', definition: anObjective({ name: 'checkout', targetPpm }) },
        { by: 'test', at: clock.now() },
      ),
    );
  await keep(999_000);
  clock.set(Temporal.Instant.from('2026-11-22T05:30:00Z'));
  await keep(990_000);
  clock.set(Temporal.Instant.from(now));
  await countEverything();
  const log = createLog('silent');
  const config = loadConfiguration({ flags: { data: '/nowhere', logLevel: 'silent' }, environment: {}, folder: '/' });
  const metrics = new Registry();
  ledger = await startLedger(postgres, clock, log, metrics);
  http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async () => viewer);
  const ground = { http, postgres, clickhouse, clock, ledger, config } as unknown as Ground;
  addSpentRoutes(ground, historyOver(clickhouse, clock)).answerMarks(async ({ services, from, to }) => {
    const at = '2026-11-22T05:58:00Z';
    const inside = at >= from.toString() && at < to.toString() && services.includes('shop/checkout');
    return inside
      ? [
          {
            at,
            until: null,
            kind: 'change',
            title: 'Deploy of 2.0.0',
            by: 'ci',
            link: 'https://ci.example.org/1',
            service: 'shop/checkout',
          },
        ]
      : [];
  });
  await http.fastify.ready();
});
afterAll(async () => {
  await http.stop();
  await ledger.stop();
  await postgres.stop();
});

/** Counts of the indicators from the spans, as the stages behind telemetry's rollups make them. */
const countEverything = async (): Promise<void> => {
  const counts = createSpanCounts({
    clickhouse,
    latencyEdgesMs,
    simpleMs: 20_000,
    rawMs: 20_000,
    onRawFailure: async (_, error) => Promise.reject(error),
    onRawSuccess: () => undefined,
    leftOut: async () => new Set<number>(),
  });
  const indicators = await allIndicators(postgres.tables<ObjectivesTables>());
  const stretch = { from: Date.parse('2026-11-21T12:00:00Z') / 1_000, to: Date.parse(now) / 1_000 };
  await counts.fine('10s', stretch, indicators);
  await counts.coarser('minute', stretch, indicators);
  await counts.coarser('hour', stretch, indicators);
};

const spentIn = async (query: string): Promise<Spent> => {
  const answer = await http.fastify.inject({ method: 'GET', url: `/api/v1/objectives/checkout/spent${query}` });
  expect(answer.body).toContain('checkout');
  return answer.json();
};
const by = (spent: Spent, dimension: string) => spent.by.find((each) => each.dimension === dimension)!;
const countBy = (of: (span: SpanGiven) => string, value: string) => {
  const own = spans.filter((span) => of(span) === value);
  const failed = own.filter(({ isError }) => isError).length;
  const rest = spans.length - own.length;
  return {
    value,
    good: own.length - failed,
    bad: failed,
    badShare: failed / bad,
    lift: failed / own.length / ((bad - failed) / rest),
  };
};

describe('where a budget went', () => {
  it('is told with its formula: the share of what the window allows', async () => {
    const spent = await spentIn('');
    expect(spent).toMatchObject({ good: spans.length - bad, bad });
    // 8,640 requests at 99 % allow 86.4.
    expect(spent.budgetShare).toBeCloseTo(bad / 86.4, 9);
    expect(spent.formula).toContain(`${bad} ÷ (8,640 × (1 − 99 %) = 86.4)`);
  });

  it('is told by operation, version, environment and what was called, exactly', async () => {
    const spent = await spentIn('');
    for (const [dimension, of] of [
      ['operation', (span: SpanGiven) => span.name],
      ['version', (span: SpanGiven) => span.version],
      ['attribute:host.name', (span: SpanGiven) => String(span.attributes['host.name'])],
    ] as const) {
      const { exact, shares } = by(spent, dimension);
      expect(exact).toBe(true);
      const [first] = shares;
      const expected = countBy(of, first!.value);
      expect(first).toMatchObject({ value: expected.value, good: expected.good, bad: expected.bad });
      expect(first!.badShare).toBeCloseTo(expected.badShare, 9);
      expect(first!.lift).toBeCloseTo(expected.lift, 6);
      expect(first!.budgetShare).toBeCloseTo(expected.bad / 86.4, 9);
      expect(shares.reduce((sum, share) => sum + share.bad, 0)).toBe(bad);
    }
    expect(by(spent, 'version').shares[0]!.value).toBe('2.0.0');
    expect(by(spent, 'attribute:host.name').shares[0]!.value).toBe('h2');
    expect(by(spent, 'environment').shares).toMatchObject([{ value: 'production', bad, lift: null }]);
    expect(by(spent, 'dependency')).toMatchObject({
      shares: [{ value: 'postgresql: orders', bad: calls.length, budgetShare: null }],
    });
  });

  it('puts first what differs most, and leaves out what tells nothing', async () => {
    const names = (await spentIn('')).by.map(({ dimension }) => dimension);
    // All the bad ones of version 2.0.0 are 120 of its 360, a 24th of the day.
    expect(names[0]).toBe('version');
    expect(names).not.toContain('attribute:request.id');
    expect(names).not.toContain('attribute:static');
    expect(names).not.toContain('attribute:network.peer.port');
  });

  it('names the steepest stretch to the minute, with what happened shortly before', async () => {
    const { steepest } = await spentIn('');
    expect(steepest[0]).toMatchObject({ from: '2026-11-22T06:00:00Z', to: '2026-11-22T07:00:00Z', bad: 120 });
    expect(steepest[0]!.near.map(({ kind, title }) => [kind, title])).toEqual([
      ['version', 'First seen: 2.0.0 in production'],
      ['change', 'Deploy of 2.0.0'],
      ['target', 'Target 99.9 % → 99 %'],
    ]);
    expect(steepest[0]!.near[0]!.at).toBe('2026-11-22T06:00:00Z');
  });

  it('is empty in a stretch in which nothing was bad, and refuses one that cannot be', async () => {
    const spent = await spentIn('?from=2026-11-22T10:00:20Z&to=2026-11-22T10:01:00Z');
    expect(spent).toMatchObject({ bad: 0, budgetShare: 0, by: [], steepest: [] });
    const wrong = await http.fastify.inject({
      method: 'GET',
      url: '/api/v1/objectives/checkout/spent?from=2026-11-22T11:00:00Z&to=2026-11-22T10:00:00Z',
    });
    expect(wrong.json()).toMatchObject({ status: 400, errors: [{ path: 'query.from' }] });
    expect((await http.fastify.inject({ method: 'GET', url: '/api/v1/objectives/nobody/spent' })).statusCode).toBe(404);
  });

  it('is told by attributes from the spans where the counts do not know an indicator', async () => {
    const definition = anObjective({
      name: 'paying-checkout',
      targetPpm: 990_000,
      components: [
        {
          ...anObjective().components[0]!,
          indicator: {
            kind: 'indicator',
            number: 0,
            definition: {
              kind: 'spans',
              of: {
                service: 'shop/checkout',
                environment: null,
                operation: null,
                attributes: [{ key: 'http.request.method', op: '=', value: 'POST' }],
              },
              bad: [{ kind: 'error' }],
            },
          },
        },
      ],
    });
    await postgres.transaction<ObjectivesTables, unknown>((tx) =>
      saveObjective(tx, { id: newId(), document: definition.name, definition }, { by: 'test', at: clock.now() }),
    );
    await countEverything();
    const answer = await http.fastify.inject({ method: 'GET', url: '/api/v1/objectives/paying-checkout/spent' });
    const failed = spans.filter(({ isError, name }) => isError && name === 'POST /pay');
    expect(answer.json().bad).toBe(failed.length);
    expect(by(answer.json(), 'version').shares[0]).toMatchObject({
      value: '2.0.0',
      bad: failed.filter(({ version }) => version === '2.0.0').length,
    });
  });
});

describe('marks of a stretch of time', () => {
  it('are told oldest first', async () => {
    const answer = await http.fastify.inject({
      method: 'GET',
      url: '/api/v1/objectives/checkout/marks?from=2026-11-22T05:00:00Z&to=2026-11-22T12:00:00Z',
    });
    expect(answer.json().items.map(({ kind }: { kind: string }) => kind)).toEqual(['target', 'change', 'version']);
  });
});
