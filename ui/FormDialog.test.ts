import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import FormDialog from './FormDialog.vue';

let dialog: VueWrapper | null = null;
afterEach(() => dialog?.unmount());
const show = (work: () => Promise<boolean>, isReady = true) => {
  const props = { open: true, title: 'Away', description: 'Says so', submit: 'Say so', isReady, work };
  dialog = mount(FormDialog, { props, slots: { default: '<input aria-label="Why">' } });
  return dialog;
};
const submit = (): void => {
  document.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }));
};
const shut = (): boolean => dialog!.emitted('update:open')?.at(-1)?.[0] === false;

it('does its one thing once, however often it is pressed, and shuts', async () => {
  let finish: (isDone: boolean) => void = () => {};
  const work = vi.fn<() => Promise<boolean>>(() => new Promise((resolve) => (finish = resolve)));
  show(work);
  await vi.waitFor(() => expect(document.querySelector('form')).not.toBeNull());
  submit();
  submit();
  expect(work).toHaveBeenCalledTimes(1);
  finish(true);
  await vi.waitFor(() => expect(shut()).toBe(true));
});

it('stays and says what went wrong; where the fields say it, it stays alone', async () => {
  const work = vi
    .fn<() => Promise<boolean>>()
    .mockRejectedValueOnce(new Error('Nobody is there'))
    .mockResolvedValueOnce(false);
  show(work);
  await vi.waitFor(() => expect(document.querySelector('form')).not.toBeNull());
  submit();
  await vi.waitFor(() => expect(document.body.textContent).toContain('Nobody is there'));
  submit();
  await vi.waitFor(() => expect(document.body.textContent).not.toContain('Nobody is there'));
  expect(work).toHaveBeenCalledTimes(2);
  expect(shut()).toBe(false);
});

it('does nothing while something is missing', async () => {
  const work = vi.fn<() => Promise<boolean>>();
  show(work, false);
  await vi.waitFor(() => expect(document.querySelector('form')).not.toBeNull());
  submit();
  expect(work).not.toHaveBeenCalled();
});
