import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { systemClock } from '../../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration, type Settings } from '../../../../platform/config/settings.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../../platform/http/start.ts';
import { startJobs } from '../../../../platform/jobs/start.ts';
import type { Ledger } from '../../../../platform/ledger/ledger.ts';
import { startLedger } from '../../../../platform/ledger/start.ts';
import { createLog } from '../../../../platform/log/log.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { testPostgres } from '../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { createSecrets } from '../../../identity/server/secrets.ts';
import type { OutgoingMessage } from '../public.ts';
import { deliveryModule } from '../module.ts';
import type { DeliveryDoor } from '../public.ts';

/** The real module on a real database, ledger, jobs and HTTP ground; `x-who` says who calls. */
export interface DeliveryWorld {
  readonly postgres: Postgres;
  readonly door: DeliveryDoor;
  readonly ledger: Ledger;
  readonly http: StartedHttp;
  readonly metrics: Registry;
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload?: unknown,
    who?: string,
  ): Promise<{ status: number; body: any }>;
  /** Enqueues in a transaction of its own. */
  enqueue(...messages: OutgoingMessage[]): Promise<void>;
  /** A message as the API's list tells it. */
  message(key: string): Promise<any>;
  provider(name: string, spec: object): Promise<void>;
  stop(): Promise<void>;
}

const people: Record<string, Actor> = {
  admin: { kind: 'person', id: 'a', name: 'ada', role: 'admin', teams: {}, scopes: ['api'] },
  editor: { kind: 'person', id: 'e', name: 'edi', role: 'editor', teams: {}, scopes: ['api'] },
};

export const startDelivery = async (
  settings: Partial<Settings> = {},
  shared: { postgres?: Postgres } = {},
): Promise<DeliveryWorld> => {
  const data = mkdtempSync(join('/tmp', 'leadline-delivery-'));
  const values = settingsSchema.parse({ data, logLevel: 'silent', port: 0, ...settings });
  const config = { values, origins: {} } as unknown as Configuration;
  const log = createLog(values.logLevel);
  const postgres = shared.postgres ?? (await testPostgres());
  const metrics = new Registry();
  const ledger = await startLedger(postgres, systemClock, log, metrics);
  const jobs = await startJobs(postgres, systemClock, log, metrics);
  const http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async (request) => people[String(request.headers['x-who'])] ?? null);
  const ground = { config, log, clock: systemClock, postgres, ledger, jobs, http, metrics } as unknown as Ground;
  const identity = { secrets: createSecrets(Buffer.alloc(32, 7)) };
  const started = await deliveryModule.start(ground, { identity });
  await http.fastify.ready();
  const call: DeliveryWorld['call'] = async (method, url, payload, who = 'admin') => {
    const answer = await http.fastify.inject({
      method,
      url,
      headers: { 'x-who': who },
      ...(payload === undefined ? {} : { payload: payload as object }),
    });
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
  };
  return {
    postgres,
    door: started.door,
    ledger,
    http,
    metrics,
    call,
    enqueue: (...messages) => postgres.transaction<any, void>((tx) => started.door.enqueue(tx, messages)),
    message: async (key) => (await call('GET', `/api/v1/delivery/messages?key=${key}`)).body.items[0],
    provider: async (name, spec) => {
      const { status, body } = await call('PUT', `/api/v1/delivery/providers/${name}`, spec);
      if (status !== 200) throw new Error(JSON.stringify(body));
    },
    stop: async () => {
      await http.stop();
      await started.stop?.();
      await jobs.stop();
      await ledger.stop();
      if (!shared.postgres) await postgres.stop();
    },
  };
};
