import type { AuditEntry } from '../../identity/contract/audit.ts';
import { ppmText } from '../domain/number-text.ts';
import type { ObjectiveWindow } from '../domain/objective.ts';
import { windowText } from '../domain/window.ts';

/** One change of a promise, as the ledger kept it. */
export interface PromiseChange {
  readonly place: string;
  readonly at: string;
  readonly by: string;
  readonly what: readonly string[];
}

interface Definition {
  readonly targetPpm?: number;
  readonly window?: ObjectiveWindow;
  readonly method?: string;
  readonly owner?: string | null;
}

/** What changed in a promise, in words; the first is how it began. Changes of other fields say that the document changed. */
export const promiseChangeOf = (entry: Pick<AuditEntry, 'place' | 'at' | 'actor' | 'data'>): PromiseChange => {
  const before = entry.data['before'] as Definition | null | undefined;
  const after = (entry.data['after'] ?? {}) as Definition;
  return {
    place: entry.place,
    at: entry.at,
    by: entry.actor.name,
    what: before ? changes(before, after) : began(after),
  };
};

const began = (after: Definition): string[] => [
  `Promised ${after.targetPpm === undefined ? 'a target' : ppmText(after.targetPpm)}${after.window ? ` over ${windowText(after.window)}` : ''}`,
];

const changes = (before: Definition, after: Definition): string[] => {
  const found: string[] = [];
  if (before.targetPpm !== undefined && after.targetPpm !== undefined && before.targetPpm !== after.targetPpm)
    found.push(`Target from ${ppmText(before.targetPpm)} to ${ppmText(after.targetPpm)}`);
  if (before.window && after.window && windowText(before.window) !== windowText(after.window))
    found.push(`Window from ${windowText(before.window)} to ${windowText(after.window)}`);
  if (before.method !== after.method) found.push(`Counted by ${after.method} instead of ${before.method}`);
  if (before.owner !== after.owner) found.push(`Owner from ${before.owner ?? 'nobody'} to ${after.owner ?? 'nobody'}`);
  return found.length > 0 ? found : ['The document changed'];
};
