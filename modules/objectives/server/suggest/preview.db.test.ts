import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { anObjective, anSlo, availabilityOf } from '../../fixtures.ts';
import type { ApplyGround } from '../apply-documents.ts';
import { saveObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { addSuggestRoutes } from './routes.ts';

/** Three days, a request every thirty seconds; all fail from 06:00 to 06:20 of the last day; the card `visa` takes 400 ms. */
const now = '2026-11-22T12:00:00Z';
const start = Temporal.Instant.from('2026-11-19T12:00:00Z').epochNanoseconds;
const outage = (index: number): boolean => index >= 66 * 120 && index < 66 * 120 + 40;
const spans: SpanGiven[] = Array.from({ length: 72 * 120 }, (_, index) =>
  aSpan({
    endedNs: start + BigInt(index) * 30_000_000_000n,
    isError: outage(index),
    durationNs: index % 4 === 0 ? 400_000_000n : 20_000_000n,
    attributes: { card: index % 4 === 0 ? 'visa' : 'other' },
  }),
);
const viewer: Actor = { kind: 'person', id: 'v', name: 'vera', role: 'viewer', teams: {}, scopes: ['api'] };
const migrations = (module: string) => ({
  name: module,
  folder: new URL(`../../../${module}/server/migrations/`, import.meta.url),
});

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

const preview = async (document: unknown, over: object = {}) => {
  const answer = await http.fastify.inject({
    method: 'POST',
    url: '/api/v1/objective-previews',
    payload: { text: JSON.stringify(document), ...over },
  });
  return { status: answer.statusCode, body: answer.json() };
};
const total = (steps: { good: number; bad: number }[]) =>
  steps.reduce((sum, each) => [sum[0]! + each.good, sum[1]! + each.bad], [0, 0]);

describe('the preview of a document', () => {
  it('counts its history exactly, from the first data on, in steps that a slider can judge', async () => {
    const { status, body } = await preview(anSlo(), { days: 30, targetsPpm: [999_000, 990_000] });
    expect(status).toBe(200);
    const [item] = body.items;
    expect(item).toMatchObject({ name: 'checkout-availability', stepSeconds: 300, noDataRatio: 0 });
    expect(item.steps[0].at).toBe('2026-11-19T12:00:00.000Z');
    expect(total(item.steps)).toEqual([spans.length - 40, 40]);
    // At 99.5 % the 40 bad ones are all that is allowed until 8,000 requests were counted: 20 minutes after the 7,960th.
    // 8,640 requests at 99.5 % allow 43.2, at 99.9 % 8.64, at 99 % 86.4.
    const left = (allowed: number) => expect.closeTo(1 - 40 / allowed, 9);
    expect(item.fared).toMatchObject([
      { targetPpm: 995_000, remainingRatio: left(43.2), exhaustedMinutes: 21 },
      { targetPpm: 999_000, remainingRatio: left(8.64) },
      { targetPpm: 990_000, remainingRatio: left(86.4), exhaustedMinutes: 0 },
    ]);
    expect(item.fared[0].achievedPpm).toBeCloseTo(1e6 * (1 - 40 / spans.length), 6);
    // 28 days at 99.5 %: 13.44 × 0.5 % of an hour of full outage are 4.03 minutes; in steps of a minute the fifth.
    expect(item.alerts).toContainEqual({
      tier: 'page-fast',
      urgency: 'page',
      at: '2026-11-22T06:05:00.000Z',
      until: expect.any(String),
    });
  });

  it('reads the counts where they are counted already: also those of hours long ago', async () => {
    const definition = anObjective({ name: 'old' });
    const { components } = definition;
    const service = 'shop/old';
    const spansOf = {
      kind: 'spans',
      of: { service, environment: null, operation: null, attributes: [] },
      bad: [{ kind: 'error' }],
    } as const;
    await postgres.transaction<ObjectivesTables, unknown>((tx) =>
      saveObjective(
        tx,
        {
          id: newId(),
          document: 'old',
          definition: {
            ...definition,
            components: [{ ...components[0]!, indicator: { kind: 'indicator', number: 0, definition: spansOf } }],
          },
        },
        { by: 'test', at: Temporal.Instant.from(now) },
      ),
    );
    const { rows } = await postgres.pool.query(`UPDATE objectives.indicator SET counted_from = now() RETURNING number`);
    const at = Date.parse('2026-09-01T10:00:00Z') / 1_000;
    await clickhouse.command(
      `INSERT INTO objectives_counts_hour (bucket, indicator, good, bad, minutes, revision) SELECT toDateTime(${at}, 'UTC'), ${rows[0].number}, 1000, 7, 60, 1`,
    );
    const recent = Date.parse('2026-11-20T10:00:00Z') / 1_000;
    await clickhouse.command(
      `INSERT INTO objectives_counts_minute (bucket, indicator, good, bad, revision) SELECT toDateTime(${recent}, 'UTC'), ${rows[0].number}, 50, 3, 1`,
    );
    const { body } = await preview(anSlo({ name: 'again', spec: { indicator: availabilityOf(service) } }));
    const [item] = body.items;
    expect(item.stepSeconds).toBe(3_600);
    expect(total(item.steps)).toEqual([1_050, 10]);
    expect(item.steps[0]).toEqual({ at: '2026-09-01T10:00:00.000Z', good: 1_000, bad: 7 });
    expect(item.adapted[0]).toContain('older than 61 days');
  });

  it('counts from the spans what nothing else knows', async () => {
    const source = (spansOf: object) => ({
      metricSource: { type: 'leadline', spec: { spans: { service: 'shop/checkout', ...spansOf } } },
    });
    const where = [{ key: 'card', op: '=', value: 'visa' }];
    const indicator = {
      metadata: { name: 'visa' },
      spec: { ratioMetric: { good: source({ where, withinMs: 333 }), total: source({ where }) } },
    };
    const { body } = await preview(anSlo({ name: 'visa', spec: { indicator } }), { days: 5 });
    expect(total(body.items[0].steps)).toEqual([0, spans.length / 4]);
    const ninety = await preview(anSlo({ name: 'visa', spec: { indicator } }));
    expect(ninety.body.items[0].adapted[0]).toContain('kept for 8 days');
  });

  it('counts by the method of the document', async () => {
    const spec = {
      budgetingMethod: 'Timeslices',
      objectives: [{ target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: '5m' }],
    };
    const { body } = await preview(anSlo({ spec }), { days: 10 });
    // 864 slices of five minutes, the outage is four of them.
    expect(total(body.items[0].steps)).toEqual([860, 4]);
    expect(body.items[0].fared[0].remainingRatio).toBeCloseTo(1 - 4 / 8.64, 9);
  });

  it('composes what has several parts', async () => {
    const part = (displayName: string, compositeWeight: number) => ({
      displayName,
      target: 0.99,
      compositeWeight,
      indicator: availabilityOf('shop/checkout', displayName),
    });
    const { body } = await preview(
      anSlo({
        spec: {
          indicator: undefined,
          objectives: [part('one', 1), { ...part('two', 1), indicator: availabilityOf('shop/nobody', 'two') }],
        },
      }),
      { days: 10 },
    );
    const [item] = body.items;
    expect(item.fared[0].remainingRatio).toBeCloseTo(1 - 40 / 86.4, 6);
    expect(item.adapted.join(' ')).toContain('A composite');
  });

  it('refuses wrong documents with every error, as apply does', async () => {
    const { status, body } = await preview({ ...anSlo(), spec: { service: 'x' } });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'objectives.wrong-documents' });
    expect(body.errors.length).toBeGreaterThan(1);
  });
});
