import { mount, type VueWrapper } from '@vue/test-utils';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import NoticeList from './NoticeList.vue';
import { noticeMs, notices, removeNotice, useNotices } from './toasts.ts';

let wrapper: VueWrapper;
const say = useNotices();
const region = (role: string): string => document.querySelector(`[role=${role}]`)?.textContent ?? 'no such place';

beforeEach(() => {
  vi.useFakeTimers();
  wrapper = mount(NoticeList, { attachTo: document.body });
});
afterEach(() => {
  wrapper.unmount();
  for (const { id } of notices.value) removeNotice(id);
  vi.useRealTimers();
});

describe('a notice', () => {
  it('is read out in a place that stood before it, and leaves by itself', async () => {
    expect(region('status')).toBe('');
    say.done('The token is revoked');
    await nextTick();
    expect(region('status')).toContain('The token is revoked');
    await vi.advanceTimersByTimeAsync(noticeMs);
    expect(region('status')).toBe('');
  });

  it('of a failure interrupts, says why, and stays until it is closed', async () => {
    say.failed('Not saved', new Error('The server is away'));
    await vi.advanceTimersByTimeAsync(10 * noticeMs);
    expect(region('alert')).toContain('The server is away');
    document.querySelector<HTMLElement>('[aria-label="Close: Not saved"]')!.click();
    await nextTick();
    expect(region('alert')).toBe('');
  });

  it('stays while it is pointed at or holds the focus, and begins its time anew', async () => {
    say.done('Archived', () => {});
    await nextTick();
    const section = document.querySelector('section')!;
    section.dispatchEvent(new Event('pointerenter'));
    await vi.advanceTimersByTimeAsync(10 * noticeMs);
    expect(region('status')).toContain('Archived');
    section.dispatchEvent(new Event('pointerleave'));
    await vi.advanceTimersByTimeAsync(noticeMs - 1);
    expect(region('status')).toContain('Archived');
    await vi.advanceTimersByTimeAsync(1);
    expect(region('status')).toBe('');
  });

  it('undoes what it tells of, once', async () => {
    const undone = vi.fn();
    say.done('Archived', undone);
    await nextTick();
    [...document.querySelectorAll('button')].find((button) => button.textContent?.includes('Undo'))!.click();
    await nextTick();
    expect(undone).toHaveBeenCalledOnce();
    expect(region('status')).toBe('');
  });

  it('has nothing that axe objects to, one of each kind standing', async () => {
    say.done('Archived', () => {});
    say.failed('Not saved', new Error('The server is away'));
    await nextTick();
    vi.useRealTimers();
    // Contrast needs a real browser: happy-dom lays nothing out.
    const { violations, passes } = await axe.run(document.querySelector('section')!, {
      rules: { 'color-contrast': { enabled: false } },
    });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(passes.length).toBeGreaterThan(3);
  });
});
