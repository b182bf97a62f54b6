import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CloudEvent, HTTP } from 'cloudevents';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntegrationKind } from '../../domain/alert.ts';
import { payloadCases } from '../../domain/sources/payloads.cases.ts';
import { parsers } from '../../domain/sources/parsers.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { anIntegration, startHouse, type House } from '../integrations/testing/house.ts';
import { registerWebhooks } from './webhooks.ts';

/** What a sender posts to the intake is an alert on disk before it has its answer; what is no alert is refused in words and kept. */
let house: House;
let webhooks: { stop(): Promise<void> };
beforeAll(async () => {
  house = await startHouse(({ ground, integrations }) => {
    webhooks = registerWebhooks(ground, integrations);
  });
});
afterAll(async () => {
  await webhooks?.stop();
  await house?.stop();
});

let made = 0;
const anIntake = (kind: IntegrationKind, settings: Record<string, unknown> = {}) =>
  anIntegration(house.postgres, { name: `${kind}-${++made}`, kind, settings });
const post = (key: string, payload: unknown, headers: Record<string, string> = {}) =>
  house.http.fastify.inject({
    method: 'POST',
    url: `/intake/${key}`,
    payload: Buffer.isBuffer(payload) || typeof payload === 'string' ? payload : JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  });
const alertsOf = async (id: string) =>
  (
    await house.postgres.pool.query(
      'SELECT dedup_key, status, severity, summary, service, labels, annotations, starts_at FROM alerting.alert JOIN alerting.alert_body ON alert_id = id WHERE integration_id = $1 ORDER BY id',
      [id],
    )
  ).rows;
const payloadsOf = async (id: string) => {
  await house.integrations.flush();
  const { rows } = await house.postgres.pool.query(
    'SELECT faulty, status, error, body, bytes FROM alerting.payload WHERE integration = $1 ORDER BY at DESC, id DESC',
    [id],
  );
  return rows;
};

describe('Every sender', () => {
  const kinds = Object.keys(parsers) as (keyof typeof parsers)[];
  it.each(kinds)('%s: what it triggers is an alert on disk, what it resolves is one no more', async (kind) => {
    const { id, key } = await anIntake(kind);
    for (const { name, payload, expected } of payloadCases.filter((each) => each.kind === kind)) {
      const answer = await post(key, payload);
      expect([name, answer.statusCode]).toEqual([name, 200]);
      const rows = await alertsOf(id);
      for (const alert of expected) {
        // Each time that it fires anew is an alert of its own.
        const row = rows.findLast(({ dedup_key: dedupKey }) => dedupKey === alert.dedupKey);
        if (alert.dedupKey === undefined || alert.action === undefined) continue;
        // Who took it on keeps it while it fires.
        if (alert.action === 'trigger') expect([name, row?.status]).not.toEqual([name, 'resolved']);
        else if (row)
          expect([name, row.status]).toEqual([name, alert.action === 'resolve' ? 'resolved' : 'acknowledged']);
      }
    }
    expect((await payloadsOf(id)).some(({ faulty }) => faulty)).toBe(false);
  });

  it.each(kinds)('%s: what is none of its payloads is refused with its place, and kept', async (kind) => {
    const { id, key } = await anIntake(kind);
    const wrong: readonly [string | Buffer, number][] = [
      ['', 400],
      ['{"alerts": [', 400],
      ['[]', 400],
      ['"text"', 400],
      ['{}', 400],
      ['null', 400],
      [Buffer.from([0xff, 0xfe, 0x00]), 400],
      [Buffer.alloc(10 * 1_024 * 1_024, 'x'), 413],
    ];
    for (const [body, status] of wrong) {
      const answer = await post(key, body);
      expect([String(body).slice(0, 20), answer.statusCode]).toEqual([String(body).slice(0, 20), status]);
      expect(answer.json()).toMatchObject({ status, title: expect.any(String), code: expect.any(String) });
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
    expect(await alertsOf(id)).toEqual([]);
    const kept = await payloadsOf(id);
    expect(kept).toHaveLength(wrong.length);
    expect(kept.every(({ faulty, error }) => faulty && error.length > 0)).toBe(true);
  });

  it('is never answered 500, whatever is damaged in what it posts', async () => {
    const keys = Object.fromEntries(await Promise.all(kinds.map(async (kind) => [kind, (await anIntake(kind)).key])));
    const damagedBody = fc
      .tuple(fc.constantFrom(...payloadCases), fc.nat(), fc.uint8Array({ maxLength: 6 }), fc.boolean())
      .map(([{ kind, payload }, place, bytes, isCut]) => {
        const body = Buffer.from(JSON.stringify(payload));
        const at = place % body.length;
        const parts = isCut ? [body.subarray(0, at)] : [body.subarray(0, at), bytes, body.subarray(at + bytes.length)];
        return { kind, body: Buffer.concat(parts) };
      });
    await fc.assert(
      fc.asyncProperty(damagedBody, async ({ kind, body }) => {
        const { statusCode } = await post(keys[kind]!, body);
        expect([200, 400, 413]).toContain(statusCode);
      }),
      { numRuns: 400 },
    );
  });
});

describe('What is odd about a payload', () => {
  const plain = { id: 'x', title: 'Backup failed', status: 'firing' };

  it('a clock that is a day ahead: the alert began now, and what was said is kept and told', async () => {
    const { id, key } = await anIntake('json');
    const tomorrow = house.ground.clock.now().add({ hours: 24 });
    const answer = await post(key, { ...plain, timestamp: tomorrow.toString() });
    expect(answer.statusCode).toBe(200);
    expect(answer.json().notes[0]).toMatch(/^The sender's clock is 1440 minutes ahead/u);
    const [alert] = await alertsOf(id);
    expect(alert.starts_at.getTime()).toBeLessThan(Date.now() + 60_000);
    expect(alert.annotations).toMatchObject({
      timestamp: tomorrow.toString(),
      sender_clock: expect.stringContaining('1440'),
    });
    expect((await payloadsOf(id))[0]).toMatchObject({ faulty: true, status: 200 });
  });

  it('a clock that is a day behind: it began when it says', async () => {
    const { id, key } = await anIntake('json');
    const yesterday = house.ground.clock.now().subtract({ hours: 24 }).round('second');
    await post(key, { ...plain, timestamp: yesterday.toString() });
    expect((await alertsOf(id))[0].starts_at.getTime()).toBe(yesterday.epochMilliseconds);
  });

  it('bytes that are no UTF-8 are replaced and told; NUL and half characters reach the disk as �', async () => {
    const { id, key } = await anIntake('json');
    const latin = Buffer.concat([Buffer.from('{"id":"a","title":"St'), Buffer.from([0xf6]), Buffer.from('rung"}')]);
    expect((await post(key, latin)).json().notes).toEqual([expect.stringContaining('UTF-8')]);
    expect((await post(key, '{"id":"b","title":"a\\u0000b\\ud800"}')).statusCode).toBe(200);
    expect((await alertsOf(id)).map(({ summary }) => summary)).toEqual(['St�rung', 'a�b�']);
  });

  it('one wrong entry among others is told; the others are taken', async () => {
    const { id, key } = await anIntake('alertmanager-webhook');
    const good = { status: 'firing', labels: { alertname: 'A' }, annotations: {}, fingerprint: 'f1' };
    const answer = await post(key, { alerts: [good, { status: 'firing', labels: 7 }, null] });
    expect(answer.json()).toMatchObject({
      alerts: [{ dedupKey: 'f1', outcome: 'new' }],
      notes: ['alerts[1].labels: an object of texts was expected', 'alerts[2]: an object was expected'],
    });
    expect((await payloadsOf(id))[0]).toMatchObject({ faulty: true, status: 200 });
  });

  it('labels by the thousand: the alert is there, its payload whole', async () => {
    const { id, key } = await anIntake('alertmanager-webhook');
    const labels = Object.fromEntries(Array.from({ length: 3_000 }, (_each, n) => [`l${n}`, 'v']));
    const answer = await post(key, { alerts: [{ status: 'firing', labels: { alertname: 'Many', ...labels } }] });
    expect(answer.statusCode).toBe(200);
    expect(await alertsOf(id)).toHaveLength(1);
    expect((await payloadsOf(id))[0].body.toString()).toContain('l2999');
  });

  it('packed by gzip, or in a form', async () => {
    const { id, key } = await anIntake('json');
    await post(key, gzipSync(JSON.stringify({ id: 'a', title: 'packed' })), { 'content-encoding': 'gzip' });
    const form = new URLSearchParams({ payload: JSON.stringify({ id: 'b', title: 'form' }) }).toString();
    await post(key, form, { 'content-type': 'application/x-www-form-urlencoded' });
    expect((await alertsOf(id)).map(({ summary }) => summary)).toEqual(['packed', 'form']);
    const bomb = gzipSync(Buffer.alloc(integrationLimits.bodyBytes + 1));
    expect((await post(key, bomb, { 'content-encoding': 'gzip' })).statusCode).toBe(413);
    expect((await post(key, 'no', { 'content-encoding': 'gzip' })).statusCode).toBe(400);
  });

  it('a sender that never says it is over: the setting endsAfter does', async () => {
    const { id, key } = await anIntake('splunk', { endsAfter: 'PT30M' });
    await post(key, { sid: 's', search_name: 'Errors', result: {} });
    const { rows } = await house.postgres.pool.query(
      'SELECT ends_at - heard_at AS left FROM alerting.alert_open WHERE integration_id = $1',
      [id],
    );
    expect(rows[0].left.minutes).toBeGreaterThanOrEqual(29);
  });
});

describe('Any JSON by a mapping', () => {
  const mapping = `incidents.{
    "summary": name & " on " & host,
    "dedupKey": $string(nr),
    "action": open ? "trigger" : "resolve",
    "severity": level,
    "labels": {"host": host},
    "links": [{"label": "Ticket", "url": ticket}]
  }`;
  const sample = {
    incidents: [
      { nr: 1, name: 'Disk', host: 'db-1', open: true, level: 'major', ticket: 'https://t.example/1' },
      { nr: 2, name: 'Fan', host: 'db-2', open: false, level: 'minor', ticket: 'ftp://t' },
    ],
  };

  it('makes the alerts that it says', async () => {
    const { id, key } = await anIntake('json', { mapping });
    expect((await post(key, sample)).json().alerts).toMatchObject([
      { dedupKey: '1', outcome: 'new' },
      { dedupKey: '2', outcome: 'dropped' },
    ]);
    expect(await alertsOf(id)).toMatchObject([
      { dedup_key: '1', summary: 'Disk on db-1', severity: 'error', labels: { host: 'db-1' } },
    ]);
  });

  it.each([
    ['matches nothing', 'nothing.here', 'alerting.mapping-matched-nothing'],
    ['makes no alert', '{"title": "x"}', 'alerting.mapping-made-no-alert'],
    ['fails', '$number("x")', 'alerting.mapping-failed'],
    ['never ends', '($f := function($x) { $f($x) }; $f(1))', 'alerting.mapping-failed'],
  ])('that %s says so, and the payload is kept', async (_name, expression, code) => {
    const { id, key } = await anIntake('json', { mapping: expression });
    const answer = await post(key, sample);
    expect([answer.statusCode, answer.json().code]).toEqual([422, code]);
    expect((await payloadsOf(id))[0]).toMatchObject({ faulty: true, status: 422 });
  });

  it('is tried on a sample before it is saved', async () => {
    const tried = (given: unknown, who = 'vic') =>
      house.http.fastify.inject({
        method: 'POST',
        url: '/api/v1/integrations/try-mapping',
        payload: given as object,
        headers: { 'x-who': who },
      });
    const good = (await tried({ mapping, sample })).json();
    expect(good).toMatchObject({
      ok: true,
      fault: null,
      alerts: [
        { dedupKey: '1', action: 'trigger' },
        { action: 'resolve', links: [] },
      ],
    });
    const unclosed = (await tried({ mapping: 'a.{\n"b": 1', sample })).json();
    expect(unclosed).toMatchObject({ ok: false, fault: { line: 2, path: null } });
    const wrong = (await tried({ mapping: '{"summary": 1, "labels": 3}', sample })).json();
    expect(wrong).toMatchObject({ ok: false, fault: { path: 'labels' }, result: { summary: 1 } });
    expect((await tried({ mapping, sample }, 'nobody')).statusCode).toBe(401);
  });
});

describe('CloudEvents', () => {
  const event = new CloudEvent({
    id: 'e1',
    source: '/disks/db-1',
    type: 'com.example.disk.triggered',
    subject: 'db-1',
    time: '2026-03-01T09:00:00Z',
    service: 'orders',
    data: { summary: 'The disk is full', severity: 'critical' },
  });

  it.each(['structured', 'binary'] as const)('%s, as the SDK sends it', async (mode) => {
    const { id, key } = await anIntake('cloudevents');
    const { headers, body } = HTTP[mode](event);
    const answer = await post(key, body as string, headers as Record<string, string>);
    expect(answer.statusCode).toBe(200);
    expect(await alertsOf(id)).toMatchObject([
      {
        dedup_key: '/disks/db-1|db-1|com.example.disk',
        status: 'firing',
        severity: 'critical',
        summary: 'The disk is full',
        service: 'orders',
      },
    ]);
    const over = HTTP[mode](event.cloneWith({ id: 'e2', type: 'com.example.disk.resolved', data: {} }));
    await post(key, over.body as string, over.headers as Record<string, string>);
    expect(await alertsOf(id)).toMatchObject([{ status: 'resolved' }]);
  });

  it('a batch, and a batch by a mapping', async () => {
    const batch = JSON.stringify([event, event.cloneWith({ id: 'e2', subject: 'db-2' })]);
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const plain = await anIntake('cloudevents');
    expect((await post(plain.key, batch, headers)).json().alerts).toHaveLength(2);
    const mapped = await anIntake('cloudevents', { mapping: '$.{"summary": subject & ": " & data.summary}' });
    await post(mapped.key, batch, headers);
    expect((await alertsOf(mapped.id)).map(({ summary }) => summary).sort()).toEqual([
      'db-1: The disk is full',
      'db-2: The disk is full',
    ]);
  });

  it.each([
    ['no event at all', '{"a":1}', { 'content-type': 'application/json' }],
    [
      'without an id',
      '{"specversion":"1.0","source":"/a","type":"b"}',
      { 'content-type': 'application/cloudevents+json' },
    ],
    ['cut off', '{"specversion":"1.0","id":', { 'content-type': 'application/cloudevents+json' }],
    [
      'of a version that there is not',
      '{"specversion":"9","id":"1","source":"/a","type":"b"}',
      { 'content-type': 'application/cloudevents+json' },
    ],
    ['an empty batch', '[]', { 'content-type': 'application/cloudevents-batch+json' }],
    [
      'binary without a type',
      '{}',
      { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/a' },
    ],
  ])('%s is refused in words', async (_name, body, headers) => {
    const { id, key } = await anIntake('cloudevents');
    const answer = await post(key, body, headers);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'alerting.no-cloudevent']);
    expect((await payloadsOf(id))[0]).toMatchObject({ faulty: true });
  });
});

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
      house.http.fastify.inject({
        method,
        url: `/api/v1/integrations${path}`,
        headers: { 'x-who': 'ada' },
        ...(body === undefined ? {} : { payload: body }),
      });
    const spec = (clientSecret: string) => ({ kind: 'sentry', settings: { clientSecret } });
    const made = (await call('POST', '', { ...spec(secret), name: 'front-end' })).json();
    expect(made.integration.settings).toEqual({ clientSecret: '(kept secret)' });
    const { rows } = await house.postgres.pool.query(
      `SELECT concat((SELECT json_agg(i)::text FROM alerting.integration i), (SELECT json_agg(e.data)::text FROM ledger.event e),
        (SELECT json_agg(p.data)::text FROM ledger.pending p)) AS all`,
    );
    expect(rows[0].all).toContain('front-end');
    expect(rows[0].all).not.toContain(secret);
    expect((await post(made.key, body(50), signed(body(50)))).statusCode).toBe(200);
    for (const same of [secret, '(kept secret)'])
      expect((await call('PUT', '/front-end', spec(same))).json()).toMatchObject({ outcome: 'unchanged' });
    expect((await call('PUT', '/front-end', spec('another-secret-of-sentry'))).json()).toMatchObject({
      outcome: 'changed',
    });
    expect((await post(made.key, body(51), signed(body(51)))).statusCode).toBe(403);
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
