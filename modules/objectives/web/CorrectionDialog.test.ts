import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import CorrectionDialog from './CorrectionDialog.vue';

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

it('opens with the stretch that is looked at, and asks why before anything is sent', async () => {
  const sent: Record<string, unknown>[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body)) as Record<string, unknown>);
    return Response.json({ state: 'in-force' });
  });
  const stretch = { fromMs: Date.parse('2026-11-22T10:00:00Z'), toMs: Date.parse('2026-11-22T11:00:00Z') };
  const dialog = mount(CorrectionDialog, {
    props: { open: true, objectives: ['checkout-availability'], stretch },
    global: { plugins: [VueQueryPlugin] },
    attachTo: document.body,
  });
  await flushPromises();
  const form = document.querySelector('form')!;
  form.dispatchEvent(new Event('submit', { cancelable: true, bubbles: true }));
  await flushPromises();
  expect(document.body.textContent).toContain('Say why, in at least 8 characters.');
  expect(sent).toEqual([]);
  const why = document.querySelector('textarea')!;
  why.value = 'New disks for the database';
  why.dispatchEvent(new Event('input', { bubbles: true }));
  form.dispatchEvent(new Event('submit', { cancelable: true, bubbles: true }));
  await flushPromises();
  expect(sent).toEqual([
    expect.objectContaining({
      objectives: ['checkout-availability'],
      from: '2026-11-22T10:00:00.000Z',
      to: '2026-11-22T11:00:00.000Z',
      rrule: null,
      reason: 'New disks for the database',
    }),
  ]);
  dialog.unmount();
});
