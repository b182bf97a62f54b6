import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInIntegration } from '../../domain/alert.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import { accept } from '../intake/accept.ts';
import { forget } from '../start-alerts.ts';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';

let world: AlertsWorld;
beforeAll(async () => {
  world = await startAlertsWorld();
});
afterAll(() => world?.stop());

const get = async (url: string, who = 'ada') => {
  const { status, body } = await world.call(who, 'GET', url);
  expect(status).toBe(200);
  return body;
};
const send = async (body: object, who = 'ada') => world.call(who, 'POST', '/api/v1/alerts', body);
const told = (id: string) => world.until(async () => expect((await get(`/api/v1/alerts/${id}`)).pages).not.toEqual([]));

describe('an alert by the API', () => {
  it('is there with all that was said, its fingerprint, decisions, group and page', async () => {
    const labels = { alertname: 'Disk', disk: '/data', severity: 'warning' };
    const { status, body } = await send({
      labels,
      annotations: { summary: 'The disk is full in 4 hours', runbook_url: 'https://run.example/disk' },
      service: 'shop/checkout',
      links: [{ label: 'chart', url: 'https://charts.example/1' }],
    });
    expect(status).toBe(202);
    expect(body.items).toMatchObject([{ outcome: 'new', dedupKey: fingerprintOf(labels) }]);
    const id = body.items[0].id;
    await told(id);
    const { items } = await get('/api/v1/alerts?label=disk%3D%2Fdata&label=alertname%3DDisk');
    expect(items).toMatchObject([
      {
        id,
        source: 'api',
        kind: 'api',
        fingerprint: fingerprintOf(labels),
        status: 'firing',
        suppressed: null,
        severity: 'warning',
        summary: 'The disk is full in 4 hours',
        labels,
        annotations: { runbook_url: 'https://run.example/disk' },
        service: 'shop/checkout',
        endsAt: null,
        decisions: [{ decision: 'notified' }],
      },
    ]);
    expect(items[0].decisions[0]).toMatchObject({ group: items[0].group, page: items[0].pages[0] });
    const why = await get(`/api/v1/alerts/${id}/why`);
    expect(why.because).toBe(
      'It was told: there are no routes, so it goes to the owner of its service; grouped by integration, service, alertname. Goes to payments: owner of the service shop/checkout.',
    );
    expect(why.groups).toMatchObject([{ route: 'default', targets: ['owner'], pages: [{ target: 'team:payments' }] }]);
    expect((await get(`/api/v1/alert-groups/${items[0].group}`)).counts).toEqual({
      firing: 1,
      acknowledged: 0,
      resolved: 0,
      suppressed: 0,
    });
    const page = await world.read(items[0].pages[0]);
    expect(page.urgency).toBe('low');
  });

  it.each([
    [{}, 'say a dedupKey'],
    [{ dedupKey: 'x' }, 'say what is wrong'],
    [{ summary: 'x', labels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`l${n}`, 'v'])) }, 'at most 64'],
  ])('is refused with words: %j', async (body, expected) => {
    const answer = await send(body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(expected);
  });

  it('holds any text: NUL, half pairs, and keys of any length', async () => {
    const key = 'k'.repeat(5_000);
    const odd = { dedupKey: key, labels: { 'a\u0000b': 'x\ud800', ok: '漢' }, summary: '\u0000bad' };
    const [first] = await world.accept([odd]);
    const [second] = await world.accept([odd]);
    expect([first!.outcome, second!.outcome]).toEqual(['new', 'unchanged']);
    expect(first!.dedupKey).toHaveLength(512);
    expect((await get(`/api/v1/alerts/${first!.alertId}`)).labels).toEqual({ 'a\ufffdb': 'x\ufffd', ok: '漢' });
    await world.accept([{ dedupKey: key, action: 'resolve' }]);
  });
});

describe('many at once', () => {
  it('told twice in one batch, and by ten senders at once, are one alert each', async () => {
    const batch = Array.from({ length: 300 }, (_, index) => ({ dedupKey: `race-${index % 150}` }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.accept(batch)));
    const ids = new Set(answers.flat().map(({ alertId }) => alertId));
    expect(ids.size).toBe(150);
    expect(answers.flat().filter(({ outcome }) => outcome === 'new')).toHaveLength(150);
    expect((await get('/api/v1/alerts?q=race-7&limit=500')).items).toHaveLength(11);
    await world.accept(
      Array.from({ length: 150 }, (_, index) => ({ dedupKey: `race-${index}`, action: 'resolve' as const })),
    );
  });

  it('of one group are one page, and each says why', async () => {
    const storm = Array.from({ length: 3_000 }, (_, index) => ({
      dedupKey: `storm-${index}`,
      labels: { alertname: 'Storm', host: `h${index}` },
    }));
    await world.accept(storm);
    await world.until(async () =>
      expect(await world.rows('SELECT 1 FROM alerting.alert WHERE pending_at IS NOT NULL')).toEqual([]),
    );
    await world.later('11 seconds');
    await world.until(async () =>
      expect(
        await world
          .rows(
            "SELECT decision, count(*)::int FROM alerting.alert_decision d JOIN alerting.alert a ON a.id = d.alert_id WHERE a.dedup_key LIKE 'storm-%' AND decision IN ('notified', 'joined') GROUP BY 1",
          )
          .then((rows) => rows.reduce((sum, { count }) => sum + count, 0)),
      ).toBe(3_000),
    );
    const pages = (await world.pages()).filter(({ summary }) => summary.startsWith('storm-'));
    expect(pages).toHaveLength(1);
    const [group] = (await get('/api/v1/alert-groups')).items;
    expect(group).toMatchObject({ labels: { alertname: 'Storm' }, counts: { firing: 3_000 }, pages: [pages[0]!.id] });
    const facets = (await get('/api/v1/alerts?label=alertname%3DStorm&facets=true')).facets;
    expect(facets).toMatchObject({ total: 3_000, service: [{ value: 'shop/checkout', count: 3_000 }] });
    // All of a group at once.
    const { body } = await world.call('ada', 'POST', '/api/v1/alerts/selected', { action: 'resolve', group: group.id });
    expect(body.changed).toHaveLength(3_000);
    await world.until(async () => expect((await world.read(pages[0]!.id)).state).toBe('resolved'));
  });

  it('are listed page by page, each once', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await get(`/api/v1/alerts?state=all&limit=500${cursor}`);
      seen.push(...page.items.map(({ id }: { id: string }) => id));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(3_100);
    expect((await world.call('ada', 'GET', '/api/v1/alerts?cursor=WyJ4Il0')).status).toBe(400);
  });
});

describe('whoever answers an alert', () => {
  it('answers its page: acknowledged until it clears, armed again by a new trigger', async () => {
    const [taken] = await world.accept([{ dedupKey: 'ack' }]);
    const id = taken!.alertId!;
    await told(id);
    const { body } = await world.call('bo', 'POST', `/api/v1/alerts/${id}/acknowledge`, { note: 'looking' });
    expect(body).toMatchObject({ status: 'acknowledged', acknowledgedBy: 'bo' });
    const [page] = body.pages;
    await world.until(async () =>
      expect(await world.read(page)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'bo' }),
    );
    expect((await get(`/api/v1/alerts/${id}/why`)).because).toContain('bo is on it until it clears');
    await world.later('5 hours');
    await world.accept([{ dedupKey: 'ack' }]);
    const decisions = async () => (await world.decisions(id)).map(({ decision }) => decision);
    expect(await decisions()).toEqual(['notified', 'acknowledged']);
    await world.accept([{ dedupKey: 'ack', action: 'resolve' }]);
    await world.until(async () => expect((await world.read(page)).state).toBe('resolved'));
    const [armed] = await world.accept([{ dedupKey: 'ack' }]);
    await told(armed!.alertId!);
    const again = await get(`/api/v1/alerts/${armed!.alertId}`);
    expect(again.pages[0]).not.toBe(page);
    expect(again.earlier).toMatchObject([{ id, acknowledgedBy: 'bo', pages: [page] }]);
    await world.call('bo', 'POST', `/api/v1/alerts/${armed!.alertId}/resolve`);
    await world.until(async () => expect((await world.read(again.pages[0])).state).toBe('resolved'));
    expect((await world.events('alert.resolved')).at(-1)).toMatchObject({
      actor_name: 'bo',
      data: { alerts: [armed!.alertId] },
    });
  });

  it('is a responder of the team whose it is: nobody else may', async () => {
    const [taken] = await world.accept([{ dedupKey: 'foreign' }]);
    for (const verb of ['acknowledge', 'resolve'])
      expect(await world.call('cy', 'POST', `/api/v1/alerts/${taken!.alertId}/${verb}`)).toMatchObject({
        status: 403,
        body: { code: 'http.role-too-low' },
      });
    expect((await send({ summary: 'x' }, 'cy')).status).toBe(403);
    expect(
      (await world.call('ada', 'POST', '/api/v1/alerts/018f0000-0000-7000-8000-000000000000/resolve')).status,
    ).toBe(404);
  });

  it('leaves the page open while others of it fire', async () => {
    const two = await world.accept(
      ['a', 'b'].map((host) => ({ dedupKey: `pair-${host}`, labels: { alertname: 'Pair', host } })),
    );
    await told(two[0]!.alertId!);
    const [page] = (await get(`/api/v1/alerts/${two[0]!.alertId}`)).pages;
    await world.call('ada', 'POST', `/api/v1/alerts/${two[0]!.alertId}/acknowledge`);
    await accept(world.alerting, builtInIntegration('api'), []);
    await world.later('10 seconds');
    expect((await world.read(page)).state).toBe('triggered');
    await world.call('ada', 'POST', `/api/v1/alerts/${two[1]!.alertId}/acknowledge`);
    await world.until(async () => expect((await world.read(page)).state).toBe('acknowledged'));
  });
});

describe('what is long over', () => {
  it('is forgotten with its group and decisions, and what fires never', async () => {
    const [old, fires] = await world.accept([{ dedupKey: 'old' }, { dedupKey: 'fires' }]);
    await told(old!.alertId!);
    await world.accept([{ dedupKey: 'old', action: 'resolve' }]);
    await world.until(async () => expect((await get('/api/v1/alerts?q=old')).items).toEqual([]));
    await world.later('401 days');
    await forget(world.alerting);
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${old!.alertId}`)).status).toBe(404);
    expect((await get(`/api/v1/alerts/${fires!.alertId}`)).status).toBe('firing');
    expect(
      await world.rows(
        'SELECT 1 FROM alerting.alert_group WHERE closed_at < ground.now() - make_interval(days => 400)',
      ),
    ).toEqual([]);
  });
});
