import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { payloadsOf } from './payload-store.ts';
import type { SourceCall } from './source.ts';
import type { IntegrationsTables } from './tables.ts';
import { anIntegration, startHouse, type House } from './testing/house.ts';

/** What is posted to the intake reaches who understands it, is answered in its words, and is kept to be looked at. */
let house: House;
const seen: SourceCall[] = [];
const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
let hook: { id: string; key: string };

beforeAll(async () => {
  house = await startHouse(({ integrations }) => {
    integrations.registerSource(
      'json',
      async (call) => {
        seen.push(call);
        const text = call.body.toString('utf8');
        if (text === 'bug') throw new TypeError('a bug');
        if (text === 'slow') await gate;
        if (text === 'refused')
          throw new Refusal({ status: 422, code: 'x.y', title: 'Not this', detail: 'Because.', errors: [] });
        return {
          status: 202,
          body: { taken: text },
          error: text === 'odd' ? 'half of it was odd' : null,
          outcome: [1],
        };
      },
      { refuse: ({ status, title }) => ({ status, body: { oops: title } }) },
    );
  });
  hook = await anIntegration(house.postgres, { name: 'hook', kind: 'json' });
});
afterAll(() => house?.stop());

const post = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
  house.http.fastify.inject({ method: 'POST', url, payload, headers: { 'content-type': 'text/x-any', ...headers } });
const kept = async (faulty: boolean | null = null) => {
  await house.integrations.flush();
  return payloadsOf(house.postgres.tables<IntegrationsTables>(), { integration: hook.id, faulty });
};

describe('the intake', () => {
  it('takes the key from the address, as Bearer, or as the password of Basic, and keeps none of them', async () => {
    const basic = Buffer.from(`anybody:${hook.key}`).toString('base64');
    const secrets = { 'x-routing-key': hook.key, 'x-gitlab-token': hook.key, cookie: `a=${hook.key}` };
    for (const answer of [
      await post(`/intake/${hook.key}?a=1`, 'one'),
      await post('/intake', 'two', { authorization: `Bearer ${hook.key}`, 'ce-token': 'kept', ...secrets }),
      await post('/intake', 'three', { authorization: `Basic ${basic}` }),
    ])
      expect([answer.statusCode, answer.json()]).toEqual([202, { taken: expect.any(String) }]);
    expect(seen.map(({ path, query, contentType }) => `${path} ${JSON.stringify(query)} ${contentType}`)).toEqual([
      '/intake {"a":"1"} text/x-any',
      '/intake {} text/x-any',
      '/intake {} text/x-any',
    ]);
    const rows = await kept();
    expect(rows.map(({ body }) => body.toString()).sort()).toEqual(['one', 'three', 'two']);
    expect(JSON.stringify(rows)).not.toContain(hook.key);
    expect(JSON.stringify(rows)).toContain('"ce-token":"kept"');
  });

  it('refuses who shows no key, or a wrong one, in words', async () => {
    expect((await post('/intake', 'x')).statusCode).toBe(401);
    const wrong = await post(`/intake/${'a'.repeat(32)}`, 'x');
    expect([wrong.statusCode, wrong.json().code]).toEqual([403, 'alerting.key-unknown']);
    expect(wrong.body).not.toContain('a'.repeat(32));
  });

  it('answers refusals and its own bugs in the form of the source and keeps the payload before it answers', async () => {
    const refused = await post(`/intake/${hook.key}`, 'refused');
    expect([refused.statusCode, refused.json()]).toEqual([422, { oops: 'Not this' }]);
    const bug = await post(`/intake/${hook.key}`, 'bug');
    expect([bug.statusCode, bug.json()]).toEqual([500, { oops: 'Leadline failed at this request' }]);
    const { rows } = await house.postgres.pool.query(
      'SELECT error, status FROM alerting.payload WHERE integration = $1 AND faulty ORDER BY at, id',
      [hook.id],
    );
    expect(rows.map(({ status }) => status)).toEqual([422, 500]);
    expect(rows[0].error).toBe('Not this\nBecause.');
  });

  it('refuses a body that is too large, and keeps that it came', async () => {
    const answer = await post(`/intake/${hook.key}`, Buffer.alloc(integrationLimits.bodyBytes + 1));
    expect([answer.statusCode, answer.json()]).toEqual([413, { oops: 'The body is too large' }]);
    const [newest] = await kept(true);
    expect(newest).toMatchObject({ status: 413, error: expect.stringContaining('too large') });
  });

  it('keeps the last fifty good and the last fifty faulty ones, and cuts long ones', async () => {
    for (let n = 0; n < 60; n += 1) await post(`/intake/${hook.key}`, `good ${n}`);
    for (let n = 0; n < 60; n += 1) await post(`/intake/${hook.key}`, 'odd');
    await post(`/intake/${hook.key}`, Buffer.alloc(integrationLimits.payloadBytes + 10, 'x'));
    const good = await kept(false);
    expect(good).toHaveLength(integrationLimits.payloads);
    expect(good.map(({ body }) => body.toString())).not.toContain('good 9');
    expect(good[0]).toMatchObject({ bytes: String(integrationLimits.payloadBytes + 10) });
    expect(good[0]!.body).toHaveLength(integrationLimits.payloadBytes);
    expect(await kept(true)).toHaveLength(integrationLimits.payloads);
    const { rows } = await house.postgres.pool.query(
      'SELECT sum(received)::int AS received, sum(faulty)::int AS faulty FROM alerting.integration_hour WHERE integration = $1',
      [hook.id],
    );
    expect(rows[0]).toEqual({ received: 127, faulty: 63 });
  });

  it('never keeps more bytes than it may', async () => {
    for (let n = 0; n < 20; n += 1)
      await post(`/intake/${hook.key}`, Buffer.alloc(integrationLimits.payloadBytes, 'y'));
    const good = await kept(false);
    const bytes = good.reduce((sum, { body }) => sum + body.length, 0);
    expect(bytes).toBeLessThanOrEqual(integrationLimits.payloadsBytes);
    // Of a busy sender fewer are written: how many depends on when a second ends.
    expect(good.length).toBeGreaterThanOrEqual(2);
    expect(good[0]!.body).toHaveLength(integrationLimits.payloadBytes);
  });

  it('is counted by the kind of integration, what was taken by what became of it and what was refused by its status', async () => {
    const taken = await anIntegration(house.postgres, { name: 'counted', kind: 'sentry' });
    house.integrations.registerSource('sentry', async ({ body }) => {
      if (body.toString() === 'refused') throw new Refusal({ status: 422, code: 'x.y', title: 'Not this' });
      return { status: 200, error: null, outcome: [{ outcome: 'new' }, { outcome: 'resolved' }] };
    });
    for (const body of ['a', 'b', 'refused']) await post(`/intake/${taken.key}`, body);
    const lines = (await house.ground.metrics.metrics()).split('\n').filter((line) => line.includes('source="sentry"'));
    expect(lines).toEqual([
      'leadline_alerting_accepted_total{source="sentry",outcome="new"} 2',
      'leadline_alerting_accepted_total{source="sentry",outcome="resolved"} 2',
      'leadline_alerting_refused_total{source="sentry",status="422"} 1',
    ]);
  });

  it('tells who sends faster than can be written down to come again, and forgets nothing of what it took', async () => {
    const [before] = await kept(true);
    const slow = Array.from({ length: integrationLimits.inFlight }, () => post(`/intake/${hook.key}`, 'slow'));
    await eventually(() => expect(seen.filter(({ body }) => body.toString() === 'slow')).toHaveLength(slow.length));
    const refused = await post(`/intake/${hook.key}`, 'one more');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, undefined]);
    openGate();
    expect((await Promise.all(slow)).every(({ statusCode }) => statusCode === 202)).toBe(true);
    expect((await post(`/intake/${hook.key}`, 'one more')).statusCode).toBe(202);
    expect((await kept(true))[0]!.id).toBe(before!.id);
  });
});
