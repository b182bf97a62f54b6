import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPolicyHouse, type PolicyHouse } from './testing/house.ts';

/** An installation of Alertmanager moves here with what it says, and is told what it cannot take along. */
let house: PolicyHouse;
beforeAll(async () => {
  house = await startPolicyHouse();
});
afterAll(() => house?.stop());

const config = `
global: {smtp_smarthost: 'mail:25', resolve_timeout: 5m}
templates: ['/etc/alertmanager/*.tmpl']
route:
  receiver: everybody
  group_by: [alertname, cluster]
  group_wait: 10s
  repeat_interval: 12h
  routes:
    - match: {service: cart}
      match_re: {severity: "crit.*|page"}
      receiver: team-payments
      continue: true
    - matchers: ['severity="info"', 'env!~"prod.*"']
      receiver: 'null'
      mute_time_intervals: [nights]
    - receiver: hook
      group_by: ['...']
      matchers: ['hook="yes"']
      active_time_intervals: [office]
      routes:
        - matchers: [team=search]
          receiver: night-shift
receivers:
  - name: everybody
    slack_configs: [{channel: '#alerts', api_url: 'http://slack.example/x'}]
  - name: team-payments
    pagerduty_configs: [{routing_key: secret}]
  - name: 'null'
  - name: hook
    webhook_configs: [{url: 'http://hook.example/a', send_resolved: false, http_config: {bearer_token: x}}]
  - name: night-shift
    email_configs: [{to: night@example.org}]
inhibit_rules:
  - source_match: {severity: critical}
    target_matchers: ['severity=~"warning|info"']
    equal: [alertname, cluster]
time_intervals:
  - name: office
    time_intervals: [{weekdays: ['monday:friday'], times: [{start_time: '09:00', end_time: '17:00'}], location: Europe/Berlin}]
mute_time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}, {start_time: '00:00', end_time: '06:00'}]}]
`;
const silences = [
  {
    id: '8f1e7d1c-6a9a-4a5b-9f57-000000000001',
    status: { state: 'active' },
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '2999-01-01T00:00:00Z',
    createdBy: 'mira',
    comment: 'moving house',
    matchers: [
      { name: 'instance', value: 'a.*', isRegex: true, isEqual: true },
      { name: 'job', value: 'node', isRegex: false, isEqual: false },
    ],
  },
  {
    id: '8f1e7d1c-6a9a-4a5b-9f57-000000000002',
    status: { state: 'expired' },
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '2026-01-02T00:00:00Z',
    createdBy: 'mira',
    comment: 'old',
    matchers: [{ name: 'a', value: 'b', isRegex: false }],
  },
];
const receivers = { 'night-shift': [{ policy: 'search' }] };
const importIt = (over: object = {}) =>
  house.must('ada', 'POST', '/api/v1/alertmanager-config/import', { config, silences, receivers, ...over });
const outcomes = (answer: any): string[] =>
  answer.made.map(({ kind, name, outcome }: any) => `${kind} ${name} ${outcome}`);

describe('an alertmanager.yml', () => {
  it('makes nothing in a dry run, and says what it would make', async () => {
    expect(outcomes(await importIt({ dryRun: true }))).toEqual([
      'Route alertmanager created',
      'Inhibition alertmanager-1 created',
      'Silence alertmanager-8f1e7d1c-6a9a-4a5b-9f57-000000000001 created',
    ]);
    expect((await house.must('ada', 'GET', '/api/v1/routes')).items).toEqual([]);
  });

  it('becomes routes, an inhibition and silences of the same meaning, once', async () => {
    await importIt();
    expect(outcomes(await importIt()).every((each) => each.endsWith(' unchanged'))).toBe(true);
    const { spec } = await house.must('ada', 'GET', '/api/v1/routes/alertmanager');
    expect(spec).toMatchObject({
      order: 1_000,
      to: [{ owner: true }],
      group: { by: ['alertname', 'cluster'], wait: 'PT10S', interval: 'PT5M' },
      repeat: 'PT12H',
      routes: [
        { match: ['service="cart"', 'severity=~"crit.*|page"'], to: [{ team: 'payments' }], continue: true },
        { match: ['severity="info"', 'env!~"prod.*"'], to: [], times: { only: [], never: ['nights'] } },
        {
          match: ['hook="yes"'],
          to: [{ webhook: { url: 'http://hook.example/a', format: 'alertmanager', sendResolved: false } }],
          group: { by: ['...'] },
          times: { only: ['office'], never: [] },
          routes: [{ match: ['team="search"'], to: [{ policy: 'search' }] }],
        },
      ],
    });
    const inhibition = await house.must('ada', 'GET', '/api/v1/inhibitions/alertmanager-1');
    expect(inhibition.spec).toMatchObject({
      source: ['severity="critical"'],
      target: ['severity=~"warning|info"'],
      equal: ['alertname', 'cluster'],
    });
    const [silence] = (await house.must('ada', 'GET', '/api/v1/silences')).items;
    expect(silence).toMatchObject({
      match: ['instance=~"a.*"', 'job!="node"'],
      who: 'mira',
      why: 'moving house',
      state: 'active',
      origin: 'hand',
    });
  });

  it('is told what could not be carried over, and what is asked', async () => {
    const { report } = await importIt({ dryRun: true });
    const said = report.map(({ level, where, what }: any) => `${level} ${where} ${what}`);
    expect(said).toEqual([
      'asked receivers.everybody slack_configs',
      'asked receivers.team-payments pagerduty_configs',
      'note receivers.null a receiver without anything',
      'lost receivers.hook.webhook_configs.0 http_config',
      'note receivers.night-shift email_configs',
      'lost global smtp_smarthost',
      'note global resolve_timeout',
      'lost templates /etc/alertmanager/*.tmpl',
      'note silences.8f1e7d1c-6a9a-4a5b-9f57-000000000002 the whole silence',
    ]);
    expect(report[0].why).toContain('--receiver "everybody"=team:NAME');
    expect(report[1].why).toContain('taken as team payments');
  });

  it('goes out as Alertmanager writes it, and comes in again as it was', async () => {
    const { config: text, notes } = await house.must('bo', 'GET', '/api/v1/alertmanager-config');
    const written = parse(text);
    expect(written.route).toMatchObject({
      receiver: 'the owner of the service',
      group_wait: '0s',
      repeat_interval: '4h',
    });
    expect(written.route.routes[0]).toMatchObject({
      receiver: 'the owner of the service',
      group_by: ['alertname', 'cluster'],
      group_wait: '10s',
      repeat_interval: '12h',
    });
    expect(written.inhibit_rules).toEqual([
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity=~"warning|info"'],
        equal: ['alertname', 'cluster'],
      },
    ]);
    expect(written.time_intervals.map((each: any) => each.name)).toEqual([
      'alertmanager/nights',
      'alertmanager/office',
    ]);
    expect(notes.some((note: string) => note.includes('label service'))).toBe(true);
    const again = await importIt({ config: text, silences: [], dryRun: true, name: 'again' });
    const inner = again.made[0].document.routes[0];
    const { spec } = await house.must('ada', 'GET', '/api/v1/routes/alertmanager');
    expect(inner.routes.map((each: any) => each.match)).toEqual(spec.routes.map((each: any) => each.match));
    expect(again.made[0].document.timeIntervals['alertmanager/office']).toEqual(spec.timeIntervals.office);
  });

  it.each([
    ['no YAML', '{a: [', 'body.config'],
    ['nothing', 'a', 'body.config'],
    ['no route', 'receivers: []', 'body.config'],
    [
      'a pattern that RE2 refuses',
      'route: {receiver: a, routes: [{matchers: ["x=~\\"(?=y)\\""]}]}\nreceivers: [{name: a}]',
      'route.routes.0.match.0',
    ],
  ])('that cannot be is refused whole, with its place: %s', async (_, text, path) => {
    const { status, body } = await house.call('ada', 'POST', '/api/v1/alertmanager-config/import', { config: text });
    expect([status, body.errors?.[0].path]).toEqual([422, path]);
  });

  it('a billion laughs are not laughed', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n`;
    expect((await house.call('ada', 'POST', '/api/v1/alertmanager-config/import', { config: bomb })).status).toBe(422);
  });

  it('is imported by editors of the organisation only', async () => {
    expect((await house.call('bo', 'POST', '/api/v1/alertmanager-config/import', { config })).status).toBe(403);
  });
});
