import { readdir } from 'node:fs/promises';

/** A folder of migrations and the word of its module or ground part. */
export interface MigrationSource {
  readonly name: string;
  readonly folder: URL;
}

/** The ground's own migrations; `migratePostgres` always applies them, before any other. */
export const groundSource: MigrationSource = { name: 'postgres', folder: new URL('./migrations/', import.meta.url) };

const root = new URL('../../', import.meta.url);

/**
 * Every source of the checkout, found by where migrations lie (`platform/X/migrations`, `modules/X/server/migrations`),
 * for what must know the whole schema without starting a module: restore, the schema's snapshot, tests.
 */
export const everySource = async (): Promise<MigrationSource[]> => {
  const found = [
    ...(await sourcesBelow('platform/', 'migrations/')),
    ...(await sourcesBelow('modules/', 'server/migrations/')),
  ];
  return found.filter((source) => source.name !== groundSource.name);
};

const sourcesBelow = async (parent: string, inner: string): Promise<MigrationSource[]> => {
  const names = await readdir(new URL(parent, root)).catch(() => []);
  const sources: MigrationSource[] = [];
  for (const name of names.toSorted()) {
    const folder = new URL(`${parent}${name}/${inner}`, root);
    const files = await readdir(folder).catch(() => []);
    if (files.some((file) => file.endsWith('.pg.sql'))) sources.push({ name, folder });
  }
  return sources;
};
