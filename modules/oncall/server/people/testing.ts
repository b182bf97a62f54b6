import { createServer, type IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { movableClock, type MovableClock } from '../../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration } from '../../../../platform/config/settings.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../../platform/http/start.ts';
import { startJobs } from '../../../../platform/jobs/start.ts';
import { startLedger } from '../../../../platform/ledger/start.ts';
import { createLog } from '../../../../platform/log/log.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { testPostgres } from '../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { deliveryModule } from '../../../delivery/server/module.ts';
import type { DeliveryDoor } from '../../../delivery/server/public.ts';
import { aPerson, aTeam } from '../../../identity/fixtures.ts';
import { identityModule } from '../../../identity/server/module.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';

/** The real modules below on a real database and the real HTTP ground, with a clock that the test moves. */
export interface PeopleWorld {
  readonly postgres: Postgres;
  readonly http: StartedHttp;
  readonly ground: Ground;
  readonly clock: MovableClock;
  readonly identity: IdentityDoor;
  readonly delivery: DeliveryDoor;
  /** Who may be named in the header `x-who` of `call`: an actor each. */
  readonly actors: Record<string, Actor>;
  call(who: string, method: string, url: string, body?: unknown): Promise<{ status: number; body: any }>;
  /** Data of the events of a kind, oldest first, sealed or not. */
  events(kind: string): Promise<{ subject: string; service: string | null; actor_name: string; data: any }[]>;
  stop(): Promise<void>;
}

/**
 * `start` puts what is tested on the ground, before the HTTP application is ready. Ada is an admin, Bo and Cy are viewers of the
 * organisation; Bo is an editor of the team `payments`, Cy an admin of the team `search`.
 */
export const startPeopleWorld = async (
  start: (world: Pick<PeopleWorld, 'ground' | 'identity' | 'delivery'>) => unknown,
  options: {
    readonly settings?: Record<string, unknown>;
    readonly server?: NonNullable<Parameters<typeof testPostgres>[1]>['server'];
  } = {},
): Promise<PeopleWorld> => {
  const data = mkdtempSync(join('/tmp', 'leadline-people-'));
  const config = {
    values: settingsSchema.parse({ data, logLevel: 'error', ...options.settings }),
    origins: {},
  } as unknown as Configuration;
  const postgres = await testPostgres(undefined, options.server === undefined ? {} : { server: options.server });
  const clock = movableClock(Temporal.Now.instant());
  const log = createLog(config.values.logLevel);
  const metrics = new Registry();
  const ledger = await startLedger(postgres, clock, log, metrics);
  const jobs = await startJobs(postgres, clock, log, metrics);
  const http = createHttp({ config, log, postgres, metrics, version: '0' });
  const ground = { config, log, clock, postgres, ledger, jobs, http, metrics } as unknown as Ground;
  const { door: identity } = await identityModule.start(ground, {});
  const delivery = await deliveryModule.start(ground, { identity } as never);
  const actors = await somePeople(postgres);
  http.setAuthenticate(async (request) => actors[String(request.headers['x-who'])] ?? null);
  await start({ ground, identity, delivery: delivery.door });
  await http.fastify.ready();
  return {
    postgres,
    http,
    ground,
    clock,
    identity,
    delivery: delivery.door,
    actors,
    call: async (who, method, url, body) => {
      const answer = await http.fastify.inject({
        method: method as 'GET',
        url,
        headers: { 'x-who': who },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
    },
    events: async (kind) => {
      const { rows } = await postgres.pool.query(
        `SELECT subject, service, actor_name, data FROM (
           SELECT id, kind, subject, service, actor_name, data FROM ledger.event
           UNION SELECT id, kind, subject, service, actor_name, data FROM ledger.pending) AS written
         WHERE kind = $1 ORDER BY id`,
        [kind],
      );
      return rows;
    },
    stop: async () => {
      await http.stop();
      await jobs.stop();
      await delivery.stop?.();
      await ledger.stop();
      await postgres.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
};

const somePeople = async (postgres: Postgres): Promise<Record<string, Actor>> => {
  const ada = await aPerson(postgres, { name: 'ada', role: 'admin' });
  const bo = await aPerson(postgres, { name: 'bo', displayName: 'Bo' });
  const cy = await aPerson(postgres, { name: 'cy' });
  await aTeam(postgres, { name: 'payments', members: [{ person: bo, role: 'editor' }] });
  await aTeam(postgres, { name: 'search', members: [{ person: cy, role: 'admin' }] });
  const actor = ({ id, name }: { id: string; name: string }, role: Actor['role'], teams: Actor['teams']): Actor => ({
    kind: 'person',
    id,
    name,
    role,
    teams,
    scopes: ['api'],
  });
  return {
    ada: actor(ada, 'admin', {}),
    bo: actor(bo, 'viewer', { payments: 'editor' }),
    cy: actor(cy, 'viewer', { search: 'admin' }),
    robot: { kind: 'token', id: 't', name: 'robot', ownerId: bo.id, role: 'viewer', teams: {}, scopes: ['api'] },
  };
};

/** A real HTTP server on loopback that keeps what was posted to it, as a person's webhook does. */
export const startReceiver = async (): Promise<{
  readonly url: string;
  readonly received: { headers: IncomingMessage['headers']; body: any }[];
  stop(): Promise<void>;
}> => {
  const received: { headers: IncomingMessage['headers']; body: any }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString('utf8')) });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
