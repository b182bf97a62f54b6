import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { secondsOf } from '../../../kernel/time-span.ts';
import { handle } from '../../identity/contract.ts';
import { integrationKinds } from '../domain/alert.ts';
import { makeableKinds } from '../domain/integrations/kinds.ts';
import { integrationLimits } from '../domain/integrations/limits.ts';
import { decisionMade } from './alerts.ts';

const instant = z.iso.datetime({ offset: true });

/** What is said of an integration, as in a document's `spec`. Keys are never part of it. */
export const integrationSpec = z.strictObject({
  kind: z.enum(makeableKinds).describe('What the sender speaks; it stays as it was made'),
  team: handle
    .nullable()
    .default(null)
    .describe('Its editors may change it; its alerts that nobody else owns go to it'),
  description: z.string().max(integrationLimits.descriptionLength).default(''),
  settings: z
    .record(z.string().max(100), z.json())
    .refine((value) => JSON.stringify(value).length <= integrationLimits.settingsBytes, 'at most 64 KiB')
    .default({})
    .describe('What this kind needs to know: the mapping of `json`, the severity of an alarm without one'),
  enabled: z.boolean().default(true).describe('Switched off, its keys open nothing'),
});

export const integrationDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('Integration'),
  metadata: z.strictObject({ name: handle }),
  spec: integrationSpec,
});

const line = z.object({
  label: z.string(),
  /** Of the text, for whoever colours it. */
  language: z.enum(['yaml', 'json', 'sh', 'javascript', 'text']),
  code: z.string(),
});

const key = z.object({
  id: z.uuid(),
  ending: z.string().describe('The last four characters'),
  madeAt: instant,
  madeBy: z.string(),
  expiresAt: instant.nullable().describe('When an exchanged key stops working; null: it stays'),
  lastUsedAt: instant.nullable().describe('To the minute'),
});

export const integration = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(integrationKinds),
    team: z.string().nullable(),
    description: z.string(),
    settings: z.record(z.string(), z.json()),
    enabled: z.boolean(),
    builtIn: z.boolean().describe('One of Leadline’s own sources, which nobody makes or deletes'),
    origin: z.enum(['hand', 'file']),
    source: z.string().nullable(),
    madeAt: instant,
    changedAt: instant,
    changedBy: z.string(),
    receivedLastDay: z.number().int().describe('Requests of the last 24 hours'),
    faultyLastDay: z.number().int().describe('Those of them that were refused or not wholly understood'),
    lastReceivedAt: instant.nullable(),
    lastError: z.object({ at: instant, status: z.number().int(), error: z.string() }).nullable(),
  })
  .meta({ id: 'Integration' });

export const wholeIntegration = integration.extend({
  keys: z.array(key),
  lines: z.array(line).describe('Exact lines to paste at the sender, with KEY where its key goes'),
});

const made = z.object({
  key: z.string().describe('Shown only here'),
  keyId: z.uuid(),
  lines: z.array(line).describe('Exact lines to paste at the sender, with the key'),
});

const params = z.object({ name: handle });
const path = '/api/v1/integrations/:name';

export const listIntegrations = route({
  method: 'GET',
  path: '/api/v1/integrations',
  summary: 'Where alerts come from, by name, with how much came and what was last wrong',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    kind: z.enum(integrationKinds).optional(),
    team: handle.optional(),
  }),
  answer: z.object({ items: z.array(integration), next: z.string().nullable() }),
});

export const getIntegration = route({
  method: 'GET',
  path,
  summary: 'One integration with its keys (never their text) and the lines to paste',
  access: signedIn,
  params,
  answer: wholeIntegration,
});

export const createIntegration = route({
  method: 'POST',
  path: '/api/v1/integrations',
  summary:
    'Makes an integration with its first key, which is shown only here; needs an editor of its team or of the organisation',
  access: signedIn,
  body: integrationSpec.extend({ name: handle }),
  answer: made.extend({ integration }),
  status: 201,
  secretAnswer: true,
});

export const putIntegration = route({
  method: 'PUT',
  path,
  summary: 'Makes an integration be as said, without a key; needs an editor of its team or of the organisation',
  access: signedIn,
  params,
  body: integrationSpec.extend({
    origin: z.enum(['hand', 'file']).default('hand'),
    source: z.string().max(500).nullable().default(null),
  }),
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), integration }),
});

export const deleteIntegration = route({
  method: 'DELETE',
  path,
  summary: 'Deletes an integration with its keys and payloads; its alerts stay',
  access: signedIn,
  params,
});

export const makeKey = route({
  method: 'POST',
  path: `${path}/keys`,
  summary: 'Makes a new key, shown only here; those before it work on for the overlap, then stop',
  access: signedIn,
  params,
  body: z.strictObject({
    overlap: z
      .string()
      .refine((text) => {
        const seconds = secondsOf(text);
        return seconds !== null && seconds <= integrationLimits.overlapSecondsMost;
      }, 'a duration of days, hours, minutes and seconds up to P90D: PT24H')
      .default('PT24H'),
  }),
  answer: made,
  status: 201,
  secretAnswer: true,
});

export const revokeKey = route({
  method: 'DELETE',
  path: `${path}/keys/:key`,
  summary: 'Revokes a key: it opens nothing any more, in every process, at once',
  access: signedIn,
  params: params.extend({ key: z.uuid() }),
});

export const payload = z.object({
  id: z.uuid(),
  at: instant,
  faulty: z.boolean(),
  method: z.string(),
  path: z.string(),
  contentType: z.string(),
  bytes: z.number().int().describe('How many came; of a long one only the beginning is kept'),
  status: z.number().int().describe('What the sender was answered'),
  error: z.string().nullable(),
  outcome: z.json().describe('What became of it'),
  replayOf: z.uuid().nullable(),
  isWhole: z.boolean().describe('False: it was too long to keep, and cannot be played again'),
});

export const listPayloads = route({
  method: 'GET',
  path: `${path}/payloads`,
  summary: 'The last payloads of an integration and the last faulty ones, newest first; for responders of its team',
  access: signedIn,
  params,
  query: z.object({ faulty: z.stringbool().optional() }),
  answer: z.object({ items: z.array(payload), next: z.null() }),
});

const onePayload = params.extend({ id: z.uuid() });

export const getPayload = route({
  method: 'GET',
  path: `${path}/payloads/:id`,
  summary: 'One payload as it came; for responders of its team',
  access: signedIn,
  params: onePayload,
  answer: payload.extend({
    query: z.record(z.string(), z.string()),
    headers: z.record(z.string(), z.string()).describe('Without what signs the sender in'),
    body: z.string(),
    encoding: z.enum(['utf8', 'base64']),
  }),
});

export const replayPayload = route({
  method: 'POST',
  path: `${path}/payloads/:id/replay`,
  summary: 'Takes a payload once more as if it came now, after a mapping was mended; needs an editor of its team',
  access: signedIn,
  params: onePayload,
  answer: z.object({
    payload: z.uuid(),
    status: z.number().int(),
    error: z.string().nullable(),
    outcome: z.json(),
    body: z.json().describe('What the sender would have been answered'),
  }),
});

export const testIntegration = route({
  method: 'POST',
  path: `${path}/test`,
  summary:
    'Sends a test alert the whole way and says what became of it: a page, or why there is none; needs an editor of its team',
  access: signedIn,
  params,
  body: z
    .strictObject({
      labels: z.record(z.string().max(128), z.string().max(1_000)).default({}).describe('Added to the test alert'),
    })
    .prefault({}),
  answer: z.object({
    alerts: z.array(
      z.object({
        alert: z.uuid().nullable(),
        outcome: z.string(),
        decisions: z.array(decisionMade),
        pages: z.array(z.uuid()),
      }),
    ),
    isDecided: z.boolean().describe('False: it was not decided in time; the alert says later what became of it'),
    says: z.string().describe('The whole in a sentence'),
    endsAt: instant.describe('The test alert ends by itself then'),
  }),
});

/** `data` of the events about integrations. Subject: `integration:<name>`. */
export const integrationEvents = {
  'integration.described': z.object({
    outcome: z.enum(['created', 'changed']),
    before: integrationSpec.nullable(),
    after: integrationSpec,
  }),
  'integration.removed': z.object({ before: integrationSpec }),
  'integration.key-made': z.object({ ending: z.string(), overlapSeconds: z.number().int().nullable() }),
  'integration.key-revoked': z.object({ key: z.uuid() }),
  /** By a client of Opsgenie; subject `alert:<id>`. */
  'alert.unacknowledged': z.object({ by: z.string() }),
  'alert.snoozed': z.object({ by: z.string(), until: instant }),
  'alert.escalated': z.object({
    by: z.string(),
    escalation: z.string().nullable().describe('The one that the client named; the page goes on in its own policy'),
  }),
  'alert.action-asked': z.object({ by: z.string(), action: z.string() }),
  'integration.tested': z.object({ alerts: z.array(z.string()) }),
  'integration.payload-replayed': z.object({ payload: z.uuid(), status: z.number().int() }),
} as const;

export type ShownIntegration = z.output<typeof integration>;
export type WholeIntegration = z.output<typeof wholeIntegration>;
export type IntegrationSpec = z.output<typeof integrationSpec>;
export type ShownPayload = z.output<typeof payload>;
