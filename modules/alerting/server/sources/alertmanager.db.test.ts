import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingInForce } from '../engine/in-force.ts';
import type { AlertingGround } from '../ground.ts';
import { accept } from '../intake/accept.ts';
import type { AlertTables } from '../intake/tables.ts';
import { anIntegration, startHouse, type House } from '../integrations/testing/house.ts';
import { registerAlertmanager } from './alertmanager.ts';

/** Alerts come in by Alertmanager's API over a real HTTP ground into a real PostgreSQL. */
let house: House;
let key: string;

beforeAll(async () => {
  house = await startHouse(({ ground, integrations }) =>
    registerAlertmanager({
      ...(ground as AlertingGround),
      integrations,
      catalog: { ownerOf: async () => null },
      inForce: nothingInForce,
      configuration: async () => '',
      accept: (integration, incoming, options) => accept(ground, integration, incoming, options),
    }),
  );
  ({ key } = await anIntegration(house.postgres, { name: 'prometheus', kind: 'alertmanager' }));
});
afterAll(() => house?.stop());

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
const ask = async ({ method = 'POST', path = '/api/v2/alerts', body, headers = {} }: Asked) => {
  const answer = await house.http.fastify.inject({
    method,
    url: `/alertmanager${path}`,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const type = answer.headers['content-type'] ?? '';
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: String(type).startsWith('application/json') ? answer.json() : answer.body,
  };
};
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const basic = (secret: string) => ({
  authorization: `Basic ${Buffer.from(`prometheus:${secret}`).toString('base64')}`,
});
const post = (body: unknown, headers: Record<string, string> = bearer(key)) => ask({ body, headers });

const alertsNamed = async (name: string) => {
  const { rows } = await sql<{ status: string; labels: Record<string, string>; open: boolean; integration: string }>`
    -- Every alert of this name, with whether it is open.
    SELECT alert.status, body.labels, alert.integration, EXISTS (SELECT FROM alerting.alert_open o WHERE o.alert_id = alert.id) AS open
    FROM alerting.alert AS alert JOIN alerting.alert_body AS body ON body.alert_id = alert.id
    WHERE body.labels ->> 'alertname' = ${name} ORDER BY alert.id`.execute(house.postgres.tables<AlertTables>());
  return rows;
};
const anAlert = (name: string, over: object = {}) => ({ labels: { alertname: name, job: 'cart' }, ...over });

describe('POST /alertmanager/api/v2/alerts', () => {
  it('takes a key as Bearer and as the password of Basic, and has the alert before it answers', async () => {
    for (const headers of [bearer(key), basic(key)]) {
      const { status, body } = await post([anAlert('Down')], headers);
      expect([status, body]).toEqual([200, '']);
    }
    expect(await alertsNamed('Down')).toMatchObject([{ status: 'firing', open: true, integration: 'prometheus' }]);
  });

  it('resolves by an end that has come', async () => {
    await post([anAlert('Over', { startsAt: '2026-11-23T00:00:00Z' })]);
    await post([anAlert('Over', { startsAt: '2026-11-23T00:00:00Z', endsAt: '2026-11-23T00:05:00Z' })]);
    expect(await alertsNamed('Over')).toMatchObject([{ status: 'resolved', open: false }]);
  });

  it('takes the valid ones of a batch and names what is wrong with the others', async () => {
    const { status, body } = await post([
      anAlert('Valid'),
      { labels: {} },
      anAlert('Backwards', { startsAt: '2026-11-23T02:00:00Z', endsAt: '2026-11-23T01:00:00Z' }),
    ]);
    expect([status, body]).toEqual([400, 'at least one label pair required\nstart time must be before end time']);
    expect(await alertsNamed('Valid')).toHaveLength(1);
    expect(await alertsNamed('Backwards')).toEqual([]);
  });

  it('takes an API token of a responder, as alerts of the API', async () => {
    expect((await post([anAlert('ByToken')], { 'x-who': 'ed' })).status).toBe(200);
    expect(await alertsNamed('ByToken')).toMatchObject([{ integration: 'api' }]);
  });

  it.each([
    ['nobody', {}, 401],
    ['a viewer', { 'x-who': 'vic' }, 403],
    ['a key that there is not', bearer('0'.repeat(32)), 403],
  ])('refuses %s', async (_, headers, expected) => {
    const { status, body } = await post([anAlert('Refused')], headers);
    expect([status, body]).toEqual([expected, { code: expected, message: expect.any(String) }]);
    expect(await alertsNamed('Refused')).toEqual([]);
  });

  it('offers Basic and Bearer to a program without either, and nothing to a browser', async () => {
    expect((await post([], {})).headers['www-authenticate']).toContain('Basic');
    expect((await post([], { 'user-agent': 'Mozilla/5.0' })).headers['www-authenticate']).toBeUndefined();
  });

  it.each([
    [
      'half a body',
      '[{"labels":',
      400,
      { code: 400, message: expect.stringContaining('parsing alerts body from "" failed') },
    ],
    ['nothing', '', 422, { code: 602, message: 'alerts in body is required' }],
    [
      'another type',
      { 'content-type': 'text/plain' },
      415,
      { code: 415, message: expect.stringContaining('text/plain') },
    ],
    ['10 MB', `[{"labels":{"a":"${'x'.repeat(10_000_000)}"}}]`, 413, { code: 413, message: expect.any(String) }],
    ['a long value', [{ labels: { a: 'x'.repeat(5_000) } }], 400, expect.stringContaining('longer than 4096')],
  ])('refuses %s', async (_, given, status, body) => {
    const isHeaders = typeof given === 'object' && !Array.isArray(given);
    const asked = isHeaders
      ? { body: '[]', headers: { ...bearer(key), ...given } }
      : { body: given, headers: bearer(key) };
    expect(await ask(asked)).toMatchObject({ status, body });
  });

  it('keeps what came for whoever looks', async () => {
    await house.integrations.flush();
    const { rows } = await sql<{ faulty: boolean; error: string | null; outcome: unknown; body: Buffer }>`
      -- What is kept of this integration.
      SELECT faulty, error, outcome, body FROM alerting.payload ORDER BY id`.execute(
      house.postgres.tables<AlertTables>(),
    );
    expect(rows.find(({ body }) => body.toString().includes('"Down"'))).toMatchObject({
      faulty: false,
      outcome: { new: 1 },
    });
    expect(rows.find(({ body }) => body.toString().includes('Backwards'))).toMatchObject({
      faulty: true,
      error: expect.stringContaining('start time'),
      outcome: { new: 1, refused: 2 },
    });
  });
});

describe('what else there is below /alertmanager', () => {
  it.each([
    ['GET', '/-/healthy', 200, 'OK'],
    ['GET', '/-/ready', 200, 'OK'],
    ['GET', '/api/v2/foo', 404, { code: 404, message: 'path /api/v2/foo was not found' }],
    ['PUT', '/api/v2/alerts', 405, { code: 405, message: 'method PUT is not allowed, but [GET,POST] are' }],
  ] as const)('%s %s: %s', async (method, path, status, body) =>
    expect(await ask({ method, path })).toMatchObject({ status, body }),
  );
});
