import { sql } from 'kysely';
import type { Integration } from '../../domain/alert.ts';
import type { OpsgenieQuery } from '../../domain/sources/opsgenie-query.ts';
import type { OpsgenieSaid } from '../../domain/sources/opsgenie.ts';
import type { AlertHandle, AlertTx } from '../intake/tables.ts';
import { searchCondition } from './opsgenie-search-store.ts';

/** An alert with what Opsgenie's clients know of it. */
export interface OpsgenieRow {
  readonly id: string;
  readonly alias: string;
  readonly status: 'firing' | 'acknowledged' | 'resolved';
  readonly summary: string;
  readonly received_at: Date;
  readonly changed_at: Date;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly resolved_at: Date | null;
  readonly resolved_by: string | null;
  readonly tiny_id: string;
  readonly said: Partial<OpsgenieSaid>;
  readonly count: number;
  readonly last_at: Date;
  readonly owner: string | null;
  readonly snoozed_until: Date | null;
  readonly is_snoozed: boolean;
}

/** Remembers what was said; told again it is counted. The alert is committed already. */
export const keepSaid = async (
  db: AlertHandle,
  { alert, integration, said }: { readonly alert: string; readonly integration: string; readonly said: OpsgenieSaid },
): Promise<void> => {
  await sql`-- A repeat says all anew but what clients added meanwhile; that stands in the row and was merged by the caller.
    INSERT INTO alerting.opsgenie_alert AS o (alert_id, integration, said, last_at)
    VALUES (${alert}, ${integration}, ${JSON.stringify(said)}::jsonb, ground.now())
    ON CONFLICT (alert_id) DO UPDATE SET said = excluded.said, last_at = excluded.last_at, count = o.count + 1`.execute(
    db,
  );
};

export const changeSaid = async (tx: AlertTx, alert: string, said: Partial<OpsgenieSaid>): Promise<void> => {
  await sql`-- Tags, details, responders and words that a client changed.
    UPDATE alerting.opsgenie_alert SET said = ${JSON.stringify(said)}::jsonb WHERE alert_id = ${alert}`.execute(tx);
};

/** Gives alerts that came by another way (a test) their short number. */
const number = async (db: AlertHandle, integration: string): Promise<void> => {
  await sql`-- Rarely any: every alert that came by the API has its row, or will have it in a moment, and counts itself then.
    INSERT INTO alerting.opsgenie_alert (alert_id, integration, said, count, last_at)
    SELECT a.id, a.integration_id, '{}', 0, a.received_at FROM alerting.alert a
    WHERE a.integration_id = ${integration} AND NOT EXISTS (SELECT 1 FROM alerting.opsgenie_alert o WHERE o.alert_id = a.id)
    ORDER BY a.id ON CONFLICT (alert_id) DO NOTHING`.execute(db);
};

const columns = sql`a.id, a.dedup_key AS alias, a.status, a.summary, a.received_at, a.changed_at, a.acknowledged_at, a.acknowledged_by,
  a.resolved_at, a.resolved_by, o.tiny_id, o.said, greatest(o.count, 1) AS count, o.last_at, o.owner, o.snoozed_until,
  (a.status <> 'resolved' AND o.snoozed_until > ground.now()) IS TRUE AS is_snoozed`;

export type IdentifierType = 'id' | 'alias' | 'tiny';

/** One alert of the integration. An alias means the open one, as with Opsgenie. */
export const alertBy = async (
  db: AlertHandle,
  integration: string,
  { identifier, type }: { readonly identifier: string; readonly type: IdentifierType },
): Promise<OpsgenieRow | undefined> => {
  const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/iu;
  const fits = type === 'id' ? uuid.test(identifier) : type === 'tiny' ? /^\d{1,15}$/u.test(identifier) : true;
  if (!fits) return undefined;
  await number(db, integration);
  const which =
    type === 'id'
      ? sql`a.id = ${identifier}::uuid`
      : type === 'tiny'
        ? sql`o.tiny_id = ${identifier}::bigint`
        : sql`a.dedup_key = ${identifier} AND a.status <> 'resolved'`;
  const { rows } = await sql<OpsgenieRow>`-- Only of the integration whose key was shown.
    SELECT ${columns} FROM alerting.alert a JOIN alerting.opsgenie_alert o ON o.alert_id = a.id
    WHERE a.integration_id = ${integration} AND ${which} ORDER BY a.id DESC LIMIT 1`.execute(db);
  return rows[0];
};

export const sorts = {
  createdAt: sql`a.received_at`,
  updatedAt: sql`a.changed_at`,
  tinyId: sql`o.tiny_id`,
  alias: sql`a.dedup_key`,
  message: sql`a.summary`,
  status: sql`a.status`,
  acknowledged: sql`a.acknowledged_at IS NOT NULL`,
  isSeen: sql`a.acknowledged_at IS NOT NULL`,
  snoozed: sql`o.snoozed_until`,
  snoozedUntil: sql`o.snoozed_until`,
  count: sql`o.count`,
  lastOccurredAt: sql`o.last_at`,
  source: sql`o.said->>'source'`,
  owner: sql`o.owner`,
} as const;

export const alertsBy = async (
  db: AlertHandle,
  integration: Pick<Integration, 'id' | 'name'>,
  asked: {
    readonly query: OpsgenieQuery;
    readonly sort: keyof typeof sorts;
    readonly descending: boolean;
    readonly limit: number;
    readonly offset: number;
  },
): Promise<OpsgenieRow[]> => {
  await number(db, integration.id);
  const order = asked.descending ? sql`DESC NULLS LAST` : sql`ASC NULLS LAST`;
  const { rows } = await sql<OpsgenieRow>`-- One page of the integration's alerts.
    SELECT ${columns} FROM alerting.alert a JOIN alerting.opsgenie_alert o ON o.alert_id = a.id
    WHERE a.integration_id = ${integration.id} AND ${searchCondition(asked.query, integration.name)}
    ORDER BY ${sorts[asked.sort]} ${order}, a.id ${asked.descending ? sql`DESC` : sql`ASC`}
    LIMIT ${asked.limit} OFFSET ${asked.offset}`.execute(db);
  return rows;
};

export const countAlerts = async (
  db: AlertHandle,
  integration: Pick<Integration, 'id' | 'name'>,
  query: OpsgenieQuery,
): Promise<number> => {
  await number(db, integration.id);
  const { rows } = await sql<{ count: number }>`-- As many as the list would hold.
    SELECT count(*)::int AS count FROM alerting.alert a JOIN alerting.opsgenie_alert o ON o.alert_id = a.id
    WHERE a.integration_id = ${integration.id} AND ${searchCondition(query, integration.name)}`.execute(db);
  return rows[0]!.count;
};

/** It fires again: nobody is on it any more. False where nobody was. */
export const unacknowledge = async (tx: AlertTx, alert: string): Promise<boolean> => {
  const { rows } = await sql`-- The engine looks at it anew.
    UPDATE alerting.alert SET status = 'firing', acknowledged_at = NULL, acknowledged_by = NULL, changed_at = ground.now(),
      pending_at = ground.now() WHERE id = ${alert} AND status = 'acknowledged' RETURNING 1`.execute(tx);
  return rows.length > 0;
};

export const setSnoozed = async (tx: AlertTx, alert: string, until: Temporal.Instant): Promise<void> => {
  await sql`-- Shown to clients; what is quiet is the page.
    UPDATE alerting.opsgenie_alert SET snoozed_until = ${until.toString()}::timestamptz WHERE alert_id = ${alert}`.execute(
    tx,
  );
};

export const setOwner = async (tx: AlertTx, alert: string, owner: string): Promise<void> => {
  await sql`-- Whom a client says that it is assigned to.
    UPDATE alerting.opsgenie_alert SET owner = ${owner} WHERE alert_id = ${alert}`.execute(tx);
};

/** Groups that are open and have this alert in them. */
export const openGroups = async (tx: AlertTx, alert: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`-- Whose pages tell of it.
    SELECT g.id FROM alerting.alert_group g JOIN alerting.group_member m ON m.group_id = g.id AND m.alert_id = ${alert}
    WHERE g.closed_at IS NULL ORDER BY g.id`.execute(tx);
  return rows.map(({ id }) => id);
};

/** Groups in which this alert is the only one that still fires: quieting their pages quiets nothing else. */
export const groupsAlone = async (tx: AlertTx, alert: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`-- Open groups of the alert without another open member.
    SELECT g.id FROM alerting.alert_group g JOIN alerting.group_member m ON m.group_id = g.id AND m.alert_id = ${alert}
    WHERE g.closed_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM alerting.group_member other JOIN alerting.alert a ON a.id = other.alert_id
      WHERE other.group_id = g.id AND other.alert_id <> ${alert} AND a.status <> 'resolved')`.execute(tx);
  return rows.map(({ id }) => id);
};

/** The earliest time that a snooze can end at, by the clock that decides it. */
export const inAMoment = async (tx: AlertTx): Promise<Temporal.Instant> => {
  const { rows } = await sql<{ at: Date }>`SELECT ground.now() + interval '1 second' AS at`.execute(tx);
  return rows[0]!.at.toTemporalInstant();
};
