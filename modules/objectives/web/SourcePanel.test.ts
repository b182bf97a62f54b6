import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import type { SourceReading } from '../contract/source.ts';
import SourcePanel from './SourcePanel.vue';

afterEach(() => vi.unstubAllGlobals());

const show = async (reading: Partial<SourceReading>) => {
  const compared = {
    from: '2026-11-21T12:00:00Z',
    to: '2026-11-22T12:00:00Z',
    query: 'sum(increase(http_requests_total[86400s]))',
    ours: 100_000,
    theirs: 100_017.4,
    samples: 5_760,
    bound: 0.000_382,
    within: true,
    problem: null,
  };
  const item = {
    source: 'main',
    kind: 'prometheus',
    verified: true,
    how: 'From sample to sample.',
    compared,
    ...reading,
  };
  vi.stubGlobal('fetch', async () => Response.json({ items: [item] }));
  const panel = mount(SourcePanel, { props: { name: 'web' }, global: { plugins: [VueQueryPlugin] } });
  await flushPromises();
  return panel;
};

it('shows ours beside what increase() says, and by how much it may differ', async () => {
  const panel = await show({});
  expect(panel.text()).toContain('100,000');
  expect(panel.text()).toContain('100,017.4');
  expect(panel.text()).toContain('at most 0.038');
  const names = panel.findAll('button').map((button) => button.attributes('aria-label'));
  expect(names[2]).toMatch(/^What increase\(\) may differ by: at most 0\.038/);
});

it('says what was never tried against the real one', async () => {
  const panel = await show({ kind: 'splunk', verified: false, compared: null });
  expect(panel.text()).toContain('not verified against a real Splunk');
});
