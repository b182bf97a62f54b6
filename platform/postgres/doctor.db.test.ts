import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/settings.ts';
import { checkPostgres, type Finding } from './doctor.ts';
import { testPostgres, urlOf } from './for-tests.ts';
import type { Postgres } from './postgres.ts';

describe('leadline doctor says what is wrong with the database and what to do', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await testPostgres();
  });
  afterAll(() => postgres.stop());
  const configurationOf = (databaseUrl: string): Configuration =>
    loadConfiguration({ flags: { data: '/tmp', databaseUrl }, environment: {}, folder: '/' });
  const check = async (): Promise<Record<string, Finding>> => {
    const findings = await checkPostgres(configurationOf(await urlOf(postgres)));
    return Object.fromEntries(findings.map((finding) => [finding.name, finding]));
  };

  it('finds nothing where all is well, and what makes commits unsafe', async () => {
    const database = new URL(await urlOf(postgres)).pathname.slice(1);
    const found = await check();
    expect(found['postgres']).toMatchObject({ ok: true, detail: expect.stringContaining('external') });
    expect(found['postgres schema']).toMatchObject({ ok: true, detail: expect.stringMatching(/All \d+ migrations/) });
    await postgres.pool.query(`ALTER DATABASE ${database} SET synchronous_commit = off`);
    expect((await check())['postgres fsync']).toMatchObject({
      ok: false,
      todo: expect.stringContaining('synchronous_commit = on'),
    });
  });

  it('finds events that nobody seals, and a schema that a newer Leadline changed', async () => {
    await postgres.pool.query(
      `INSERT INTO ledger.pending (id, at, kind, subject, actor_kind, actor_id, actor_name, data)
       VALUES (gen_random_uuid(), now() - interval '1 hour', 'a.done', 's', 'system', 'x', 'x', '{}');
       INSERT INTO ground.migration (name, hash) VALUES ('later/209901010000-x.pg.sql', '')`,
    );
    const found = await check();
    expect(found['ledger']).toMatchObject({ ok: false });
    expect(found['postgres schema']).toMatchObject({ ok: false, detail: 'The database is newer than this Leadline' });
  });

  it('says that nobody answers, and where it looked', async () => {
    const [finding] = await checkPostgres(configurationOf('postgres://nobody@127.0.0.1:1/none'));
    expect(finding).toMatchObject({ name: 'postgres', ok: false, todo: expect.stringContaining('DATABASE_URL') });
  });
});
