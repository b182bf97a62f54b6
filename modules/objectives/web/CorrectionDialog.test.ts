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

it('leaves out some requests only, and says what is wrong with them where they stand', async () => {
  const sent: Record<string, unknown>[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body)) as Record<string, unknown>);
    const errors = [{ path: 'body.traffic', message: 'names nothing' }];
    return Response.json({ status: 422, code: 'objectives.bad-correction', title: 'No', errors }, { status: 422 });
  });
  const dialog = mount(CorrectionDialog, {
    props: { open: true, objectives: ['checkout-availability'], stretch: null },
    global: { plugins: [VueQueryPlugin] },
    attachTo: document.body,
  });
  await flushPromises();
  const selects = dialog.findAllComponents({ name: 'Select' });
  const what = selects.find((each) => JSON.stringify(each.props('items')).includes('Some requests only'))!;
  what.vm.$emit('update:modelValue', 'traffic');
  await flushPromises();
  const write = async (selector: string, value: string): Promise<void> => {
    const field = document.querySelector<HTMLInputElement>(selector)!;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await flushPromises();
  };
  await write('input[placeholder="POST /pay"]', 'POST /pay');
  await write('input[placeholder="load.test"]', 'load.test');
  await write('input[placeholder="true"]', 'true');
  await write('textarea', 'The load test of today');
  document.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true, bubbles: true }));
  await flushPromises();
  expect(sent[0]).toMatchObject({
    traffic: {
      environment: null,
      operation: 'POST /pay',
      attributes: [{ key: 'load.test', op: '=', value: 'true' }],
    },
  });
  expect(document.body.textContent).toContain('names nothing');
  dialog.unmount();
});
