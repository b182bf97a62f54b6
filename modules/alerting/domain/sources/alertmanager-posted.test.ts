import { describe, expect, it } from 'vitest';
import type { IncomingAlert } from '../alert.ts';
import { postedAlerts, type PostedAlerts } from './alertmanager-posted.ts';
import type { WireFault } from './alertmanager-wire.ts';

const at = Temporal.Instant.from('2026-11-23T03:00:00Z');
const posted = (body: unknown): PostedAlerts | WireFault =>
  postedAlerts(body, { at, resolveTimeout: Temporal.Duration.from({ minutes: 5 }) });
const accepted = (body: unknown): PostedAlerts => {
  const found = posted(body);
  if ('status' in found) throw new Error(JSON.stringify(found));
  return found;
};
const one = (alert: object): IncomingAlert => accepted([{ labels: { alertname: 'Down' }, ...alert }]).alerts[0]!;

describe('a body of POST /api/v2/alerts is refused as Debian’s Alertmanager 0.25 refuses it', () => {
  // Statuses, codes and the messages that have no Go types in them were read off its answers.
  it.each([
    ['nothing', undefined, 422, { code: 602, message: 'alerts in body is required' }],
    ['an alert without labels', [{}], 422, { code: 602, message: '0.labels in body is required' }],
    ['labels that are null', [{ labels: null }], 422, { code: 602, message: '0.labels in body is required' }],
    [
      'a source that is no address',
      [{ labels: { a: 'b' }, generatorURL: 'foo' }],
      422,
      { code: 601, message: '0.generatorURL in body must be of type uri: "foo"' },
    ],
  ])('%s', (_, body, status, said) => expect(posted(body)).toEqual({ status, body: said }));

  it.each([
    ['an object', {}],
    ['a list of numbers', [1]],
    ['a label that is a number', [{ labels: { a: 1 } }]],
    ['a time that is none', [{ labels: { a: 'b' }, startsAt: 'foo' }]],
    ['a time that is a number', [{ labels: { a: 'b' }, startsAt: 5 }]],
    ['a day that there is not', [{ labels: { a: 'b' }, startsAt: '2026-02-30T00:00:00Z' }]],
  ])('%s', (_, body) => expect(posted(body)).toMatchObject({ status: 400, body: { code: 400 } }));

  it('takes the valid ones and says what is wrong with the others', () => {
    const { alerts, faults } = accepted([
      { labels: { a: 'b' }, startsAt: '2026-11-23T02:00:00Z', endsAt: '2026-11-23T01:00:00Z' },
      { labels: { ok: '1' } },
      { labels: { a: '' } },
      { labels: { a: '\ud800' } },
    ]);
    expect(alerts.map(({ labels }) => labels)).toEqual([{ ok: '1' }]);
    expect(faults).toEqual([
      'start time must be before end time',
      'at least one label pair required',
      'invalid label set: invalid value of "a"',
    ]);
  });

  it.each([
    ['null and an empty list', null],
    ['an empty list', []],
  ])('%s are nothing', (_, body) => expect(accepted(body)).toEqual({ alerts: [], faults: [] }));

  it('refuses labels by the thousand and long ones, because a cut alert would be another one', () => {
    const thousand = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`l${index}`, 'x']));
    expect(accepted([{ labels: thousand }]).faults).toEqual(['invalid label set: 1000 labels, at most 64 are taken']);
    expect(accepted([{ labels: { a: 'x'.repeat(10_000_000) } }]).faults[0]).toContain('longer than 4096');
    expect(posted(Array.from({ length: 10_001 }, () => ({ labels: { a: 'b' } })))).toMatchObject({ status: 400 });
  });
});

describe('times of a posted alert', () => {
  // api/v2/api.go, postAlertsHandler.
  it.each([
    ['neither: from now until the timeout', {}, '03:00:00', '03:05:00', 'trigger'],
    ['the zero time is none', { startsAt: '0001-01-01T00:00:00.000Z', endsAt: '' }, '03:00:00', '03:05:00', 'trigger'],
    ['a beginning', { startsAt: '2026-11-23T02:00:00Z' }, '02:00:00', '03:05:00', 'trigger'],
    ['an end to come', { endsAt: '2026-11-23T03:04:00Z' }, '03:04:00', '03:04:00', 'trigger'],
    [
      'an end that has come',
      { startsAt: '2026-11-23T02:00:00Z', endsAt: '2026-11-23T02:59:00Z' },
      '02:00:00',
      '02:59:00',
      'resolve',
    ],
    [
      'an end now',
      { startsAt: '2026-11-23T02:00:00Z', endsAt: '2026-11-23T03:00:00Z' },
      '02:00:00',
      '03:00:00',
      'resolve',
    ],
    ['an offset', { startsAt: '2026-11-23T04:00:00.5+02:00' }, '02:00:00.5', '03:05:00', 'trigger'],
    ['an offset without a colon', { startsAt: '2026-11-23T04:00:00+0200' }, '02:00:00', '03:05:00', 'trigger'],
    ['a space and no zone', { startsAt: '2026-11-23 02:00:00' }, '02:00:00', '03:05:00', 'trigger'],
  ])('%s', (_, times, from, to, action) => {
    const alert = one(times);
    expect([alert.startsAt!.toString(), alert.endsAt!.toString(), alert.action]).toEqual([
      `2026-11-23T${from}Z`,
      `2026-11-23T${to}Z`,
      action,
    ]);
  });
});

describe('what a posted alert says', () => {
  it('has the fingerprint that Alertmanager shows', () => {
    // Read off Debian's Alertmanager 0.25.
    const { alerts } = accepted([{ labels: { ok: '1' } }, { labels: { a: 'c', empty: '' } }, { labels: { a: 'b' } }]);
    expect(alerts.map(({ dedupKey }) => dedupKey)).toEqual([
      '8d4653b8b9db0024',
      'd2af7181929410b3',
      'd2b371819297f98a',
    ]);
  });

  it.each([
    [{}, {}, 'Down', 'error', null],
    [{ instance: 'cart:80' }, {}, 'Down (cart:80)', 'error', null],
    [{ severity: 'Warning', service: 'cart' }, { summary: ' Cart is slow\nmore' }, 'Cart is slow', 'warning', 'cart'],
    [{ service_name: 'cart', service_namespace: 'shop' }, { description: 'd' }, 'd', 'error', 'shop/cart'],
    [{ service: 'shop/cart', service_namespace: 'x', severity: 'page' }, {}, 'Down', 'critical', 'shop/cart'],
  ])('%o %o', (labels, annotations, summary, severity, service) =>
    expect(one({ labels: { alertname: 'Down', ...labels }, annotations })).toMatchObject({
      summary,
      severity,
      service,
    }),
  );

  it('links to its source, its runbook and its dashboard, on the web only', () => {
    const links = (alert: object) => one(alert).links;
    expect(
      links({
        generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
        annotations: { runbook_url: 'https://wiki/down', dashboard_url: 'javascript:alert(1)' },
      }),
    ).toEqual([
      { label: 'Source', url: 'http://prometheus:9090/graph?g0.expr=up' },
      { label: 'Runbook', url: 'https://wiki/down' },
    ]);
    expect(links({ generatorURL: '/graph' })).toEqual([]);
  });
});
