import type { MigrationSource } from '../postgres/sources.ts';

/** Migrations of the ledger. */
export const ledgerSource: MigrationSource = { name: 'ledger', folder: new URL('./migrations/', import.meta.url) };
