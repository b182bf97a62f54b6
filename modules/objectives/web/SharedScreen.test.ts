import { VueQueryPlugin } from '@tanstack/vue-query';
import { config, flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Router } from 'vue-router';
import SharedScreen from './SharedScreen.vue';

beforeEach(() => vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} })));
afterEach(() => vi.unstubAllGlobals());

it('shows readers what is promised and what is left, and leads nowhere further in', async () => {
  const router = config.global.plugins[0] as Router;
  router.addRoute({ path: '/shared/objectives/:secret', component: { render: () => null } });
  await router.push('/shared/objectives/secret-of-at-least-twenty');
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return Response.json({
      title: 'What we promise shops',
      items: [
        {
          displayName: 'Checkout availability',
          description: '',
          targetPpm: 999_500,
          windowText: '28 days',
          achievedPpm: 999_409,
          noDataRatio: 0,
          state: 'exhausted',
          from: '2026-10-25T12:00:00Z',
          to: '2026-11-22T12:00:00Z',
          remainingRatio: -0.18,
          points: [],
        },
      ],
    });
  });
  // The chart draws on a canvas, which the part tests have not.
  const screen = mount(SharedScreen, { global: { plugins: [VueQueryPlugin], stubs: { BurnDownChart: true } } });
  await flushPromises();
  expect(asked).toEqual(['/api/v1/shared-objectives/secret-of-at-least-twenty']);
  expect(screen.text()).toContain('overspent by 18 %');
  expect(screen.text()).toContain('99.9409 % of a promised 99.95 % over 28 days');
  expect(screen.findAll('a')).toEqual([]);
});
