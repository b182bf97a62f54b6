import { isUtf8 } from 'node:buffer';
import { Refusal } from '../../../../kernel/problem.ts';
import { secondsOf } from '../../../../kernel/time-span.ts';
import { requireInTeam } from '../../../../platform/http/access.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import * as contract from '../../contract/integrations.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { keyPlaceholder, setUpLines } from '../../domain/integrations/set-up-lines.ts';
import * as commands from './commands.ts';
import { integrationOf } from './keys.ts';
import { payloadById, payloadsOf } from './payload-store.ts';
import { shownSettings } from './secret-settings.ts';
import { endTest, endTestKind, sendTest } from './send-test.ts';
import type { SourceAnswer } from './source.ts';
import type { IntegrationsGround, StartedIntegrations } from './integrations.ts';
import { keysOf, type Db } from './store.ts';
import type { IntegrationRow, IntegrationsTables, KeyRow, PayloadRow } from './tables.ts';
import type { Taken } from './take.ts';
import { figuresOf, integrationNamed, integrationsAfter, type Figures } from './views.ts';

/** Plays a payload again; gives back the answer and the id of the new payload. */
export type Replay = (taken: Taken) => Promise<{ readonly answer: SourceAnswer; readonly payloadId: string }>;

/** Puts the routes of integrations on the HTTP ground. */
export const addRoutes = (alerting: IntegrationsGround, integrations: StartedIntegrations, replay: Replay): void => {
  const { http } = alerting;
  const db = alerting.postgres.tables<IntegrationsTables>();
  const { sourceOf, forgetKeys } = integrations;
  const ground: commands.CommandsGround = { ...alerting, sourceOf, forgetKeys };
  const mailDomain = alerting.config.values.mailReplyAddress?.split('@').at(-1) ?? null;
  const lines = (row: IntegrationRow, key: string) => [...setUpLines(row.kind, alerting.baseUrl(), key, mailDomain)];
  const shown = async (row: IntegrationRow) => (await shapes(db, [row]))[0]!;

  http.route(contract.listIntegrations, async ({ query }) => {
    await integrations.flush();
    const after = query.cursor === undefined ? null : String(decodeCursor(query.cursor, 1)[0]);
    const { kind = null, team = null, limit } = query;
    const rows = await integrationsAfter(db, { after, kind, team, limit: limit + 1 });
    const items = await shapes(db, rows.slice(0, limit));
    const last = items.at(-1);
    return { items, next: last && rows.length > items.length ? encodeCursor([last.name]) : null };
  });
  http.route(contract.getIntegration, async ({ params }) => {
    await integrations.flush();
    const row = await found(db, params.name);
    const keys = (await keysOf(db, row.id)).map(keyShape);
    return { ...(await shown(row)), keys, lines: lines(row, keyPlaceholder) };
  });
  http.route(contract.createIntegration, async ({ body, signedIn }) => {
    const { name, ...spec } = body;
    const { row, key, keyId } = await commands.createIntegration(ground, signedIn(), name, spec);
    return { integration: await shown(row), key, keyId, lines: lines(row, key) };
  });
  http.route(contract.putIntegration, async ({ params, body, signedIn }) => {
    const { outcome, row } = await commands.putIntegration(ground, signedIn(), params.name, body);
    return { outcome, integration: await shown(row) };
  });
  http.route(contract.deleteIntegration, async ({ params, signedIn }) => {
    await commands.deleteIntegration(ground, signedIn(), params.name);
    return undefined;
  });
  http.route(contract.makeKey, async ({ params, body, signedIn }) => {
    const overlap = secondsOf(body.overlap) ?? integrationLimits.overlapSeconds;
    const { row, key, keyId } = await commands.makeKey(ground, signedIn(), params.name, overlap);
    return { key, keyId, lines: lines(row, key) };
  });
  http.route(contract.revokeKey, async ({ params, signedIn }) => {
    await commands.revokeKey(ground, signedIn(), params.name, params.key);
    return undefined;
  });
  addPayloadRoutes(alerting, integrations, { ground, db, replay });
};

const addPayloadRoutes = (
  alerting: IntegrationsGround,
  integrations: StartedIntegrations,
  { ground, db, replay }: { readonly ground: commands.CommandsGround; readonly db: Db; readonly replay: Replay },
): void => {
  const { http } = alerting;
  http.route(contract.listPayloads, async ({ params, query, signedIn }) => {
    const row = await forTeam(db, params.name, signedIn(), 'responder');
    await integrations.flush();
    const items = await payloadsOf(db, { integration: row.id, faulty: query.faulty ?? null });
    return { items: items.map(payloadShape), next: null };
  });
  http.route(contract.getPayload, async ({ params, signedIn }) => {
    const row = await forTeam(db, params.name, signedIn(), 'responder');
    await integrations.flush();
    const payload = await foundPayload(db, row, params.id);
    const isText = isUtf8(payload.body);
    return {
      ...payloadShape(payload),
      query: payload.query,
      headers: payload.headers,
      body: payload.body.toString(isText ? 'utf8' : 'base64'),
      encoding: isText ? ('utf8' as const) : ('base64' as const),
    };
  });
  http.route(contract.replayPayload, async ({ params, signedIn }) => {
    const actor = signedIn();
    const row = await forTeam(db, params.name, actor, 'editor');
    await integrations.flush();
    const payload = await foundPayload(db, row, params.id);
    if (!isWhole(payload)) throw tooLong(payload);
    const { method, path, query, headers, content_type: contentType, body } = payload;
    const taken = { integration: integrationOf(row), method, path, query, headers, contentType, body };
    const { answer, payloadId } = await replay({ ...taken, replayOf: payload.id });
    const told = { payload: payload.id, status: answer.status };
    await commands.tellOf(ground, actor, row.name, 'integration.payload-replayed', told);
    return {
      payload: payloadId,
      status: answer.status,
      error: answer.error,
      outcome: json(answer.outcome),
      body: json(answer.body),
    };
  });
  http.route(contract.testIntegration, async ({ params, body, signedIn }) => {
    const actor = signedIn();
    const row = await forTeam(db, params.name, actor, 'editor');
    const given = { by: actor.name, labels: body.labels };
    const tested = await sendTest({ ...alerting, ...integrations }, integrationOf(row), given);
    const alerts = tested.alerts.flatMap(({ alert }) => (alert === null ? [] : [alert]));
    await commands.tellOf(ground, actor, row.name, 'integration.tested', { alerts });
    return {
      ...tested,
      alerts: tested.alerts as never,
      endsAt: new Date(tested.endsAt.epochMilliseconds).toISOString(),
    };
  });
  alerting.jobs.handle(endTestKind, ({ data }) => endTest(alerting, data));
};

const found = async (db: Db, name: string): Promise<IntegrationRow> => {
  const row = await integrationNamed(db, name);
  if (!row) throw commands.noSuchIntegration(name);
  return row;
};

const forTeam = async (db: Db, name: string, actor: Actor, role: 'responder' | 'editor'): Promise<IntegrationRow> => {
  const row = await integrationNamed(db, name);
  requireInTeam(actor, role, row?.team ?? null);
  if (!row) throw commands.noSuchIntegration(name);
  return row;
};

const foundPayload = async (db: Db, row: IntegrationRow, id: string): Promise<PayloadRow> => {
  const payload = await payloadById(db, row.id, id);
  if (payload) return payload;
  throw new Refusal({
    status: 404,
    code: 'alerting.no-such-payload',
    title: 'There is no such payload any more',
    detail: `Of each integration the last ${integrationLimits.payloads} are kept, and as many faulty ones.`,
  });
};

const tooLong = ({ bytes, body }: PayloadRow): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.payload-was-cut',
    title: 'Of this payload only the beginning was kept',
    detail: `${bytes} bytes came and ${body.length} were kept; let the sender send it again.`,
  });

const isWhole = ({ bytes, body }: PayloadRow): boolean => Number(bytes) === body.length;

/** What came of JSON or can be told as such. */
const json = (value: unknown): contract.ShownPayload['outcome'] =>
  value === undefined ? null : (JSON.parse(JSON.stringify(value)) as contract.ShownPayload['outcome']);

const payloadShape = (row: PayloadRow): contract.ShownPayload => ({
  id: row.id,
  at: row.at.toISOString(),
  faulty: row.faulty,
  method: row.method,
  path: row.path,
  contentType: row.content_type,
  bytes: Number(row.bytes),
  status: row.status,
  error: row.error,
  outcome: json(row.outcome),
  replayOf: row.replay_of,
  isWhole: isWhole(row),
});

const keyShape = (row: KeyRow): contract.WholeIntegration['keys'][number] => ({
  id: row.id,
  ending: row.ending,
  madeAt: row.made_at.toISOString(),
  madeBy: row.made_by,
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
});

const shapes = async (db: Db, rows: readonly IntegrationRow[]): Promise<contract.ShownIntegration[]> => {
  const figures = await figuresOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => shape(row, figures.get(row.id)));
};

const shape = (row: IntegrationRow, figures: Figures | undefined): contract.ShownIntegration => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  team: row.team,
  description: row.description,
  settings: shownSettings(row.settings) as contract.ShownIntegration['settings'],
  enabled: row.enabled,
  builtIn: row.built_in,
  origin: row.origin,
  source: row.source,
  madeAt: row.made_at.toISOString(),
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
  receivedLastDay: Number(figures?.received ?? 0),
  faultyLastDay: Number(figures?.faulty ?? 0),
  lastReceivedAt: figures?.last_at?.toISOString() ?? null,
  lastError: figures?.last_error ? { ...figures.last_error, at: new Date(figures.last_error.at).toISOString() } : null,
});
