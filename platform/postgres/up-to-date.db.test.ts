import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log/log.ts';
import type { Way } from './existing.ts';
import { testPostgres } from './for-tests.ts';
import { appliedMigrations, migratePostgres } from './migrate.ts';
import type { Postgres } from './postgres.ts';
import type { MigrationSource } from './sources.ts';
import { bringUpToDate } from './up-to-date.ts';

// Promise: a command never changes the schema under a running server; it says that the two are of different versions.

const root = mkdtempSync(join(tmpdir(), 'leadline-up-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const log = createLog('silent');

const source = (name: string, ...files: string[]): MigrationSource => {
  const folder = mkdtempSync(join(root, `${name}-`));
  for (const file of files)
    writeFileSync(join(folder, file), `-- Why.\nCREATE TABLE ${/-(\w+)\.pg/.exec(file)![1]} (a int);\n`);
  return { name: 'm', folder: pathToFileURL(`${folder}/`) };
};
const older = source('older', '202601010000-one.pg.sql');
const newer = source('newer', '202601010000-one.pg.sql', '202601020000-two.pg.sql');

const command = async (way: Way, applicationName = 'leadline-command'): Promise<Postgres & { way: Way }> => {
  const postgres = await testPostgres([], { applicationName });
  onTestFinished(() => postgres.stop());
  return { ...postgres, way };
};
const applied = async (postgres: Postgres): Promise<string[]> => {
  const client = await postgres.pool.connect();
  const found = await appliedMigrations(client);
  client.release();
  return found.map(({ name }) => name).filter((name) => name.startsWith('m/'));
};

test('where no server works, what is missing is applied', async () => {
  const postgres = await command('started');
  await migratePostgres(postgres, [older], log);
  await bringUpToDate(postgres, [newer], log);
  expect(await applied(postgres)).toHaveLength(2);
});

describe.each<[string, Way, string]>([
  ['its own engine', 'running', 'leadline-command'],
  ['a PostgreSQL of one’s own', 'external', 'leadline'],
])('under a server on %s', (_name, way, applicationName) => {
  test('a newer command changes nothing and says so', async () => {
    const postgres = await command(way, applicationName);
    await migratePostgres(postgres, [older], log);
    await expect(bringUpToDate(postgres, [newer], log, 0)).rejects.toMatchObject({
      problem: {
        code: 'postgres.server-of-another-version',
        detail: expect.stringContaining('m/202601020000-two.pg.sql'),
      },
    });
    expect(await applied(postgres)).toEqual(['m/202601010000-one.pg.sql']);
  });

  test('an older command is refused as well', async () => {
    const postgres = await command(way, applicationName);
    await migratePostgres(postgres, [newer], log);
    await expect(bringUpToDate(postgres, [older], log)).rejects.toMatchObject({
      problem: { code: 'postgres.migration-unknown' },
    });
  });

  test('a server that is still migrating is waited for', async () => {
    const postgres = await command(way, applicationName);
    const waiting = bringUpToDate(postgres, [newer], log);
    await migratePostgres(postgres, [newer], log);
    await waiting;
  });
});
