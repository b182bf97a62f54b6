import { VueQueryPlugin } from '@tanstack/vue-query';
import { config, flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Router } from 'vue-router';
import type { PageWhole } from '../../contract/pages.ts';
import { aPage } from './a-page.ts';
import { answersOnTheWay } from './answers.ts';
import PageScreen from './PageScreen.vue';

let page: PageWhole;
let isAway = false;
const posted: string[] = [];
let screen: VueWrapper | null = null;

beforeEach(async () => {
  page = aPage();
  isAway = false;
  posted.length = 0;
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  const router = config.global.plugins[0] as Router;
  for (const [path, name] of [
    ['/pages/:id', 'page'],
    ['/escalation-policies/:name', 'escalation-policy'],
    ['/services/:name', 'service'],
  ] as const)
    router.addRoute({ path, name, component: { render: () => null } });
  await router.push(`/pages/${page.id}`);
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    if (url.includes('/account'))
      return Response.json({ role: 'responder', teams: {}, person: { name: 'grace' }, displayName: 'Grace' });
    if (!url.includes('/pages/')) return Response.json({ items: [], next: null });
    if (init?.method !== 'POST') return Response.json(page);
    posted.push(url.split('/').at(-1)!);
    if (isAway) throw new TypeError('fetch failed');
    page = { ...page, state: 'acknowledged', acknowledgedBy: 'grace', acknowledgedAt: '2026-11-23T03:11:00Z' };
    return Response.json(page);
  });
});
afterEach(() => {
  screen?.unmount();
  answersOnTheWay.clear();
  vi.unstubAllGlobals();
});
const show = async (): Promise<VueWrapper> => {
  screen = mount(PageScreen, { global: { plugins: [VueQueryPlugin] } });
  await flushPromises();
  return screen;
};

it('says what, why me, what was tried and what comes next', async () => {
  const text = (await show()).text();
  expect(text).toContain('Payments fail for every card');
  expect(text).toContain('on call in payments');
  expect(text).toContain('handed over');
  expect(text).toMatch(/step 2 of 2 comes/);
  expect(text).toContain('Step 1 tells grace by mail.');
});

it('follows the thumb at once, and knows afterwards who is on it', async () => {
  const shown = await show();
  await shown
    .findAll('button')
    .find((button) => button.text().startsWith('Acknowledge'))!
    .trigger('click');
  expect(shown.findAll('button').some((button) => button.text() === 'Acknowledged')).toBe(true);
  await flushPromises();
  expect(posted).toEqual(['acknowledge']);
  expect(shown.text()).toContain('grace is on it');
});

it('without a network it does not claim more than it knows: not sent yet, and it goes out by itself', async () => {
  isAway = true;
  const shown = await show();
  await shown
    .findAll('button')
    .find((button) => button.text().startsWith('Acknowledge'))!
    .trigger('click');
  await flushPromises();
  expect(shown.get('[role="alert"]').text()).toContain('Not sent yet.');
  isAway = false;
  window.dispatchEvent(new Event('online'));
  await flushPromises();
  expect(posted).toEqual(['acknowledge', 'acknowledge']);
  expect(shown.text()).toContain('grace is on it');
});
