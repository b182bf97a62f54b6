import { z } from 'zod';
import type { ProtocolRoute } from '../../../../kernel/route.ts';
import { genieKey } from './security.ts';

/** Opsgenie's Alert and Heartbeat API as it is spoken here: docs.opsgenie.com/docs/alert-api and heartbeat-api. */

const instant = z.iso.datetime({ offset: true });
const responder = z.object({
  type: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  username: z.string().optional(),
});
const priority = z.enum(['P1', 'P2', 'P3', 'P4', 'P5']);
const who = { user: z.string().optional(), source: z.string().optional(), note: z.string().optional() };
const details = z.record(z.string(), z.string());

const created = z
  .object({
    message: z.string(),
    alias: z.string().max(512).optional(),
    description: z.string().optional(),
    responders: z.array(responder).optional(),
    visibleTo: z.array(responder).optional(),
    actions: z.array(z.string()).optional(),
    tags: z.array(z.string()).optional(),
    details: details.optional(),
    entity: z.string().optional(),
    priority: priority.optional(),
    ...who,
  })
  .meta({ id: 'OpsgenieCreateAlert' });

const base = z.object({
  id: z.uuid(),
  tinyId: z.string(),
  alias: z.string(),
  message: z.string(),
  status: z.enum(['open', 'closed']),
  acknowledged: z.boolean(),
  isSeen: z.boolean(),
  tags: z.array(z.string()),
  snoozed: z.boolean(),
  snoozedUntil: instant.optional(),
  count: z.int(),
  lastOccurredAt: instant,
  createdAt: instant,
  updatedAt: instant,
  source: z.string(),
  owner: z.string(),
  priority,
  teams: z.array(responder),
  responders: z.array(responder),
  integration: z.object({ id: z.string(), name: z.string(), type: z.string() }),
  report: z.record(z.string(), z.unknown()),
});
const listed = base.meta({ id: 'OpsgenieAlert' });
const whole = base
  .extend({
    actions: z.array(z.string()),
    entity: z.string(),
    description: z.string(),
    details,
    visibleTo: z.array(responder),
  })
  .meta({ id: 'OpsgenieWholeAlert' });

const heartbeat = z.object({
  name: z.string(),
  description: z.string().optional(),
  interval: z.int(),
  intervalUnit: z.enum(['minutes', 'hours', 'days']),
  enabled: z.boolean(),
  ownerTeam: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  alertMessage: z.string().optional(),
  alertTags: z.array(z.string()).optional(),
  alertPriority: priority.optional(),
});
const saidHeartbeat = heartbeat.meta({ id: 'OpsgenieHeartbeatDocument' });
const shownHeartbeat = heartbeat
  .extend({ expired: z.boolean(), lastPingTime: instant.optional() })
  .meta({ id: 'OpsgenieHeartbeat' });

const frame = { took: z.number(), requestId: z.string() };
const dataOf = (data: z.ZodType) => z.object({ data, ...frame });
const processed = z.object({ result: z.string(), ...frame }).meta({ id: 'OpsgenieProcessed' });
const refusal = {
  contentType: 'application/json',
  schema: z
    .object({ message: z.string(), errors: z.record(z.string(), z.string()).optional(), ...frame })
    .meta({ id: 'OpsgenieRefusal' }),
};

const common = { protocol: 'opsgenie', security: { genieKey }, refusal } as const;
const alerts = '/v2/alerts';
const one = `${alerts}/:identifier`;
const params = {
  identifier: 'What `identifierType` says: the id, the alias or the tiny id',
  action: 'Name of the custom action',
  search: 'Id or name of the saved search, as `identifierType` says',
};
const identifierType = z.object({ identifierType: z.enum(['id', 'alias', 'tiny']).optional() });

const reads = (path: string, summary: string, answer: z.ZodType, query?: z.ZodType): ProtocolRoute => ({
  ...common,
  method: 'GET',
  path,
  summary,
  params,
  ...(query === undefined ? {} : { query }),
  answer,
});
const acts = (
  [method, word]: readonly ['POST' | 'PUT' | 'DELETE', string],
  summary: string,
  fields: z.ZodRawShape = {},
): ProtocolRoute => ({
  ...common,
  method,
  path: word === '' ? one : `${one}/${word}`,
  summary,
  params,
  query: method === 'DELETE' ? identifierType.extend({ ...fields, ...who }) : identifierType,
  ...(method === 'DELETE' ? {} : { body: z.object({ ...fields, ...who }) }),
  answer: processed,
  status: 202,
});

const paged = {
  offset: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().optional(),
  order: z.enum(['asc', 'desc']).optional(),
};
const searched = {
  query: z.string().optional().describe('`status: open AND (tag: disk OR priority: P1)`'),
  searchIdentifier: z.string().optional().describe('A saved search instead of `query`'),
  searchIdentifierType: z.enum(['id', 'name']).optional(),
};
const told = (word: string) =>
  dataOf(z.array(z.object({ [word]: z.string(), owner: z.string(), createdAt: instant, offset: z.string() })));
const search = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    query: z.string(),
    createdAt: instant,
    updatedAt: instant,
    teams: z.array(responder),
    owner: z.looseObject({}).optional(),
  })
  .meta({ id: 'OpsgenieSavedSearch' });
const saidSearch = z.object({
  name: z.string(),
  query: z.string(),
  description: z.string().optional(),
  owner: z.object({ username: z.string().optional(), id: z.string().optional() }).optional(),
  teams: z.array(responder.partial({ type: true })).optional(),
});

const alertRoutes: readonly ProtocolRoute[] = [
  {
    ...common,
    method: 'POST',
    path: alerts,
    summary: 'Creates an alert, or tells the open one of this alias again',
    body: created,
    answer: processed,
    status: 202,
  },
  reads(
    alerts,
    'Alerts of the integration',
    dataOf(z.array(listed)).extend({ paging: z.record(z.string(), z.string()) }),
    z.object({ ...searched, ...paged, sort: z.string().optional() }),
  ),
  reads(`${alerts}/count`, 'How many a search finds', dataOf(z.object({ count: z.int() })), z.object(searched)),
  reads(
    `${alerts}/requests/:request`,
    'What came of a request',
    dataOf(
      z.object({
        success: z.boolean(),
        isSuccess: z.boolean(),
        action: z.string(),
        processedAt: instant,
        integrationId: z.string(),
        status: z.string(),
        alertId: z.string(),
        alias: z.string(),
      }),
    ),
  ),
  reads(one, 'One alert whole', dataOf(whole), identifierType),
  reads(`${one}/notes`, 'Notes on an alert', told('note'), identifierType),
  reads(`${one}/logs`, 'What was decided of an alert', told('log'), identifierType),
  acts(['DELETE', ''], 'Closes an alert: nothing that happened is deleted'),
  acts(['POST', 'close'], 'Closes an alert'),
  acts(['POST', 'acknowledge'], 'Acknowledges an alert'),
  acts(['POST', 'unacknowledge'], 'Nobody is on an alert any more'),
  acts(['POST', 'snooze'], 'Keeps the page of an alert quiet until then', { endTime: instant }),
  acts(['POST', 'escalate'], 'Tells the next step of the page’s escalation now', {
    escalation: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  }),
  acts(['POST', 'actions/:action'], 'Notes that a custom action of an alert was asked for'),
  acts(['POST', 'notes'], 'Adds a note', { note: z.string() }),
  acts(['POST', 'tags'], 'Adds tags', { tags: z.array(z.string()) }),
  acts(['DELETE', 'tags'], 'Removes tags', { tags: z.string() }),
  acts(['POST', 'details'], 'Adds details', { details }),
  acts(['DELETE', 'details'], 'Removes details', { keys: z.string() }),
  acts(['POST', 'responders'], 'Adds a responder', { responder }),
  acts(['POST', 'teams'], 'Adds a team', { team: responder.partial({ type: true }) }),
  acts(['POST', 'assign'], 'Says whose an alert is', { owner: responder.partial({ type: true }) }),
  acts(['PUT', 'message'], 'Changes the message', { message: z.string() }),
  acts(['PUT', 'description'], 'Changes the description', { description: z.string() }),
  acts(['PUT', 'priority'], 'Changes the priority', { priority }),
];

const searches = `${alerts}/saved-searches`;
const searchType = z.object({ identifierType: z.enum(['id', 'name']).optional() });
const made = dataOf(z.object({ id: z.uuid(), name: z.string() }));
const searchRoutes: readonly ProtocolRoute[] = [
  reads(searches, 'Saved searches of the integration', dataOf(z.array(z.object({ id: z.uuid(), name: z.string() })))),
  { ...common, method: 'POST', path: searches, summary: 'Saves a search', body: saidSearch, answer: made, status: 201 },
  reads(`${searches}/:search`, 'One saved search', dataOf(search), searchType),
  {
    ...common,
    method: 'PATCH',
    path: `${searches}/:search`,
    summary: 'Changes a saved search',
    params,
    query: searchType,
    body: saidSearch.partial(),
    answer: made,
  },
  {
    ...common,
    method: 'DELETE',
    path: `${searches}/:search`,
    summary: 'Deletes a saved search',
    params,
    query: searchType,
    answer: processed,
  },
];

const heartbeats = '/v2/heartbeats';
const beat = `${heartbeats}/:name`;
const ofBeat = { ...common, params: { name: 'Name of the heartbeat' } } as const;
const pong = z.object({ result: z.string(), ...frame });
const heartbeatRoutes: readonly ProtocolRoute[] = [
  reads(heartbeats, 'Heartbeats of the integration', dataOf(z.object({ heartbeats: z.array(shownHeartbeat) }))),
  {
    ...common,
    method: 'POST',
    path: heartbeats,
    summary: 'Makes a heartbeat; what falls silent pages',
    body: saidHeartbeat,
    answer: dataOf(shownHeartbeat),
    status: 201,
  },
  { ...ofBeat, method: 'GET', path: beat, summary: 'One heartbeat', answer: dataOf(shownHeartbeat) },
  ...(['PATCH', 'PUT'] as const).map((method): ProtocolRoute => ({
    ...ofBeat,
    method,
    path: beat,
    summary: 'Changes a heartbeat',
    body: heartbeat.partial(),
    answer: dataOf(shownHeartbeat),
  })),
  { ...ofBeat, method: 'DELETE', path: beat, summary: 'Deletes a heartbeat', answer: pong },
  ...(['GET', 'POST', 'PUT', 'PATCH'] as const).map((method): ProtocolRoute => ({
    ...ofBeat,
    method,
    path: `${beat}/ping`,
    summary: 'It beats',
    answer: pong,
    status: 202,
  })),
  ...(['enable', 'disable'] as const).map((word): ProtocolRoute => ({
    ...ofBeat,
    method: 'POST',
    path: `${beat}/${word}`,
    summary: word === 'enable' ? 'Watches it' : 'Watches it no more',
    answer: dataOf(shownHeartbeat),
  })),
];

export const opsgenieRoutes: readonly ProtocolRoute[] = [...alertRoutes, ...searchRoutes, ...heartbeatRoutes];
