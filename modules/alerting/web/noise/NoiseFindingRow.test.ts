import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import type { NoiseFinding } from '../../contract/noise.ts';
import NoiseFindingRow from './NoiseFindingRow.vue';

afterEach(() => vi.unstubAllGlobals());

const document = (kind: string, spec: object) => ({
  apiVersion: 'leadline.dev/v1',
  kind,
  metadata: { name: 'queue-grows-0f3c1a-trial' },
  spec,
});
const finding: NoiseFinding = {
  kind: 'unactionable',
  integration: 'prometheus',
  fingerprint: '0f3c1a',
  name: 'QueueGrows',
  labels: { alertname: 'QueueGrows' },
  alert: '018f0000-0000-7000-8000-0000000000a1',
  service: 'shop/mail',
  owner: 'payments',
  firings: 9,
  lastAt: '2026-11-23T03:00:00.000Z',
  of: null,
  saved: 9,
  reason: 'It came 9 times, went by itself, and nobody did anything.',
  proposals: [
    {
      words: 'Silence it for 30 days and see whether anybody misses it.',
      document: document('Silence', {
        match: ['alertname="QueueGrows"'],
        to: '2026-12-23T00:00:00.000Z',
        why: 'Nobody acted on it',
      }),
    },
    { words: 'Send it to a team.', document: document('Route', { match: [], to: [{ team: 'TEAM' }] }) },
  ],
};
const open = async (mayEdit: boolean) => {
  const row = mount(NoiseFindingRow, { props: { finding, mayEdit } });
  await row.get('button').trigger('click');
  return row;
};

it('puts the silence that it proposes in force; where a name is missing the document is only copied', async () => {
  const put: unknown[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    put.push([init.method, new URL(url, 'http://leadline.test').pathname, JSON.parse(String(init.body))]);
    return Response.json({ outcome: 'created', silence: {} });
  });
  const row = await open(true);
  expect(row.text()).toContain('nobody did anything');
  const buttons = row.findAll('button').filter((each) => each.text().startsWith('Put this'));
  expect(buttons.map((each) => each.text())).toEqual(['Put this Silence in force']);
  await buttons[0]!.trigger('click');
  await flushPromises();
  expect(put).toEqual([
    [
      'PUT',
      '/api/v1/silences/queue-grows-0f3c1a-trial',
      { match: ['alertname="QueueGrows"'], to: '2026-12-23T00:00:00.000Z', why: 'Nobody acted on it' },
    ],
  ]);
  expect(row.text()).toContain('In force');
});

it('shows who may not change anything what would end it', async () => {
  const row = await open(false);
  expect(row.text()).toContain('Silence it for 30 days');
  expect(row.findAll('button').some((each) => each.text().startsWith('Put this'))).toBe(false);
});
