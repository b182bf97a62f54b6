import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { notices } from '../../../../ui/toasts.ts';
import { routeSpec, type AlertRoute } from '../../contract/policy.ts';
import EditRoute from './EditRoute.vue';

const route: AlertRoute = {
  name: 'disks',
  spec: routeSpec.parse({ match: ['alertname="DiskFull"'], to: [{ team: 'payments' }] }),
  warnings: [],
  origin: 'hand',
  source: null,
  changedAt: '2026-11-23T03:00:00.000Z',
  changedBy: 'ada',
};
let editor: VueWrapper | null = null;
let puts: (string | undefined)[];
let isRefused: boolean;
beforeEach(() => {
  puts = [];
  isRefused = false;
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    puts.push(JSON.parse(String(init.body)).urgency);
    return isRefused ? new Response('', { status: 500 }) : Response.json({ outcome: 'changed', route });
  });
});
afterEach(() => {
  editor?.unmount();
  vi.unstubAllGlobals();
});
const open = async (mayEdit: boolean): Promise<void> => {
  editor = mount(EditRoute, { props: { route, mayEdit, open: true }, global: { plugins: [VueQueryPlugin] } });
  await vi.waitFor(() => expect(document.querySelector('textarea')?.value).toContain('alertname="DiskFull"'));
};
const button = (label: string) => [...document.querySelectorAll('button')].find((each) => each.textContent === label);

it('shows who may not change routes the document, and nothing that would change it', async () => {
  await open(false);
  expect(document.querySelector('textarea')!.readOnly).toBe(true);
  expect([button('Save the route'), button('Delete')]).toEqual([undefined, undefined]);
  expect(button('Close')).toBeDefined();
});

it('saves what is written, and says so where that cannot be taken back', async () => {
  await open(true);
  const field = document.querySelector('textarea')!;
  field.value += '\n  urgency: low';
  field.dispatchEvent(new Event('input'));
  await vi.waitFor(() => expect(button('Save the route')!.disabled).toBe(false));
  await flushPromises();
  await vi.waitFor(() => expect(editor!.text() + document.body.textContent).toContain('low urgency'));
  button('Save the route')!.click();
  await vi.waitFor(() => expect(puts).toEqual(['low']));
  await vi.waitFor(() => expect(notices.value.at(-1)?.undo).toBeDefined());
  isRefused = true;
  notices.value.at(-1)!.undo!();
  await vi.waitFor(() => expect(notices.value.at(-1)?.title).toBe('disks is not put back'));
  expect(puts).toEqual(['low', undefined]);
});
