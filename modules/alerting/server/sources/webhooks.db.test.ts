import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntegrationKind } from '../../domain/alert.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { parsers } from '../../domain/sources/parsers.ts';
import { payloadCases } from '../../domain/sources/payloads.cases.ts';
import { startIntakeWorld, type IntakeWorld } from './testing/intake-world.ts';

/** What a sender posts to the intake is an alert on disk before it has its answer; what is no alert is refused in words and kept. */
let world: IntakeWorld;
beforeAll(async () => {
  world = await startIntakeWorld();
});
afterAll(() => world?.stop());
const anIntake: IntakeWorld['anIntake'] = (...given) => world.anIntake(...given);
const post: IntakeWorld['post'] = (...given) => world.post(...given);
const alertsOf: IntakeWorld['alertsOf'] = (id) => world.alertsOf(id);
const payloadsOf: IntakeWorld['payloadsOf'] = (id) => world.payloadsOf(id);

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

describe('Senders that sign, and letters', () => {
  it.each(['cloudwatch', 'sentry', 'cloudevents', 'json'] as const)(
    '%s: never answered 500, whatever is posted',
    async (kind) => {
      const plain = await anIntake(kind);
      const strict = await anIntake(kind, { clientSecret: 'a-secret-of-sixteen', mapping: 'a.b.{"summary": c}' });
      const type = fc.constantFrom('application/json', 'application/cloudevents+json', 'text/plain', 'no/such; type');
      const anything = fc.oneof(
        fc.json({ maxDepth: 8 }),
        fc.string({ unit: 'binary' }),
        fc
          .json()
          .map((data) => `{"Type":"Notification","specversion":"1.0","id":"1","type":"a","source":"/","data":${data}}`),
      );
      await fc.assert(
        fc.asyncProperty(anything, type, fc.boolean(), async (body, contentType, isStrict) => {
          const { statusCode } = await post((isStrict ? strict : plain).key, body, { 'content-type': contentType });
          expect([200, 400, 401, 403, 422]).toContain(statusCode);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('A test of an integration', () => {
  it.each([...(Object.keys(parsers) as IntegrationKind[]), 'cloudevents', 'cloudwatch', 'sentry'] as const)(
    '%s: goes the whole way of what its sender posts',
    async (kind) => {
      const name = `tested-${kind}`;
      const settings = kind === 'sentry' ? { clientSecret: 'a-secret-of-sixteen' } : {};
      await world.house.http.fastify.inject({
        method: 'POST',
        url: '/api/v1/integrations',
        headers: { 'x-who': 'ada' },
        payload: { name, kind, settings },
      });
      const { sample } = world.house.integrations.sourceOf(kind)!.options;
      const plain = ['json', 'cloudevents', 'cloudwatch'].includes(kind);
      expect(sample === undefined).toBe(plain);
      if (!sample) return;
      const { rows } = await world.house.postgres.pool.query('SELECT * FROM alerting.integration WHERE name = $1', [
        name,
      ]);
      const given = {
        integration: rows[0],
        now: world.house.ground.clock.now(),
        id: `t-${kind}`,
        labels: { service: 'a/b' },
      };
      const answer = await world.house.integrations.take({
        integration: rows[0],
        method: 'POST',
        path: '/intake',
        query: {},
        headers: {},
        ...sample(given),
      });
      expect(answer).toMatchObject({ status: 200, error: null });
      expect(await alertsOf(rows[0].id)).toMatchObject([{ status: 'firing', severity: 'info', service: 'a/b' }]);
    },
  );
});

describe('What is odd about a payload', () => {
  const plain = { id: 'x', title: 'Backup failed', status: 'firing' };

  it('a clock that is a day ahead: the alert began now, and what was said is kept and told', async () => {
    const { id, key } = await anIntake('json');
    const tomorrow = world.house.ground.clock.now().add({ hours: 24 });
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
    const yesterday = world.house.ground.clock.now().subtract({ hours: 24 }).round('second');
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
    const { rows } = await world.house.postgres.pool.query(
      'SELECT ends_at - heard_at AS left FROM alerting.alert_open WHERE integration_id = $1',
      [id],
    );
    expect(rows[0].left.minutes).toBeGreaterThanOrEqual(29);
  });
});
