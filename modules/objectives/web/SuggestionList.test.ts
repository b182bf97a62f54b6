import { VueQueryPlugin } from '@tanstack/vue-query';
import { config, flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Router } from 'vue-router';
import type { Suggestion } from '../contract/suggest.ts';
import SuggestionList from './SuggestionList.vue';

const aSuggestion = (given: Partial<Suggestion> = {}): Suggestion => ({
  service: 'shop/checkout',
  environment: 'demo',
  about: 'availability',
  withinMs: null,
  name: 'checkout-availability',
  displayName: 'Checkout availability',
  targetPpm: 999_000,
  reason: '99.92 % of requests succeeded.',
  from: '2026-11-10T00:00:00Z',
  to: '2026-11-22T00:00:00Z',
  good: 9_992,
  bad: 8,
  fared: [{ targetPpm: 999_000, achievedPpm: 999_200, remainingRatio: 0.2, pages: 1, tickets: 0, exhaustedMinutes: 0 }],
  document: 'kind: SLO',
  ...given,
});

beforeAll(() => {
  const router = config.global.plugins[0] as Router;
  router.addRoute({ path: '/objectives/new', name: 'objective-new', component: { render: () => null } });
});
afterEach(() => vi.unstubAllGlobals());

it('says how a proposed target would have fared, and makes it with one click', async () => {
  const sent: unknown[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    if (init.method === 'POST') sent.push(JSON.parse(String(init.body)));
    return Response.json({ items: init.method === 'POST' ? [] : [aSuggestion()] });
  });
  const list = mount(SuggestionList, { global: { plugins: [VueQueryPlugin] } });
  await flushPromises();
  expect(list.text()).toContain('20 % of the budget left and 1 page');
  await list.get('button[aria-label="Accept Checkout availability"]').trigger('click');
  await flushPromises();
  expect(sent).toEqual([{ text: 'kind: SLO' }]);
});

it('says why nothing is proposed for a service yet', async () => {
  const reason = 'Too little history yet: 12 requests in 1 minute.';
  const notYet = [{ service: 'shop/quiet', environment: 'demo', about: 'availability', reason }];
  vi.stubGlobal('fetch', async () => Response.json({ items: [], notYet }));
  const list = mount(SuggestionList, { global: { plugins: [VueQueryPlugin] } });
  await flushPromises();
  expect(list.get('details').text()).toContain('Nothing proposed yet for 1 more');
  expect(list.get('details li').text()).toContain(`shop/quiet demo (availability): ${reason}`);
});
