import { storable } from '../../../../platform/ledger/storable.ts';
import { opsgenieAsk, type OpsgenieAsk } from '../../domain/sources/opsgenie-path.ts';
import { readOpsgenieQuery } from '../../domain/sources/opsgenie-query.ts';
import { opsgenieAlert, opsgenieLimits, readOpsgenieAlert, type OpsgenieSaid } from '../../domain/sources/opsgenie.ts';
import { opsgenieRoutes } from '../../contract/wire/opsgenie.ts';
import { accept } from '../intake/accept.ts';
import type { AlertTables } from '../intake/tables.ts';
import { keyOfAuthorization, openDoor } from '../integrations/intake-route.ts';
import type { Integrations } from '../integrations/integrations.ts';
import type { SampleCall, SampleGiven, SourceAnswer, SourceCall } from '../integrations/source.ts';
import { act, type Action } from './opsgenie-acts.ts';
import {
  baseAlert,
  noSuch,
  opsgenieRefusal,
  shown,
  startTook,
  unprocessable,
  wholeAlert,
  willBeProcessed,
  type Took,
} from './opsgenie-answer.ts';
import { bodyOf, type OpsgenieGround } from './opsgenie-ground.ts';
import { takeHeartbeat } from './opsgenie-heartbeats.ts';
import { addNote, forgetRequests, keepRequest, logOf, notesOf, requestBy, type Told } from './opsgenie-notes-store.ts';
import { searchNamed, takeSearch } from './opsgenie-searches.ts';
import { alertBy, alertsBy, countAlerts, keepSaid, sorts, type OpsgenieRow } from './opsgenie-store.ts';
import { teamMeant } from './opsgenie-team.ts';

const alertsPath = '/v2/alerts';
const heartbeatsPath = '/v2/heartbeats';
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Opsgenie's Alert and Heartbeat API: what can only change the host asks here what it asked there. */
export const registerOpsgenie = (ground: OpsgenieGround, integrations: Integrations): void => {
  integrations.registerSource(
    'opsgenie',
    (call) => (call.path.startsWith(heartbeatsPath) ? takeHeartbeat(ground, call) : takeAlert(ground, call)),
    { refuse: opsgenieRefusal, sample },
  );
  ground.http.describe(opsgenieRoutes);
  openDoor(ground.http.fastify, integrations, {
    urls: [alertsPath, `${alertsPath}/*`, heartbeatsPath, `${heartbeatsPath}/*`].flatMap((url) =>
      methods.map((method) => ({ method, url })),
    ),
    kinds: ['opsgenie'],
    bodyBytes: opsgenieLimits.bodyBytes,
    key: ({ headers }) => keyOfAuthorization(headers.authorization, ['GenieKey', 'Bearer', 'Basic']),
    path: ({ url }) => url.split('?', 1)[0]!,
    refuse: opsgenieRefusal,
  });
  const db = ground.postgres.tables<AlertTables>();
  ground.jobs.every('alerting.forget-opsgenie-requests', 3_600, () => forgetRequests(db));
};

const takeAlert = async (ground: OpsgenieGround, given: SourceCall): Promise<SourceAnswer> => {
  const took = startTook();
  const call = { ...given, query: storable(given.query) };
  const ask = storable(opsgenieAsk(call.method, call.path));
  switch (ask.do) {
    case 'create':
      return create(ground, call, took);
    case 'list':
    case 'count':
      return find(ground, call, { took, ask });
    case 'request':
      return status(ground, call, took, ask.id);
    case 'get':
    case 'list-notes':
    case 'list-logs':
      return look(ground, call, { took, ask });
    case 'search':
      return takeSearch(ground, call, took, ask.search);
    case 'instead':
      throw noSuch(ask.instead);
    case 'unknown':
      throw noSuch(`There is no ${call.method} ${call.path} here`);
    default:
      return change(ground, call, { took, ask });
  }
};

const create = async (ground: OpsgenieGround, call: SourceCall, took: Took): Promise<SourceAnswer> => {
  const { integration, payloadId } = call;
  const read = readOpsgenieAlert(bodyOf(call));
  if (!read.ok) throw unprocessable(read.errors);
  const db = ground.postgres.tables<AlertTables>();
  const alias = read.said.alias ?? payloadId;
  const before =
    read.said.alias === null ? undefined : await alertBy(db, integration.id, { identifier: alias, type: 'alias' });
  const said = mergedInto(before, read.said);
  const team = await teamMeant(ground, said.responders);
  const [accepted] = await accept(ground, integration, [opsgenieAlert(said, alias, team)], { payloadId });
  const alert = accepted!.alertId!;
  await keepSaid(db, { alert, integration: integration.id, said });
  if (said.note !== null)
    await addNote(db, { id: payloadId, alert, text: said.note, owner: said.user ?? integration.name });
  await keepRequest(db, {
    id: payloadId,
    integration: integration.id,
    action: 'Create',
    isSuccess: true,
    status: 'Created alert',
    alert,
    alias,
  });
  return willBeProcessed(call, took, [accepted]);
};

/** Told again while it is open: what clients added to it meanwhile stays. */
const mergedInto = (before: OpsgenieRow | undefined, said: OpsgenieSaid): OpsgenieSaid => {
  if (!before) return said;
  const tags = [...new Set([...(before.said.tags ?? []), ...said.tags])].slice(0, opsgenieLimits.tags);
  return { ...said, tags, details: { ...before.said.details, ...said.details } };
};

const change = async (
  ground: OpsgenieGround,
  call: SourceCall,
  { took, ask }: { readonly took: Took; readonly ask: OpsgenieAsk & { readonly identifier: string } },
): Promise<SourceAnswer> => {
  const { integration, payloadId } = call;
  const db = ground.postgres.tables<AlertTables>();
  const action = ask.do as Action;
  const custom = ask.do === 'custom-action' ? ask.action.slice(0, 50) : '';
  const body = call.method === 'DELETE' ? call.query : bodyOf(call);
  const row = await alertBy(db, integration.id, identified(call, ask.identifier));
  const done = row
    ? await act(ground, call, { action, row, body, custom })
    : { isSuccess: false, status: 'Alert does not exist', said: [] };
  await keepRequest(db, {
    id: payloadId,
    integration: integration.id,
    action: actionNames[action] ?? action,
    isSuccess: done.isSuccess,
    status: done.status,
    alert: row?.id ?? null,
    alias: row?.alias ?? null,
  });
  return willBeProcessed(call, took, done.said.length > 0 ? done.said : { status: done.status });
};

const actionNames: Readonly<Record<string, string>> = {
  close: 'Close',
  acknowledge: 'Acknowledge',
  unacknowledge: 'UnAcknowledge',
  snooze: 'Snooze',
  notes: 'AddNote',
  tags: 'AddTags',
  'remove-tags': 'RemoveTags',
  details: 'AddDetails',
  'remove-details': 'RemoveDetails',
  responders: 'AddResponder',
  teams: 'AddTeam',
  assign: 'Assign',
  message: 'UpdateMessage',
  description: 'UpdateDescription',
  priority: 'UpdatePriority',
  delete: 'Delete',
  escalate: 'EscalateToNext',
  'custom-action': 'CustomAction',
};

const look = async (
  ground: OpsgenieGround,
  call: SourceCall,
  { took, ask }: { readonly took: Took; readonly ask: OpsgenieAsk & { readonly identifier: string } },
): Promise<SourceAnswer> => {
  const db = ground.postgres.tables<AlertTables>();
  const which = identified(call, ask.identifier);
  const row = await alertBy(db, call.integration.id, which);
  if (!row) throw noSuch(`Alert with ${which.type} [${which.identifier}] does not exist.`);
  if (ask.do === 'get') return shown(call, took, { data: wholeAlert(call.integration, row) });
  const told = ask.do === 'list-notes' ? await notesOf(db, row.id) : await logOf(db, row.id);
  return shown(call, took, { data: told.map((each) => toldShape(each, ask.do)), paging: {} });
};

const toldShape = ({ id, text, owner, at }: Told, what: string) => ({
  ...(what === 'list-notes' ? { note: text } : { log: text, type: 'system' }),
  owner,
  createdAt: at.toISOString(),
  offset: id,
});

const find = async (
  ground: OpsgenieGround,
  call: SourceCall,
  { took, ask }: { readonly took: Took; readonly ask: OpsgenieAsk },
): Promise<SourceAnswer> => {
  const { integration, query: asked } = call;
  const db = ground.postgres.tables<AlertTables>();
  const read = readOpsgenieQuery(await queryAsked(ground, call));
  if (!read.ok) throw unprocessable({ query: read.error });
  if (ask.do === 'count') return shown(call, took, { data: { count: await countAlerts(db, integration, read.query) } });
  const sort = asked['sort'] ?? 'createdAt';
  if (!Object.hasOwn(sorts, sort)) throw unprocessable({ sort: `should be one of ${Object.keys(sorts).join(', ')}` });
  const limit = whole(asked, 'limit', { otherwise: 20, least: 1, most: opsgenieLimits.pageSize });
  const offset = whole(asked, 'offset', { otherwise: 0, least: 0, most: opsgenieLimits.offset });
  const rows = await alertsBy(db, integration, {
    query: read.query,
    sort: sort as keyof typeof sorts,
    descending: asked['order'] !== 'asc',
    limit: limit + 1,
    offset,
  });
  const data = rows.slice(0, limit).map((row) => baseAlert(integration, row));
  return shown(call, took, { data, paging: pagingOf(call, { limit, offset, isMore: rows.length > limit }) });
};

/** The search itself, or a saved one; as Opsgenie, `query` counts where both are said. */
const queryAsked = async (ground: OpsgenieGround, call: SourceCall): Promise<string> => {
  const { query, searchIdentifier: identifier, searchIdentifierType: type } = call.query;
  if (query !== undefined || identifier === undefined) return query ?? '';
  return (await searchNamed(ground, call, { identifier, type })).said.query;
};

const pagingOf = (
  call: SourceCall,
  { limit, offset, isMore }: { readonly limit: number; readonly offset: number; readonly isMore: boolean },
) => {
  const host = call.headers['host'] ?? '';
  const page = (at: number): string =>
    `https://${host}${alertsPath}?${new URLSearchParams({ ...call.query, limit: String(limit), offset: String(at) })}`;
  return {
    first: page(0),
    ...(offset > 0 ? { prev: page(Math.max(0, offset - limit)) } : {}),
    ...(isMore ? { next: page(offset + limit) } : {}),
  };
};

const whole = (
  query: Readonly<Record<string, string>>,
  name: string,
  { otherwise, least, most }: { readonly otherwise: number; readonly least: number; readonly most: number },
): number => {
  const text = query[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d{1,6}$/u.test(text) && value >= least && value <= most) return value;
  throw unprocessable({ [name]: `should be a whole number from ${least} to ${most}` });
};

const status = async (ground: OpsgenieGround, call: SourceCall, took: Took, id: string): Promise<SourceAnswer> => {
  const { integration } = call;
  const found = await requestBy(ground.postgres.tables<AlertTables>(), integration.id, id);
  if (!found) throw noSuch('Request not found. It might not be processed, yet.');
  return shown(call, took, {
    data: {
      success: found.is_success,
      action: found.action,
      processedAt: found.at.toISOString(),
      integrationId: integration.id,
      isSuccess: found.is_success,
      status: found.status,
      alertId: found.alert_id ?? '',
      alias: found.alias ?? '',
    },
  });
};

const identified = ({ query }: SourceCall, identifier: string) => {
  const type = query['identifierType'] ?? 'id';
  if (type === 'id' || type === 'alias' || type === 'tiny') return { identifier, type } as const;
  throw unprocessable({ identifierType: 'should be one of [ id, alias, tiny ]' });
};

const sample = ({ integration, id, labels }: SampleGiven): SampleCall => ({
  path: alertsPath,
  contentType: 'application/json',
  body: Buffer.from(
    JSON.stringify({
      message: `Test of the integration ${integration.name}`,
      alias: `leadline-test-${id}`,
      description: 'Nothing is broken.',
      priority: 'P1',
      source: 'Leadline',
      details: labels,
    }),
  ),
});
