import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { Refusal } from '../../kernel/problem.ts';
import type { MigrationSource } from './sources.ts';

/** One migration as it lies on disk. */
export interface MigrationFile {
  /** `identity/202611220300-people.pg.sql`: what is remembered as applied. */
  readonly name: string;
  readonly file: string;
  readonly source: string;
  readonly sql: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
}

const form = /^\d{12}-[a-z0-9-]+\.pg\.sql$/;

/** All files of all sources in the one order: by their time, then by source. */
export const readMigrations = async (sources: readonly MigrationSource[]): Promise<MigrationFile[]> => {
  const files: MigrationFile[] = [];
  for (const source of sources) {
    for (const file of await readdir(source.folder)) {
      if (!file.endsWith('.pg.sql')) continue;
      if (!form.test(file)) throw badName(source.name, file);
      const sql = await readFile(new URL(file, source.folder), 'utf8');
      files.push({
        name: `${source.name}/${file}`,
        file,
        source: source.name,
        sql,
        hash: createHash('sha256').update(sql).digest('hex'),
      });
    }
  }
  return files.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
};

const orderOf = (migration: MigrationFile): string =>
  `${migration.file.slice(0, 12)} ${migration.source} ${migration.file}`;

const badName = (source: string, file: string): Refusal =>
  new Refusal({
    status: 500,
    code: 'postgres.migration-name',
    title: 'A migration has a wrong name',
    detail: `${source}/${file} is not <YYYYMMDDHHMM>-<what-it-does>.pg.sql.`,
  });
