import { commandsNow } from '../commands.ts';
import { matchPress, nameOfPress, sequenceMsMax } from './key-sequence.ts';

/** Listens on the document and runs commands by their keys; gives back how to stop. */
export const startKeyboard = (): { stop(): void } => {
  let typed = '';
  let typedAtMs = 0;
  const onKeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return;
    const press = nameOfPress({ key: event.key, mod: event.metaKey || event.ctrlKey, alt: event.altKey });
    if (!press.startsWith('mod+') && (isTyping(event.target) || isInDialog())) return;
    if (belongsToControl(event)) return;
    const commands = commandsNow().filter((command) => command.keys !== undefined);
    const matched = matchPress({
      typed: event.timeStamp - typedAtMs <= sequenceMsMax ? typed : '',
      press,
      wanted: new Set(commands.map((command) => command.keys!)),
    });
    typed = matched.kind === 'wait' ? matched.typed : '';
    typedAtMs = event.timeStamp;
    if (matched.kind !== 'run') return;
    event.preventDefault();
    commands.find((command) => command.keys === matched.keys)?.run();
  };
  document.addEventListener('keydown', onKeydown);
  return { stop: () => document.removeEventListener('keydown', onKeydown) };
};

const isModifier = (key: string): boolean => ['Shift', 'Control', 'Alt', 'Meta'].includes(key);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** An open dialog or menu has the keyboard to itself. */
const isInDialog = (): boolean =>
  document.querySelector('[role="dialog"][data-state="open"], [role="menu"], [role="listbox"]') !== null;

/** Enter and Space press the button or link that has the focus; arrows move in lists of tabs and radios. */
const belongsToControl = (event: KeyboardEvent): boolean => {
  if (!['Enter', ' '].includes(event.key)) return false;
  return (
    event.target instanceof Element && event.target.closest('a,button,summary,[role="button"],[role="tab"]') !== null
  );
};
