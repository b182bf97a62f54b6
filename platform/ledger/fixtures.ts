import type { LedgerEntry } from './ledger.ts';

/** An event that some module could write. */
export const anEntry = (overrides: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind: 'thing.changed',
  subject: 'thing:1',
  actor: { kind: 'system', id: 'test', name: 'Test' },
  data: { from: 1, to: 2 },
  ...overrides,
});
