import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { testClickHouse } from './for-tests.ts';
import { migrateClickHouse } from './migrate.ts';
import { readMigrations, type MigrationSource } from './migration-file.ts';
import { everyClickHouseSource } from './sources.ts';
import { renderForCluster } from './template.ts';

// Promise: migrations run once, in the order of their times over all modules, forward only; a crash between two statements is made good.

const root = mkdtempSync(join(tmpdir(), 'leadline-mig-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const config = { values: {} } as Parameters<typeof migrateClickHouse>[1];
const quiet = { info: () => undefined } as unknown as Parameters<typeof migrateClickHouse>[3];
const source = (name: string, files: Record<string, string>): MigrationSource => {
  const folder = mkdtempSync(join(root, `${name}-`));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return { name, folder: pathToFileURL(`${folder}/`) };
};
const table = (name: string): string =>
  `-- Why ${name}; not twice.\nCREATE TABLE IF NOT EXISTS {{table ${name}}} (a String DEFAULT ';') ENGINE = {{engine MergeTree}} ORDER BY a;\n`;

test('two modules’ files run in the order of their times, and once', async () => {
  const clickhouse = await testClickHouse();
  const sources = [
    source('later', {
      '202601020000-b.ch.sql': table('b'),
      '202601040000-d.ch.sql': '-- Why.\nALTER TABLE {{table c}} ADD COLUMN IF NOT EXISTS d Int8;',
    }),
    source('early', {
      '202601010000-a.ch.sql': table('a'),
      '202601030000-c.ch.sql': table('c'),
      'note.md': 'not a migration',
    }),
  ];
  const order = [
    'early/202601010000-a.ch.sql',
    'later/202601020000-b.ch.sql',
    'early/202601030000-c.ch.sql',
    'later/202601040000-d.ch.sql',
  ];
  expect(await migrateClickHouse(clickhouse, config, sources, quiet)).toEqual({ applied: order });
  expect(await migrateClickHouse(clickhouse, config, sources, quiet)).toEqual({ applied: [] });
  expect(
    await clickhouse.query("SELECT name FROM system.columns WHERE table = 'c' AND database = currentDatabase()"),
  ).toEqual([{ name: 'a' }, { name: 'd' }]);
});

test('a file that was edited after it was applied is refused, and so is one that has gone', async () => {
  const clickhouse = await testClickHouse();
  await migrateClickHouse(clickhouse, config, [source('m', { '202601010000-a.ch.sql': table('a') })], quiet);
  const edited = migrateClickHouse(
    clickhouse,
    config,
    [source('m', { '202601010000-a.ch.sql': `${table('a')}-- more\n` })],
    quiet,
  );
  await expect(edited).rejects.toMatchObject({
    problem: { code: 'clickhouse.migration-edited', detail: expect.stringContaining('m/202601010000-a.ch.sql') },
  });
  const gone = migrateClickHouse(clickhouse, config, [source('m', { '202601020000-b.ch.sql': table('b') })], quiet);
  await expect(gone).rejects.toMatchObject({ problem: { code: 'clickhouse.migration-edited' } });
});

test('a file that broke off between two statements is run anew', async () => {
  const clickhouse = await testClickHouse();
  const second = '-- Why.\nALTER TABLE {{table missing}} ADD COLUMN b Int8;';
  const broken = migrateClickHouse(
    clickhouse,
    config,
    [source('m', { '202601010000-a.ch.sql': table('a') + second })],
    quiet,
  );
  await expect(broken).rejects.toMatchObject({ problem: { code: 'clickhouse.migration-failed' } });
  expect(await clickhouse.query('EXISTS TABLE a')).toEqual([{ result: 1 }]);
  const whole = [
    source('m', {
      '202601010000-a.ch.sql': table('a') + table('missing') + second.replace('COLUMN', 'COLUMN IF NOT EXISTS'),
    }),
  ];
  expect(await migrateClickHouse(clickhouse, config, whole, quiet)).toEqual({ applied: ['m/202601010000-a.ch.sql'] });
});

test.each([
  ['a wrong name', { 'first.ch.sql': table('a') }],
  [
    'a statement without its reason',
    { '202601010000-a.ch.sql': 'CREATE TABLE {{table a}} (a Int8) ENGINE = {{engine MergeTree}} ORDER BY a;' },
  ],
  ['nothing in it', { '202601010000-a.ch.sql': '-- nothing\n' }],
  ['an open string', { '202601010000-a.ch.sql': "-- Why.\nSELECT 'x;" }],
])('%s is refused', async (_name, files) => {
  await expect(readMigrations([source('m', files)])).rejects.toMatchObject({
    problem: { code: 'clickhouse.migration-refused' },
  });
});

describe('on a cluster', async () => {
  const clickhouse = await testClickHouse();
  const files = await readMigrations(await everyClickHouseSource());
  const statements = files.flatMap((file) =>
    file.statements.flatMap((statement) =>
      renderForCluster(statement, 'leadline').map((text) => [file.name, text] as const),
    ),
  );

  // No cluster stands here: that the statements are understood is shown, that a cluster runs them is not.
  test.each(statements.map(([name, text], at) => [`${name} ${at + 1}`, text]))(
    '%s is understood',
    async (_name, text) => {
      const statement = text.replace(/^(?:\s|--[^\n]*\n)+/, '');
      await clickhouse.command(`EXPLAIN AST ${statement}`);
      const [row] = await clickhouse.query<{ text: string }>(
        'SELECT formatQuerySingleLine({statement:String}) AS text',
        { params: { statement } },
      );
      expect(row!.text).toMatch(/^(CREATE TABLE|ALTER TABLE|DROP TABLE|INSERT INTO) .*\bON CLUSTER\b/);
    },
  );
});
