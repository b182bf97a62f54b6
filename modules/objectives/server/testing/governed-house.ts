import { Registry } from 'prom-client';
import { loadConfiguration } from '../../../../platform/config/load.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../../platform/http/start.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { evaluationHouse, type EvaluationHouse } from '../evaluate/testing/house.ts';
import { addReportRoutes } from '../report-routes.ts';

/** `shop/*` belongs to the team payments. */
export const people: Readonly<Record<string, Actor>> = {
  editor: { kind: 'person', id: 'e', name: 'eva', role: 'editor', teams: {}, scopes: ['api'] },
  viewer: { kind: 'person', id: 'v', name: 'vera', role: 'viewer', teams: {}, scopes: ['api'] },
  payer: { kind: 'person', id: 'p', name: 'pia', role: 'viewer', teams: { payments: 'editor' }, scopes: ['api'] },
  payersToken: {
    kind: 'token',
    id: 't',
    name: 'pipeline',
    ownerId: 'p',
    role: 'editor',
    teams: {},
    scopes: ['api'],
  },
  payersGlass: {
    kind: 'token',
    id: 'g',
    name: 'glass',
    ownerId: 'p',
    role: 'viewer',
    teams: {},
    scopes: ['api'],
  },
  searcher: { kind: 'person', id: 's', name: 'sam', role: 'viewer', teams: { search: 'admin' }, scopes: ['api'] },
};

interface Asked {
  readonly who?: string;
  /** Asks the house in which corrections need an approval. */
  readonly approval?: boolean;
  readonly address?: string;
}

export interface Told {
  readonly kind: string;
  readonly actor: { readonly id: string; readonly name: string };
  readonly data: Record<string, any>;
}

/** The evaluation's house with HTTP before it: counts, objectives, and people who ask. */
export interface GovernedHouse extends EvaluationHouse {
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    asked?: Asked,
  ): Promise<{ status: number; body: any; headers: Record<string, unknown> }>;
  /** Events of one subject, the oldest first. */
  told(subject: string): Promise<Told[]>;
}

const doors = { catalog: { ownerOf: async (service: string) => (service.startsWith('shop/') ? 'payments' : null) } };

/** `addRoutes`: what is tested, beside the routes of reports. */
export const governedHouse = async (
  now: string,
  addRoutes: (ground: Ground, given: typeof doors) => void,
): Promise<GovernedHouse> => {
  const house = await evaluationHouse(now);
  const https = new Map<boolean, StartedHttp>();
  for (const approval of [false, true]) {
    const flags = { data: '/nowhere', logLevel: 'silent', correctionApproval: approval };
    const config = loadConfiguration({ flags, environment: {}, folder: '/' });
    const http = createHttp({
      config,
      postgres: house.postgres,
      log: house.ground.log,
      metrics: new Registry(),
      version: '0',
    });
    http.setAuthenticate(async (request) => people[String(request.headers['x-who'])] ?? null);
    const ground = { ...house.ground, http, config } as unknown as Ground;
    addReportRoutes(ground);
    addRoutes(ground, doors);
    await http.fastify.ready();
    https.set(approval, http);
  }
  return {
    ...house,
    call: async (method, url, body, { who = 'payer', approval = false, address = '192.0.2.1' } = {}) => {
      const answer = await https.get(approval)!.fastify.inject({
        method,
        url,
        remoteAddress: address,
        headers: { 'x-who': who, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      return { status: answer.statusCode, body: answer.body === '' ? null : answer.json(), headers: answer.headers };
    },
    told: async (subject) => {
      const { rows } = await house.postgres.pool.query(
        `SELECT kind, actor_id AS id, actor_name AS name, data FROM (SELECT 0 AS later, place, kind, subject, data, actor_id, actor_name FROM ledger.event
           UNION ALL SELECT 1, written, kind, subject, data, actor_id, actor_name FROM ledger.pending) AS told WHERE subject = $1 ORDER BY later, place`,
        [subject],
      );
      return rows.map(({ kind, id, name, data }) => ({ kind, actor: { id, name }, data }) as Told);
    },
    stop: async () => {
      for (const http of https.values()) await http.stop();
      await house.stop();
    },
  };
};
