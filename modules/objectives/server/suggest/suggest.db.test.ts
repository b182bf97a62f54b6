import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { loadConfiguration } from '../../../../platform/config/load.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../../platform/http/start.ts';
import { createLog } from '../../../../platform/log/log.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { testPostgres } from '../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { aSpan, insertSpans, rollUp, type SpanGiven } from '../../../telemetry/fixtures.ts';
import { historyOver } from '../../../telemetry/server/signals/testing/history-over.ts';
import { compileChange } from '../../domain/compile-change.ts';
import { anObjective } from '../../fixtures.ts';
import type { ApplyGround } from '../apply-documents.ts';
import { saveObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { addSuggestRoutes } from './routes.ts';

/** A shop that has been sending for twelve minutes, one service that has sent for three days, and one that has just begun. */
const now = '2026-11-22T12:00:00Z';
const nowNs = Temporal.Instant.from(now).epochNanoseconds;
const second = 1_000_000_000n;
const minutesAgo = (minutes: number): bigint => nowNs - BigInt(Math.round(minutes * 60)) * second;
const spans: SpanGiven[] = [
  ...Array.from({ length: 1_200 }, (_, index) =>
    aSpan({
      service: 'shop/checkout',
      endedNs: minutesAgo(12 - index / 100),
      isError: index % 600 === 0,
      durationNs: index % 100 === 0 ? 900_000_000n : 40_000_000n,
    }),
  ),
  ...Array.from({ length: 4_300 }, (_, index) =>
    aSpan({ service: 'shop/cart', environment: 'staging', endedNs: minutesAgo(4_310 - index), durationNs: 3_000_000n }),
  ),
  ...Array.from({ length: 5 }, (_, index) => aSpan({ service: 'shop/new', endedNs: minutesAgo(2 - index / 10) })),
];
const migrations = (module: string) => ({
  name: module,
  folder: new URL(`../../../${module}/server/migrations/`, import.meta.url),
});
const viewer: Actor = { kind: 'person', id: 'v', name: 'vera', role: 'viewer', teams: {}, scopes: ['api'] };

let clickhouse: ClickHouse;
let postgres: Postgres;
let http: StartedHttp;

beforeAll(async () => {
  clickhouse = await testClickHouse([migrations('telemetry'), migrations('objectives')]);
  postgres = await testPostgres();
  await insertSpans(clickhouse, spans);
  await rollUp(clickhouse, spans);
  const log = createLog('silent');
  const config = loadConfiguration({ flags: { data: '/nowhere', logLevel: 'silent' }, environment: {}, folder: '/' });
  http = createHttp({ config, log, postgres, metrics: new Registry(), version: '0' });
  http.setAuthenticate(async () => viewer);
  const clock = movableClock(now);
  const apply = {
    postgres,
    clock,
    ledger: null,
    identity: { teamExists: async () => true, secrets: null },
    catalog: { ownerOf: async () => null },
    handChanges: 'refuse',
  } as unknown as ApplyGround;
  const ground = { http, postgres, clickhouse, clock, config } as unknown as Ground;
  addSuggestRoutes(ground, historyOver(clickhouse, clock), apply);
  await http.fastify.ready();
});
afterAll(async () => {
  await http.stop();
  await postgres.stop();
});

const suggestions = async (query = '') => {
  const answer = await http.fastify.inject({ method: 'GET', url: `/api/v1/objective-suggestions${query}` });
  expect(answer.statusCode).toBe(200);
  return answer.json();
};

describe('proposed objectives', () => {
  it('are a start for what is minutes old, and say so', async () => {
    const { items } = await suggestions('?service=shop%2Fcheckout');
    expect(items).toMatchObject([
      {
        about: 'availability',
        name: 'shop-checkout-availability',
        displayName: 'Checkout answers',
        targetPpm: 995_000,
        good: 1_198,
        bad: 2,
      },
      // One in a hundred took 900 ms: 99 % of all within 50 ms, and a quarter of the budget must be left.
      {
        about: 'latency',
        withinMs: 50,
        displayName: 'Checkout answers within 50 ms',
        targetPpm: 980_000,
        good: 1_188,
        bad: 12,
      },
    ]);
    expect(items[0].reason).toContain('A start: too little history to say more');
    expect(items[0].fared.at(-1)).toMatchObject({ targetPpm: 995_000, remainingRatio: 4 / 6, pages: 0 });
  });

  it('follow from history where there is some', async () => {
    const { items } = await suggestions('?service=shop%2Fcart');
    expect(items[0]).toMatchObject({ environment: 'staging', good: 4_300, bad: 0, targetPpm: 995_000 });
    // 4,300 requests: 99.8 % would allow 8.6 bad ones, fewer than ten.
    expect(items[0].reason).toContain('99.999 % was kept too, but would allow only 0.043 bad events');
    expect(items[0].reason).toContain('steps of an hour');
    expect(items[0].fared).toHaveLength(11);
  });

  it('are documents that compile to what was proposed', async () => {
    const { items } = await suggestions();
    const known = { documents: [], objectives: [], ownerOf: () => null, complete: true };
    const compiled = compileChange(
      items.map((item: { document: string }) => parse(item.document)),
      known,
    );
    expect(compiled.findings).toEqual([]);
    const objectives = compiled.slos.flatMap((slo) => slo.objectives);
    expect(
      objectives.map(({ name, displayName, service, environment, targetPpm }) => ({
        name,
        displayName,
        service,
        environment,
        targetPpm,
      })),
    ).toEqual(
      items.map(({ name, displayName, service, environment, targetPpm }: Record<string, unknown>) => ({
        name,
        displayName,
        service,
        environment,
        targetPpm,
      })),
    );
    const latency = objectives.find(({ name }) => name === 'shop-checkout-latency')!;
    expect(latency.components[0]!.indicator).toMatchObject({
      definition: {
        of: { service: 'shop/checkout', environment: 'production' },
        bad: [{ kind: 'slower-than', ms: 50 }],
      },
    });
  });

  it('are not made where hardly anything was seen: it is said what is missing', async () => {
    const { items, notYet } = await suggestions('?service=shop%2Fnew');
    expect(items).toEqual([]);
    expect(notYet).toMatchObject([{ about: 'availability' }, { about: 'latency' }]);
    expect(notYet[0].reason).toContain('5 requests');
  });

  it('leave out services that have objectives, unless all are asked for; names stay their own', async () => {
    const definition = anObjective({ name: 'shop-checkout-availability', service: 'shop/checkout' });
    await postgres.transaction<ObjectivesTables, unknown>((tx) =>
      saveObjective(
        tx,
        { id: newId(), document: definition.name, definition },
        { by: 'test', at: Temporal.Instant.from(now) },
      ),
    );
    const names = async (query: string): Promise<string[]> =>
      (await suggestions(query)).items.map(({ name }: { name: string }) => name);
    expect(await names('')).toEqual(['shop-cart-availability', 'shop-cart-latency']);
    expect(await names('?all=true&service=shop%2Fcheckout')).toEqual([
      'shop-checkout-availability-2',
      'shop-checkout-latency',
    ]);
  });
});
