import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVendorsWorld, type VendorsWorld } from './testing/vendors-world.ts';

/** What was sent to PagerDuty is sent here unchanged: answered as PagerDuty answers, and somebody is paged. */
let world: VendorsWorld;
let key: string;

beforeAll(async () => {
  world = await startVendorsWorld();
  key = await world.integration('pagerduty', { team: 'payments' });
});
afterAll(() => world?.stop());

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as any, headers: answer.headers };
};
const event = (over: Record<string, unknown> = {}, payload: Record<string, unknown> = {}) => ({
  routing_key: key,
  event_action: 'trigger',
  dedup_key: 'srv01/mysql',
  payload: { summary: 'DISK at 99% on db-1', source: 'db-1.example.com', severity: 'critical', ...payload },
  ...over,
});
const found = async (dedupKey: string, state = 'active') =>
  (await world.alerts(state)).filter((each) => each.dedupKey === dedupKey);

describe('an event', () => {
  it('that triggers pages, one that acknowledges and one that resolves do so to the page; then the key is free again', async () => {
    const triggered = await post('/v2/enqueue', event());
    expect([triggered.status, triggered.body]).toEqual([
      202,
      { status: 'success', message: 'Event processed', dedup_key: 'srv01/mysql' },
    ]);
    await world.until(() => expect(world.hooks.received.map(({ path }) => path)).toEqual(['/p1']));
    const [alert] = await found('srv01/mysql');
    expect(alert).toMatchObject({ status: 'firing', severity: 'critical', summary: 'DISK at 99% on db-1' });
    const [page] = await world.pages();
    expect(page).toMatchObject({ state: 'triggered', team: 'payments' });
    await post('/v2/enqueue', event({ event_action: 'acknowledge', payload: undefined }));
    await world.until(async () => expect((await world.pages())[0]!.state).toBe('acknowledged'));
    await post('/v2/enqueue', event({ event_action: 'resolve', payload: undefined }));
    await world.until(async () => expect((await world.pages())[0]!.state).toBe('resolved'));
    expect(await found('srv01/mysql')).toEqual([]);
    await post('/v2/enqueue', event());
    await world.until(async () => {
      const [again] = await found('srv01/mysql');
      expect(again.id).not.toBe(alert.id);
      expect((await world.pages()).filter(({ state }) => state === 'triggered')).toHaveLength(1);
    });
    await post('/v2/enqueue', event({ event_action: 'resolve' }));
  });

  it('keeps everything that it says', async () => {
    const answer = await post(
      '/v2/enqueue',
      event(
        {
          dedup_key: 'whole',
          client: 'Sample Monitoring Service',
          client_url: 'https://monitoring.example.com/',
          links: [{ href: 'https://pagerduty.example.com/', text: 'An example link.' }],
          images: [{ src: 'https://chart.example.com/1.png', href: 'https://chart.example.com/', alt: 'A chart' }],
        },
        {
          timestamp: '2026-07-17T08:42:58.315+0000',
          component: 'mysql',
          group: 'prod-datapipe',
          class: 'disk',
          custom_details: {
            'free space': '1%',
            'load avg': 0.75,
            service: 'shop/checkout',
            nested: { a: [1, 2] },
            text: 'a\nb',
          },
        },
      ),
    );
    expect(answer.status).toBe(202);
    const [alert] = await found('whole');
    expect(alert).toMatchObject({
      service: 'shop/checkout',
      startsAt: '2026-07-17T08:42:58.315Z',
      labels: {
        alertname: 'disk',
        class: 'disk',
        component: 'mysql',
        group: 'prod-datapipe',
        source: 'db-1.example.com',
        client: 'Sample Monitoring Service',
        severity: 'critical',
        'free space': '1%',
        service: 'shop/checkout',
      },
      annotations: {
        'load avg': '0.75',
        nested: '{"a":[1,2]}',
        text: 'a\nb',
        image: 'A chart: https://chart.example.com/1.png',
      },
      links: [
        { label: 'An example link.', url: 'https://pagerduty.example.com/' },
        { label: 'Sample Monitoring Service', url: 'https://monitoring.example.com/' },
        { label: 'A chart', url: 'https://chart.example.com/' },
      ],
    });
    await post('/v2/enqueue', event({ dedup_key: 'whole', event_action: 'resolve' }));
  });

  it('without a key gets one; told again it is the same alert', async () => {
    const first = await post('/v2/enqueue', event({ dedup_key: undefined }));
    expect(first.body.dedup_key).toMatch(/^[0-9a-f]{32}$/u);
    const again = await post('/v2/enqueue', event({ dedup_key: first.body.dedup_key }, { severity: 'warning' }));
    expect(again.body.dedup_key).toBe(first.body.dedup_key);
    expect(await found(first.body.dedup_key)).toMatchObject([{ severity: 'warning' }]);
    await post('/v2/enqueue', event({ dedup_key: first.body.dedup_key, event_action: 'resolve' }));
  });

  it('whose words change while it is open pages once', async () => {
    for (const summary of ['[FIRING:1] (DiskFull db-1)', '[FIRING:2] (DiskFull)', '[FIRING:12] (DiskFull)'])
      await post('/v2/enqueue', event({ dedup_key: 'words' }, { summary }));
    await world.until(async () => expect(await found('words')).toMatchObject([{ summary: '[FIRING:12] (DiskFull)' }]));
    await post('/v2/enqueue', event({ dedup_key: 'later' }, { summary: 'Another' }));
    await world.until(async () => expect((await found('later'))[0].pages).toHaveLength(1));
    await world.until(async () => expect((await found('words'))[0].pages).toHaveLength(1));
    expect((await world.pages()).filter(({ summary }) => summary.includes('DiskFull'))).toHaveLength(1);
    for (const each of ['words', 'later'])
      await post('/v2/enqueue', event({ dedup_key: each, event_action: 'resolve' }));
  });

  it('that answers what nobody opened is taken and dropped', async () => {
    for (const action of ['acknowledge', 'resolve']) {
      const answer = await post('/v2/enqueue', { routing_key: key, event_action: action, dedup_key: 'never-seen' });
      expect([answer.status, answer.body.dedup_key]).toEqual([202, 'never-seen']);
    }
    expect(await found('never-seen', 'all')).toEqual([]);
  });
});

describe('what PagerDuty refuses', () => {
  const invalid = 'Event object is invalid';
  it.each([
    ['no key', () => event({ routing_key: undefined }), 400, ["'routing_key' is missing or blank"]],
    [
      'a key of the wrong form',
      () => event({ routing_key: 'e+23rschqsESqk9Q6_-g' }),
      400,
      [
        "Length of 'routing_key' is incorrect (should be 32 characters)",
        "'routing_key' cannot contain non-alphanumeric characters.",
      ],
    ],
    ['an unknown key', () => event({ routing_key: 'a'.repeat(32) }), 400, ['Invalid routing key']],
    ['a key of a wrong type', () => event({ routing_key: { $ne: null } }), 400, ["'routing_key' is missing or blank"]],
    ['no action', () => event({ event_action: undefined }), 400, ["'event_action' is missing or blank"]],
    [
      'an action that there is not',
      () => event({ event_action: 'shout' }),
      400,
      ["'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"],
    ],
    ['no payload', () => event({ payload: undefined }), 400, ["'payload' is missing or blank"]],
    ['a payload of a wrong type', () => event({ payload: 'x' }), 400, ["'payload' must be an object"]],
    [
      'an empty payload',
      () => event({ payload: {} }),
      400,
      [
        "'payload.summary' is missing or blank",
        "'payload.source' is missing or blank",
        "'payload.severity' is missing or blank",
      ],
    ],
    [
      'a severity that there is not',
      () => event({}, { severity: 'terrible' }),
      400,
      ["'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"],
    ],
    [
      'a summary that is too long',
      () => event({}, { summary: 'x'.repeat(1_025) }),
      400,
      ["'payload.summary' is too long (maximum is 1024 characters)"],
    ],
    [
      'a dedup key that is too long',
      () => event({ dedup_key: 'x'.repeat(256) }),
      400,
      ["'dedup_key' is too long (maximum is 255 characters)"],
    ],
    [
      'an acknowledgement of nothing',
      () => event({ event_action: 'acknowledge', dedup_key: undefined }),
      400,
      ["'dedup_key' is missing or blank"],
    ],
    [
      'a time without sense',
      () => event({}, { timestamp: 'yesterday' }),
      400,
      ["'payload.timestamp' is not an ISO 8601 time with its zone"],
    ],
    ['links of a wrong type', () => event({ links: 'x' }), 400, ["'links' must be an array"]],
    ['a list', () => [event()], 400, ["'routing_key' is missing or blank"]],
    [
      '10 MB of details',
      () => event({}, { custom_details: { a: 'x'.repeat(10 * 1024 * 1024) } }),
      413,
      ['Event exceeds the maximum size of 512 KB'],
    ],
  ])('%s', async (_, body, status, errors) => {
    const answer = await post('/v2/enqueue', body());
    expect([answer.status, answer.body]).toEqual([status, { status: 'invalid event', message: invalid, errors }]);
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  it.each(['', '{', 'routing_key=x', '\u0000', '[[[['.repeat(10_000)])('what is no JSON: %j', async (body) => {
    const answer = await post('/v2/enqueue', body);
    expect([answer.status, answer.body]).toEqual([
      400,
      { status: 'Unrecognized object', message: 'Event object format is unrecognized', errors: ['JSON parse error'] },
    ]);
  });

  it('takes labels by the thousand, texts that no database keeps, and names that are none', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`label ${n}`, 'v'.repeat(20)]));
    const odd = { ['__proto__']: 'x', constructor: 'y', 'nul\u0000': '\u0000', half: '\ud800', '': 'empty' };
    const body = JSON.stringify(event({ dedup_key: 'odd\u0000key' }, { custom_details: { ...many, ...odd } }));
    const answer = await post('/v2/enqueue', body.replace('"constructor"', '"__proto__"'));
    expect(answer.status).toBe(202);
    const alerts = await world.alerts();
    const [alert] = alerts.filter((each) => each.dedupKey.startsWith('odd'));
    expect(Object.keys(alert.labels).length).toBeLessThanOrEqual(64);
    expect(alert.labels['severity']).toBe('critical');
    await post('/v2/enqueue', event({ dedup_key: 'odd\u0000key', event_action: 'resolve' }));
  });

  it('an integration of another kind, and one that is switched off', async () => {
    const grafana = await world.integration('grafana');
    expect((await post('/v2/enqueue', event({ routing_key: grafana }))).body.errors).toEqual(['Invalid routing key']);
  });

  it('keeps a refused payload without the key, to be looked at', async () => {
    await post('/v2/enqueue', event({ dedup_key: 'refused' }, { severity: 'loud' }));
    const { body } = await world.call('ada', 'GET', '/api/v1/integrations/pagerduty-1/payloads?faulty=true');
    const [newest] = body.items;
    expect(newest.error).toContain("'payload.severity' is invalid");
    const whole = (await world.call('ada', 'GET', `/api/v1/integrations/pagerduty-1/payloads/${newest.id}`)).body;
    expect(JSON.parse(whole.body)).toMatchObject({ dedup_key: 'refused', routing_key: 'x'.repeat(32) });
    const stored = await world.postgres.pool.query("SELECT convert_from(body, 'utf8') AS body FROM alerting.payload");
    expect(JSON.stringify(stored.rows)).not.toContain(key);
  });
});

describe('a change event', () => {
  const change = {
    payload: {
      summary: 'Build Success: checkout 1.4.2',
      timestamp: new Date(Date.now() - 60_000).toISOString(),
      source: 'acme-build-pipeline',
      custom_details: { service: 'shop/checkout', version: '1.4.2', environment: 'production', build_state: 'passed' },
    },
    links: [{ href: 'https://ci.example.com/1', text: 'View run' }],
  };
  const changes = async () => (await world.call('ada', 'GET', '/api/v1/changes')).body.items;

  it('is recorded as a change of its service, once however often it is told', async () => {
    for (let n = 0; n < 2; n += 1) {
      const answer = await post('/v2/change/enqueue', { routing_key: key, ...change });
      expect([answer.status, answer.body]).toEqual([202, { status: 'success', message: 'Change event processed' }]);
    }
    expect(await changes()).toMatchObject([
      {
        service: 'shop/checkout',
        environment: 'production',
        version: '1.4.2',
        title: 'Build Success: checkout 1.4.2',
        link: 'https://ci.example.com/1',
        announcedBy: 'system:pagerduty-1',
        description: 'source: acme-build-pipeline\nbuild_state: passed',
      },
    ]);
  });

  it.each([
    ['no payload', {}, ["'payload' is missing or blank"]],
    ['no summary', { payload: {} }, ["'payload.summary' is missing or blank"]],
    [
      'a time of long ago',
      { payload: { summary: 'x', timestamp: '1999-01-01T00:00:00Z' } },
      [expect.stringMatching(/long ago|days/u)],
    ],
  ])('with %s is refused', async (_, body, errors) => {
    const answer = await post('/v2/change/enqueue', { routing_key: key, ...body });
    expect([answer.status, answer.body.errors]).toEqual([400, errors]);
  });
});

it('a test of the integration goes the whole way and says what became of it', async () => {
  const { status, body } = await world.call('bo', 'POST', '/api/v1/integrations/pagerduty-1/test', {});
  expect([status, body.isDecided, body.alerts.length]).toEqual([200, true, 1]);
  expect(body.alerts[0]).toMatchObject({ outcome: 'new', pages: [expect.any(String)] });
  expect(body.says).toContain('Somebody was paged.');
  const page = (await world.pages()).find(({ id }) => id === body.alerts[0].pages[0]);
  expect(page).toMatchObject({ state: 'triggered', team: 'payments' });
  expect((await world.call('cy', 'POST', '/api/v1/integrations/pagerduty-1/test', {})).status).toBe(403);
  await world.pass('16 minutes');
  await world.until(async () => {
    const [ended] = (await world.pages()).filter(({ id }) => id === page!.id);
    expect(ended!.state).toBe('resolved');
  });
});
