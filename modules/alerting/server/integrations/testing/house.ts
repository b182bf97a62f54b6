import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { systemClock } from '../../../../../platform/clock/clock.ts';
import { newId } from '../../../../../platform/clock/id.ts';
import { settingsSchema, type Configuration } from '../../../../../platform/config/settings.ts';
import type { Actor } from '../../../../../platform/http/http.ts';
import { createHttp, type StartedHttp } from '../../../../../platform/http/start.ts';
import { startLedger } from '../../../../../platform/ledger/start.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import type { Ground } from '../../../../../platform/module/ground.ts';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { identityModule } from '../../../../identity/server/module.ts';
import type { IntegrationKind } from '../../../domain/alert.ts';
import { endingOf, hashKey, newKey } from '../key-text.ts';
import type { IntegrationsGround, StartedIntegrations } from '../integrations.ts';
import { startIntegrations } from '../start.ts';
import { insertKey, saveIntegration } from '../store.ts';
import type { IntegrationsTables } from '../tables.ts';

/** Integrations on a real PostgreSQL and a real port, without the rest of alerting. */
export interface House {
  readonly postgres: Postgres;
  readonly http: StartedHttp;
  readonly ground: IntegrationsGround;
  readonly integrations: StartedIntegrations;
  stop(): Promise<void>;
}

const person = (name: string, role: Actor['role'], teams: Actor['teams'] = {}): Actor => ({
  kind: 'person',
  id: name,
  name,
  role,
  teams,
  scopes: ['api'],
});

/** Who asks, by the header `x-who`. */
export const actors: Readonly<Record<string, Actor>> = {
  ada: person('ada', 'admin'),
  ed: person('ed', 'editor'),
  pia: person('pia', 'viewer', { payments: 'editor' }),
  rob: person('rob', 'viewer', { payments: 'responder' }),
  sam: person('sam', 'viewer', { search: 'admin' }),
  vic: person('vic', 'viewer'),
};

export const startHouse = async (before?: (house: House) => Promise<void> | void): Promise<House> => {
  const postgres = await testPostgres();
  const data = mkdtempSync(join('/tmp', 'leadline-integrations-'));
  const config = { values: settingsSchema.parse({ data, logLevel: 'error' }), origins: {} } as unknown as Configuration;
  const log = createLog('silent');
  const metrics = new Registry();
  const ledger = await startLedger(postgres, systemClock, log, metrics);
  const http = createHttp({ config, log, postgres, metrics, version: '0' });
  const jobs = { every: () => undefined, handle: () => undefined, schedule: async () => '' };
  const base = { config, log, clock: systemClock, postgres, ledger, jobs, http, metrics } as unknown as Ground;
  const identity = (await identityModule.start(base, {})).door;
  http.setAuthenticate(async (request) => actors[String(request.headers['x-who'])] ?? null);
  const ground: IntegrationsGround = { ...base, identity, baseUrl: () => 'https://leadline.example' };
  const integrations = await startIntegrations(ground);
  const house: House = {
    postgres,
    http,
    ground,
    integrations,
    stop: async () => {
      await integrations.stop();
      await http.stop();
      await ledger.stop();
      await postgres.stop();
    },
  };
  await before?.(house);
  await http.fastify.ready();
  return house;
};

/** An integration with a key, written as the commands write them. */
export const anIntegration = async (
  postgres: Postgres,
  {
    name,
    kind,
    team = null,
    settings = {},
  }: {
    readonly name: string;
    readonly kind: IntegrationKind;
    readonly team?: string | null;
    readonly settings?: Record<string, unknown>;
  },
): Promise<{ readonly id: string; readonly key: string }> => {
  const key = newKey(kind);
  const id = newId();
  await postgres.transaction<IntegrationsTables, void>(async (tx) => {
    const said = { description: '', enabled: true, origin: 'hand', source: null, changed_by: 'test' } as const;
    await saveIntegration(tx, { id, name, kind, team, settings, ...said });
    const row = { id: newId(), integration: id, hash: hashKey(key), ending: endingOf(key), made_by: 'test' };
    await insertKey(tx, row);
  });
  return { id, key };
};
