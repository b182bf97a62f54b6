import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opsgenieClient, type OpsgenieClient } from './testing/opsgenie-client.ts';
import { startVendorsWorld, type VendorsWorld } from './testing/vendors-world.ts';

/** What was asked of Opsgenie is asked here unchanged: alerts by id, alias and tiny id, and heartbeats that page. */
let world: VendorsWorld;
let client: OpsgenieClient;

beforeAll(async () => {
  world = await startVendorsWorld();
  client = opsgenieClient(world, await world.integration('opsgenie', { team: 'payments' }));
});
afterAll(() => world?.stop());

const ask: OpsgenieClient['ask'] = (...asked) => client.ask(...asked);
const create: OpsgenieClient['create'] = (over) => client.create(over);
const get: OpsgenieClient['get'] = (...which) => client.get(...which);
const act: OpsgenieClient['act'] = (...asked) => client.act(...asked);
const pageOf: OpsgenieClient['pageOf'] = (alias) => client.pageOf(alias);

describe('an alert', () => {
  it('pages, is acknowledged, unacknowledged and closed with its page, and is there anew when told again', async () => {
    const requestId = await create();
    await world.until(() => expect(world.hooks.received.map(({ path }) => path)).toEqual(['/p1']));
    const status = (await ask('GET', `/v2/alerts/requests/${requestId}`)).body.data;
    expect(status).toMatchObject({ isSuccess: true, success: true, action: 'Create', alias: 'disk' });
    const open = await get('disk');
    expect(open).toMatchObject({
      id: status.alertId,
      message: 'The disk of db-1 is full',
      status: 'open',
      acknowledged: false,
      priority: 'P1',
      count: 1,
      snoozed: false,
    });
    expect(await get(open.id, 'id')).toEqual(open);
    expect(await get(open.tinyId, 'tiny')).toEqual(open);
    expect(await act('disk', 'acknowledge', { user: 'Mira', note: 'On it' })).toMatchObject({ isSuccess: true });
    await world.until(async () => expect((await pageOf('disk'))!.state).toBe('acknowledged'));
    expect(await get('disk')).toMatchObject({ acknowledged: true, owner: 'Mira', report: { acknowledgedBy: 'Mira' } });
    expect(await act('disk', 'acknowledge')).toMatchObject({ isSuccess: false });
    expect(await act('disk', 'unacknowledge')).toMatchObject({ isSuccess: true, action: 'UnAcknowledge' });
    expect(await get('disk')).toMatchObject({ acknowledged: false });
    await world.pass('2 seconds');
    await world.until(async () => expect((await pageOf('disk'))!.state).toBe('triggered'));
    await create();
    expect(await get('disk')).toMatchObject({ id: open.id, count: 2 });
    expect(await act('disk', 'close', { source: 'Alertmanager' })).toMatchObject({ isSuccess: true, action: 'Close' });
    await world.until(async () => expect((await pageOf('disk'))!.state).toBe('resolved'));
    expect(await get(open.id, 'id')).toMatchObject({ status: 'closed', report: { closedBy: 'Alertmanager' } });
    expect((await ask('GET', '/v2/alerts/disk?identifierType=alias')).body.message).toContain('does not exist');
    expect(await act('disk', 'close')).toMatchObject({ isSuccess: false, status: 'Alert does not exist', alertId: '' });
    await create();
    expect((await get('disk')).id).not.toBe(open.id);
    await act('disk', 'close');
  });

  it('keeps everything that it says, and goes to the team that its responders mean', async () => {
    await create({
      alias: 'whole/1',
      description: 'Every **detail**',
      responders: [
        { name: 'Search', type: 'team' },
        { username: 'trinity@example.com', type: 'user' },
      ],
      visibleTo: [{ id: '4513b7ea', type: 'team' }],
      actions: ['Restart', 'AnExampleAction'],
      tags: ['OverwriteQuietHours', 'Critical'],
      details: { key1: 'value1', service: 'shop/checkout', runbook: 'https://wiki.example.com/1', number: 7 },
      entity: 'An example entity',
      source: 'nagios',
      user: 'Mira',
      note: 'First note',
    });
    const shown = await get('whole/1');
    expect(shown).toMatchObject({
      description: 'Every **detail**',
      tags: ['OverwriteQuietHours', 'Critical'],
      details: { key1: 'value1', service: 'shop/checkout', runbook: 'https://wiki.example.com/1', number: '7' },
      entity: 'An example entity',
      source: 'nagios',
      actions: ['Restart', 'AnExampleAction'],
      responders: [
        { type: 'team', name: 'Search', id: 'Search' },
        { type: 'user', username: 'trinity@example.com' },
      ],
    });
    const [alert] = (await world.alerts()).filter((each) => each.dedupKey === 'whole/1');
    expect(alert).toMatchObject({
      service: 'shop/checkout',
      severity: 'critical',
      labels: { entity: 'An example entity', priority: 'P1', tags: 'OverwriteQuietHours,Critical', key1: 'value1' },
      annotations: { description: 'Every **detail**', actions: 'Restart, AnExampleAction' },
      links: [{ label: 'runbook', url: 'https://wiki.example.com/1' }],
    });
    await world.until(async () => expect((await pageOf('whole/1'))!.team).toBe('search'));
    const notes = (await ask('GET', '/v2/alerts/whole%2F1/notes?identifierType=alias')).body.data;
    expect(notes).toMatchObject([{ note: 'First note', owner: 'Mira' }]);
    const logs = (await ask('GET', '/v2/alerts/whole%2F1/logs?identifierType=alias')).body.data;
    expect(logs.length).toBeGreaterThan(0);
    await act('whole/1', 'close');
  });

  it('is changed by its clients, and what they added stays when it is told again', async () => {
    await create({ alias: 'edited', tags: ['one'], details: { a: '1' } });
    await act('edited', 'tags', { tags: ['two', 'one'] });
    await act('edited', 'details', { details: { b: '2' } });
    await act('edited', 'notes', { note: 'Look at the controller', user: 'Mira' });
    await act('edited', 'message', { message: 'Another message' }, 'PUT');
    await act('edited', 'priority', { priority: 'P4' }, 'PUT');
    await act('edited', 'description', { description: 'Longer' }, 'PUT');
    await act('edited', 'responders', { responder: { type: 'team', name: 'search' } });
    await act('edited', 'assign', { owner: { username: 'bo' } });
    expect(await get('edited')).toMatchObject({
      tags: ['one', 'two'],
      details: { a: '1', b: '2' },
      message: 'Another message',
      priority: 'P4',
      description: 'Longer',
      owner: 'bo',
      responders: [{ name: 'search' }],
    });
    await create({ alias: 'edited', tags: ['one'], details: { a: '3' } });
    expect(await get('edited')).toMatchObject({ tags: ['one', 'two'], details: { a: '3', b: '2' } });
    const [alert] = (await world.alerts()).filter((each) => each.dedupKey === 'edited');
    expect(alert.labels).toMatchObject({ tags: 'one,two', a: '3', b: '2' });
    await ask('DELETE', '/v2/alerts/edited/tags?identifierType=alias&tags=one');
    await ask('DELETE', '/v2/alerts/edited/details?identifierType=alias&keys=a');
    expect(await get('edited')).toMatchObject({ tags: ['two'], details: { b: '2' } });
    await act('edited', 'close');
    expect(await act('edited', 'tags', { tags: ['x'] })).toMatchObject({ isSuccess: false });
  });

  it('is quiet while it is snoozed, and begins anew', async () => {
    await create({ alias: 'snoozed' });
    await world.until(async () => expect((await pageOf('snoozed'))!.state).toBe('triggered'));
    const endTime = new Date(Date.now() + 30 * 60_000).toISOString();
    expect(await act('snoozed', 'snooze', { endTime })).toMatchObject({ isSuccess: true, action: 'Snooze' });
    expect(await get('snoozed')).toMatchObject({ snoozed: true, snoozedUntil: endTime });
    expect((await pageOf('snoozed'))!.state).toBe('acknowledged');
    await world.pass('31 minutes');
    await world.until(async () => expect((await pageOf('snoozed'))!.state).toBe('triggered'));
    expect(await get('snoozed')).toMatchObject({ snoozed: false });
    for (const bad of [undefined, 'soon', '2001-01-01T00:00:00Z', '2100-01-01T00:00:00Z']) {
      const answer = await ask('POST', '/v2/alerts/snoozed/snooze?identifierType=alias', { endTime: bad });
      expect([bad, answer.status, Object.keys(answer.body.errors)]).toEqual([bad, 422, ['endTime']]);
    }
    await act('snoozed', 'close');
  });

  it('told by many at once is one alert, and one page', async () => {
    await Promise.all(Array.from({ length: 12 }, () => create({ alias: 'many', message: 'Told by many' })));
    await world.until(async () => expect((await pageOf('many'))!.state).toBe('triggered'));
    expect(await get('many')).toMatchObject({ count: 12 });
    expect((await world.alerts('all')).filter((each) => each.dedupKey === 'many')).toHaveLength(1);
    expect((await world.pages()).filter(({ summary }) => summary.includes('Told by many'))).toHaveLength(1);
    await act('many', 'close');
  });
});

describe('what Opsgenie refuses', () => {
  const refusal = (status: number, message: unknown, errors?: unknown) => [
    status,
    { message, ...(errors === undefined ? {} : { errors }), took: expect.any(Number), requestId: expect.any(String) },
  ];
  const unprocessable = 'Request body is not processable. Please check the errors.';

  it.each([
    ['no key', '', 401],
    ['a key of another scheme', 'Digest abc', 401],
    ['a key of the wrong form', 'GenieKey nonsense', 401],
    ['an unknown key', 'GenieKey eb243592-faa2-4ba2-a551-1afdf565c889', 401],
  ])('%s', async (_, authorization, status) => {
    const answer = await ask('POST', '/v2/alerts', { message: 'x' }, authorization);
    expect([answer.status, answer.body]).toEqual(refusal(status, 'Could not authenticate'));
  });

  it.each([
    ['a priority that there is not', { priority: 'P0' }, { priority: 'should be one of [ P1, P2, P3, P4, P5 ]' }],
    ['no message', { message: '' }, { message: 'Message can not be empty.' }],
    ['details of a wrong type', { details: 'x' }, { details: 'should be a map of strings' }],
    ['a list', null, { body: 'should be a JSON object' }],
  ])('%s', async (_, over, errors) => {
    const answer = await ask('POST', '/v2/alerts', over === null ? [1] : { message: 'x', ...over });
    expect([answer.status, answer.body]).toEqual(refusal(422, unprocessable, errors));
  });

  it('what is no JSON, what is too large, and what there is not', async () => {
    const broken = await ask('POST', '/v2/alerts', '{');
    expect([broken.status, broken.body]).toEqual(refusal(400, 'Could not parse the request body'));
    const large = await ask('POST', '/v2/alerts', { message: 'x', description: 'y'.repeat(10 * 1024 * 1024) });
    expect([large.status, large.body]).toEqual(refusal(413, expect.stringMatching(/too large.*at most 524288/u)));
    for (const path of [
      '/v2/alerts/x',
      '/v2/alerts/saved-searches/x',
      '/v2/alerts/x/attachments',
      '/v2/heartbeats/none',
    ])
      expect([path, (await ask('GET', path)).status]).toEqual([path, 404]);
    expect((await ask('GET', '/v2/alerts/x?identifierType=name')).status).toBe(422);
    const { items } = (await world.call('ada', 'GET', '/api/v1/integrations/opsgenie-1/payloads?faulty=true')).body;
    expect(items.map((each: any) => each.status)).toEqual(expect.arrayContaining([400, 413, 422]));
  });

  it('nothing of what looks odd and is not wrong', async () => {
    await create({
      alias: 'odd\u0000\ud800',
      message: 'odd\u0000',
      details: { ['__proto__']: 'x', 'a\u0000': '\ud800' },
    });
    await create({ alias: 'x'.repeat(512), message: 'y'.repeat(2_000) });
    expect((await get('x'.repeat(512))).message).toHaveLength(1_024);
    await act('x'.repeat(512), 'close');
  });
});

describe('a heartbeat', () => {
  const whole = {
    name: 'DNS Checker',
    interval: 10,
    intervalUnit: 'minutes',
    enabled: true,
    alertMessage: 'DNS is silent',
  };

  it('that stops pages somebody, and its next ping ends that', async () => {
    const made = await ask('POST', '/v2/heartbeats', { ...whole, ownerTeam: { name: 'payments' } });
    expect([made.status, made.body.data]).toEqual([
      201,
      expect.objectContaining({
        name: 'DNS Checker',
        interval: 10,
        intervalUnit: 'minutes',
        enabled: true,
        expired: false,
      }),
    ]);
    expect((await ask('POST', '/v2/heartbeats', whole)).body.errors.name).toContain('already exists');
    for (const method of ['GET', 'POST', 'PUT', 'PATCH']) {
      const pong = await ask(method, '/v2/heartbeats/DNS%20Checker/ping');
      expect([pong.status, pong.body]).toEqual([
        202,
        { result: 'PONG - Heartbeat received', took: expect.any(Number), requestId: expect.any(String) },
      ]);
    }
    const shown = (await ask('GET', '/v2/heartbeats/DNS%20Checker')).body.data;
    expect(shown).toMatchObject({ expired: false, lastPingTime: expect.any(String), ownerTeam: { name: 'payments' } });
    await world.pass('1 minute');
    await world.until(async () => {
      await world.pass('1 minute');
      expect((await ask('GET', '/v2/heartbeats/DNS%20Checker')).body.data.expired).toBe(true);
    });
    const page = await world.until(async () => {
      const found = (await world.pages()).find(({ summary }) => summary.includes('dns-checker'));
      expect(found).toMatchObject({ state: 'triggered', team: 'payments' });
      return found!;
    });
    await ask('POST', '/v2/heartbeats/DNS%20Checker/ping');
    await world.until(async () =>
      expect((await world.pages()).find(({ id }) => id === page.id)).toMatchObject({ state: 'resolved' }),
    );
  });

  it('is listed, changed, switched off and on, and deleted', async () => {
    await ask('POST', '/v2/heartbeats', { name: 'backup', interval: 1, intervalUnit: 'days', enabled: true });
    const watched = async () => (await world.call('ada', 'GET', '/api/v1/heartbeats/backup')).status;
    expect(await watched()).toBe(200);
    const changed = await ask('PATCH', '/v2/heartbeats/backup', { interval: 2, description: 'Nightly' });
    expect([changed.status, changed.body.data]).toMatchObject([200, { interval: 2, description: 'Nightly' }]);
    expect((await world.call('ada', 'GET', '/api/v1/heartbeats/backup')).body.every).toBe('PT48H');
    expect((await ask('POST', '/v2/heartbeats/backup/disable')).body.data).toMatchObject({ enabled: false });
    expect(await watched()).toBe(404);
    expect((await ask('POST', '/v2/heartbeats/backup/ping')).status).toBe(202);
    expect((await ask('POST', '/v2/heartbeats/backup/enable')).body.data).toMatchObject({ enabled: true });
    expect(await watched()).toBe(200);
    const names = (await ask('GET', '/v2/heartbeats')).body.data.heartbeats.map((each: any) => each.name);
    expect(names).toEqual(['DNS Checker', 'backup']);
    expect((await ask('DELETE', '/v2/heartbeats/backup')).status).toBe(200);
    expect(await watched()).toBe(404);
    expect((await ask('GET', '/v2/heartbeats/backup')).status).toBe(404);
    expect((await ask('POST', '/v2/heartbeats/never-made/ping')).status).toBe(202);
  });

  it('never takes over one that somebody else made', async () => {
    await world.call('ada', 'PUT', '/api/v1/heartbeats/nightly', { every: 'PT1H', team: 'search' });
    await ask('POST', '/v2/heartbeats', { name: 'Nightly', interval: 5, intervalUnit: 'minutes', enabled: true });
    expect((await world.call('ada', 'GET', '/api/v1/heartbeats/nightly')).body).toMatchObject({ every: 'PT1H' });
    expect((await world.call('ada', 'GET', '/api/v1/heartbeats/nightly-2')).body).toMatchObject({ every: 'PT5M' });
    const other = await world.integration('opsgenie');
    expect((await ask('GET', '/v2/heartbeats/Nightly', undefined, `GenieKey ${other}`)).status).toBe(404);
  });
});

it('a test of the integration goes the whole way', async () => {
  const { body } = await world.call('bo', 'POST', '/api/v1/integrations/opsgenie-1/test', {});
  expect(body).toMatchObject({ isDecided: true, alerts: [{ outcome: 'new', pages: [expect.any(String)] }] });
});
