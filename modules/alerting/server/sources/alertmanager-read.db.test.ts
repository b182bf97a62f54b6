import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import { startAlertmanagerWorld, type AlertmanagerWorld } from './testing/alertmanager-world.ts';

/** Reading alerts and silences by Alertmanager's API, as `amtool` asks. */
let world: AlertmanagerWorld;
beforeAll(async () => {
  world = await startAlertmanagerWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const post = async (...alerts: readonly (Readonly<Record<string, string>> & { readonly alertname?: string })[]) => {
  const answer = await world.ask(
    'POST',
    '/api/v2/alerts',
    alerts.map((labels) => ({ labels })),
  );
  expect(answer).toEqual({ status: 200, body: '' });
  await world.settled();
};
const names = (body: readonly { labels: Record<string, string> }[]): string[] =>
  body.map(({ labels }) => labels['alertname']!).toSorted();
const ada = { 'x-who': 'ada' };
const aSilence = (matchers: readonly object[], over: object = {}) => ({
  matchers,
  startsAt: world.now().toString(),
  endsAt: world.now().add({ hours: 1 }).toString(),
  createdBy: 'ada',
  comment: 'works on it',
  ...over,
});
const equal = (name: string, value: string) => ({ name, value, isRegex: false, isEqual: true });
const silence = async (matchers: readonly object[], over: object = {}, headers: Record<string, string> = ada) => {
  const answer = await world.ask('POST', '/api/v2/silences', aSilence(matchers, over), headers);
  expect(answer).toEqual({ status: 200, body: { silenceID: expect.any(String) } });
  return answer.body.silenceID as string;
};

describe('GET /api/v2/alerts', () => {
  it('shows an alert as the contract says', async () => {
    const labels = { alertname: 'Down', job: 'cart' };
    const startsAt = world.now().subtract({ minutes: 5 }).round('millisecond');
    await world.ask('POST', '/api/v2/alerts', [
      { labels, annotations: { summary: 's' }, startsAt: startsAt.toString(), generatorURL: 'http://prometheus/graph' },
    ]);
    const { status, body } = await world.ask('GET', '/api/v2/alerts');
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect([status, body]).toEqual([
      200,
      [
        {
          annotations: { summary: 's' },
          endsAt: time,
          fingerprint: fingerprintOf(labels),
          receivers: [{ name: 'the owner of the service' }],
          startsAt: startsAt.toString({ smallestUnit: 'millisecond' }),
          status: { inhibitedBy: [], mutedBy: [], silencedBy: [], state: 'active' },
          updatedAt: time,
          generatorURL: 'http://prometheus/graph',
          labels,
        },
      ],
    ]);
  });

  it.each([
    ['', ['A', 'B', 'C']],
    ['?filter=alertname%3D%22A%22', ['A']],
    ['?filter=alertname%3DA', ['A']],
    ['?filter=alertname%3D~%22A%7CB%22&filter=job%21%3D%22x%22', ['B']],
    ['?filter=nowhere%3D%22%22', ['A', 'B', 'C']],
    ['?filter=job%21%3D%22%22', ['A', 'B']],
    ['?filter=job%21~%22x.*%22', ['B', 'C']],
    ['?receiver=.*owner.*', ['A', 'B', 'C']],
    ['?receiver=owner', []],
    ['?receiver=&filter=alertname%3DC', ['C']],
    ['?receiver_matchers=owner%3D%22my-team%22', []],
    ['?active=false', []],
    ['?active=true&silenced=false&inhibited=false&unprocessed=false', ['A', 'B', 'C']],
  ])('by %s', async (query, expected) => {
    await post({ alertname: 'A', job: 'x' }, { alertname: 'B', job: 'y' }, { alertname: 'C' });
    expect(names((await world.ask('GET', `/api/v2/alerts${query}`)).body)).toEqual(expected);
  });

  it.each([
    ['alerts?filter=a', expect.stringContaining('a')],
    ['alerts?filter=a%3D~%22%5B%22', expect.any(String)],
    ['alerts?receiver=%5B', expect.stringContaining('failed to parse receiver param')],
    ['alerts?receiver_matchers=%7B', expect.stringContaining('failed to parse receiver_matchers param')],
    ['alerts/groups?filter=a', expect.any(String)],
    ['silences?filter=a', expect.any(String)],
  ])('refuses %s with a text', async (path, body) =>
    expect(await world.ask('GET', `/api/v2/${path}`)).toEqual({ status: 400, body }),
  );

  it('shows a sender what came by it, and somebody with a role everything', async () => {
    await post({ alertname: 'Sent' });
    await world.ask('POST', '/api/v2/alerts', [{ labels: { alertname: 'ByAda' } }], ada);
    expect(names((await world.ask('GET', '/api/v2/alerts')).body)).toEqual(['Sent']);
    expect(names((await world.ask('GET', '/api/v2/alerts', undefined, ada)).body)).toEqual(['ByAda', 'Sent']);
    expect((await world.ask('GET', '/api/v2/alerts', undefined, {})).status).toBe(401);
  });

  it('shows no alert that ran out, before anybody has looked', async () => {
    await post({ alertname: 'Out' });
    expect(names((await world.ask('GET', '/api/v2/alerts')).body)).toEqual(['Out']);
    await world.pass(301);
    expect((await world.ask('GET', '/api/v2/alerts')).body).toEqual([]);
  });
});

describe('GET /api/v2/alerts/groups', () => {
  it('shows groups with their labels, their receiver and their alerts', async () => {
    await world.route('all', {
      to: [{ webhook: { url: `${world.hooks.url}/all` } }],
      group: { by: ['job'] },
    });
    await post({ alertname: 'A', job: 'x' }, { alertname: 'B', job: 'x' }, { alertname: 'C', job: 'y' });
    const { body } = await world.ask('GET', '/api/v2/alerts/groups');
    const receiver = { name: `webhook ${world.hooks.url}/all` };
    expect(body.map(({ alerts, ...group }: any) => ({ ...group, alerts: names(alerts) }))).toEqual([
      { labels: { job: 'x' }, receiver, routeLabels: {}, alerts: ['A', 'B'] },
      { labels: { job: 'y' }, receiver, routeLabels: {}, alerts: ['C'] },
    ]);
    expect((await world.ask('GET', '/api/v2/alerts/groups?receiver=other')).body).toEqual([]);
    expect((await world.ask('GET', '/api/v2/receivers')).body).toEqual([
      { name: 'the owner of the service', labels: {} },
      { ...receiver, labels: {} },
    ]);
  });
});

describe('silences', () => {
  it('hold an alert back the moment that they stand, and are shown with it', async () => {
    await post({ alertname: 'Down' });
    const id = await silence([equal('alertname', 'Down')]);
    const [alert] = (await world.ask('GET', '/api/v2/alerts')).body;
    expect(alert.status).toEqual({ inhibitedBy: [], mutedBy: [], silencedBy: [id], state: 'suppressed' });
    expect((await world.ask('GET', '/api/v2/alerts?silenced=false')).body).toEqual([]);
    expect(await world.ask('DELETE', `/api/v2/silence/${id}`, undefined, ada)).toEqual({ status: 200, body: '' });
    expect((await world.ask('GET', '/api/v2/alerts?silenced=false')).body).toHaveLength(1);
    expect((await world.ask('GET', `/api/v2/silence/${id}`, undefined, ada)).body.status.state).toBe('expired');
  });

  it('are read back as they were said', async () => {
    const matchers = [equal('alertname', 'Down'), { name: 'fooΣ', value: 'bar🙂.*', isRegex: true, isEqual: false }];
    const id = await silence(matchers);
    const { body } = await world.ask('GET', `/api/v2/silence/${id}`, undefined, ada);
    expect(body).toMatchObject({ id, matchers, createdBy: 'ada', comment: 'works on it', status: { state: 'active' } });
    const filtered = async (filter: string) =>
      (await world.ask('GET', `/api/v2/silences?filter=${encodeURIComponent(filter)}`, undefined, ada)).body.map(
        (each: { id: string }) => each.id,
      );
    expect(await filtered('fooΣ!~"bar🙂.*"')).toEqual([id]);
    expect(await filtered('fooΣ="bar"')).toEqual([]);
  });

  it('are changed under their id, or ended and made anew, as Alertmanager does', async () => {
    const id = await silence([equal('alertname', 'Down')]);
    const stands = (await world.ask('GET', `/api/v2/silence/${id}`, undefined, ada)).body;
    const longer = world.now().add({ hours: 5 }).round('second');
    const same = { id, startsAt: stands.startsAt };
    expect(await silence([equal('alertname', 'Down')], { ...same, endsAt: longer.toString() })).toBe(id);
    expect((await world.ask('GET', `/api/v2/silence/${id}`, undefined, ada)).body.endsAt).toBe(
      longer.toString({ smallestUnit: 'millisecond' }),
    );
    const other = await silence([equal('alertname', 'Up')], same);
    expect(other).not.toBe(id);
    expect((await world.ask('GET', `/api/v2/silence/${id}`, undefined, ada)).body.status.state).toBe('expired');
    const again = await silence([equal('alertname', 'Down')], { id });
    expect([id, other]).not.toContain(again);
  });

  it('of a sender are about what came by it, and nothing else', async () => {
    await post({ alertname: 'Down' });
    await world.ask('POST', '/api/v2/alerts', [{ labels: { alertname: 'Down', by: 'ada' } }], ada);
    const sender = { authorization: `Bearer ${world.key}` };
    const foreign = await silence([equal('alertname', 'Other')]);
    const id = await silence([equal('alertname', 'Down')], {}, sender);
    const all = (await world.ask('GET', '/api/v2/alerts', undefined, ada)).body;
    expect(all.map(({ labels, status }: any) => [labels.by ?? 'sender', status.state])).toEqual(
      expect.arrayContaining([
        ['sender', 'suppressed'],
        ['ada', 'active'],
      ]),
    );
    const own = (await world.ask('GET', '/api/v2/silences?expired=false')).body;
    expect(own).toMatchObject([{ id, matchers: [equal('alertname', 'Down')] }]);
    expect((await world.ask('DELETE', `/api/v2/silence/${foreign}`)).status).toBe(404);
    expect((await world.ask('DELETE', `/api/v2/silence/${id}`)).status).toBe(200);
  });

  const viewer = { 'x-who': 'bo' };
  it.each([
    [
      'GET',
      'silence/foo',
      undefined,
      ada,
      422,
      { code: 601, message: 'silenceID in path must be of type uuid: "foo"' },
    ],
    ['GET', 'silence/00000000-0000-4000-8000-000000000000', undefined, ada, 404, ''],
    ['DELETE', 'silence/00000000-0000-4000-8000-000000000000', undefined, ada, 404, ''],
    ['POST', 'silences', { id: '00000000-0000-4000-8000-000000000000' }, ada, 404, 'silence not found'],
    ['POST', 'silences', {}, viewer, 403, { code: 403, message: expect.any(String) }],
  ])('%s %s: %#', async (method, path, over, headers, status, body) => {
    const given = over === undefined ? undefined : aSilence([equal('a', 'b')], over);
    expect(await world.ask(method, `/api/v2/${path}`, given, headers)).toEqual({ status, body });
  });
});

describe('GET /api/v2/status', () => {
  it('says what amtool reads', async () => {
    const { status, body } = await world.ask('GET', '/api/v2/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      cluster: { status: 'disabled', peers: [] },
      config: { original: expect.stringContaining('receiver') },
      uptime: expect.stringMatching(/Z$/),
      versionInfo: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/), goVersion: expect.any(String) },
    });
  });
});
