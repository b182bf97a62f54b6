import { onScopeDispose, shallowReactive, type ShallowReactive } from 'vue';

/** Something a person can do now: by its keys, or by its name in the palette. */
export interface Command {
  readonly id: string;
  /** Verb first: `Copy link to this view`. */
  readonly label: string;
  readonly icon?: string;
  /** Keys one after another: `e`, `g s`, `?`, `[`; `mod+k` is ⌘K or Ctrl+K. */
  readonly keys?: string;
  /** Heading in the palette and in the help: `Go to`, `Actions`, `Table`. */
  readonly group: string;
  /** Only keys (and help), not in the palette: moving about in a table. */
  readonly keysOnly?: boolean;
  run(): void;
}

const sets: ShallowReactive<Map<symbol, readonly Command[]>> = shallowReactive(new Map());

/** Offers commands while the calling part lives; the newest wins where two want the same keys. */
export const useCommands = (commands: readonly Command[]): void => {
  const own = Symbol('commands');
  sets.set(own, commands);
  onScopeDispose(() => sets.delete(own));
};

/** All that can be done now, newest first, each id once. */
export const commandsNow = (): readonly Command[] => {
  const seen = new Set<string>();
  return [...sets.values()]
    .toReversed()
    .flat()
    .filter((command) => !seen.has(command.id) && seen.add(command.id));
};
