import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres, urlOf } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { hashSecret } from '../server/secret-text.ts';

const root = new URL('../../../', import.meta.url).pathname;
const data = mkdtempSync(join('/tmp', 'leadline-token-'));
let postgres: Postgres;
let database: string;
beforeAll(async () => {
  postgres = await testPostgres();
  database = await urlOf(postgres);
});
afterAll(async () => {
  await postgres.stop();
  rmSync(data, { recursive: true, force: true });
});

/** The real program; `onDatabase` is the one that a server uses at the same time. */
const leadline = async (args: string[], onDatabase = true) => {
  const environment = {
    ...process.env,
    LEADLINE_TOKEN: '',
    LEADLINE_URL: '',
    DATABASE_URL: onDatabase ? database : '',
  };
  const run = promisify(execFile)(
    join(root, 'node_modules/.bin/node'),
    [join(root, 'apps/cli/main.ts'), ...args, '--data', data],
    { env: environment, cwd: data },
  );
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
};

describe('leadline token works on the machine that owns the data', () => {
  it('creates a token beside a running server: its hash and its event in the database, the token alone on standard output', async () => {
    const { code, stdout } = await leadline([
      'token',
      'create',
      '--role',
      'admin',
      '--name',
      'ci',
      '--expires',
      'P30D',
      '--scope',
      'api',
      'ingest',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ll_[\w-]{43}\n$/);
    const { rows } = await postgres.pool.query('SELECT * FROM identity.token');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      name: 'ci',
      role: 'admin',
      owner_id: null,
      scopes: ['api', 'ingest'],
      token_hash: hashSecret(stdout.trim()),
    });
    expect((rows[0].expires_at.getTime() - rows[0].created_at.getTime()) / 86_400_000).toBeCloseTo(30, 2);
    const events = await postgres.pool.query(`SELECT kind, actor_kind FROM ledger.pending WHERE subject = $1`, [
      `token:${rows[0].id}`,
    ]);
    expect(events.rows).toEqual([{ kind: 'token.created', actor_kind: 'system' }]);
  });

  it('lists and revokes', async () => {
    const listed = JSON.parse((await leadline(['token', 'list', '-o', 'json'])).stdout);
    expect(listed).toMatchObject([{ name: 'ci', state: 'active' }]);
    expect((await leadline(['token', 'revoke', 'ci'])).code).toBe(0);
    expect(JSON.parse((await leadline(['token', 'list', '-o', 'json'])).stdout)).toMatchObject([{ state: 'revoked' }]);
    const again = await leadline(['token', 'revoke', 'ci']);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('identity.token-unknown');
  });

  it('says what is wrong with an unknown role and an impossible time', async () => {
    expect((await leadline(['token', 'create', '--name', 'x', '--role', 'boss'])).stderr).toContain('admin');
    expect((await leadline(['token', 'create', '--name', 'x', '--expires', 'soon'])).stderr).toContain('P30D');
    expect((await leadline(['token', 'create', '--name', 'x', '--expires', '2020-01-01T00:00:00Z'])).code).toBe(1);
  });

  it('needs no server and no earlier start: the schema is made, nothing is left running', async () => {
    const first = await leadline(['token', 'create', '--name', 'first'], false);
    expect(first.stdout).toMatch(/^ll_[\w-]{43}\n$/);
    expect(readdirSync(data)).not.toContain('secret.key');
    expect(JSON.parse((await leadline(['token', 'list', '-o', 'json'], false)).stdout)).toMatchObject([
      { name: 'first' },
    ]);
  });
});
