import { createServer, type AddressInfo, type Socket } from 'node:net';
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
    expect(found['postgres schema']).toMatchObject({
      ok: false,
      detail: expect.stringContaining('The database is newer than this Leadline'),
    });
  });

  it.each([
    ['refuses', 'postgres://nobody:secret@127.0.0.1:1/none', () => undefined],
    ['takes the connection and says nothing', '', silentServer],
  ])('says within two seconds and a bit where it looked for a server that %s', async (_name, address, start) => {
    const server = await start();
    const url = server ? `postgres://nobody:secret@127.0.0.1:${server.port}/none` : address;
    const begun = performance.now();
    const [finding, ...others] = await checkPostgres(configurationOf(url));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ name: 'postgres', ok: false, todo: expect.stringContaining('DATABASE_URL') });
    expect(finding!.detail).toMatch(new RegExp(`Tried 127\\.0\\.0\\.1:${new URL(url).port}/none for 2\\.\\d s: `));
    expect(finding!.detail + finding!.todo).not.toContain('secret');
    expect(performance.now() - begun).toBeLessThan(6_000);
    server?.stop();
  });
});

/** A port that swallows everything, as a firewall or a hanging server does. */
const silentServer = async (): Promise<{ port: number; stop(): void }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
