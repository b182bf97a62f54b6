import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { movableClock, type MovableClock } from '../../../../../platform/clock/clock.ts';
import { loadConfiguration } from '../../../../../platform/config/load.ts';
import type { Actor } from '../../../../../platform/http/http.ts';
import { createHttp } from '../../../../../platform/http/start.ts';
import { startLedger } from '../../../../../platform/ledger/start.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import type { Ground } from '../../../../../platform/module/ground.ts';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { createLinkSecrets } from './link-secrets.ts';

/** Who asks in tests of schedules. */
export const askers: Readonly<Record<string, Actor>> = {
  admin: { kind: 'person', id: 'a', name: 'ada', role: 'admin', teams: {}, scopes: ['api'] },
  payer: { kind: 'person', id: 'p', name: 'pia', role: 'viewer', teams: { payments: 'editor' }, scopes: ['api'] },
  helper: { kind: 'person', id: 'h', name: 'hal', role: 'viewer', teams: { payments: 'responder' }, scopes: ['api'] },
  searcher: { kind: 'person', id: 's', name: 'sam', role: 'responder', teams: { search: 'admin' }, scopes: ['api'] },
};

const teams = ['payments', 'search'];

/** Schedules on a real PostgreSQL, ledger and HTTP, on a clock that is moved. People `a1` to `z99` and the askers exist. */
export interface SchedulesHouse {
  readonly postgres: Postgres;
  readonly clock: MovableClock;
  readonly ground: Ground;
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    asked?: { readonly who?: string; readonly headers?: Record<string, string> },
  ): Promise<{ status: number; body: any; text: string; headers: Record<string, unknown> }>;
  /** Applies the YAML of a spec as an admin; throws where it is refused. */
  apply(name: string, yaml: string): Promise<{ outcome: string; version: number }>;
  /** Who is on call, at an instant or now. */
  who(name: string, at?: string): Promise<string | null>;
  /** Kinds of what was told of a subject, the oldest first. */
  told(subject: string): Promise<string[]>;
  stop(): Promise<void>;
}

export const schedulesHouse = async (
  now: string,
  start: (ground: Ground, doors: { readonly identity: never }) => unknown,
): Promise<SchedulesHouse> => {
  const postgres = await testPostgres();
  const clock = movableClock(now);
  const config = loadConfiguration({ flags: { data: '/nowhere', logLevel: 'silent' }, environment: {}, folder: '/' });
  const log = createLog('silent');
  const metrics = new Registry();
  const ledger = await startLedger(postgres, clock, log, metrics);
  const http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async (request) => askers[String(request.headers['x-who'])] ?? null);
  const jobs = { every: () => undefined, handle: () => undefined };
  const ground = { config, log, clock, postgres, ledger, http, metrics, jobs } as unknown as Ground;
  start(ground, { identity: identity() as never });
  await http.fastify.ready();
  const call: SchedulesHouse['call'] = async (method, url, body, { who = 'admin', headers = {} } = {}) => {
    const answer = await http.fastify.inject({
      method,
      url,
      remoteAddress: '192.0.2.1',
      headers: { 'x-who': who, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const json = String(answer.headers['content-type']).includes('json') && answer.body !== '';
    return { status: answer.statusCode, body: json ? answer.json() : null, text: answer.body, headers: answer.headers };
  };
  return {
    postgres,
    clock,
    ground,
    call,
    apply: async (name, yaml) => {
      const { status, body } = await call('PUT', `/api/v1/schedules/${name}`, parse(yaml));
      if (status !== 200) throw new Error(JSON.stringify(body));
      return body;
    },
    who: async (name, at) => {
      const query = at === undefined ? '' : `?at=${at}`;
      const { body } = await call('GET', `/api/v1/schedules/${name}/on-call${query}`);
      return body.items[0]?.person ?? null;
    },
    told: async (subject) => {
      const { rows } = await postgres.pool.query(
        `SELECT kind FROM (SELECT 0 AS later, place, kind, subject FROM ledger.event
           UNION ALL SELECT 1, written, kind, subject FROM ledger.pending) AS told WHERE subject = $1 ORDER BY later, place`,
        [subject],
      );
      return rows.map(({ kind }) => kind as string);
    },
    stop: async () => {
      await http.stop();
      await ledger.stop();
      await postgres.stop();
    },
  };
};

const identity = () => ({
  teamExists: async (name: string) => teams.includes(name),
  teams: async () => teams.map((name) => ({ name, displayName: name })),
  personByName: async (reference: string) => {
    const asker = Object.values(askers).find(({ id, name }) => id === reference || name === reference);
    if (asker === undefined && !/^[a-z]\d{1,2}$/u.test(reference)) return null;
    const name = asker?.name ?? reference;
    return {
      id: asker?.id ?? name,
      name,
      displayName: name.toUpperCase(),
      email: `${name}@example.org`,
      state: 'active',
    };
  },
  linkSecrets: createLinkSecrets(),
});
