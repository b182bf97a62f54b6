import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertLimits } from '../../domain/alert.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { samples } from '../../domain/sources/samples.ts';
import { startVendorsWorld, type VendorsWorld } from './testing/vendors-world.ts';

/** Whatever comes to any source: a clear error in the source's own words, never a fault, and the payload kept to be looked at. */
let world: VendorsWorld;
beforeAll(async () => {
  world = await startVendorsWorld();
});
afterAll(() => world?.stop());

interface Said {
  readonly now: Temporal.Instant;
  readonly labels: Readonly<Record<string, string>>;
}

interface Sender {
  readonly url: (key: string) => string;
  readonly headers?: (key: string) => Record<string, string>;
  /** A good request. */
  readonly body: (said: Said, key: string) => unknown;
  /** Names that every refusal of this source has; a text where that is its form. */
  readonly form: readonly string[];
  /** What this source takes although others refuse it. */
  readonly takes?: readonly string[];
}

const problem = ['type', 'title', 'status', 'code'];
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const webhook = (kind: keyof typeof samples): Sender => ({
  url: (key) => `/intake/${key}`,
  body: ({ now, labels }) => samples[kind]({ name: 'walked', id: `${now.epochMilliseconds}`, now, labels }),
  form: problem,
});

const senders: Readonly<Record<string, Sender>> = {
  ...Object.fromEntries((Object.keys(samples) as (keyof typeof samples)[]).map((kind) => [kind, webhook(kind)])),
  json: {
    ...webhook('splunk'),
    body: ({ now, labels }) => ({
      id: `${now.epochMilliseconds}`,
      summary: 'Full',
      severity: 'critical',
      startsAt: `${now}`,
      labels,
    }),
  },
  cloudevents: {
    ...webhook('splunk'),
    headers: () => ({ 'content-type': 'application/cloudevents+json' }),
    body: ({ now, labels }) => ({
      specversion: '1.0',
      id: `${now.epochMilliseconds}`,
      source: '/db-1',
      type: 'disk.full',
      time: `${now}`,
      data: { summary: 'Full', severity: 'critical', labels },
    }),
  },
  // A signature that is wrong: what is signed is in cloudwatch/take-sns.db.test.ts.
  cloudwatch: {
    ...webhook('splunk'),
    body: ({ now, labels }) => ({
      Type: 'Notification',
      MessageId: crypto.randomUUID(),
      TopicArn: 'arn:aws:sns:eu-central-1:123456789012:alarms',
      Message: JSON.stringify({ AlarmName: 'Full', NewStateValue: 'ALARM', ...labels }),
      Timestamp: `${now}`,
      SignatureVersion: '1',
      Signature: 'AAAA',
      SigningCertURL: 'https://sns.attacker.example/cert.pem',
    }),
  },
  pagerduty: {
    url: () => '/v2/enqueue',
    body: ({ now, labels }, key) => ({
      routing_key: key,
      event_action: 'trigger',
      payload: { summary: 'Full', source: 'db-1', severity: 'critical', timestamp: `${now}`, custom_details: labels },
    }),
    form: ['status', 'message', 'errors'],
  },
  opsgenie: {
    url: () => '/v2/alerts',
    headers: (key) => ({ authorization: `GenieKey ${key}` }),
    body: ({ labels }) => ({ message: 'Full', details: labels, priority: 'P1' }),
    form: ['message', 'took', 'requestId'],
  },
  alertmanager: {
    url: () => '/alertmanager/api/v2/alerts',
    headers: bearer,
    body: ({ now, labels }) => [
      {
        labels: { alertname: 'Full', ...labels },
        startsAt: `${now}`,
        endsAt: `${now.add({ minutes: 4 })}`,
      },
    ],
    form: ['code', 'message'],
    // Go reads `null` as an empty list.
    takes: ['null', 'an empty list'],
  },
};
const kinds = Object.keys(senders).map((kind) => [kind, senders[kind]!] as const);

const post = async (sender: Sender, key: string, body: string | Buffer) => {
  const answer = await fetch(world.url + sender.url(key), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sender.headers?.(key) },
    body: body as string,
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? '' : JSON.parse(text) };
};
/** The faulty ones, the newest first; reading the list writes down what waits. */
const keptPayloads = async (key: string): Promise<any[]> => {
  await world.call('ada', 'GET', `/api/v1/integrations/${names.get(key)}/payloads?faulty=false`);
  const { rows } = await world.postgres.pool.query(
    `SELECT p.status, p.error, p.bytes::int AS bytes, p.body FROM alerting.payload p
     WHERE p.faulty AND p.integration = (SELECT integration FROM alerting.integration_key WHERE ending = $1)
     ORDER BY p.at DESC, p.id DESC LIMIT 20`,
    [key.slice(-4)],
  );
  return rows;
};
const newestPayload = async (key: string) => (await keptPayloads(key))[0];
const alertsOf = async (key: string): Promise<any[]> =>
  (
    await world.postgres.pool.query(
      `SELECT a.status, b.labels, b.annotations, a.starts_at FROM alerting.alert a JOIN alerting.alert_body b ON b.alert_id = a.id
       WHERE a.integration_id = (SELECT integration FROM alerting.integration_key WHERE ending = $1)`,
      [key.slice(-4)],
    )
  ).rows;
const expectForm = (sender: Sender, body: unknown): void => {
  if (typeof body === 'string') expect(sender.form).toContain('code');
  else expect(Object.keys(body as object)).toEqual(expect.arrayContaining([...sender.form]));
};
const now = Temporal.Now.instant;
const names = new Map<string, string>();

const malformed: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['no JSON', 'the disk is full'],
  ['half of it', '{"labels": {"alertname": "Fu'],
  ['null', 'null'],
  ['a number', '42'],
  ['an empty list', '[]'],
  ['a list of lists', '[[[]]]'],
  ['texts where objects are expected', '["a", "b"]'],
  ['brackets by the hundred thousand', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['objects in each other by the ten thousand', '{"alerts":'.repeat(20_000) + '1' + '}'.repeat(20_000)],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ['names of prototypes', '{"__proto__": {"a": 1}, "constructor": {"prototype": 1}, "alerts": 7}'],
];

describe.each(kinds)('%s', (kind, sender) => {
  let key: string;
  beforeAll(async () => {
    key = await world.integration(kind, { team: 'payments', name: `bad-${kind}` });
    names.set(key, `bad-${kind}`);
  });

  it('refuses what is malformed in its own words and keeps it', async () => {
    const taken: string[] = [];
    const refused: string[] = [];
    for (const [name, body] of malformed) {
      const withKey =
        kind === 'pagerduty' && typeof body === 'string' && body.startsWith('{"')
          ? body.replace('{', `{"routing_key": "${key}", `)
          : body;
      const answer = await post(sender, key, withKey);
      expect(answer.status, `${name}: ${JSON.stringify(answer.body)}`).toBeLessThan(500);
      if (answer.status < 300) taken.push(name);
      else expectForm(sender, answer.body);
      // Whose a body is that has no key in it, nobody can say.
      if (answer.status >= 300 && (kind !== 'pagerduty' || withKey !== body))
        refused.push(`${answer.status} ${Buffer.byteLength(withKey)}`);
    }
    const kept = await keptPayloads(key);
    expect(kept.map(({ status, bytes }) => `${status} ${bytes}`).toSorted()).toEqual(refused.toSorted());
    for (const { error } of kept) expect(error).toMatch(/\S/u);
    expect(taken).toEqual(sender.takes ?? []);
  });

  it('refuses details of 10 MB in its own words and keeps their beginning, with how much it was', async () => {
    const good = sender.body({ now: now(), labels: { note: 'x'.repeat(10_000_000) } }, key);
    const body = JSON.stringify(good);
    const answer = await post(sender, key, body);
    expect(answer.status).toBe(413);
    expectForm(sender, answer.body);
    expect(JSON.stringify(answer.body)).toMatch(/\d{5,}|\d KB/u);
    const kept = await newestPayload(key);
    expect(kept).toMatchObject({
      status: 413,
      bytes: Buffer.byteLength(body),
      error: expect.stringContaining('large'),
    });
    expect(kept.body).toHaveLength(integrationLimits.payloadBytes);
    expect(kept.body.toString()).not.toContain(key);
  });

  it('takes labels by the thousand within the bounds of an alert, or says what is too many', async () => {
    const labels = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`label_${n}`, `value ${n}`]));
    const answer = await post(sender, key, JSON.stringify(sender.body({ now: now(), labels }, key)));
    expect(answer.status).toBeLessThan(500);
    if (answer.status >= 400) {
      expectForm(sender, answer.body);
      expect((await newestPayload(key)).status).toBe(answer.status);
    }
    for (const alert of await alertsOf(key)) {
      expect(Object.keys(alert.labels).length).toBeLessThanOrEqual(alertLimits.labels);
      expect(Object.keys(alert.annotations ?? {}).length).toBeLessThanOrEqual(alertLimits.annotations);
    }
  });

  it.each([
    ['behind', -24],
    ['ahead', 24],
  ] as const)('is heard although its clock is a day %s, or says that it is not', async (_, hours) => {
    const at = now().add({ hours });
    const before = (await alertsOf(key)).filter(({ status }) => status === 'firing').length;
    const answer = await post(sender, key, JSON.stringify(sender.body({ now: at, labels: { way: `${hours}` } }, key)));
    expect(answer.status).toBeLessThan(500);
    const open = (await alertsOf(key)).filter(({ status }) => status === 'firing');
    if (open.length > before) {
      for (const { starts_at: start } of open) expect(start.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
      return;
    }
    const kept = await newestPayload(key);
    expect(kept.error).toMatch(/clock|signature|is not an address|hours ago/u);
  });

  it('refuses unknown keys in its own words', async () => {
    const wrong = kind === 'opsgenie' ? crypto.randomUUID() : 'z'.repeat(32);
    const answer = await post(sender, wrong, JSON.stringify(sender.body({ now: now(), labels: {} }, wrong)));
    expect([400, 401, 403]).toContain(answer.status);
    expectForm(sender, answer.body);
  });
});

it('who tries keys by the dozen is told in the words of each protocol to come again later', async () => {
  const guess = (kind: string) => (kind === 'opsgenie' ? crypto.randomUUID() : 'q'.repeat(32));
  const tryKey = (kind: string) => {
    const key = guess(kind);
    return post(senders[kind]!, key, JSON.stringify(senders[kind]!.body({ now: now(), labels: {} }, key)));
  };
  const tries = await Promise.all(Array.from({ length: 70 }, () => tryKey('pagerduty')));
  expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([400, 429]));
  for (const kind of ['pagerduty', 'opsgenie', 'alertmanager', 'json']) {
    const { status, headers, body } = await tryKey(kind);
    expect([kind, status]).toEqual([kind, 429]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    const form = senders[kind]!.form.filter((name) => name !== 'errors');
    expect(Object.keys(body)).toEqual(expect.arrayContaining(form));
  }
});
