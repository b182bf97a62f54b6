import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../../../platform/config/load.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../../platform/http/start.ts';
import { createLog } from '../../../../platform/log/log.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { anObjective } from '../../fixtures.ts';
import { evaluationHouse, type EvaluationHouse } from '../evaluate/testing/house.ts';
import { addBacktestRoutes } from './routes.ts';

/** Thirty days of even traffic, 600 requests a minute, with one full outage of ten minutes at noon of the 15th. */
const start = '2026-11-01T00:00:00Z';
const outage = { from: '2026-11-15T12:00:00Z', to: '2026-11-15T12:10:00Z' };
const end = '2026-12-01T00:00:00Z';
const people: Record<string, Actor> = {
  viewer: { kind: 'person', id: 'v', name: 'vera', role: 'viewer', teams: {}, scopes: ['api'] },
  payer: { kind: 'person', id: 'p', name: 'pia', role: 'viewer', teams: { payments: 'responder' }, scopes: ['api'] },
};
const seconds = (text: string): number => Date.parse(text) / 1_000;

let house: EvaluationHouse;
let http: StartedHttp;

beforeAll(async () => {
  house = await evaluationHouse('2026-12-01T00:05:00Z');
  await house.keep(anObjective({ name: 'checkout', owner: 'payments' }));
  await house.keep(
    anObjective({
      name: 'calm',
      components: [
        {
          ...anObjective().components[0]!,
          indicator: {
            kind: 'indicator',
            number: 0,
            definition: {
              kind: 'spans',
              of: { service: 'shop/calm', environment: null, operation: null, attributes: [] },
              bad: [{ kind: 'error' }],
            },
          },
        },
      ],
    }),
  );
  const [checkout, calm] = [await house.indicatorOf('checkout'), await house.indicatorOf('calm')];
  await house.clickhouse.command(
    `-- Six hundred requests in each minute of both, all of them bad in the one's outage.
     INSERT INTO objectives_counts_minute (bucket, indicator, good, bad, revision)
     SELECT minute, indicator, 600 - lost, lost, 1 FROM (
       SELECT toDateTime(${seconds(start)} + number * 60, 'UTC') AS minute, arrayJoin([${checkout}, ${calm}]) AS indicator,
         if(indicator = ${checkout} AND toUInt32(minute) >= ${seconds(outage.from)} AND toUInt32(minute) < ${seconds(outage.to)}, 600, 0) AS lost
       FROM numbers(${(seconds(end) - seconds(start)) / 60})
     ) SETTINGS max_partitions_per_insert_block = 1000`,
  );
  await house.clickhouse.command(
    `-- Hours from the minutes, as counting makes them.
     INSERT INTO objectives_counts_hour (bucket, indicator, good, bad, minutes, revision)
     SELECT toStartOfHour(bucket) AS hour, indicator, sum(good), sum(bad), count(), 1
     FROM objectives_counts_minute FINAL GROUP BY hour, indicator`,
  );
  const log = createLog('silent');
  const config = loadConfiguration({ flags: { data: '/nowhere', logLevel: 'silent' }, environment: {}, folder: '/' });
  const metrics = new Registry();
  http = createHttp({ config, log, postgres: house.postgres, metrics, version: '0' });
  http.setAuthenticate(async (request) => people[String(request.headers['x-who'])] ?? null);
  addBacktestRoutes({ ...house.ground, config, http, metrics } as unknown as Ground);
  await http.fastify.ready();
});
afterAll(async () => {
  await http.stop();
  await house.stop();
});

const call = async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object, who = 'payer') => {
  const answer = await http.fastify.inject({ method, url, headers: { 'x-who': who }, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
};
const backtest = (body: object) =>
  call('POST', '/api/v1/backtests', { from: '2026-11-10T00:00:00Z', to: end, ...body }, 'viewer');

describe('a back-test over stored counts', () => {
  it('raises the alerts of the default tiers at the minutes that the formula says, and none for what was well', async () => {
    const { status, body } = await backtest({ policies: [{ preset: 'default' }] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ objectives: 2, incidents: 0, notes: [] });
    const [result] = body.results;
    // 99.9 %, 30 days, a full outage at steady traffic: b × threshold × long window is 0.864, 2.16, 4.32 and 4.32 minutes;
    // in steps of a minute the next whole one.
    expect(result.alerts.map((each: any) => [each.objective, each.tier, each.at])).toEqual([
      ['checkout', 'ticket-slow', '2026-11-15T12:05:00.000Z'],
      ['checkout', 'ticket-fast', '2026-11-15T12:05:00.000Z'],
      ['checkout', 'page-slow', '2026-11-15T12:03:00.000Z'],
      ['checkout', 'page-fast', '2026-11-15T12:01:00.000Z'],
    ]);
    expect(result).toMatchObject({ pages: 2, tickets: 2, precision: null, recall: null, alertsInAll: 4 });
    // The short window of five minutes falls below 14.4 × 0.1 % in the fifth minute after the end.
    expect(result.alerts[3].until).toBe('2026-11-15T12:15:00.000Z');
  });

  it('takes the default policy and the last thirty days where nothing is said', async () => {
    const said = await backtest({ policies: [{ preset: 'default' }] });
    const { status, body } = await call('POST', '/api/v1/backtests', {}, 'viewer');
    expect(status).toBe(200);
    expect(body.results).toEqual(said.body.results);
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(30 * 86_400_000);
  });

  it('judges policies side by side against what people marked as real', async () => {
    const marked = await call('POST', '/api/v1/objectives/checkout/real-incidents', { ...outage, note: 'Broker down' });
    expect(marked.body).toMatchObject({ objective: 'checkout', by: 'pia', note: 'Broker down' });
    const { body } = await backtest({
      objectives: ['checkout'],
      policies: [{ preset: 'own' }, { preset: 'workbook-3' }, { preset: 'workbook-5' }],
    });
    const [own, third, fifth] = body.results;
    expect(body.incidents).toBe(1);
    expect(own).toMatchObject({ precision: 1, recall: 1, detectionSecondsMedian: 60 });
    // It waits an hour: an outage of ten minutes is over by then.
    expect(third).toMatchObject({ alertsInAll: 0, precision: null, recall: 0, detectionSecondsMedian: null });
    expect(fifth.alerts.find((each: any) => each.tier === 'page-fast').detectionSeconds).toBe(60);
    // Without a short window the alert stands until the last bad minute has left the hour.
    expect(fifth.alerts.find((each: any) => each.tier === 'page-fast').resetSeconds).toBe(60 * 60);
    await call('DELETE', `/api/v1/objectives/checkout/real-incidents/${marked.body.id}`);
    expect((await call('GET', '/api/v1/objectives/checkout/real-incidents')).body.items).toEqual([]);
  });

  it('leaves out what corrections exclude, or says that it counts', async () => {
    const night = [new Date('2026-11-15T11:50:00Z'), new Date('2026-11-15T12:20:00Z')];
    await house.postgres.pool.query(
      `INSERT INTO objectives.correction (id, objectives, first_from, first_to, zone, kind, reason, state, created_by, created_by_id, created_at, in_force_since, changed_at)
       VALUES (gen_random_uuid(), '{checkout}', $1, $2, 'UTC', 'maintenance', 'New disks', 'in-force', 'pia', 'p', now(), now(), now())`,
      night,
    );
    const without = await backtest({ policies: [{ preset: 'default' }] });
    expect(without.body).toMatchObject({ corrected: true, results: [{ alertsInAll: 0 }] });
    expect(without.body.notes[0]).toContain('corrections of 1 objective exclude is left out');
    const all = await backtest({ policies: [{ preset: 'default' }], corrected: false });
    expect(all.body).toMatchObject({ corrected: false, results: [{ alertsInAll: 4 }] });
    expect(all.body.notes[0]).toContain('Everything counts here');
    await house.postgres.pool.query(`UPDATE objectives.correction SET state = 'withdrawn', changed_at = now()`);
  });

  it('tries tiers that a person makes up', async () => {
    const tier = { name: 'mine', urgency: 'page', longMinutes: 10, shortMinutes: null };
    const { body } = await backtest({
      objectives: ['checkout'],
      policies: [{ name: 'mine', tiers: [{ ...tier, rateMillionths: 500_000_000, forMinutes: 2 }] }],
    });
    // Half of ten minutes bad after five, held for two more.
    expect(body.results[0].alerts.map((each: any) => each.at)).toEqual(['2026-11-15T12:07:00.000Z']);
  });

  it.each([
    ['two ways to give one threshold', { rateMillionths: 1, budgetSharePpm: 1 }, 'body.policies.0.tiers.0'],
    ['no threshold', {}, 'body.policies.0.tiers.0'],
    [
      'a short window that is the longer one',
      { rateMillionths: 1, shortMinutes: 20 },
      'body.policies.0.tiers.0.shortMinutes',
    ],
  ])('refuses %s', async (_, wrong, path) => {
    const tier = { name: 'mine', urgency: 'page', longMinutes: 10, shortMinutes: null, ...wrong };
    const { status, body } = await backtest({ policies: [{ name: 'mine', tiers: [tier] }] });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'objectives.bad-policy', errors: [{ path }] });
  });

  it('refuses what does not exist and times that cannot be, with the field', async () => {
    const policies = [{ preset: 'own' }];
    expect((await backtest({ policies, objectives: ['calm', 'nobody'] })).body).toMatchObject({
      status: 422,
      code: 'objectives.unknown',
      errors: [{ path: 'body.objectives.1' }],
    });
    expect((await backtest({ policies, from: end, to: start })).body.errors).toMatchObject([{ path: 'body.to' }]);
    expect((await backtest({ policies, from: '2020-01-01T00:00:00Z' })).body.errors).toMatchObject([
      { path: 'body.from' },
    ]);
    expect((await backtest({ policies: [...policies, ...policies] })).body.code).toBe('objectives.bad-policy');
  });

  it('goes back beyond the minutes in steps of an hour, and says so', async () => {
    const { body } = await backtest({ from: '2026-06-01T00:00:00Z', policies: [{ preset: 'default' }] });
    expect(body.notes).toHaveLength(1);
    expect(body.results[0].alerts.map((each: any) => each.at)).toContain('2026-11-15T13:00:00.000Z');
  });
});

describe('a back-test of a composite', () => {
  it('composes its windows: the outage of one part burns the whole', async () => {
    const part = (name: string) => ({
      displayName: name,
      indicator: { kind: 'objective' as const, name },
      weight: 1,
      targetPpm: 999_000,
    });
    await house.keep(anObjective({ name: 'buying', components: [part('checkout'), part('calm')] }));
    const { body } = await backtest({ objectives: ['buying'], policies: [{ preset: 'default' }] });
    // Burn rates add up and the calm part adds none: as checkout alone, in steps of five minutes.
    expect(body.results[0].alerts.map((each: any) => [each.tier, each.at])).toEqual(
      ['ticket-slow', 'ticket-fast', 'page-slow', 'page-fast']
        .toSorted()
        .toReversed()
        .map((tier) => [tier, '2026-11-15T12:05:00.000Z']),
    );
    expect(body.notes).toEqual(['1 composite objective was tried in steps of five minutes.']);
  });
});

describe('what people mark as real', () => {
  const path = '/api/v1/objectives/checkout/real-incidents';
  it('is for those who answer for the objective', async () => {
    expect((await call('POST', path, outage, 'viewer')).body).toMatchObject({
      status: 403,
      code: 'objectives.not-the-owner',
    });
    expect((await call('POST', '/api/v1/objectives/calm/real-incidents', outage)).body.status).toBe(403);
    expect((await call('POST', path, outage, 'nobody')).status).toBe(401);
  });

  it('has happened, and ended after it began', async () => {
    const backwards = { from: outage.to, to: outage.from };
    expect((await call('POST', path, backwards)).body.code).toBe('objectives.impossible-time');
    const future = { from: outage.from, to: '2027-01-01T00:00:00Z' };
    expect((await call('POST', path, future)).body.code).toBe('objectives.impossible-time');
    expect((await call('POST', '/api/v1/objectives/nobody/real-incidents', outage)).body.code).toBe(
      'objectives.unknown',
    );
    const unknown = `${path}/018f0000-0000-7000-8000-000000000000`;
    expect((await call('DELETE', unknown)).body.code).toBe('objectives.incident-unknown');
  });
});
