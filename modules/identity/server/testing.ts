import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { Registry } from 'prom-client';
import { movableClock, type MovableClock } from '../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration, type Settings } from '../../../platform/config/settings.ts';
import { createHttp, type StartedHttp } from '../../../platform/http/start.ts';
import { startLedger } from '../../../platform/ledger/start.ts';
import { createLog, type Log } from '../../../platform/log/log.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { testPostgres } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { identityModule } from './module.ts';
import type { IdentityDoor } from './public.ts';
import type { IdentityTables } from './store/tables.ts';

/** The real module on a real database and the real HTTP ground, called in process, with a clock that the test moves. */
export interface IdentityWorld {
  readonly postgres: Postgres;
  readonly http: StartedHttp;
  readonly door: IdentityDoor;
  readonly clock: MovableClock;
  /** A browser with its own cookies; `from` is the address of its connection. */
  browser(options?: { from?: string; headers?: Record<string, string> }): TestBrowser;
  /** Events that were written, oldest first, sealed or not. */
  events(kind?: string): Promise<{ kind: string; subject: string; actor_name: string; data: Record<string, any> }[]>;
  /** Everything that identity keeps, as text: to look for what must not be there. */
  everythingKept(): Promise<string>;
  stop(): Promise<void>;
}

export interface TestBrowser {
  readonly cookies: Map<string, string>;
  readonly address: string;
  send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string | undefined>,
  ): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: any;
  readonly headers: LightMyRequestResponse['headers'];
  readonly setCookies: readonly string[];
}

export const testOrigin = 'http://localhost:7070';

/** `log` takes the place of the log on standard error, for a test that reads it. */
export const startIdentity = async (
  settings: Partial<Settings> = {},
  replaced: { log?: Log } = {},
): Promise<IdentityWorld> => {
  const data = mkdtempSync(join('/tmp', 'leadline-identity-'));
  const config = {
    values: settingsSchema.parse({ data, logLevel: 'error', ...settings }),
    origins: {},
  } as unknown as Configuration;
  const postgres = await testPostgres();
  const clock = movableClock('2026-11-22T12:00:00Z');
  const log = replaced.log ?? createLog(config.values.logLevel);
  const ledger = await startLedger(postgres, clock, log, new Registry());
  const http = createHttp({ config, log, postgres, metrics: new Registry(), version: '0.0.0' });
  const jobs = { every: () => {}, handle: () => {}, schedule: async () => '' } as Ground['jobs'];
  const { door } = await identityModule.start(
    { config, log, clock, postgres, ledger, jobs, http, metrics: new Registry() } as unknown as Ground,
    {},
  );
  await http.fastify.ready();
  return {
    postgres,
    http,
    door,
    clock,
    browser: (options = {}) => testBrowser(http, options),
    events: async (kind) => {
      const { rows } = await postgres.pool.query(
        `SELECT kind, subject, actor_name, data FROM (
           SELECT id, kind, subject, actor_name, data FROM ledger.event UNION SELECT id, kind, subject, actor_name, data FROM ledger.pending) AS written
         WHERE $1::text IS NULL OR kind = $1 ORDER BY id`,
        [kind ?? null],
      );
      return rows;
    },
    everythingKept: () => dump(postgres),
    stop: async () => {
      await http.stop();
      await ledger.stop();
      await postgres.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
};

const testBrowser = (http: StartedHttp, options: { from?: string; headers?: Record<string, string> }): TestBrowser => {
  const cookies = new Map<string, string>();
  const address = options.from ?? '127.0.0.1';
  return {
    cookies,
    address,
    send: async (method, path, body, headers = {}) => {
      const answer = await http.fastify.inject({
        method,
        url: path,
        remoteAddress: address,
        headers: withoutMissing({
          host: new URL(testOrigin).host,
          origin: testOrigin,
          'user-agent': 'Test browser',
          ...(cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
          ...options.headers,
          ...headers,
        }),
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const setCookies = [answer.headers['set-cookie'] ?? []].flat();
      for (const line of setCookies) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
        if (value === '' || /max-age=0/i.test(line)) cookies.delete(name!);
        else cookies.set(name!, value!);
      }
      return {
        status: answer.statusCode,
        body: answer.body === '' ? undefined : JSON.parse(answer.body),
        headers: answer.headers,
        setCookies,
      };
    },
  };
};

/** A header that a test sets to undefined is left out. */
const withoutMissing = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));

const dump = async (postgres: Postgres): Promise<string> => {
  const { rows: tables } = await postgres.pool.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('identity', 'ledger', 'http')`,
  );
  const parts = [];
  for (const { name } of tables) {
    const { rows } = await postgres.pool.query(
      `SELECT coalesce(string_agg(t::text, E'\\n'), '') AS text FROM ${name} t`,
    );
    parts.push(`${name}\n${rows[0].text}`);
  }
  return parts.join('\n');
};

/** The table handle of identity, for looking into rows. */
export const identityTables = (world: IdentityWorld) => world.postgres.tables<IdentityTables>();
