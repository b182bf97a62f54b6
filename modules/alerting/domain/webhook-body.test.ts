import { expect, it } from 'vitest';
import { groupText } from './group-text.ts';
import { alertmanagerBody, common, type ToldAlert } from './webhook-body.ts';

const at = Temporal.Instant.from('2026-11-23T10:00:00Z');
const alert = (name: string, more: Partial<ToldAlert> = {}): ToldAlert => ({
  status: 'firing',
  labels: { alertname: name, job: 'x' },
  annotations: { summary: name },
  startsAt: at,
  endsAt: null,
  generatorURL: 'http://prometheus.example/graph',
  fingerprint: '0123456789abcdef',
  ...more,
});

it('a body has the fields of Alertmanager’s webhook, version 4', () => {
  const over = alert('b', { status: 'resolved', endsAt: at.add({ minutes: 5 }) });
  const group = { receiver: 'r', groupKey: '{}:{}', groupLabels: { job: 'x' }, externalURL: 'http://l', truncated: 3 };
  expect(alertmanagerBody({ ...group, alerts: [alert('a', { endsAt: at.add({ hours: 1 }) }), over] })).toEqual({
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 3,
    status: 'firing',
    receiver: 'r',
    groupLabels: { job: 'x' },
    commonLabels: { job: 'x' },
    commonAnnotations: {},
    externalURL: 'http://l',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'a', job: 'x' },
        annotations: { summary: 'a' },
        startsAt: '2026-11-23T10:00:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example/graph',
        fingerprint: '0123456789abcdef',
      },
      expect.objectContaining({ status: 'resolved', endsAt: '2026-11-23T10:05:00Z' }),
    ],
  });
  expect(alertmanagerBody({ ...group, alerts: [over] })['status']).toBe('resolved');
});

it('common are the pairs that all have', () => {
  expect(common([])).toEqual({});
  expect(common([{ a: '1', b: '2' }, { a: '1', b: '3' }, { a: '1' }])).toEqual({ a: '1' });
});

it('a page of many names the gravest, some of the others, and how many there are', () => {
  const member = (index: number) => ({
    status: 'firing' as const,
    severity: 'critical',
    summary: `host ${index} is down`,
    labels: { alertname: 'Down', host: String(index) },
    annotations: { runbook_url: 'https://run.example/down' },
    links: [],
  });
  const members = Array.from({ length: 30 }, (_, index) => member(index));
  const { summary, details } = groupText(members, {
    count: 5_000,
    labels: { alertname: 'Down' },
    reasons: ['Because.'],
  });
  expect(summary).toBe('host 0 is down (and 4999 more)');
  expect(details).toContain('Runbook: https://run.example/down');
  expect(details).toContain('5000 alerts with alertname=Down. The others:');
  expect(details).toContain('- critical: host 19 is down\n- and 4980 more');
  expect(details).toMatch(/Because\.$/);
});
