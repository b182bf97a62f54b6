import { readdir } from 'node:fs/promises';
import type { MigrationSource } from './migration-file.ts';

const modules = new URL('../../modules/', import.meta.url);

/**
 * Every module of the checkout that has ClickHouse migrations, for what must know the whole schema without starting a
 * module: the schema's snapshot, tests, benchmarks.
 */
export const everyClickHouseSource = async (): Promise<MigrationSource[]> => {
  const sources: MigrationSource[] = [];
  for (const name of (await readdir(modules)).toSorted()) {
    const folder = new URL(`${name}/server/migrations/`, modules);
    const files = await readdir(folder).catch(() => []);
    if (files.some((file) => file.endsWith('.ch.sql'))) sources.push({ name, folder });
  }
  return sources;
};
