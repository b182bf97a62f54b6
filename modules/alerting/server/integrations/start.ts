import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { intakeRoutes } from '../../contract/wire/intake.ts';
import { openDoor, webhookDoor } from './intake-route.ts';
import type { IntegrationsGround, StartedIntegrations } from './integrations.ts';
import { startKeys } from './keys.ts';
import { intakeMeasures } from './measures.ts';
import { startPayloads } from './payloads.ts';
import { addRoutes } from './routes.ts';
import type { Source } from './source.ts';
import { forgetOld } from './store.ts';
import { payloadOf, refuseFrom, takeFrom, type TakeGround } from './take.ts';
import type { IntegrationsTables } from './tables.ts';

/** Keys, the registry of sources, and what is kept of what came; opens `POST /intake/{key}`. */
export const startIntegrations = async (alerting: IntegrationsGround): Promise<StartedIntegrations> => {
  const { postgres, clock, log } = alerting;
  const db = postgres.tables<IntegrationsTables>();
  const keys = await startKeys(postgres, () => clock.monotonicMs());
  const payloads = startPayloads(db, log);
  const sources = new Map<string, Source>();
  const measures = intakeMeasures(alerting.metrics);
  const ground: TakeGround = {
    log,
    clock,
    payloads,
    measures,
    inFlight: new Map(),
    sourceOf: (kind) => sources.get(kind),
  };
  const integrations: StartedIntegrations = {
    integrationByKey: keys.integrationByKey,
    forgetKeys: keys.forget,
    unknownKey: async (request, shown) => {
      if (!shown) return noKey();
      try {
        await alerting.identity.linkSecrets.wrong(request);
        return wrongKey();
      } catch (error) {
        if (error instanceof Refusal) return error;
        throw error;
      }
    },
    registerSource: (kind, handle, options = {}) => {
      if (sources.has(kind)) throw new Error(`two sources of the kind ${kind}`);
      sources.set(kind, { handle, options });
    },
    sourceOf: (kind) => sources.get(kind),
    take: async (call) => (await takeFrom(ground, call)).answer,
    refuse: (call, problem) => refuseFrom(ground, call, problem),
    keepPayload: async (integration, kept) => {
      const { method = 'POST', path = '', status = kept.error === null ? 200 : 400, body, contentType } = kept;
      const payloadId = newId();
      const call = { integration, payloadId, method, path, query: {}, headers: {}, contentType, body, isReplay: false };
      const answer = { status, error: kept.error, outcome: kept.outcome };
      await payloads.keep(payloadOf(call, answer, { at: clock.now(), replayOf: null }));
      return payloadId;
    },
    flush: payloads.flush,
    stop: async () => {
      await keys.stop();
      await payloads.stop();
    },
  };
  alerting.http.describe(intakeRoutes);
  openDoor(alerting.http.fastify, integrations, webhookDoor);
  addRoutes(alerting, integrations, (taken) => takeFrom(ground, taken));
  alerting.jobs.every('alerting.forget-keys', 3_600, () => forgetOld(db));
  return integrations;
};

const noKey = (): Refusal =>
  new Refusal({
    status: 401,
    code: 'alerting.no-key',
    title: 'Who sends says by which integration',
    detail: 'Put its key into the address (/intake/KEY), or send it as `Authorization: Bearer KEY`.',
  });

/** One text for unknown, revoked, run out and switched off: whoever holds a wrong key learns nothing from it. */
const wrongKey = (): Refusal =>
  new Refusal({
    status: 403,
    code: 'alerting.key-unknown',
    title: 'This key opens nothing',
    detail: 'It is unknown, revoked or run out, or its integration is switched off or of another kind.',
  });
