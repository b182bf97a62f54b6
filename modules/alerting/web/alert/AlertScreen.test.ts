import { VueQueryPlugin } from '@tanstack/vue-query';
import { config, flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Router } from 'vue-router';
import { notices } from '../../../../ui/toasts.ts';
import type { Alert } from '../../contract/alerts.ts';
import { aGroup, anAlert } from '../parts/an-alert.ts';
import AlertScreen from './AlertScreen.vue';

let alert: Alert;
let role: string;
let because: string;
const posted: unknown[] = [];
let screen: VueWrapper | null = null;
const earlier = {
  id: '018f0000-0000-7000-8000-0000000000a0',
  startsAt: '2026-11-20T03:00:00.000Z',
  resolvedAt: '2026-11-20T03:20:00.000Z',
  acknowledgedBy: 'grace',
  resolvedBy: null,
  pages: ['018f0000-0000-7000-8000-0000000000c0'],
};

const answer = (url: string): unknown => {
  if (url.includes('/account')) return { role, teams: {}, person: { name: 'grace' }, displayName: 'Grace' };
  if (url.endsWith('/why'))
    return {
      id: alert.id,
      status: alert.status,
      because,
      suppressed: null,
      decisions: alert.decisions,
      groups: [],
    };
  if (url.includes('/alert-groups/')) return aGroup();
  if (url.includes(`/alerts/${alert.id}`)) return { ...alert, payload: null, earlier: [earlier] };
  return { items: [], next: null, facets: null };
};

beforeEach(async () => {
  alert = anAlert();
  role = 'responder';
  because = 'Held back: ClusterDown fires.';
  posted.length = 0;
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  const router = config.global.plugins[0] as Router;
  for (const [path, name] of [
    ['/alerts', 'alerts'],
    ['/alerts/:id', 'alert'],
    ['/services/:name', 'service'],
  ] as const)
    router.addRoute({ path, name, component: { render: () => null } });
  await router.push(`/alerts/${alert.id}`);
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    if (init?.method !== 'POST') return Response.json(answer(url));
    const said = JSON.parse(String(init.body)) as { action: string };
    posted.push(said);
    alert =
      said.action === 'acknowledge'
        ? { ...alert, status: 'acknowledged', acknowledgedBy: 'grace', acknowledgedAt: '2026-11-23T03:11:00Z' }
        : {
            ...alert,
            status: 'firing',
            acknowledgedBy: null,
            acknowledgedAt: null,
            resolvedAt: null,
            resolvedBy: null,
          };
    return Response.json({ changed: [alert.id] });
  });
});
afterEach(() => {
  screen?.unmount();
  vi.unstubAllGlobals();
});
const show = async (): Promise<VueWrapper> => {
  screen = mount(AlertScreen, { global: { plugins: [VueQueryPlugin] } });
  await flushPromises();
  return screen;
};

it('says what, where to look, why somebody was told, and what was done before', async () => {
  const text = (await show()).text();
  expect(text).toContain('Checkout fails for one in ten customers');
  expect(text).toContain('runbooks.example/checkout');
  expect(text).toContain('Why was somebody told?');
  expect(text).toContain('Goes to payments: it owns shop/checkout.');
  expect(text).toContain('paged, grace was on it, went by itself');
});

it('says why nobody was told of what is held back', async () => {
  const reason = 'ClusterDown fires';
  alert = anAlert({
    suppressed: { silencedBy: [], inhibitedBy: ['x'], parentDown: [], mutedBy: [], flapping: false },
    decisions: [{ at: alert.startsAt, decision: 'inhibited', reason, group: null, page: null }],
    pages: [],
  });
  const text = (await show()).text();
  expect(text).toContain('Nobody is told of it: held back by another alert that fires');
  expect(text).toContain('Why was nobody told?');
  expect(text.split(reason)).toHaveLength(2);
});

it('says once why it was told, also when somebody is on it', async () => {
  const [told] = alert.decisions;
  const acknowledged = {
    ...told!,
    decision: 'acknowledged',
    reason: 'grace is on it until it clears.',
    page: null,
  } as const;
  alert = anAlert({ status: 'acknowledged', acknowledgedBy: 'grace', decisions: [told!, acknowledged] });
  because = `grace is on it until it clears: nobody is told of it again. Before: It was told: n${told!.reason.slice(1)}`;
  const text = (await show()).text();
  expect(text).toContain('nobody is told of it again');
  expect(text.split('Goes to payments: it owns shop/checkout')).toHaveLength(2);
});

it('acknowledges, at once on the screen', async () => {
  const shown = await show();
  await shown
    .findAll('button')
    .find((button) => button.text().startsWith('Acknowledge'))!
    .trigger('click');
  await flushPromises();
  expect(posted).toEqual([{ action: 'acknowledge', ids: [alert.id] }]);
  expect(shown.text()).toContain('grace is on it until it clears');
});

it('takes an acknowledgement back, by the notice or later', async () => {
  const shown = await show();
  const press = async (label: string) => {
    await shown
      .findAll('button')
      .find((button) => button.text().startsWith(label))!
      .trigger('click');
    await flushPromises();
  };
  await press('Acknowledge');
  notices.value.at(-1)!.undo!();
  await flushPromises();
  expect(shown.text()).not.toContain('grace is on it');
  await press('Acknowledge');
  await press('Take back');
  expect(posted.map((each) => (each as { action: string }).action)).toEqual([
    'acknowledge',
    'unacknowledge',
    'acknowledge',
    'unacknowledge',
  ]);
});

it('reopens what a person ended, and not what went by itself', async () => {
  const over = { status: 'resolved', resolvedAt: '2026-11-23T03:20:00.000Z' } as const;
  alert = anAlert({ ...over, resolvedBy: null });
  const offers = () => screen!.findAll('button').some((button) => button.text() === 'Reopen');
  await show();
  expect(offers()).toBe(false);
  screen!.unmount();
  alert = anAlert({ ...over, resolvedBy: alert.source });
  expect((await show()).text()).toContain('over by itself');
  expect(offers()).toBe(false);
  screen!.unmount();
  alert = anAlert({ ...over, resolvedBy: 'grace' });
  await show();
  expect(offers()).toBe(true);
});

it('offers nothing that the reader may not do', async () => {
  role = 'viewer';
  expect((await show()).findAll('button').some((button) => button.text().startsWith('Acknowledge'))).toBe(false);
});

it('opens no address that is none of the web', async () => {
  alert = anAlert({
    annotations: { runbook_url: 'javascript:alert(1)' },
    links: [{ label: 'x', url: 'data:text/html,x' }],
  });
  const shown = await show();
  expect(
    shown
      .findAll('a')
      .map((link) => link.attributes('href'))
      .filter((href) => /^(javascript|data):/u.test(href ?? '')),
  ).toEqual([]);
});
