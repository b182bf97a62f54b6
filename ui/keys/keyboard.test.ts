import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { effectScope, type EffectScope } from 'vue';
import { commandsNow, useCommands } from '../commands.ts';
import { startKeyboard } from './keyboard.ts';

const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): boolean =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

describe('keys work where they should and nowhere else', () => {
  let keyboard: { stop(): void };
  let scope: EffectScope;
  let done: string[];
  const offer = (id: string, keys: string): void =>
    useCommands([{ id, label: id, keys, group: 'Test', run: () => done.push(id) }]);

  beforeEach(() => {
    done = [];
    keyboard = startKeyboard();
    scope = effectScope();
    scope.run(() => {
      offer('services', 'g s');
      offer('errors', 'e');
      offer('palette', 'mod+k');
    });
  });
  afterEach(() => {
    keyboard.stop();
    scope.stop();
    document.body.innerHTML = '';
  });

  it('jumps by G and a letter', () => {
    press('g');
    press('s');
    expect(done).toEqual(['services']);
  });

  it('leaves letters to a field that is typed in, but not the palette', () => {
    const input = document.body.appendChild(document.createElement('input'));
    press('e', {}, input);
    press('k', { ctrlKey: true }, input);
    expect(done).toEqual(['palette']);
  });

  it('leaves letters to an open dialog', () => {
    document.body.innerHTML = '<div role="dialog" data-state="open"></div>';
    press('e');
    expect(done).toEqual([]);
  });

  it('lets the newest part win, and forgets it when it goes', () => {
    const inner = effectScope();
    inner.run(() => offer('next error', 'e'));
    press('e');
    inner.stop();
    press('e');
    expect(done).toEqual(['next error', 'errors']);
    expect(commandsNow().map((command) => command.id)).not.toContain('next error');
  });
});
