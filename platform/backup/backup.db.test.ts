import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { anEntry } from '../ledger/fixtures.ts';
import { ledgerSource } from '../ledger/source.ts';
import { startLedger } from '../ledger/start.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { createLog } from '../log/log.ts';
import { connectPostgres } from '../postgres/connect.ts';
import { eventually } from '../postgres/eventually.ts';
import { testPostgres, urlOf } from '../postgres/for-tests.ts';
import { migratePostgres } from '../postgres/migrate.ts';
import type { Postgres } from '../postgres/postgres.ts';
import type { MigrationSource } from '../postgres/sources.ts';
import { writeBackup } from './backup.ts';
import { readFrames, writeFrames, type Part } from './format.ts';
import { restoreBackup } from './restore.ts';

const log = createLog('silent');
const leadline = '0.0.0-test';

/** Tables with what is hard to move: keys in circles, generated columns, every kind of text, bytes, arrays. */
const oddTables = `
  CREATE SCHEMA odd;
  CREATE TABLE odd.person (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, boss bigint REFERENCES odd.person, team bigint);
  CREATE TABLE odd.team (id bigserial PRIMARY KEY, lead bigint NOT NULL REFERENCES odd.person);
  ALTER TABLE odd.person ADD FOREIGN KEY (team) REFERENCES odd.team;
  CREATE TABLE odd."Strange Name" ("a ""b" text, bytes bytea, list text[], at timestamptz, number numeric, document jsonb, twice bigint GENERATED ALWAYS AS (length("a ""b") * 2) STORED);
  INSERT INTO odd.person (name) VALUES ('written by the migration');
`;
const oddData = String.raw`
  INSERT INTO odd.person (name) VALUES ('ann'), ('bob'); UPDATE odd.person SET boss = id;
  INSERT INTO odd.team (lead) SELECT id FROM odd.person; UPDATE odd.person SET team = 1;
  INSERT INTO odd."Strange Name" VALUES (E'tab\tline\nback\\slash \\. \\N', '\x00ff0a', ARRAY['a', NULL, '', '{"'], '2026-11-22 01:02:03.456789+00', 1e-20, '{"k": [1.10, null]}'), (NULL, NULL, NULL, 'infinity', 'NaN', NULL), ('', '', '{}', '-infinity', 0, '""');
`;
const contentQuery = `
  SELECT (SELECT jsonb_agg(to_jsonb(p) ORDER BY id) FROM odd.person p) AS person, (SELECT jsonb_agg(to_jsonb(t) ORDER BY id) FROM odd.team t) AS team,
    (SELECT string_agg(s::text, E'\\n' ORDER BY s::text) FROM odd."Strange Name" s) AS strange`;
const contentOf = async (postgres: Postgres): Promise<unknown> => (await postgres.pool.query(contentQuery)).rows[0];

const scratch = await mkdtemp('/tmp/leadline-backup-');
afterAll(() => rm(scratch, { recursive: true, force: true }));
const aFolder = (): Promise<string> => mkdtemp(join(scratch, 'f'));
const aSource = async (files: Record<string, string>): Promise<MigrationSource> => {
  const folder = await aFolder();
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return { name: 'odd', folder: pathToFileURL(`${folder}/`) };
};

describe('a backup brings the whole state back, or changes nothing and says why', () => {
  let source: Postgres;
  let sources: MigrationSource[];
  let file: string;
  const opened: Postgres[] = [];
  /** An empty database as a command sees it, without a running server on it. */
  const anEmptyDatabase = async (): Promise<Postgres> => {
    const postgres = await testPostgres([], { applicationName: 'leadline-command' });
    await postgres.pool.query('DROP SCHEMA ground CASCADE');
    opened.push(postgres);
    return postgres;
  };
  beforeAll(async () => {
    sources = [ledgerSource, await aSource({ '202701010000-odd.pg.sql': oddTables })];
    source = await testPostgres(sources);
    await source.pool.query(oddData);
    const ledger = await startLedger(source, systemClock, log, new Registry());
    for (const subject of ['a:1', 'a:2']) await source.transaction((tx) => ledger.append(tx, anEntry({ subject })));
    await eventually(async () => {
      if ((await ledger.read({ limit: 10 })).length < 2) throw new Error('not sealed yet');
    });
    await ledger.stop();
    file = join(await aFolder(), 'state.gz');
    await writeBackup(source, { file, leadline });
  });
  afterAll(() => Promise.all([source, ...opened].map((postgres) => postgres.stop())));

  it('restores every value, the keys, the numbers that come next, the ledger and its guard', async () => {
    const restored = await anEmptyDatabase();
    const tables: string[] = [];
    const summary = await restoreBackup(restored, {
      file,
      sources,
      force: false,
      onTable: (table, rows) => tables.push(`${table} ${rows}`),
    });
    expect(tables).toEqual([
      'ledger.event 2',
      'ledger.pending 0',
      'ledger.reaction 0',
      'odd.Strange Name 3',
      'odd.person 3',
      'odd.team 3',
    ]);
    expect(summary).toMatchObject({ tables: 6, rows: 11, migrated: 0 });
    expect(await contentOf(restored)).toEqual(await contentOf(source));
    expect((await restored.pool.query(`INSERT INTO odd.person (name) VALUES ('next') RETURNING id`)).rows).toEqual([
      { id: '4' },
    ]);
    await expect(restored.pool.query('UPDATE odd.team SET lead = 99')).rejects.toThrow('foreign key');
    expect(await verifyLedger(restored)).toMatchObject({ ok: true, events: 2 });
    await expect(sql`DELETE FROM ledger.event`.execute(restored.tables())).rejects.toThrow('append-only');
    expect(await migratePostgres(restored, sources, log)).toEqual({ applied: [] });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is of one instant while others write', async () => {
    const writing = new AbortController();
    const writer = (async () => {
      for (let index = 0; !writing.signal.aborted; index += 1) {
        await source.transaction(async (tx) => {
          await sql`INSERT INTO odd."Strange Name" (number) VALUES (7)`.execute(tx);
          await sql`INSERT INTO odd.person (name) VALUES (${`writer ${index}`})`.execute(tx);
        });
      }
    })();
    const during = join(await aFolder(), 'during.gz');
    await writeBackup(source, { file: during, leadline });
    writing.abort();
    await writer;
    const restored = await anEmptyDatabase();
    await restoreBackup(restored, { file: during, sources, force: false });
    const { rows } = await restored.pool.query(
      `SELECT (SELECT count(*) FROM odd.person WHERE name LIKE 'writer%') = (SELECT count(*) FROM odd."Strange Name" WHERE number = 7) AS equal`,
    );
    expect(rows).toEqual([{ equal: true }]);
  });

  it('refuses a database that holds something, and with force replaces it', async () => {
    const restored = await anEmptyDatabase();
    await restoreBackup(restored, { file, sources, force: false });
    await restored.pool.query(`UPDATE odd.person SET name = 'changed' WHERE name = 'ann'`);
    await expect(restoreBackup(restored, { file, sources, force: false })).rejects.toMatchObject({
      problem: { code: 'backup.not-empty' },
    });
    await restoreBackup(restored, { file, sources, force: true });
    const { rows } = await restored.pool.query(`SELECT name FROM odd.person WHERE name IN ('ann', 'changed')`);
    expect(rows).toEqual([{ name: 'ann' }]);
  });

  it('refuses while a server works on the database', async () => {
    const restored = await anEmptyDatabase();
    const server = await connectPostgres({
      target: { connectionString: await urlOf(restored) },
      log,
      connectionsMax: 1,
    });
    await expect(restoreBackup(restored, { file, sources, force: true })).rejects.toMatchObject({
      problem: { code: 'backup.server-running' },
    });
    await server.stop();
  });

  it('brings an older backup up to this program, and refuses a newer or another one', async () => {
    const newer = [
      ledgerSource,
      await aSource({
        '202701010000-odd.pg.sql': oddTables,
        '202701020000-more.pg.sql': `ALTER TABLE odd.person ADD COLUMN nick text DEFAULT 'n'`,
      }),
    ];
    const restored = await anEmptyDatabase();
    expect(await restoreBackup(restored, { file, sources: newer, force: false })).toMatchObject({ migrated: 1 });
    expect((await restored.pool.query(`SELECT nick FROM odd.person WHERE name = 'ann'`)).rows).toEqual([{ nick: 'n' }]);
    const later = join(await aFolder(), 'later.gz');
    await writeBackup(restored, { file: later, leadline });
    const empty = await anEmptyDatabase();
    await expect(restoreBackup(empty, { file: later, sources, force: false })).rejects.toMatchObject({
      problem: { code: 'backup.other-version' },
    });
    const edited = [ledgerSource, await aSource({ '202701010000-odd.pg.sql': `${oddTables} -- edited` })];
    await expect(restoreBackup(empty, { file, sources: edited, force: false })).rejects.toMatchObject({
      problem: { code: 'backup.other-version' },
    });
  });

  it('refuses every damaged file before anything is touched', async () => {
    const target = await anEmptyDatabase();
    const whole = await readFile(file);
    const plain = gunzipSync(whole);
    const flipped = Buffer.from(plain);
    flipped[plain.length - 200]! ^= 1;
    const damagedFiles: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      'not gzip': Buffer.from('hello'),
      'cut in the middle': whole.subarray(0, whole.length / 2),
      'cut and packed again': gzipSync(plain.subarray(0, plain.length - 50)),
      'a bit flipped and packed again': gzipSync(flipped),
      'something behind it': gzipSync(Buffer.concat([plain, Buffer.from('x')])),
      'another format': gzipSync(Buffer.from('PGDMP something else entirely')),
      'an endless part': gzipSync(Buffer.from([0x44, 0xff, 0xff, 0xff, 0xff, 0])),
    };
    const codes: Record<string, string> = {};
    for (const [name, bytes] of Object.entries(damagedFiles)) {
      const path = join(await aFolder(), 'damaged.gz');
      await writeFile(path, bytes);
      await restoreBackup(target, { file: path, sources, force: true }).catch(
        (error) => (codes[name] = error.problem?.code ?? String(error)),
      );
    }
    expect(codes).toEqual(Object.fromEntries(Object.keys(damagedFiles).map((name) => [name, 'backup.damaged'])));
    await expect(restoreBackup(target, { file: '/nowhere/state.gz', sources, force: true })).rejects.toMatchObject({
      problem: { code: 'backup.no-file' },
    });
    expect((await target.pool.query(`SELECT to_regclass('odd.person') AS made`)).rows).toEqual([{ made: null }]);
  });

  it('leaves the database as it was when the data breaks a rule half-way', async () => {
    const target = await anEmptyDatabase();
    await restoreBackup(target, { file, sources, force: false });
    const before = await contentOf(target);
    const parts: Part[] = [];
    for await (const part of readFrames(Readable.from([gunzipSync(await readFile(file))]))) parts.push(part);
    const broken = parts.map((part) =>
      part.kind === 'data' && Buffer.from(part.bytes).includes('\tann\t')
        ? {
            ...part,
            bytes: Buffer.from(
              Buffer.from(part.bytes).toString().replace('\tann\t1', '\tann\t77').replace('\tann\t2', '\tann\t77'),
            ),
          }
        : part,
    );
    const path = join(await aFolder(), 'broken.gz');
    await writeFile(path, gzipSync(await buffer(Readable.from(writeFrames(Readable.from(broken))))));
    await expect(restoreBackup(target, { file: path, sources, force: true })).rejects.toThrow('foreign key');
    expect(await contentOf(target)).toEqual(before);
  });
});
