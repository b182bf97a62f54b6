import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { alertmanagerRoutes } from '../../contract/wire/alertmanager.ts';
import { scenarios, type PostedAlert, type Scenario, type Step } from './testing/acceptance-cases.ts';
import { startAlertmanagerWorld, type AlertmanagerWorld } from './testing/alertmanager-world.ts';

/** Scenarios of Alertmanager's acceptance tests, through its API, with a clock that jumps from one event to the next. */
let world: AlertmanagerWorld;
beforeAll(async () => {
  world = await startAlertmanagerWorld();
});
afterAll(() => world?.stop());

const unitSeconds = 60;
/** What the machine takes, in units: steps are jumped to, so this is generous. */
const tolerance = 0.15;

interface Came {
  readonly at: number;
  readonly path: string;
  readonly body: any;
}

/** Runs a scenario until a little after the last that it expects; gives back what the receivers got, with when. */
const run = async ({ steps, told, ...given }: Scenario): Promise<{ came: Came[]; started: Temporal.Instant }> => {
  const started = world.now();
  const at = (): number => world.now().since(started).total('seconds') / unitSeconds;
  const instant = (units: number): string =>
    started.add({ milliseconds: Math.round(units * unitSeconds * 1_000) }).toString();
  await begin(given);
  const sender = await world.sender(
    given.resolveTimeout === undefined ? {} : { resolveTimeout: `PT${given.resolveTimeout * unitSeconds}S` },
  );
  const came: Came[] = [];
  const answers = new Map<string, number>();
  world.answerHooks(({ path, json }) => {
    const status = answers.get(path) ?? 200;
    if (status === 200) came.push({ at: at(), path, body: json() });
    return { status };
  });
  let silence = '';
  const act = async (step: Step): Promise<void> => {
    if ('alerts' in step) {
      const body = step.alerts.map(({ from, to, ...alert }) => ({
        ...alert,
        ...(from === undefined ? {} : { startsAt: instant(from) }),
        ...(to === undefined ? {} : { endsAt: instant(to) }),
      }));
      expect(await world.ask('POST', '/api/v2/alerts', body, sender)).toEqual({ status: 200, body: '' });
    } else if ('silence' in step) {
      const times = { startsAt: instant(step.at), endsAt: instant(step.until) };
      const said = { matchers: step.silence, ...times, createdBy: 'test', comment: 'test' };
      silence = (await world.ask('POST', '/api/v2/silences', said)).body.silenceID;
    } else if ('expire' in step) await world.ask('DELETE', `/api/v2/silence/${silence}`);
    else if ('restart' in step) await world.restart();
    else answers.set(step.path, step.answers);
    await world.settled();
  };
  const end = Math.max(...told.map(({ between }) => between[1])) + 0.1;
  const left = [...steps];
  while (at() < end) {
    const next = left[0];
    const until = (next === undefined ? end : next.at) - at();
    if (next !== undefined && until <= 0.001) await act(left.shift()!);
    else await world.pass((await world.untilDue(until * unitSeconds)) + 0.001);
  }
  return { came, started };
};

const begin = async ({ group, repeat, to, match, inhibition }: Omit<Scenario, 'steps' | 'told'>): Promise<void> => {
  await world.clear();
  const duration = (units: number): string => `PT${Math.round(units * unitSeconds)}S`;
  const receivers = to ?? [{ path: '/webhook', sendResolved: true }];
  await world.route('scenario', {
    match: match ?? [],
    to: receivers.map(({ path, sendResolved }) => ({ webhook: { url: `${world.hooks.url}${path}`, sendResolved } })),
    group: { by: group.by, wait: duration(group.wait), interval: duration(group.interval) },
    ...(repeat === undefined ? {} : { repeat: duration(repeat) }),
  });
  if (inhibition !== undefined) await world.inhibition('scenario', inhibition);
};

/** An alert as one line, times in units to a tenth: a notification is compared as lines. */
const lineOf = ({ labels, annotations, from, to }: PostedAlert): string => {
  const pairs = Object.entries({ ...labels, ...annotations }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const time = (units: number | undefined): string => (units === undefined ? '' : units.toFixed(1));
  return `${pairs.map(([name, value]) => `${name}=${value}`).join(' ')} from ${time(from)} to ${time(to)}`;
};
const linesOf = (alerts: readonly PostedAlert[]): string[] => alerts.map(lineOf).toSorted();

const alertsOf = ({ body }: Came, started: Temporal.Instant): string[] => {
  const units = (text: string): number => Temporal.Instant.from(text).since(started).total('seconds') / unitSeconds;
  return linesOf(
    body.alerts.map(({ labels, annotations, startsAt, endsAt }: any) => ({
      labels,
      annotations,
      from: units(startsAt),
      ...(endsAt.startsWith('0001') ? {} : { to: units(endsAt) }),
    })),
  );
};

describe('a scenario of Alertmanager’s acceptance tests holds', () => {
  it.each(scenarios.map((scenario) => [scenario.from, scenario] as const))('%s', async (_, scenario) => {
    const { came, started } = await run(scenario);
    const seen = (path: string) =>
      came.filter((each) => each.path === path).map((each) => ({ at: each.at, alerts: alertsOf(each, started) }));
    for (const path of new Set(scenario.told.map((each) => each.path ?? '/webhook'))) {
      const wanted = scenario.told.filter((each) => (each.path ?? '/webhook') === path);
      expect(seen(path).map(({ alerts }) => alerts)).toEqual(wanted.map(({ alerts }) => linesOf(alerts)));
      for (const [index, { between }] of wanted.entries()) {
        expect(seen(path)[index]!.at).toBeGreaterThanOrEqual(between[0] - tolerance);
        expect(seen(path)[index]!.at).toBeLessThanOrEqual(between[1] + tolerance);
      }
    }
    expect(came).toHaveLength(scenario.told.length);
  });
});

describe('what is asked of the API in those tests', () => {
  const ada = { 'x-who': 'ada' };
  const shown = async (query = ''): Promise<any[]> =>
    (await world.ask('GET', `/api/v2/alerts${query}`, undefined, ada)).body;
  const post = async (...labels: readonly Record<string, string>[]) =>
    expect(
      (
        await world.ask(
          'POST',
          '/api/v2/alerts',
          labels.map((each) => ({ labels: each })),
        )
      ).status,
    ).toBe(200);
  const silenced = async (name: string, value: string): Promise<string> => {
    const times = { startsAt: world.now().toString(), endsAt: world.now().add({ minutes: 5 }).toString() };
    const said = { matchers: [{ name, value, isRegex: false }], ...times, createdBy: 'a', comment: 'a' };
    return (await world.ask('POST', '/api/v2/silences', said, ada)).body.silenceID;
  };

  it('api_test.go TestAlertGetReturnsCurrentAlertStatus', async () => {
    await world.clear();
    const same = { source: ['severity="critical"'], target: ['severity="warning"'], equal: ['alertname'] };
    await world.inhibition('critical', same);
    await post({ alertname: 'test1', severity: 'warning' });
    expect((await shown()).map(({ status }) => status.state)).toEqual(['active']);
    const id = await silenced('alertname', 'test1');
    expect((await shown()).map(({ status }) => [status.state, status.silencedBy])).toEqual([['suppressed', [id]]]);
    await post({ alertname: 'test1', severity: 'critical' });
    const byFingerprint = (alerts: any[], severity: string) =>
      alerts.find(({ labels }) => labels.severity === severity);
    const both = await shown();
    const critical = byFingerprint(both, 'critical').fingerprint;
    expect(byFingerprint(both, 'warning').status).toMatchObject({ silencedBy: [id], inhibitedBy: [critical] });
    await world.ask('DELETE', `/api/v2/silence/${id}`, undefined, ada);
    const after = await shown();
    expect(byFingerprint(after, 'critical').status).toMatchObject({ state: 'active', silencedBy: [] });
    expect(byFingerprint(after, 'warning').status).toMatchObject({ state: 'suppressed', silencedBy: [] });
    expect(await shown('?inhibited=false')).toHaveLength(1);
  });

  it('api_test.go TestFilterAlertRequest', async () => {
    await world.clear();
    await post({ alertname: 'test1', severity: 'warning' }, { system: 'foo', severity: 'critical' });
    const found = await shown('?filter=alertname%3Dtest1&filter=severity%3Dwarning');
    expect(found.map(({ labels, status }) => [labels.alertname, status.state])).toEqual([['test1', 'active']]);
  });

  it('api_test.go TestAddAlerts, utf8_test.go TestAddUTF8Alerts and TestAddUTF8Silences', async () => {
    await world.clear();
    const labels = { a: 'a', '00': 'b', Σ: 'c', '🙂': 'dΘ' };
    await post(labels);
    await world.settled();
    const filter = ['00=b', 'Σ=c', '"\\xf0\\x9f\\x99\\x82"=dΘ'].map((each) => `filter=${encodeURIComponent(each)}`);
    expect((await shown(`?${filter.join('&')}`)).map((each) => each.labels)).toEqual([labels]);
    const groups = await world.ask('GET', `/api/v2/alerts/groups?${filter.join('&')}`, undefined, ada);
    expect(groups.body.map(({ alerts }: any) => alerts.map((each: any) => each.labels))).toEqual([[labels]]);
    const id = await silenced('fooΣ', 'bar🙂');
    const found = await world.ask('GET', `/api/v2/silences?filter=${encodeURIComponent('fooΣ=bar🙂')}`, undefined, ada);
    expect(found.body.map((each: any) => each.id)).toEqual([id]);
  });

  it('web_test.go TestWebWithPrefix', async () => {
    for (const path of ['/-/healthy', '/-/ready']) expect((await world.ask('GET', path)).body).toBe('OK');
    expect((await world.ask('GET', '/api/v2/status')).body).toMatchObject({ cluster: { status: 'disabled' } });
    const without = await world.people.http.fastify.inject({ method: 'GET', url: '/api/v2/status' });
    expect(without.statusCode).toBe(404);
  });

  it('utf8_test.go TestCannotAddUTF8AlertsInClassicMode: filters of the classic form hold, and names of any form are taken', async () => {
    await world.clear();
    await post({ alertname: 'test1', severity: 'warning' }, { alertname: 'fooΣ', bar: 'x' });
    const names = async (filter: string) =>
      (await shown(`?filter=${encodeURIComponent(filter)}`)).map(({ labels }) => labels.alertname);
    for (const filter of ['alertname=test1', 'alertname="test1"', 'severity =~ "warn.*"'])
      expect([filter, await names(filter)]).toEqual([filter, ['test1']]);
    expect(await names('alertname="fooΣ"')).toEqual(['fooΣ']);
  });

  it('what the OpenAPI document says is what clients are answered', async () => {
    await world.clear();
    await post({ alertname: 'Documented', severity: 'warning' });
    await world.settled();
    const silenceID = await silenced('alertname', 'Documented');
    for (const { method, path, answer } of alertmanagerRoutes) {
      if (method !== 'GET' || answer === undefined) continue;
      const short = path.replace('/alertmanager', '').replace(':silenceID', silenceID);
      const { status, body } = await world.ask('GET', short, undefined, ada);
      const read = (answer as z.ZodType).safeParse(body);
      expect([path, status, read.error?.issues ?? []]).toEqual([path, 200, []]);
      if (Array.isArray(body)) expect([path, body.length > 0]).toEqual([path, true]);
    }
  });

  it('inhibit_test.go TestEmptyInhibitionRule', async () => {
    await world.clear();
    await world.inhibition('empty', { source: ['alertname=~"(?s).*"'], target: ['alertname=~"(?s).*"'], equal: [] });
    await post({ alertname: 'One' }, { alertname: 'Two' });
    expect((await shown()).map(({ status }) => status.state)).toEqual(['active', 'active']);
  });

  it('mute times: nobody is told within them, and what still fires is told when they are over', async () => {
    await world.clear();
    const now = world.now().toZonedDateTimeISO('UTC');
    const clock = (at: Temporal.ZonedDateTime): string => at.toPlainTime().toString({ smallestUnit: 'minute' });
    const over = now.add({ minutes: 10 });
    const sameDay = over.day === now.day;
    const times = sameDay
      ? [{ from: clock(now), to: clock(over) }]
      : [
          { from: clock(now), to: '24:00' },
          { from: '00:00', to: clock(over) },
        ];
    await world.route('muted', {
      to: [{ webhook: { url: `${world.hooks.url}/muted` } }],
      times: { never: ['now'] },
      timeIntervals: { now: [{ times }] },
    });
    await post({ alertname: 'Muted' });
    await world.settled();
    expect(world.hooks.seen).toEqual([]);
    const [group] = (await world.ask('GET', '/api/v2/alerts/groups', undefined, ada)).body;
    expect(group.alerts[0].status).toMatchObject({ state: 'suppressed', mutedBy: ['now'] });
    expect((await world.ask('GET', '/api/v2/alerts/groups?muted=false', undefined, ada)).body).toEqual([]);
    for (let minute = 0; minute < 12; minute += 1) {
      await post({ alertname: 'Muted' });
      await world.pass(60);
    }
    expect(world.hooks.seen.map(({ path }) => path)).toEqual(['/muted']);
  });
});
