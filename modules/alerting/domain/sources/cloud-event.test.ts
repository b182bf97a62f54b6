import { describe, expect, it } from 'vitest';
import { alertOfCloudEvent, type CloudEventSaid } from './cloud-event.ts';
import { alertsOfMapped } from './mapped.ts';

const anEvent = (over: Partial<CloudEventSaid> = {}): CloudEventSaid => ({
  id: 'e1',
  source: '/disks',
  type: 'com.example.disk.full',
  subject: null,
  time: '2026-03-01T09:00:00Z',
  dataSchema: null,
  data: null,
  extensions: {},
  ...over,
});

describe('A CloudEvent as an alert', () => {
  it.each([
    [
      'without anything but its attributes',
      {},
      {
        dedupKey: '/disks|com.example.disk.full|e1',
        action: 'trigger',
        severity: 'error',
        summary: 'com.example.disk.full',
      },
    ],
    [
      'of one thing',
      { subject: 'db-1' },
      { dedupKey: '/disks|db-1|com.example.disk.full', summary: 'com.example.disk.full: db-1' },
    ],
    [
      'whose type says that it is over',
      { subject: 'db-1', type: 'com.example.disk.full.resolved' },
      { dedupKey: '/disks|db-1|com.example.disk.full', action: 'resolve' },
    ],
    [
      'whose data says it',
      { data: { summary: 'Full', status: 'ok', severity: 'critical', dedupKey: 'k' } },
      { dedupKey: 'k', action: 'resolve', severity: 'critical', summary: 'Full' },
    ],
    [
      'with extensions',
      { extensions: { service: 'orders', severity: 'warning', traceparent: '00-1' } },
      { service: 'orders', severity: 'warning', labels: { traceparent: '00-1' } },
    ],
    [
      'with a text as data',
      { data: 'The disk is full\nnow' },
      { summary: 'The disk is full now', annotations: { data: 'The disk is full\nnow' } },
    ],
    ['with a list as data', { data: [1, { a: 2 }] }, { annotations: { data: '[1,{"a":2}]' } }],
  ])('%s', (_name, over, expected) => {
    expect(alertOfCloudEvent(anEvent(over))).toMatchObject(expected);
  });
});

describe('What a mapping made', () => {
  it.each([
    ['nothing', null, ''],
    ['an empty list', [], ''],
    ['a text', 'x', ''],
    ['no summary', { title: 'x' }, 'title'],
    ['an empty summary', { summary: ' ' }, 'summary'],
    ['an unknown action', { summary: 'x', action: 'sing' }, 'action'],
    ['labels as a list', { summary: 'x', labels: [] }, 'labels'],
    ['a time without a zone', { summary: 'x', startsAt: '2026-03-01 09:00' }, 'startsAt'],
    ['links that are none', { summary: 'x', links: [{ label: 'y' }] }, 'links'],
  ])('%s is no alert, and it says where', (_name, result, path) => {
    expect(alertsOfMapped(result)).toMatchObject({ ok: false, faults: [{ path }] });
  });

  it('keeps the good ones of a list and tells of the others', () => {
    expect(
      alertsOfMapped([{ summary: 'a', severity: 'major', by: 'Ada' }, { summary: 1, action: 'ok' }, 7]),
    ).toMatchObject({
      ok: true,
      alerts: [
        { summary: 'a', dedupKey: 'a', severity: 'error', by: 'Ada' },
        { summary: '1', action: 'resolve' },
      ],
      notes: ['[2]: an object with a summary was expected'],
    });
  });
});
