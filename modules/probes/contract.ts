import { z } from 'zod';
import { publicAccess, route, signedIn } from '../../kernel/route.ts';
import { secondsOf } from '../../kernel/time-span.ts';
import { serviceName } from '../catalog/contract.ts';
import { handle } from '../identity/contract.ts';
import { heartbeatLimits } from './domain/limits.ts';

/** Heartbeats: whoever should ping and falls silent is missed. */

const instant = z.iso.datetime({ offset: true });
const span = (least: number, most: number, say: string) =>
  z.string().refine((text) => {
    const seconds = secondsOf(text);
    return seconds !== null && seconds >= least && seconds <= most;
  }, say);

/** What is said of a heartbeat, as in a document's `spec`. */
export const heartbeatSpec = z
  .strictObject({
    every: span(heartbeatLimits.everySecondsLeast, heartbeatLimits.everySecondsMost, 'PT10S up to P35D').describe(
      'How often it pings',
    ),
    grace: span(0, heartbeatLimits.graceSecondsMost, 'PT0S up to P7D')
      .default('PT1M')
      .describe('How much later a ping may come'),
    service: serviceName.nullable().default(null).describe('The service whose owner is told'),
    team: handle.nullable().default(null).describe('The team that is told, where it is about no service'),
    description: z.string().max(heartbeatLimits.textLength).default(''),
  })
  .refine(({ service, team }) => service === null || team === null, {
    path: ['team'],
    message: 'name a service or a team, not both: the owner of the service is told',
  });

export const heartbeatDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('Heartbeat'),
  metadata: z.strictObject({ name: handle }),
  spec: heartbeatSpec,
});

/** `waiting`: never pinged, nobody is told yet. `late`: the next ping is overdue, within its grace. */
export const heartbeatState = z.enum(['waiting', 'well', 'late', 'missed']);

export const heartbeat = z
  .object({
    name: z.string(),
    description: z.string(),
    every: z.string(),
    grace: z.string(),
    service: z.string().nullable(),
    team: z.string().nullable(),
    owner: z
      .string()
      .nullable()
      .describe('Who is told: the team, or the owner of the service; null: the fallback team'),
    state: heartbeatState,
    reason: z.string(),
    lastPingAt: instant.nullable(),
    dueAt: instant.nullable().describe('When the next ping should be there, without grace'),
    missedSince: instant.nullable(),
    pings: z.number().int(),
  })
  .meta({ id: 'Heartbeat' });

const named = z.object({ name: handle });
/** The address that pings it; whoever has it can. */
const pingAddress = z.object({ url: z.string(), secret: z.string() });

export const listHeartbeats = route({
  method: 'GET',
  path: '/api/v1/heartbeats',
  summary: 'Heartbeats, missed ones first, then by name',
  access: signedIn,
  query: z.object({ state: heartbeatState.optional() }),
  answer: z.object({ items: z.array(heartbeat), next: z.null() }),
});

export const getHeartbeat = route({
  method: 'GET',
  path: '/api/v1/heartbeats/:name',
  summary: 'One heartbeat',
  access: signedIn,
  params: named,
  answer: heartbeat,
});

export const putHeartbeat = route({
  method: 'PUT',
  path: '/api/v1/heartbeats/:name',
  summary: 'Makes a heartbeat be as said; needs an editor of the team that is told, or of the organisation',
  access: signedIn,
  params: named,
  body: heartbeatSpec,
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), heartbeat }),
});

export const deleteHeartbeat = route({
  method: 'DELETE',
  path: '/api/v1/heartbeats/:name',
  summary: 'Deletes a heartbeat; one that is missed counts as recovered, so that its page ends',
  access: signedIn,
  params: named,
});

export const makePingAddress = route({
  method: 'POST',
  path: '/api/v1/heartbeats/:name/address',
  summary: 'Makes a new secret address to ping, shown only here; the one before stops working',
  access: signedIn,
  params: named,
  answer: pingAddress,
  status: 201,
  secretAnswer: true,
});

const ping = {
  path: '/api/v1/heartbeats/:name/ping',
  summary: 'Says that it is alive: with the token of its secret address, or as a responder of the team that is told',
  access: publicAccess,
  params: named,
  query: z.object({ token: z.string().max(100).optional() }),
  answer: z.object({ name: z.string(), state: heartbeatState, at: instant, dueAt: instant }),
} as const;
export const pingByGet = route({ method: 'GET', ...ping });
export const pingByPost = route({ method: 'POST', ...ping });

const told = {
  name: z.string(),
  service: z.string().nullable(),
  team: z.string().nullable(),
  everySeconds: z.number().int(),
  graceSeconds: z.number().int(),
};

/** `data` of the events that this module puts on the ledger, by kind. Subject: `heartbeat:<name>`; service: its service. */
export const probesEvents = {
  'heartbeat.described': z.object({
    outcome: z.enum(['created', 'changed']),
    before: z.unknown(),
    after: z.unknown(),
  }),
  'heartbeat.deleted': z.object({ before: z.unknown() }),
  'heartbeat.address-made': z.object({ name: z.string() }),
  'heartbeat.missed': z.object({ ...told, lastPingAt: instant, dueAt: instant, reason: z.string() }),
  'heartbeat.recovered': z.object({ ...told, missedSince: instant, reason: z.string() }),
} as const;

export type Heartbeat = z.output<typeof heartbeat>;
export type HeartbeatSpec = z.output<typeof heartbeatSpec>;
export type HeartbeatState = z.output<typeof heartbeatState>;
