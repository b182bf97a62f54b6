import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import { testPostgres } from './for-tests.ts';
import { migratePostgres } from './migrate.ts';
import type { Postgres } from './postgres.ts';
import type { MigrationSource } from './sources.ts';

const log = createLog('silent');
const scratch = await mkdtemp('/tmp/leadline-migrations-');
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** A folder of migrations with the given files. */
const aSource = async (name: string, files: Record<string, string>): Promise<MigrationSource> => {
  const folder = await mkdtemp(join(scratch, name));
  for (const [file, sql] of Object.entries(files)) await writeFile(join(folder, file), sql);
  return { name, folder: pathToFileURL(`${folder}/`) };
};

describe('a migration is applied once, in the order of time over all modules, and never changed afterwards', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await testPostgres([]);
  });
  afterAll(() => postgres.stop());

  it('orders by time over the sources, applies once when two run at once, and refuses what was edited', async () => {
    const early = await aSource('early', { '202601010000-one.pg.sql': 'CREATE TABLE one (id int);' });
    const late = await aSource('late', {
      '202601020000-two.pg.sql': 'ALTER TABLE one ADD COLUMN two int;',
      '202601030000-three.pg.sql': 'ALTER TABLE one ADD COLUMN three int;',
    });
    const runs = await Promise.all([1, 2, 3].map(() => migratePostgres(postgres, [late, early], log)));
    expect(runs.map((run) => run.applied.length).toSorted()).toEqual([0, 0, 3]);
    expect(runs.flatMap((run) => run.applied)).toEqual([
      'early/202601010000-one.pg.sql',
      'late/202601020000-two.pg.sql',
      'late/202601030000-three.pg.sql',
    ]);

    await writeFile(new URL('202601010000-one.pg.sql', early.folder), 'CREATE TABLE one (id bigint);');
    await expect(migratePostgres(postgres, [early, late], log)).rejects.toMatchObject({
      problem: { code: 'postgres.migration-edited' },
    });
    await writeFile(new URL('202601010000-one.pg.sql', early.folder), 'CREATE TABLE one (id int);');
    await expect(migratePostgres(postgres, [early], log)).rejects.toMatchObject({
      problem: { code: 'postgres.migration-unknown' },
    });
  });

  it('leaves nothing of a migration that fails and names its file and line', async () => {
    const before = await testPostgres([]);
    const source = await aSource('bad', {
      '202601010000-good.pg.sql': 'CREATE TABLE good (id int);',
      '202601020000-bad.pg.sql': 'CREATE TABLE half (id int);\nCREATE TABL nonsense;',
    });
    await expect(migratePostgres(before, [source], log)).rejects.toThrow(/bad\/202601020000-bad\.pg\.sql.*line 2/);
    const { rows } = await before.pool.query(`SELECT to_regclass('good') AS good, to_regclass('half') AS half`);
    expect(rows[0]).toEqual({ good: 'good', half: null });
    await before.stop();
  });

  it('refuses a file that does not bear its time', async () => {
    const source = await aSource('nameless', { 'people.pg.sql': 'SELECT 1' });
    await expect(migratePostgres(postgres, [source], log)).rejects.toMatchObject({
      problem: { code: 'postgres.migration-name' },
    });
  });
});
