import type { MigrationSource } from '../postgres/sources.ts';

/** Migrations of the jobs. */
export const jobsSource: MigrationSource = { name: 'jobs', folder: new URL('./migrations/', import.meta.url) };
