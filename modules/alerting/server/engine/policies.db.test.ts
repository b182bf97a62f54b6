import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Matcher } from '../../domain/policy/matcher.ts';
import { matchingOf } from '../../domain/policy/matcher.ts';
import { once, type Silence } from '../../domain/policy/silence.ts';
import { defaultOptions, type RouteNode, type RouteTarget } from '../../domain/policy/route.ts';
import { makePattern } from '../policy/pattern.ts';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';

let world: AlertsWorld;
beforeAll(async () => {
  world = await startAlertsWorld();
});
afterAll(() => world?.stop());

const matching = (...said: readonly string[]) =>
  matchingOf(
    said.map((text): Matcher => {
      const [name, value] = text.split('=') as [string, string];
      return { name, op: '=', value };
    }),
    makePattern,
  );
const now = async () =>
  Temporal.Instant.from((await world.rows<{ now: Date }>('SELECT ground.now() AS now'))[0]!.now.toISOString());
const words = async (id: string) => (await world.decisions(id)).map(({ decision }) => decision);
const silence = (id: string, matchers: string, from: Temporal.Instant, to: Temporal.Instant): Silence => ({
  id,
  name: null,
  matching: matching(matchers),
  who: 'ada',
  why: 'the disks are changed',
  stretchAt: once({ from, to }),
});
const route = (
  id: string,
  to: readonly RouteTarget[],
  match: string,
  more: Partial<RouteNode['options']> = {},
): RouteNode => ({
  id,
  matching: matching(match),
  options: { ...defaultOptions, to, ...more },
  continue: false,
  only: [],
  never: [],
  routes: [],
});
const tell = async (key: string, labels: Record<string, string>, more: object = {}) =>
  (await world.accept([{ dedupKey: key, labels: { alertname: key, ...labels }, ...more }]))[0]!.alertId!;

describe('what is held back', () => {
  it('by a silence pages nobody, says which, and is told when the silence ends', async () => {
    const at = await now();
    await world.setPolicy({ silences: [silence('s1', 'disk=a', at, at.add({ hours: 1 }))] });
    const id = await tell('quiet', { disk: 'a' });
    await world.until(async () => expect(await words(id)).toEqual(['silenced']));
    const [found] = await world.rows('SELECT suppressed, group_id FROM alerting.alert WHERE id = $1', [id]);
    expect(found.suppressed).toMatchObject({ silencedBy: ['s1'] });
    const { body } = await world.call('ada', 'GET', `/api/v1/alerts/${id}/why`);
    expect(body.because).toMatch(/^Held back: ada silenced disk="a" until .*: the disks are changed\.$/);
    expect(body.groups[0].pages).toEqual([]);
    await world.later('61 minutes');
    await world.until(async () => expect(await words(id)).toEqual(['silenced', 'notified']));
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${id}`)).body).toMatchObject({
      suppressed: null,
      status: 'firing',
    });
  });

  it('by a silence that is made while it fires is shown so, and by one that is taken back no more', async () => {
    const id = await tell('seen', { disk: 'b' });
    await world.until(async () => expect(await words(id)).toEqual(['notified']));
    const at = await now();
    await world.setPolicy({ silences: [silence('s2', 'disk=b', at.subtract({ hours: 1 }), at.add({ hours: 9 }))] });
    await world.until(async () => expect(await words(id)).toEqual(['notified', 'silenced']));
    const suppressed = () => world.call('ada', 'GET', '/api/v1/alerts?state=suppressed');
    expect((await suppressed()).body.items.map((each: any) => each.id)).toEqual([id]);
    await world.setPolicy({ silences: [] });
    await world.until(async () => expect((await suppressed()).body.items).toEqual([]));
    // It was told already: nobody is paged a second time.
    expect(await words(id)).toEqual(['notified', 'silenced']);
  });

  it('by another alert is told when that is over, also where both came in one batch', async () => {
    await world.setPolicy({
      inhibitions: [
        { name: 'down', source: matching('alertname=Down'), target: matching('alertname=Slow'), equal: ['zone'] },
      ],
    });
    const both = await world.accept([
      { dedupKey: 'slow', labels: { alertname: 'Slow', zone: 'eu' } },
      { dedupKey: 'down', labels: { alertname: 'Down', zone: 'eu' } },
      { dedupKey: 'slow-us', labels: { alertname: 'Slow', zone: 'us' } },
    ]);
    const [slow, down, other] = both.map(({ alertId }) => alertId!) as [string, string, string];
    await world.until(async () =>
      expect([await words(slow), await words(down), await words(other)]).toEqual([
        ['inhibited'],
        ['notified'],
        ['notified'],
      ]),
    );
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${slow}`)).body.suppressed.inhibitedBy).toEqual([down]);
    await world.accept([{ dedupKey: 'down', action: 'resolve' }]);
    // Its group is a page of the one in the other zone already, which counts it with its next look.
    await world.until(async () =>
      expect(
        await world.rows('SELECT 1 FROM alerting.alert WHERE id = $1 AND suppressed IS NULL', [slow]),
      ).toHaveLength(1),
    );
    await world.later('11 seconds');
    await world.until(async () => expect(await words(slow)).toEqual(['inhibited', 'joined']));
    await world.setPolicy({ inhibitions: [] });
  });

  it('because what it uses is down', async () => {
    await world.setPolicy({ dependencies: new Map([['shop/checkout', ['shop/payment']]]) });
    const parent = await tell('parent', {}, { service: 'shop/payment' });
    const child = await tell('child', {});
    await world.until(async () => expect(await words(child)).toEqual(['parent-down']));
    await world.until(async () => expect(await words(parent)).toEqual(['notified']));
    await world.accept([{ dedupKey: 'parent', action: 'resolve' }]);
    await world.until(async () => expect(await words(child)).toEqual(['parent-down', 'notified']));
    await world.setPolicy({ dependencies: new Map() });
  });

  it('because it comes and goes, until it is calm', async () => {
    let last = '';
    for (let round = 0; round < 4; round += 1) {
      last = await tell('flaps', {});
      await world.until(async () => expect(await words(last)).not.toEqual([]));
      if (round < 3) await world.accept([{ dedupKey: 'flaps', action: 'resolve' }]);
    }
    expect(await words(last)).toEqual(['flapping']);
    await world.later('16 minutes');
    await world.until(async () => expect(await words(last)).toEqual(['flapping', 'notified']));
  });
});

describe('routes', () => {
  it('send to a webhook as Alertmanager does: grouped, with the interval, and that it is over', async () => {
    const webhook = { url: `${world.hooks.url}/am`, format: 'alertmanager', sendResolved: true } as const;
    await world.setPolicy({
      tree: {
        routes: [
          route('hooked', [{ webhook }], 'team=hooked', {
            groupBy: ['job'],
            groupWaitSeconds: 30,
            groupIntervalSeconds: 60,
          }),
        ],
        otherwise: defaultOptions,
      },
    });
    const got = () => world.hooks.received.filter(({ path }) => path === '/am');
    const one = await tell('one', { team: 'hooked', job: 'x' }, { annotations: { summary: 'one' } });
    await world.until(async () =>
      expect(await world.rows("SELECT 1 FROM alerting.alert_group WHERE route = 'hooked'")).toHaveLength(1),
    );
    const two = await tell('two', { team: 'hooked', job: 'x' });
    await world.until(async () =>
      expect(await world.rows('SELECT 1 FROM alerting.group_member WHERE alert_id = $1', [two])).toHaveLength(1),
    );
    expect(await words(one)).toEqual([]);
    await world.later('31 seconds');
    await world.until(() => expect(got()).toHaveLength(1));
    expect(got()[0]!.headers['content-type']).toBe('application/json');
    expect(got()[0]!.body).toMatchObject({
      version: '4',
      status: 'firing',
      receiver: 'hooked',
      groupKey: '{}/{route="hooked"}:{job="x"}',
      groupLabels: { job: 'x' },
      commonLabels: { job: 'x', team: 'hooked' },
      truncatedAlerts: 0,
      externalURL: 'http://leadline.example',
      alerts: [
        { status: 'firing', labels: { alertname: 'one' }, endsAt: '0001-01-01T00:00:00Z' },
        { labels: { alertname: 'two' } },
      ],
    });
    expect([await words(one), await words(two)]).toEqual([['notified'], ['notified']]);
    await world.accept([{ dedupKey: 'one', action: 'resolve' }]);
    await world.later('61 seconds');
    await world.until(() => expect(got()).toHaveLength(2));
    expect(got()[1]!.body.alerts.map((each: any) => [each.labels.alertname, each.status])).toEqual([
      ['two', 'firing'],
      ['one', 'resolved'],
    ]);
    await world.later('4 hours');
    await world.until(() => expect(got()).toHaveLength(3));
    expect(got()[2]!.body.alerts).toHaveLength(1);
    expect(await words(two)).toEqual(['notified', 'repeated']);
    await world.accept([{ dedupKey: 'two', action: 'resolve' }]);
    await world.later('61 seconds');
    await world.until(() => expect(got()).toHaveLength(4));
    expect(got()[3]!.body).toMatchObject({ status: 'resolved', alerts: [{ status: 'resolved' }] });
    expect(new Set(got().map(({ key }) => key)).size).toBe(4);
  });

  it('tell nobody at the times that they say, and what still fires then is told', async () => {
    let silent = true;
    const night = { name: 'nights', holds: () => silent };
    await world.setPolicy({
      tree: {
        routes: [{ ...route('timed', [{ team: 'payments' }], 'team=timed'), never: [night] }],
        otherwise: defaultOptions,
      },
    });
    const id = await tell('timed', { team: 'timed' });
    await world.until(async () => expect(await words(id)).toEqual(['muted']));
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${id}/why`)).body.because).toBe(
      'Nobody was told: route timed tells nobody during nights.',
    );
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${id}`)).body.suppressed.mutedBy).toEqual(['nights']);
    const held = (await world.call('ada', 'GET', '/api/v1/alerts?state=suppressed')).body.items;
    expect(held.map((each: { id: string }) => each.id)).toContain(id);
    const { group } = held.find((each: { id: string }) => each.id === id);
    expect((await world.call('ada', 'GET', `/api/v1/alert-groups/${group}`)).body.counts).toMatchObject({
      suppressed: 1,
    });
    silent = false;
    await world.later('20 seconds');
    await world.until(async () => expect(await words(id)).toEqual(['muted', 'notified']));
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${id}`)).body.suppressed).toBeNull();
  });

  it('that tell nobody are said, and whom a route names who cannot be paged is followed by the owner', async () => {
    await world.setPolicy({
      tree: {
        routes: [
          route('nobody', [], 'team=none'),
          route('gone', [{ team: 'ghosts' }], 'team=gone'),
          route('named', [{ team: 'payments' }], 'team=named'),
        ],
        otherwise: defaultOptions,
      },
    });
    const none = await tell('none', { team: 'none' });
    await world.until(async () => expect(await words(none)).toEqual(['unrouted']));
    const gone = await tell('gone', { team: 'gone' });
    await world.until(async () => expect(await words(gone)).toEqual(['notified']));
    const [made] = await world.decisions(gone);
    expect(made!.reason).toContain('ghosts could not be paged');
    expect(made!.reason).toContain(
      'Goes to payments: owner of the service shop/checkout, because whom the route names could not be paged.',
    );
    const named = await tell('named', { team: 'named' });
    await world.until(async () => expect(await words(named)).toEqual(['notified']));
    const [told] = await world.decisions(named);
    const [why, whom] = told!.reason.split('. Goes to ');
    expect(whom).toBe('payments: the route says so.');
    const { details } = (await world.call('ada', 'GET', `/api/v1/pages/${told!.page_id}`)).body;
    // There it begins a line.
    expect(details.split(`\n${why!.slice(0, 1).toUpperCase()}${why!.slice(1)}`)).toHaveLength(2);
    await world.setPolicy({ tree: { routes: [], otherwise: defaultOptions } });
  });

  it('that are changed tell nobody a second time; what waits follows them, and what becomes grave wakes somebody', async () => {
    const pages = async () => (await world.pages()).filter(({ summary }) => summary.startsWith('moved'));
    const [told] = await world.accept([
      { dedupKey: 'moved', labels: { alertname: 'moved', kind: 'move' }, severity: 'warning' },
    ]);
    await world.until(async () => expect(await words(told!.alertId!)).toEqual(['notified']));
    const at = await now();
    await world.setPolicy({ silences: [silence('s9', 'alertname=waits', at, at.add({ hours: 100 }))] });
    const waits = await tell('waits', { kind: 'move' });
    await world.until(async () => expect(await words(waits)).toEqual(['silenced']));
    const webhook = { url: `${world.hooks.url}/moved`, format: 'cloudevents', sendResolved: true } as const;
    await world.setPolicy({
      silences: [],
      tree: { routes: [route('moved', [{ team: 'payments' }, { webhook }], 'kind=move')], otherwise: defaultOptions },
    });
    await world.until(async () => expect(await words(waits)).toEqual(['silenced', 'notified', 'notified']));
    expect(await words(told!.alertId!)).toEqual(['notified']);
    expect(await pages()).toHaveLength(1);
    const hooked = () => world.hooks.received.filter(({ path }) => path === '/moved');
    await world.until(() => expect(hooked()).toHaveLength(1));
    const [event] = hooked();
    expect(event!.headers['content-type']).toContain('application/cloudevents+json');
    expect(event!.body).toMatchObject({
      type: 'dev.leadline.alerts.firing',
      data: { status: 'firing', alerts: [{ labels: { alertname: 'waits' } }] },
    });
    // Its sender says that it is worse now: the page of the morning is not enough.
    await world.accept([{ dedupKey: 'moved', labels: { alertname: 'moved', kind: 'move' }, severity: 'critical' }]);
    await world.until(async () =>
      expect((await pages()).map(({ urgency }) => urgency).toSorted()).toEqual(['high', 'low']),
    );
    await world.setPolicy({ tree: { routes: [], otherwise: defaultOptions } });
  });
});

describe('what cannot be judged or told', () => {
  it('keeps nothing else waiting, and is tried again', async () => {
    const broken = { ...route('broken', [{ team: 'payments' }], 'team=broken') };
    let wrong = true;
    const matches = (labels: Readonly<Record<string, string>>): boolean => {
      if (labels['poison'] === 'yes' && wrong) throw new TypeError('this one cannot be judged');
      return labels['team'] === 'broken';
    };
    await world.setPolicy({
      tree: { routes: [{ ...broken, matching: { ...broken.matching, matches } }], otherwise: defaultOptions },
    });
    const [poison, other] = await world.accept([
      { dedupKey: 'poison', labels: { alertname: 'poison', poison: 'yes' } },
      { dedupKey: 'behind', labels: { alertname: 'behind', team: 'broken' } },
    ]);
    await world.until(async () => expect(await words(other!.alertId!)).toEqual(['notified']));
    expect(await words(poison!.alertId!)).toEqual([]);
    // A group whose receiver cannot be.
    await world.rows(
      "UPDATE alerting.alert_group SET targets = '[null]', due_at = ground.now() WHERE route = 'broken'",
    );
    const next = await tell('next', {});
    await world.until(async () => expect(await words(next)).toEqual(['notified']));
    wrong = false;
    await world.later('61 seconds');
    await world.until(async () => expect(await words(poison!.alertId!)).toEqual(['notified']));
  });

  it('of groups that are told together the one that cannot be keeps no other webhook from being called', async () => {
    const to = (path: string) =>
      ({ webhook: { url: `${world.hooks.url}${path}`, format: 'alertmanager', sendResolved: true } }) as const;
    const hooks = ['beside-1', 'unspeakable', 'beside-2'];
    const routes = hooks.map((hook) => route(hook, [to(`/${hook}`)], `hook=${hook}`, { groupWaitSeconds: 60 }));
    await world.setPolicy({ tree: { routes, otherwise: defaultOptions } });
    const all = await world.accept(hooks.map((hook) => ({ dedupKey: hook, labels: { alertname: hook, hook } })));
    await world.until(async () =>
      expect(await world.rows('SELECT 1 FROM alerting.alert_group WHERE wait_seconds = 60')).toHaveLength(3),
    );
    await world.rows(
      `UPDATE alerting.alert_group SET targets = jsonb_set(targets, '{0,webhook,url}', '"no address"') WHERE route = 'unspeakable'`,
    );
    await world.later('61 seconds');
    await world.until(() =>
      expect(
        world.hooks.received
          .map(({ path }) => path)
          .filter((path) => path.startsWith('/beside'))
          .toSorted(),
      ).toEqual(['/beside-1', '/beside-2']),
    );
    expect(await words(all[1]!.alertId!)).toEqual([]);
  });

  it('nor do times beyond all clocks', async () => {
    const [odd] = await world.accept([
      {
        dedupKey: 'odd-times',
        startsAt: Temporal.Instant.from('-000001-01-01T00:00:00Z'),
        endsAt: Temporal.Instant.from('+012000-01-01T00:00:00Z'),
      },
    ]);
    await world.until(async () => expect(await words(odd!.alertId!)).toEqual(['notified']));
    expect((await world.call('ada', 'GET', `/api/v1/alerts/${odd!.alertId}`)).body).toMatchObject({ endsAt: null });
  });
});
