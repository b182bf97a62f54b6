import { effectScope } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useCommands } from '../commands.ts';
import { startKeyboard } from './keyboard.ts';
import { startTypeAhead } from './type-ahead.ts';

const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): boolean =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

describe('what is typed before its field is there', () => {
  let text: string;
  let done: string[];
  let stops: (() => void)[];
  const begin = (): void => {
    stops.push(startTypeAhead((edit) => (text = edit(text))));
  };

  beforeEach(() => {
    text = '';
    done = [];
    const keyboard = startKeyboard();
    const scope = effectScope();
    scope.run(() =>
      useCommands([{ id: 'edit', label: 'Edit', keys: 'e', group: 'Test', run: () => done.push('edit') }]),
    );
    stops = [() => keyboard.stop(), () => scope.stop()];
  });
  afterEach(() => {
    for (const stop of stops) stop();
    document.body.innerHTML = '';
    vi.useRealTimers();
  });

  it('is kept, and is no key of the screen below', () => {
    begin();
    for (const key of ['e', ' ', 'e', '💡', 'x', 'Backspace']) press(key);
    expect({ text, done }).toEqual({ text: 'e e💡', done: [] });
  });

  it('leaves chords and named keys alone', () => {
    begin();
    press('e', { ctrlKey: true });
    press('Escape');
    press('Tab');
    expect(text).toBe('');
  });

  it('ends when a field has the focus', () => {
    begin();
    press('a', {}, document.body.appendChild(document.createElement('input')));
    press('e');
    expect({ text, done }).toEqual({ text: '', done: ['edit'] });
  });

  it('ends by itself when no field ever comes', () => {
    vi.useFakeTimers();
    begin();
    vi.advanceTimersByTime(5_000);
    press('e');
    expect({ text, done }).toEqual({ text: '', done: ['edit'] });
  });
});
