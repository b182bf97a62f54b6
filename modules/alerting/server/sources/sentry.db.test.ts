import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIntakeWorld, type IntakeWorld } from './testing/intake-world.ts';

/** What is signed with the secret of the integration counts, once; the secret stays one. */
let world: IntakeWorld;
beforeAll(async () => {
  world = await startIntakeWorld();
});
afterAll(() => world?.stop());
const anIntake: IntakeWorld['anIntake'] = (...given) => world.anIntake(...given);
const post: IntakeWorld['post'] = (...given) => world.post(...given);
const alertsOf: IntakeWorld['alertsOf'] = (id) => world.alertsOf(id);
const payloadsOf: IntakeWorld['payloadsOf'] = (id) => world.payloadsOf(id);

describe('Sentry', () => {
  const secret = 'a-client-secret-of-an-internal-integration';
  const body = (nr: number) =>
    JSON.stringify({
      action: 'triggered',
      actor: { id: 'sentry', name: 'Sentry', type: 'application' },
      data: {
        event: {
          issue_id: `4${nr}`,
          title: 'ReferenceError: x is not defined',
          level: 'fatal',
          datetime: '2026-03-01T09:00:00Z',
          web_url: 'https://sentry.example/1',
          tags: [['browser', 'Firefox']],
        },
        triggered_rule: 'Every new issue',
      },
    });
  const signed = (text: string, key = secret) => ({
    'sentry-hook-resource': 'event_alert',
    'sentry-hook-timestamp': String(Math.floor(Date.now() / 1_000)),
    'sentry-hook-signature': createHmac('sha256', key).update(text).digest('hex'),
  });

  it('signed with the secret of the integration it counts, once', async () => {
    const { id, key } = await anIntake('sentry', { clientSecret: secret });
    expect((await post(key, body(1), signed(body(1)))).statusCode).toBe(200);
    expect(await alertsOf(id)).toMatchObject([
      {
        dedup_key: 'issue|41',
        status: 'firing',
        severity: 'critical',
        labels: { alertname: 'Every new issue', browser: 'Firefox' },
      },
    ]);
    const again = await post(key, body(1), signed(body(1)));
    expect([again.statusCode, again.json().code]).toEqual([409, 'alerting.replayed']);
  });

  it('the same change of an issue counts each time that it is made, and once for each request', async () => {
    const { id, key } = await anIntake('sentry', { clientSecret: secret });
    const change = (action: string) => JSON.stringify({ action, data: { issue: { id: '9', title: 'Boom' } } });
    const send = (action: string, request: string) =>
      post(key, change(action), { ...signed(change(action)), 'sentry-hook-resource': 'issue', 'request-id': request });
    for (const [action, request] of [
      ['unresolved', 'r1'],
      ['resolved', 'r2'],
      ['unresolved', 'r3'],
      ['resolved', 'r4'],
    ] as const)
      expect((await send(action, request)).statusCode).toBe(200);
    expect((await send('unresolved', 'r3')).json().code).toBe('alerting.replayed');
    expect((await alertsOf(id)).map(({ status }) => status)).toEqual(['resolved', 'resolved']);
  });

  it.each([
    ['no signature', {}, 401],
    ['that of another secret', signed(body(2), 'another'), 403],
    ['that of another body', signed(body(3)), 403],
    [
      'one of two days ago',
      { ...signed(body(2)), 'sentry-hook-timestamp': String(Math.floor(Date.now() / 1_000) - 172_800) },
      403,
    ],
    ['nonsense', { 'sentry-hook-signature': 'é' }, 403],
  ])('refused with %s', async (_name, headers, status) => {
    const { id, key } = await anIntake('sentry', { clientSecret: secret });
    expect((await post(key, body(2), headers)).statusCode).toBe(status);
    expect(await alertsOf(id)).toEqual([]);
    expect((await payloadsOf(id))[0]).toMatchObject({ faulty: true, status });
  });

  it('its secret is encrypted on disk, never shown, and kept where a document says so', async () => {
    const call = (method: 'GET' | 'PUT' | 'POST', path: string, body?: object) =>
      world.house.http.fastify.inject({
        method,
        url: `/api/v1/integrations${path}`,
        headers: { 'x-who': 'ada' },
        ...(body === undefined ? {} : { payload: body }),
      });
    const hidden = 'a-secret-that-nobody-else-here-has';
    const spec = (clientSecret: string) => ({ kind: 'sentry', settings: { clientSecret } });
    const made = (await call('POST', '', { ...spec(hidden), name: 'front-end' })).json();
    expect(made.integration.settings).toEqual({ clientSecret: '(kept secret)' });
    const { rows } = await world.house.postgres.pool.query(
      `SELECT concat((SELECT json_agg(i)::text FROM alerting.integration i), (SELECT json_agg(e.data)::text FROM ledger.event e),
        (SELECT json_agg(p.data)::text FROM ledger.pending p)) AS all`,
    );
    expect(rows[0].all).toContain('front-end');
    expect(rows[0].all).not.toContain(hidden);
    expect((await post(made.key, body(50), signed(body(50), hidden))).statusCode).toBe(200);
    for (const same of [hidden, '(kept secret)'])
      expect((await call('PUT', '/front-end', spec(same))).json()).toMatchObject({ outcome: 'unchanged' });
    expect((await call('PUT', '/front-end', spec('another-secret-of-sentry'))).json()).toMatchObject({
      outcome: 'changed',
    });
    expect((await post(made.key, body(51), signed(body(51), hidden))).statusCode).toBe(403);
    expect((await post(made.key, body(51), signed(body(51), 'another-secret-of-sentry'))).statusCode).toBe(200);
    const none = await call('PUT', '/back-end', spec('(kept secret)'));
    expect([none.statusCode, none.json().code]).toEqual([422, 'alerting.no-secret-kept']);
    expect((await call('PUT', '/back-end', spec('short'))).statusCode).toBe(422);
    expect((await call('PUT', '/back-end', { kind: 'json', settings: { mapping: '{', x: 1 } })).json().errors).toEqual([
      { path: 'body.settings.mapping', message: expect.stringMatching(/^line 1, column \d+: /u) },
      { path: 'body.settings.x', message: 'there is no such setting' },
    ]);
  });

  it('an issue, its resolution, a metric alert, and what is about no alert', async () => {
    const { id, key } = await anIntake('sentry');
    const issue = (action: string) => ({
      action,
      actor: { type: 'user', name: 'Ada' },
      data: { issue: { id: '7', title: 'Boom', level: 'error', project: { slug: 'web' } } },
    });
    await post(key, issue('created'));
    await post(key, issue('resolved'));
    const metric = {
      action: 'warning',
      data: {
        metric_alert: { id: '9', alert_rule: { name: 'Too slow' }, projects: ['web'] },
        description_title: 'Warning: Too slow',
        web_url: 'https://sentry.example/9',
      },
    };
    await post(key, metric);
    const installed = await post(
      key,
      { action: 'created', data: { installation: {} } },
      { 'sentry-hook-resource': 'installation' },
    );
    expect([installed.statusCode, installed.json().status]).toEqual([200, 'ignored']);
    expect(await alertsOf(id)).toMatchObject([
      { dedup_key: 'issue|7', status: 'resolved', summary: 'Boom' },
      { dedup_key: 'metric-alert|9', status: 'firing', severity: 'warning', summary: 'Warning: Too slow' },
    ]);
  });
});
