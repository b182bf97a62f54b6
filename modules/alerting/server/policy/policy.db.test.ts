import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPolicyHouse, type PolicyHouse } from './testing/house.ts';

/** What is said through the API holds for the next alert, and who may not say it is refused. */
let house: PolicyHouse;
beforeAll(async () => {
  house = await startPolicyHouse();
  await house.must('ada', 'PUT', '/api/v1/services/shop%2Fcheckout', { owner: 'payments', tier: 1 });
});
afterAll(() => house?.stop());

const decided = (alert: string, decision: string) =>
  house.until(async () => expect((await house.fate(alert)).decisions).toContain(decision));
const iso = async (addHours: number): Promise<string> => {
  const { rows } = await house.postgres.pool.query("SELECT ground.now() + $1 * interval '1 hour' AS at", [addHours]);
  return rows[0].at.toISOString();
};

describe('routes', () => {
  const spec = { match: ['service=~"shop/.*"', 'tier="1"'], to: [{ team: 'search' }], order: 10 };

  it('are made, left alone when said again, changed and deleted, each on the ledger', async () => {
    const put = (over: object = {}) => house.must('ada', 'PUT', '/api/v1/routes/shop', { ...spec, ...over });
    expect(await put()).toMatchObject({
      outcome: 'created',
      route: { name: 'shop', origin: 'hand', changedBy: 'ada' },
    });
    expect((await put()).outcome).toBe('unchanged');
    expect((await put({ order: 20 })).outcome).toBe('changed');
    expect(await house.must('bo', 'GET', '/api/v1/routes/shop')).toMatchObject({
      spec: { order: 20, continue: false, routes: [] },
    });
    await house.must('ada', 'DELETE', '/api/v1/routes/shop');
    expect((await house.call('ada', 'GET', '/api/v1/routes/shop')).status).toBe(404);
    const told = [...(await house.events('route.changed')), ...(await house.events('route.removed'))];
    expect(told.map(({ subject, data }) => `${subject} ${data.outcome ?? 'removed'}`)).toEqual([
      'route:shop created',
      'route:shop changed',
      'route:shop removed',
    ]);
  });

  it('say who is told of the next alert: by labels, and by what the catalog knows', async () => {
    await house.must('ada', 'PUT', '/api/v1/routes/shop', spec);
    const taken = await house.send({ alertname: 'Slow', service: 'shop/checkout' });
    await decided(taken, 'notified');
    expect((await house.fate(taken)).reasons).toContain('route shop takes service=~"shop/.*", tier="1"');
    await house.until(() => expect(house.told()).toEqual(['/p2']));
    await house.must('ada', 'DELETE', '/api/v1/routes/shop');
    const owners = await house.send({ alertname: 'Slow again', service: 'shop/checkout' });
    await decided(owners, 'notified');
    await house.until(() => expect(house.told()).toContain('/p1'));
  });

  it('stand in the order in which they are asked, page by page', async () => {
    for (const [name, order] of [
      ['c', 1],
      ['a', 2],
      ['b', 2],
    ] as const)
      await house.must('ada', 'PUT', `/api/v1/routes/${name}`, { match: ['x="never"'], to: [], order });
    const first = await house.must('bo', 'GET', '/api/v1/routes?limit=2');
    const second = await house.must('bo', 'GET', `/api/v1/routes?limit=2&cursor=${first.next}`);
    expect([...first.items, ...second.items].map((each: any) => each.name)).toEqual(['c', 'a', 'b']);
    expect(second.next).toBeNull();
    for (const name of ['a', 'b', 'c']) await house.must('ada', 'DELETE', `/api/v1/routes/${name}`);
  });

  it('that cannot be are refused with the place and what to write instead', async () => {
    const { status, body } = await house.call('ada', 'PUT', '/api/v1/routes/wrong', {
      match: ['service', 'a=~"[b"'],
      to: [{ team: 'nowhere' }],
      times: { only: ['office'] },
      timeIntervals: { nights: [{ times: [{ from: '22:00', to: '06:00' }], zone: 'Berlin' }] },
      routes: [{ match: ['b=~"(?=x)"'], to: [{ person: 'nobody' }, { policy: 'none' }] }],
    });
    expect([status, body.code]).toEqual([422, 'alerting.bad-route']);
    expect(body.errors.map((each: any) => each.path)).toEqual([
      'body.timeIntervals.nights.0.times.0',
      'body.timeIntervals.nights.0.zone',
      'body.match.0',
      'body.match.1',
      'body.times.only.0',
      'body.routes.0.match.0',
    ]);
    expect(body.errors[0].message).toContain('22:00 to 24:00 and 00:00 to 06:00');
    const unknown = await house.call('ada', 'PUT', '/api/v1/routes/wrong', {
      to: [{ team: 'nowhere' }],
      routes: [{ to: [{ person: 'nobody' }, { policy: 'none' }] }],
    });
    expect(unknown.body.errors).toEqual([
      { path: 'body.to.0.team', message: 'there is no team nowhere' },
      { path: 'body.routes.0.to.0.person', message: 'there is nobody called nobody, or they are disabled' },
      { path: 'body.routes.0.to.1.policy', message: 'there is no escalation policy none' },
    ]);
    let deep: object = { match: [] };
    for (let level = 0; level < 5_000; level++) deep = { routes: [deep] };
    expect((await house.call('ada', 'PUT', '/api/v1/routes/wrong', deep)).status).toBe(400);
  });

  it('of a team are changed by its editors, and only about alerts of that team', async () => {
    const own = { team: 'payments', match: ['team="payments"', 'severity="info"'], to: [] };
    expect((await house.call('bo', 'PUT', '/api/v1/routes/ours', own)).status).toBe(200);
    const all = await house.call('bo', 'PUT', '/api/v1/routes/ours', { ...own, match: [] });
    expect([all.status, all.body.code]).toEqual([403, 'alerting.not-yours']);
    expect(all.body.detail).toContain('team="payments"');
    expect((await house.call('cy', 'PUT', '/api/v1/routes/ours', own)).status).toBe(403);
    expect((await house.call('cy', 'DELETE', '/api/v1/routes/ours')).status).toBe(403);
    expect((await house.call('bo', 'PUT', '/api/v1/routes/nobodys', { to: [] })).status).toBe(403);
    expect((await house.call('bo', 'DELETE', '/api/v1/routes/ours')).status).toBe(204);
  });

  it('from a file are changed in the file', async () => {
    const file = { match: ['x="never"'], to: [], origin: 'file', source: 'routes.yaml' };
    await house.must('ada', 'PUT', '/api/v1/routes/filed', file);
    const { status, body } = await house.call('ada', 'PUT', '/api/v1/routes/filed', { match: ['y="never"'], to: [] });
    expect([status, body.code]).toEqual([409, 'alerting.made-from-file']);
    expect(body.detail).toContain('routes.yaml');
    expect((await house.must('ada', 'PUT', '/api/v1/routes/filed', file)).outcome).toBe('unchanged');
    await house.must('ada', 'DELETE', '/api/v1/routes/filed');
  });
});

describe('trying routes', () => {
  it('says of one alert which route, to whom, why and when', async () => {
    const routes = [
      {
        name: 'office',
        spec: {
          match: ['alertname="Disk"'],
          to: [{ team: 'search' }],
          group: { wait: 'PT30S' },
          times: { only: ['office'] },
          timeIntervals: {
            office: [{ weekdays: ['monday:friday'], times: [{ from: '09:00', to: '17:00' }], zone: 'Europe/Berlin' }],
          },
        },
      },
    ];
    const on = (labels: object, at: string) =>
      house.must('bo', 'POST', '/api/v1/routes/try', { alert: { labels }, at, routes });
    const monday = await on({ alertname: 'Disk', severity: 'critical' }, '2026-11-23T10:00:00Z');
    expect(monday.routes).toMatchObject([
      {
        route: 'office',
        reason: 'route office takes alertname="Disk"',
        to: [{ name: 'team search' }],
        urgency: 'high',
        when: '2026-11-23T10:00:30Z',
      },
    ]);
    const saturday = await on({ alertname: 'Disk' }, '2026-11-21T10:00:00Z');
    expect(saturday.routes[0].when).toBe('2026-11-23T08:00:00Z');
    expect(saturday.routes[0].whenReason).toContain('tells only during office');
    const other = await on({ alertname: 'Net', service: 'shop/checkout' }, '2026-11-23T10:00:00Z');
    expect(other.routes).toMatchObject([
      {
        route: null,
        to: [{ name: 'team payments', why: 'owner of the service shop/checkout' }],
        when: '2026-11-23T10:00:00Z',
      },
    ]);
    expect(other.passedOver).toEqual([
      { route: 'office', why: 'alertname="Disk" does not hold: its alertname is Net' },
    ]);
    // Nothing of it was saved.
    expect((await house.must('bo', 'GET', '/api/v1/routes')).items).toEqual([]);
  });

  it('says what would have gone another way, before it is saved', async () => {
    const before = await house.must('bo', 'POST', '/api/v1/routes/try', { days: 30 });
    const id = await house.send({ alertname: 'Counted', service: 'shop/checkout', region: 'eu' });
    await decided(id, 'notified');
    const routes = [{ name: 'eu', spec: { match: ['region="eu"'], to: [{ team: 'search' }] } }];
    const found = await house.must('bo', 'POST', '/api/v1/routes/try', { days: 30, routes });
    expect(found.alerts).toBe(before.alerts + 1);
    expect(found).toMatchObject({ changed: 1, truncated: false });
    expect(found.changes).toMatchObject([
      {
        before: { routes: [null], to: ['owner payments'], urgency: 'high' },
        after: { routes: ['eu'], to: ['team search'], urgency: 'high' },
        count: 1,
        examples: [{ id, service: 'shop/checkout' }],
      },
    ]);
    expect(found.taken).toContainEqual({ route: 'eu', before: 0, after: 1 });
    expect((await house.must('bo', 'POST', '/api/v1/routes/try', { alert: { id }, routes })).routes[0].route).toBe(
      'eu',
    );
  });

  it('refuses routes that could not be saved, with their place', async () => {
    const routes = [{ name: 'bad', spec: { match: ['x'], to: [] } }];
    const { status, body } = await house.call('bo', 'POST', '/api/v1/routes/try', { days: 1, routes });
    expect([status, body.errors[0].path]).toEqual([422, 'body.routes.0.spec.match.0']);
  });
});

describe('silences', () => {
  it('hold alerts back, say who and why, and what still fires is told when they are ended', async () => {
    const added = await house.must('ada', 'POST', '/api/v1/silences', {
      match: ['disk="a"', 'service=~"shop/.+"'],
      duration: 'PT2H',
      why: 'the disks are changed',
    });
    expect(added).toMatchObject({
      state: 'active',
      who: 'ada',
      rrule: null,
      next: [{ from: added.from, to: added.to }],
    });
    const held = await house.send({ alertname: 'Disk', service: 'shop/checkout', disk: 'a' });
    await decided(held, 'silenced');
    expect(await house.fate(held)).toMatchObject({ suppressed: { silencedBy: [added.id] } });
    expect((await house.fate(held)).reasons).toContain('ada silenced disk="a", service=~"shop/.+"');
    const told = await house.send({ alertname: 'Disk', service: 'shop/checkout', disk: 'b' });
    await decided(told, 'notified');
    expect((await house.call('ada', 'DELETE', `/api/v1/silences/${added.id}`)).status).toBe(204);
    house.wake();
    await house.until(async () => expect((await house.fate(held)).decisions.at(-1)).toMatch(/notified|joined/));
    expect(await house.must('bo', 'GET', `/api/v1/silences/${added.id}`)).toMatchObject({
      state: 'expired',
      expiredBy: 'ada',
    });
    expect((await house.events('silence.expired')).at(-1)?.subject).toBe(`silence:${added.id}`);
  });

  it('are tried before they are made: their next times, or what is wrong with the rule', async () => {
    const said = { duration: 'PT1H', zone: 'Europe/Berlin', rrule: 'FREQ=MONTHLY;BYDAY=2TU' };
    const from = '2027-01-01T02:00:00+01:00';
    const { next } = await house.must('bo', 'POST', '/api/v1/silences/try', { ...said, from });
    expect(next.slice(0, 2)).toEqual([
      { from: '2027-01-12T01:00:00.000Z', to: '2027-01-12T02:00:00.000Z' },
      { from: '2027-02-09T01:00:00.000Z', to: '2027-02-09T02:00:00.000Z' },
    ]);
    const { status, body } = await house.call('bo', 'POST', '/api/v1/silences/try', { ...said, rrule: 'FREQ=OFTEN' });
    expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([422, ['body.rrule']]);
  });

  it('that come again hold by their rule, on the clock of their zone', async () => {
    const added = await house.must('ada', 'POST', '/api/v1/silences', {
      match: ['alertname="Backup"'],
      from: await iso(24),
      duration: 'PT1H',
      rrule: 'FREQ=DAILY',
      zone: 'Europe/Berlin',
      why: 'the nightly copy',
    });
    expect(added).toMatchObject({ state: 'pending', endsAt: null });
    expect(added.next).toHaveLength(5);
    const { silences } = await house.inForce();
    const silence = silences.find(({ id }) => id === added.id)!;
    const first = Temporal.Instant.from(added.next[0].from);
    expect(silence.stretchAt(first.add({ minutes: 59 }))).not.toBeNull();
    expect(silence.stretchAt(first.add({ minutes: 60 }))).toBeNull();
    expect(
      (await house.must('bo', 'GET', '/api/v1/silences?state=pending')).items.map((each: any) => each.id),
    ).toContain(added.id);
    await house.must('ada', 'DELETE', `/api/v1/silences/${added.id}`);
  });

  it('have a name in a document, which is left alone when said again and makes a new one when it was ended', async () => {
    const spec = {
      match: ['x="1"'],
      from: await iso(0),
      to: await iso(3),
      why: 'a document',
      origin: 'file',
      source: 's.yaml',
    };
    const put = (over: object = {}) => house.must('ada', 'PUT', '/api/v1/silences/walk', { ...spec, ...over });
    const first = await put();
    expect(first.outcome).toBe('created');
    expect((await put()).outcome).toBe('unchanged');
    const changed = await put({ why: 'another reason' });
    expect([changed.outcome, changed.silence.id]).toEqual(['changed', first.silence.id]);
    await house.must('ada', 'DELETE', '/api/v1/silences/walk');
    expect((await put()).outcome).toBe('created');
    await house.must('ada', 'DELETE', '/api/v1/silences/walk');
  });

  it.each<[string, object, string]>([
    ['without an end', {}, 'body.to'],
    ['with two', { to: '2999-01-01T00:00:00Z', duration: 'PT1H' }, 'body.to'],
    ['in the past', { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }, 'body.to'],
    ['the wrong way round', { from: '2999-01-02T00:00:00Z', to: '2999-01-01T00:00:00Z' }, 'body.to'],
    ['for everything', { duration: 'PT1H', match: ['a=~".*"', 'b=""'] }, 'body.match'],
    ['by what is no matcher', { duration: 'PT1H', match: ['a'] }, 'body.match.0'],
    ['again without a zone', { duration: 'PT1H', rrule: 'FREQ=DAILY' }, 'body.zone'],
    ['again without a duration', { zone: 'UTC', rrule: 'FREQ=DAILY' }, 'body.duration'],
    ['by a rule that is none', { zone: 'UTC', duration: 'PT1H', rrule: 'DAILY' }, 'body.rrule'],
  ])('are refused with their place: %s', async (_, over, path) => {
    const said = { match: ['a="b"'], why: 'x', ...over };
    const { status, body } = await house.call('ada', 'POST', '/api/v1/silences', said);
    expect([status, body.errors?.[0].path]).toEqual([422, path]);
  });

  it('are made by who answers for the alerts, and found by labels', async () => {
    const said = { match: ['a="b"'], duration: 'PT1H', why: 'x' };
    const refused = await house.call('bo', 'POST', '/api/v1/silences', said);
    expect([refused.status, refused.body.code]).toEqual([403, 'alerting.not-yours']);
    expect(refused.body.detail).toContain('team="payments"');
    const own = await house.must('bo', 'POST', '/api/v1/silences', { ...said, match: ['a="b"', 'team="payments"'] });
    expect((await house.call('cy', 'DELETE', `/api/v1/silences/${own.id}`)).status).toBe(403);
    const found = async (query: string) =>
      (await house.must('cy', 'GET', `/api/v1/silences?${query}`)).items.map((each: any) => each.id);
    expect(await found('label=a%3Db&label=team%3Dpayments')).toEqual([own.id]);
    expect(await found('label=a%3Dc&label=team%3Dpayments')).toEqual([]);
    expect((await house.call('bo', 'DELETE', `/api/v1/silences/${own.id}`)).status).toBe(204);
    expect(await found('label=a%3Db&label=team%3Dpayments')).toEqual([]);
    expect(await found('state=expired&label=a%3Db&label=team%3Dpayments')).toEqual([own.id]);
  });

  it('are made once however often the same request comes', async () => {
    const payload = { match: ['once="1"'], duration: 'PT1H', why: 'x' };
    const headers = { 'x-who': 'ada', 'idempotency-key': 'the-same' };
    const post = () => house.http.fastify.inject({ method: 'POST', url: '/api/v1/silences', headers, payload });
    const [first, second] = [await post(), await post()];
    expect(second.json().id).toBe(first.json().id);
  });
});

describe('inhibitions', () => {
  it('hold the smaller alert back while the larger fires, and tell it when that is over', async () => {
    const spec = {
      source: ['alertname="ClusterDown"'],
      target: ['severity!="critical"', 'cluster=~".+"'],
      equal: ['cluster'],
    };
    await house.must('ada', 'PUT', '/api/v1/inhibitions/cluster', spec);
    const down = await house.send({ alertname: 'ClusterDown', cluster: 'eu' }, { dedupKey: 'down' });
    await decided(down, 'notified');
    const held = await house.send({ alertname: 'Slow', cluster: 'eu' }, { severity: 'error' });
    await decided(held, 'inhibited');
    expect((await house.fate(held)).reasons).toContain('ClusterDown fires');
    const elsewhere = await house.send({ alertname: 'Slow', cluster: 'us' }, { severity: 'error' });
    await decided(elsewhere, 'notified');
    await house.send({ alertname: 'ClusterDown', cluster: 'eu' }, { dedupKey: 'down', action: 'resolve' });
    await house.until(async () => expect((await house.fate(held)).decisions.at(-1)).toMatch(/notified|joined/));
    await house.must('ada', 'DELETE', '/api/v1/inhibitions/cluster');
  });

  it('are refused to who is no editor, and where they say nothing', async () => {
    const spec = { source: ['a="1"'], target: ['b="1"'] };
    expect((await house.call('bo', 'PUT', '/api/v1/inhibitions/x', spec)).status).toBe(403);
    const ours = { ...spec, team: 'payments', target: ['b="1"', 'team="payments"'] };
    expect((await house.call('bo', 'PUT', '/api/v1/inhibitions/x', ours)).body).toMatchObject({
      outcome: 'created',
      inhibition: { warnings: [expect.stringContaining('without equal labels')] },
    });
    expect(
      (await house.call('ada', 'PUT', '/api/v1/inhibitions/y', { ...spec, target: ['b'] })).body.errors[0].path,
    ).toBe('body.target.0');
    await house.must('bo', 'DELETE', '/api/v1/inhibitions/x');
  });
});

describe('the service map', () => {
  it('holds back what stands on a service that is down, by the dependencies of the catalog, until it is up', async () => {
    await house.must('ada', 'PUT', '/api/v1/services/shop%2Fledger', { owner: 'search' });
    const seen = Temporal.Instant.from(await iso(0));
    const use = { targetKind: 'service', kind: 'http', firstSeen: seen, lastSeen: seen } as const;
    await house.catalog.sawDependencies([{ service: 'shop/front', target: 'shop/ledger', ...use }]);
    expect((await house.catalog.uses()).get('shop/front')).toEqual(['shop/ledger']);
    const parent = await house.send({ alertname: 'Down', service: 'shop/ledger' }, { dedupKey: 'ledger' });
    await decided(parent, 'notified');
    // The map is remembered for half a minute: another house reads it anew.
    const { policyInForce } = await import('./in-force.ts');
    expect((await policyInForce({ ...house.ground, catalog: house.catalog })()).dependencies.get('shop/front')).toEqual(
      ['shop/ledger'],
    );
  });

  it('is said by settings that editors change', async () => {
    expect(await house.must('bo', 'GET', '/api/v1/suppression')).toMatchObject({
      parentDown: { enabled: true, downFrom: 'critical' },
      flapping: { enabled: true, timesMin: 4 },
      changedBy: null,
    });
    expect((await house.call('bo', 'PUT', '/api/v1/suppression', {})).status).toBe(403);
    const said = { parentDown: { enabled: false }, flapping: { timesMin: 6 } };
    expect(await house.must('ada', 'PUT', '/api/v1/suppression', said)).toMatchObject({
      parentDown: { enabled: false, stepsMax: 3 },
      flapping: { timesMin: 6 },
      changedBy: 'ada',
    });
    expect((await house.inForce()).parents.enabled).toBe(false);
    await house.must('ada', 'PUT', '/api/v1/suppression', {});
    expect((await house.inForce()).parents.enabled).toBe(true);
  });
});
