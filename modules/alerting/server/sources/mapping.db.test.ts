import { CloudEvent, HTTP } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIntakeWorld, type IntakeWorld } from './testing/intake-world.ts';

/** JSON and CloudEvents of anybody become alerts, by a mapping where there is one. */
let world: IntakeWorld;
beforeAll(async () => {
  world = await startIntakeWorld();
});
afterAll(() => world?.stop());
const anIntake: IntakeWorld['anIntake'] = (...given) => world.anIntake(...given);
const post: IntakeWorld['post'] = (...given) => world.post(...given);
const alertsOf: IntakeWorld['alertsOf'] = (id) => world.alertsOf(id);
const payloadsOf: IntakeWorld['payloadsOf'] = (id) => world.payloadsOf(id);

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
      world.house.http.fastify.inject({
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

  it('who asks whether they may send is told so, with a key alone', async () => {
    const { key } = await anIntake('cloudevents');
    const ask = (url: string) =>
      world.house.http.fastify.inject({
        method: 'OPTIONS',
        url,
        headers: { 'webhook-request-origin': 'eventemitter.example.com', 'webhook-request-rate': '120' },
      });
    const told = await ask(`/intake/${key}`);
    expect([told.statusCode, told.headers['webhook-allowed-origin'], told.headers['webhook-allowed-rate']]).toEqual([
      200,
      'eventemitter.example.com',
      '*',
    ]);
    const wrong = await ask(`/intake/${'c'.repeat(32)}`);
    expect([wrong.statusCode, wrong.headers['webhook-allowed-origin']]).toEqual([403, undefined]);
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
