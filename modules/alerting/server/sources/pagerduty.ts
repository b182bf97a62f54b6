import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Refusal, type Problem } from '../../../../kernel/problem.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { Integration } from '../../domain/alert.ts';
import { isObject } from '../../domain/sources/fields.ts';
import { pagerDutyChange } from '../../domain/sources/pagerduty-change.ts';
import { pagerDutyEvent, pagerDutyLimits, routingKeyFaults } from '../../domain/sources/pagerduty.ts';
import type { AlertingGround } from '../ground.ts';
import { pagerDutyRoutes } from '../../contract/wire/pagerduty.ts';
import { accept } from '../intake/accept.ts';
import { cameWith, isCut, type CameBody } from '../integrations/came-body.ts';
import { openDoor } from '../integrations/intake-route.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { SampleCall, SampleGiven, SourceAnswer, SourceCall } from '../integrations/source.ts';
import { aheadWords, inTime, isAhead } from './sender-clock.ts';

/** What PagerDuty's events stand on. */
export type PagerDutyGround = Pick<AlertingGround, 'postgres' | 'http' | 'changes' | 'clock'>;

const enqueue = '/v2/enqueue';
const enqueueChange = '/v2/change/enqueue';

/** PagerDuty Events API v2: what can only change the host sends here what it sent there. */
export const registerPagerDuty = (ground: PagerDutyGround, integrations: Integrations): void => {
  integrations.registerSource(
    'pagerduty',
    (call) => (call.path === enqueueChange ? takeChange(ground, call) : takeEvent(ground, call)),
    { refuse: refusal, sample, checkSettings },
  );
  ground.http.describe(pagerDutyRoutes);
  openDoor(ground.http.fastify, integrations, {
    urls: [
      { method: 'POST', url: enqueue },
      { method: 'POST', url: enqueueChange },
    ],
    kinds: ['pagerduty'],
    bodyBytes: pagerDutyLimits.bodyBytes,
    key: routingKey,
    path: (request) => (request.url.startsWith(enqueueChange) ? enqueueChange : enqueue),
    refuse: refusal,
    keyStandsInBody: true,
  });
};

const takeEvent = async (ground: PagerDutyGround, call: SourceCall): Promise<SourceAnswer> => {
  const read = pagerDutyEvent(jsonOf(call.body), randomBytes(16).toString('hex'));
  if (!read.ok) throw invalid(read.errors);
  const { alert, note } = inTime(read.alert, ground.clock.now());
  const outcome = await accept(ground, call.integration, [alert], { payloadId: call.payloadId });
  return {
    status: 202,
    body: { status: 'success', message: 'Event processed', dedup_key: read.dedupKey },
    // What was dropped is no fault of the sender, and still what somebody looks for.
    error: note,
    outcome,
  };
};

const takeChange = async (ground: PagerDutyGround, call: SourceCall): Promise<SourceAnswer> => {
  const { integration } = call;
  const service = integration.settings['service'];
  const fallback = typeof service === 'string' && service !== '' ? service : null;
  const read = pagerDutyChange(jsonOf(call.body), { fallback, name: integration.name });
  if (!read.ok) throw invalid(read.errors);
  const { startedAt: said, ...change } = read.change;
  const now = ground.clock.now();
  const note = said !== null && isAhead(said, now) ? aheadWords(said, now) : null;
  const startedAt = note === null ? said : now;
  const { id, outcome } = await ground.changes.announce(announcer(integration), {
    ...storable(change),
    ...(startedAt === null ? {} : { startedAt: startedAt.toString() }),
    endedAt: null,
    // The same told again, as clients do that heard no answer, is the same change.
    key: said === null ? null : createHash('sha256').update(call.body).digest('hex'),
  });
  return {
    status: 202,
    body: { status: 'success', message: 'Change event processed' },
    error: note,
    outcome: { change: id, outcome },
  };
};

/** Who announces: the integration itself, which whoever made it trusts with its key. */
const announcer = ({ id, name }: Integration) =>
  ({ kind: 'system', id, name, role: 'responder', teams: {}, scopes: ['api'] }) as const;

const routingKey = (request: FastifyRequest): string | null => {
  const came = cameWith(request);
  const header = request.headers['x-routing-key'];
  const key = (isCut(came) ? keyInPart(came) : keyIn(came)) ?? header;
  const faults = routingKeyFaults(key);
  if (faults.length > 0) throw invalid(faults);
  return key as string;
};

/** Of an event that cannot be read the key is found all the same, so that it is kept where whoever sent it looks. */
const keyIn = (came: CameBody): unknown => {
  try {
    const event = jsonOf(came.bytes);
    return isObject(event) ? event['routing_key'] : undefined;
  } catch (error) {
    const key = keyInPart(came);
    if (key === undefined) throw error;
    return key;
  }
};

/** Of an event that is too long, or that ends before its end; clients write the key first or last. */
const keyInPart = ({ bytes, end }: CameBody): string | undefined =>
  [bytes, end].map((part) => /"routing_key"\s*:\s*"([^"]{1,100})"/u.exec(part.toString('latin1'))?.[1]).find(Boolean);

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal({ status: 400, code: 'alerting.malformed-json', title: 'JSON parse error' });
  }
};

const invalid = (errors: readonly string[]): Refusal =>
  new Refusal({
    status: 400,
    code: 'alerting.invalid-event',
    title: 'Event object is invalid',
    errors: errors.map((message) => ({ path: 'body', message })),
  });

/** A refusal as PagerDuty writes it. */
const refusal = (problem: Problem): Pick<SourceAnswer, 'status' | 'body' | 'headers'> => {
  const { status, code, title, errors } = problem;
  if (status === 429)
    return {
      status,
      body: {
        status: 'throttle exceeded',
        message: 'Requests for this service are arriving too quickly.  Please retry later.',
      },
      headers: { 'retry-after': String(Math.ceil(problem.retryAfterSeconds ?? 1)) },
    };
  if (status >= 500)
    return {
      status,
      body: { status: 'Internal Server Error', message: 'The event could not be processed', errors: [] },
    };
  if (code === 'alerting.malformed-json')
    return {
      status: 400,
      body: { status: 'Unrecognized object', message: 'Event object format is unrecognized', errors: [title] },
    };
  const said =
    code === 'alerting.key-unknown'
      ? ['Invalid routing key']
      : status === 413
        ? [`Event exceeds the maximum size of ${pagerDutyLimits.bodyBytes / 1_024} KB`]
        : (errors ?? []).map(({ message }) => message);
  return {
    status: status === 413 ? 413 : 400,
    body: {
      status: 'invalid event',
      message: 'Event object is invalid',
      errors: said.length > 0 ? said : [title],
    },
  };
};

const checkSettings = ({ service }: Record<string, unknown>) =>
  service === undefined || (typeof service === 'string' && service.length <= 255)
    ? []
    : [{ path: 'service', message: 'the name of the service whose changes are told, at most 255 characters' }];

const sample = ({ integration, now, id, labels }: SampleGiven): SampleCall => ({
  path: enqueue,
  contentType: 'application/json',
  body: Buffer.from(
    JSON.stringify({
      routing_key: '0'.repeat(pagerDutyLimits.routingKey),
      event_action: 'trigger',
      dedup_key: `leadline-test-${id}`,
      client: 'Leadline',
      payload: {
        summary: `Test of the integration ${integration.name}`,
        source: 'leadline',
        severity: labels['severity'] ?? 'critical',
        class: 'LeadlineTest',
        timestamp: now.toString(),
        custom_details: { description: 'Nothing is broken.', ...labels },
      },
    }),
  ),
});
