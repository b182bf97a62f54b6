import { describe, expect, it } from 'vitest';
import { parseSentry } from './sentry.ts';

const event = {
  issue_id: '1117540176',
  event_id: 'e4874d66',
  title: 'ReferenceError: heck is not defined',
  level: 'error',
  platform: 'javascript',
  culprit: 'runner in app.js',
  datetime: '2026-03-01T09:00:00.677000Z',
  timestamp: 1772355600.677,
  web_url: 'https://sentry.example/issues/1117540176/events/e4874d66/',
  tags: [
    ['browser', 'Firefox 130'],
    ['environment', 'production'],
  ],
  exception: { values: [{ type: 'ReferenceError', value: 'heck is not defined' }] },
};
const issue = {
  id: '1170820242',
  shortId: 'FRONT-END-9',
  title: 'ReferenceError: blooopy',
  level: 'fatal',
  status: 'unresolved',
  substatus: 'new',
  project: { id: '1', slug: 'front-end' },
  firstSeen: '2026-03-01T08:58:37.391000Z',
  web_url: 'https://sentry.example/issues/1170820242/',
};
const metric = {
  id: '4',
  projects: ['bar'],
  alert_rule: { name: 'Too many errors', environment: null, query: 'level:error' },
  date_started: '2026-03-01T09:00:00.000000Z',
};
const by = { id: '7', name: 'Ada', type: 'user' };
const words = {
  description_title: 'Critical: Too many errors',
  description_text: '1000 events',
  web_url: 'https://sentry.example/alerts/1/',
};

/** Rebuilt field by field from docs.sentry.io, "Webhooks" of the integration platform. */
describe('Sentry', () => {
  it.each([
    [
      'a rule over events',
      'event_alert',
      { action: 'triggered', data: { event, triggered_rule: 'Every new issue' } },
      {
        dedupKey: 'issue|1117540176',
        action: 'trigger',
        severity: 'error',
        summary: event.title,
        labels: { alertname: 'Every new issue', browser: 'Firefox 130', environment: 'production' },
        links: [{ label: 'Event in Sentry', url: event.web_url }],
      },
    ],
    [
      'an error',
      'error',
      { action: 'created', data: { error: event } },
      { dedupKey: 'issue|1117540176', action: 'trigger' },
    ],
    [
      'a metric alert that is critical',
      'metric_alert',
      { action: 'critical', data: { metric_alert: metric, ...words } },
      {
        dedupKey: 'metric-alert|4',
        action: 'trigger',
        severity: 'critical',
        summary: words.description_title,
        labels: { alertname: 'Too many errors', level: 'critical', project: 'bar' },
      },
    ],
    [
      'a metric alert that warns',
      'metric_alert',
      { action: 'warning', data: { metric_alert: metric, ...words } },
      { action: 'trigger', severity: 'warning' },
    ],
    [
      'a metric alert that is over',
      'metric_alert',
      { action: 'resolved', data: { metric_alert: metric, ...words } },
      { dedupKey: 'metric-alert|4', action: 'resolve' },
    ],
    [
      'a new issue',
      'issue',
      { action: 'created', data: { issue } },
      {
        dedupKey: 'issue|1170820242',
        action: 'trigger',
        severity: 'critical',
        labels: { short_id: 'FRONT-END-9', project: 'front-end', state: 'new' },
      },
    ],
    [
      'an issue that somebody was given',
      'issue',
      { action: 'assigned', actor: by, data: { issue } },
      { action: 'acknowledge', by: 'Ada' },
    ],
    [
      'an issue that somebody resolved',
      'issue',
      { action: 'resolved', actor: by, data: { issue } },
      { action: 'resolve', by: 'Ada' },
    ],
    ['an issue that was put away', 'issue', { action: 'archived', data: { issue } }, { action: 'resolve' }],
    ['an issue that came back', 'issue', { action: 'unresolved', data: { issue } }, { action: 'trigger' }],
    [
      'the plug-in of old',
      null,
      {
        id: '46',
        project: 'web',
        project_slug: 'web',
        level: 'error',
        culprit: 'a',
        message: 'Gateway Timeout',
        url: 'https://sentry.example/46/',
        event: { title: 'Failed to fetch', environment: 'production', tags: [['status', '504']] },
      },
      {
        dedupKey: 'issue|46',
        action: 'trigger',
        summary: 'Failed to fetch',
        labels: { project: 'web', status: '504' },
        links: [{ label: 'Issue in Sentry', url: 'https://sentry.example/46/' }],
      },
    ],
  ] as const)('%s', (_name, resource, payload, expected) => {
    expect(parseSentry(payload, resource)).toMatchObject({ ok: true, alerts: [expected] });
  });

  it.each([
    ['installation', { action: 'created', data: { installation: {} } }],
    ['comment', { action: 'created', data: { comment: 'x' } }],
  ])('a call about a %s is about no alert', (resource, payload) => {
    expect(parseSentry(payload, resource)).toBeNull();
  });

  it.each([
    ['a list', [], ''],
    ['nothing', {}, 'data'],
    ['an issue without an id', { action: 'created', data: { issue: {} } }, 'data.issue.id'],
    ['an action that there is not', { action: 'sung', data: { issue } }, 'action'],
    ['a metric alert that says nothing', { action: 'critical', data: { metric_alert: {} } }, 'data.metric_alert.id'],
  ])('%s is refused with its place', (_name, payload, path) => {
    expect(parseSentry(payload, null)).toMatchObject({ ok: false, faults: [{ path }] });
  });
});
