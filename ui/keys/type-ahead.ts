/** A field that never comes must not swallow keys for longer than this. */
const waitMsMax = 5_000;

/**
 * Keeps what is typed until the field it is meant for has the focus: from the press that opens a dialog, whose part may
 * still be on its way. Without it those letters would be taken as keys of the screen below. Gives back how to stop.
 */
export const startTypeAhead = (change: (edit: (text: string) => string) => void): (() => void) => {
  const stop = (): void => {
    clearTimeout(timer);
    document.removeEventListener('keydown', onKeydown, true);
  };
  const onKeydown = (event: KeyboardEvent): void => {
    if (isField(event.target)) return stop();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const edit = editOf(event.key);
    if (!edit) return;
    event.preventDefault();
    event.stopPropagation();
    change(edit);
  };
  const timer = setTimeout(stop, waitMsMax);
  document.addEventListener('keydown', onKeydown, true);
  return stop;
};

const editOf = (key: string): ((text: string) => string) | null => {
  if (key === 'Backspace') return (text) => [...text].slice(0, -1).join('');
  return [...key].length === 1 ? (text) => text + key : null;
};

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
