import { flushPromises, mount } from '@vue/test-utils';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../contract.ts';
import ChangesPart from './ChangesPart.vue';

const aChange = (given: Partial<Change> = {}): Change => ({
  id: '018f0000-0000-7000-8000-000000000000',
  service: 'shop/checkout',
  environment: 'production',
  kind: 'deploy',
  version: '1.4.2',
  title: 'Deploy of 1.4.2',
  description: '',
  by: 'ci',
  link: null,
  startedAt: '2026-11-22T12:30:00.000Z',
  endedAt: null,
  key: null,
  announcedAt: '2026-11-22T12:30:00.000Z',
  announcedBy: 'token:ci',
  ...given,
});

const asked: string[] = [];
const show = async (items: Change[]) => {
  vi.stubGlobal('fetch', async (url: string | URL) => {
    asked.push(String(url));
    return Response.json({ items, next: null });
  });
  const part = mount(ChangesPart, {
    props: { name: 'shop/checkout', environment: '' },
    global: { plugins: [VueQueryPlugin] },
  });
  await flushPromises();
  return part;
};
afterEach(() => vi.unstubAllGlobals());

describe('the changes of a service', () => {
  it('tell what was changed, by whom and where, and lead to where more stands', async () => {
    const part = await show([aChange({ link: 'https://ci.example.org/4711' })]);
    expect(asked.at(-1)).toContain('service=shop%2Fcheckout');
    expect(part.get('a').attributes('href')).toBe('https://ci.example.org/4711');
    expect(part.text()).toContain('Deploy of 1.4.2');
    expect(part.text()).toMatch(/by ci in production/);
    expect(part.get('time').attributes('datetime')).toBe('2026-11-22T12:30:00.000Z');
  });

  it('say how to announce one when there is none', async () => {
    expect((await show([])).text()).toContain('leadline change announce --service shop/checkout');
  });
});
