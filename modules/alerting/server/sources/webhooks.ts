import type { IntegrationKind } from '../../domain/alert.ts';
import { parseAnyJson } from '../../domain/sources/any-json.ts';
import { parsers } from '../../domain/sources/parsers.ts';
import { samples } from '../../domain/sources/samples.ts';
import { tryMapping } from '../../contract/mapping.ts';
import type { AlertingGround } from '../ground.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { SourceAnswer, SourceCall, SourceHandler, SourceOptions } from '../integrations/source.ts';
import { createCertificates } from './cloudwatch/certificates.ts';
import { smallGet } from './cloudwatch/small-get.ts';
import { takeSns } from './cloudwatch/take-sns.ts';
import { addHandshake } from './cloudevents-handshake.ts';
import { takeCloudEvents } from './cloudevents.ts';
import { mapPayload, triedMapping } from './mapping/map-payload.ts';
import { createMapper, type Mapper } from './mapping/mapper.ts';
import { readBody } from './read-body.ts';
import { forgetSeenMessages } from './seen-messages.ts';
import { jsonSample, sentrySample, takeSentry } from './sentry.ts';
import { checkSettings, secretSettings } from './source-settings.ts';
import { takeParsed, type TakeGround } from './take-parsed.ts';

export type WebhooksGround = Pick<AlertingGround, 'postgres' | 'clock' | 'log' | 'http' | 'jobs' | 'identity'>;

/** Every sender that posts to the intake: who understands what, and the route that tries a mapping. */
export const registerWebhooks = (
  alerting: WebhooksGround,
  integrations: Pick<Integrations, 'registerSource' | 'integrationByKey' | 'unknownKey'>,
): { stop(): Promise<void> } => {
  const mapper = createMapper(alerting.log);
  const ground = { ...alerting, mapper, get: smallGet, certificates: createCertificates(smallGet) };
  const register = (kind: IntegrationKind, handle: SourceHandler): void =>
    integrations.registerSource(kind, handle, {
      checkSettings: checkSettings(kind),
      secretSettings: secretSettings(kind),
      ...sampleOf(kind),
    });
  for (const kind of Object.keys(parsers) as (keyof typeof parsers)[])
    if (kind !== 'json') register(kind, (call) => takePlain(ground, kind, call));
  register('json', (call) => takeJson(ground, call));
  register('cloudevents', (call) => takeCloudEvents(ground, call));
  register('cloudwatch', (call) => takeSns(ground, call));
  integrations.registerSource('sentry', (call) => takeSentry(ground, call), {
    checkSettings: checkSettings('sentry'),
    secretSettings: secretSettings('sentry'),
    sample: (given) => sentrySample(ground, given),
  });
  addHandshake(alerting, integrations);
  alerting.http.route(tryMapping, ({ body }) => triedMapping(mapper, body.mapping, body.sample));
  alerting.jobs.every('alerting.forget-seen-messages', 3_600, () => forgetSeenMessages(alerting));
  return { stop: () => mapper.stop() };
};

/** Senders whose request can be imitated; a mapping and a signature of somebody else cannot. */
const sampleOf = (kind: IntegrationKind): Pick<SourceOptions, 'sample'> =>
  kind in parsers && kind !== 'json'
    ? {
        sample: ({ integration, ...given }) =>
          jsonSample(samples[kind as keyof typeof samples]({ ...given, name: integration.name })),
      }
    : {};

/** A body that says everything by itself. */
const takePlain = (ground: TakeGround, kind: keyof typeof parsers, call: SourceCall): Promise<SourceAnswer> => {
  const { payload, notes } = readBody(call);
  return takeParsed(ground, { ...call, notes }, parsers[kind](payload, call.integration.settings));
};

/** Anybody's JSON: by the mapping of the integration, else by the names that are common. */
const takeJson = async (ground: TakeGround & { readonly mapper: Mapper }, call: SourceCall): Promise<SourceAnswer> => {
  const { payload, notes } = readBody(call);
  const { mapping } = call.integration.settings;
  const parsed =
    typeof mapping === 'string'
      ? await mapPayload(ground.mapper, {
          owner: call.integration.id,
          expression: mapping,
          payload: JSON.stringify(payload),
        })
      : parseAnyJson(payload, call.integration.settings);
  return takeParsed(ground, { ...call, notes }, parsed);
};
