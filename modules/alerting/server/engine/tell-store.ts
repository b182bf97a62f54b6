import { sql } from 'kysely';
import type { Labels } from '../../domain/alert.ts';
import type { RouteTarget } from '../../domain/policy/route.ts';
import type { AlertTx, AlertHandle } from '../intake/tables.ts';

/** A group that is due, locked. */
export interface DueGroup {
  readonly id: string;
  readonly route: string;
  readonly labels: Labels;
  readonly urgency: 'high' | 'low';
  readonly targets: readonly RouteTarget[];
  readonly reason: string;
  readonly service: string | null;
  readonly interval_seconds: number;
  readonly repeat_seconds: number;
  readonly told_at: Date | null;
  readonly told_times: number;
  readonly unpaged_since: Date | null;
  readonly now: Date;
}

const dueColumns =
  sql.raw(`id, route, labels, urgency, targets, reason, service, interval_seconds, repeat_seconds, told_at, told_times,
  unpaged_since, (SELECT ground.now()) AS now`);
/** What nobody was told of first, then high urgency. */
const dueOrder = (from: 'oldest' | 'newest') =>
  sql`(told_at IS NOT NULL), urgency, ${from === 'oldest' ? sql`due_at` : sql`due_at DESC`}`;

/**
 * Takes one due group. Of two engines one begins with the oldest, the other with the newest: what comes new does not wait behind a
 * storm, and nothing of the storm waits for ever. `passed` are groups that are left for another time.
 */
export const takeDue = async (
  tx: AlertTx,
  from: 'oldest' | 'newest',
  passed: Iterable<string>,
): Promise<DueGroup | null> => {
  const { rows } = await sql<DueGroup>`-- Held until what is told of it is written; others pass it by.
    SELECT ${dueColumns} FROM alerting.alert_group WHERE due_at <= (SELECT ground.now()) AND id <> ALL(${[...passed]}::uuid[])
    ORDER BY ${dueOrder(from)} LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`.execute(tx);
  return rows[0] ?? null;
};

/** Takes further due groups than those `passed` that go to a webhook: telling those is no more than writing messages. */
export const takeDueWebhooks = async (
  tx: AlertTx,
  from: 'oldest' | 'newest',
  { passed, limit }: { readonly passed: Iterable<string>; readonly limit: number },
): Promise<DueGroup[]> => {
  const { rows } = await sql<DueGroup>`-- What this transaction holds itself is passed over by its id.
    SELECT ${dueColumns} FROM alerting.alert_group
    WHERE due_at <= (SELECT ground.now()) AND targets->0 ? 'webhook' AND id <> ALL(${[...passed]}::uuid[])
    ORDER BY ${dueOrder(from)} LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`.execute(tx);
  return rows;
};

/** How a group's alerts stand. */
export interface Standing {
  /** Fire, are held back by nothing, nobody is on them: all, and those not told yet. */
  readonly firing: number;
  readonly fresh: number;
  readonly acknowledged: number;
  readonly suppressed: number;
  /** Of those that fire: were not judged since all were put up for it, and may be held back by now. */
  readonly waiting: number;
  /** Not told to be over yet, though it was told that they fire. */
  readonly over: number;
  /** Told to fire and not over. */
  readonly told_open: number;
  readonly members: number;
  /** Who resolved the last one. */
  readonly resolved_by: string | null;
  readonly acknowledged_by: string | null;
}

const emptyStanding: Standing = {
  firing: 0,
  fresh: 0,
  acknowledged: 0,
  suppressed: 0,
  waiting: 0,
  over: 0,
  told_open: 0,
  members: 0,
  resolved_by: null,
  acknowledged_by: null,
};

/** How each of these groups stands, by its id. */
export const standingsOf = async (tx: AlertTx, groups: readonly string[]): Promise<(group: string) => Standing> => {
  const { rows } = await sql<Standing & { group_id: string }>`-- One pass over the members.
    SELECT member.group_id, count(*) FILTER (WHERE alert.status = 'firing' AND alert.suppressed IS NULL)::int AS firing,
      count(*) FILTER (WHERE alert.status = 'firing' AND alert.suppressed IS NULL AND member.told IS NULL)::int AS fresh,
      count(*) FILTER (WHERE alert.status = 'acknowledged')::int AS acknowledged,
      count(*) FILTER (WHERE alert.status = 'firing' AND alert.suppressed IS NOT NULL)::int AS suppressed,
      count(*) FILTER (WHERE alert.status = 'firing' AND alert.suppressed IS NULL
        AND alert.pending_at <= (SELECT at FROM alerting.reconsidered))::int AS waiting,
      count(*) FILTER (WHERE alert.status = 'resolved' AND member.told = 'firing')::int AS over,
      count(*) FILTER (WHERE alert.status <> 'resolved' AND member.told = 'firing')::int AS told_open,
      count(*)::int AS members,
      (array_agg(alert.resolved_by ORDER BY alert.resolved_at DESC NULLS LAST))[1] AS resolved_by,
      (array_agg(alert.acknowledged_by ORDER BY alert.acknowledged_at DESC NULLS LAST))[1] AS acknowledged_by
    FROM alerting.group_member AS member JOIN alerting.alert AS alert ON alert.id = member.alert_id
    WHERE member.group_id = ANY(${groups}::uuid[]) GROUP BY member.group_id`.execute(tx);
  const known = new Map(rows.map((row) => [row.group_id, row]));
  return (group) => known.get(group) ?? emptyStanding;
};

export interface MemberShown {
  readonly id: string;
  readonly status: 'firing' | 'acknowledged' | 'resolved';
  readonly severity: string;
  readonly summary: string;
  readonly fingerprint: string;
  readonly starts_at: Date;
  readonly ends_at: Date | null;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly told: 'firing' | 'resolved' | null;
}

/** What is shown of a group: its alerts that fire or were told to, the gravest and newest first. */
export const membersOf = async (tx: AlertHandle, group: string, limit: number): Promise<MemberShown[]> =>
  (await membersOfEach(tx, [group], limit)).get(group) ?? [];

/** The same of several groups, at most `limit` of each, by group. */
export const membersOfEach = async (
  tx: AlertHandle,
  groups: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, MemberShown[]>> => {
  const { rows } = await sql<
    MemberShown & { group_id: string }
  >`-- Held back ones that nobody was told of are not shown.
    SELECT asked.group_id, shown.* FROM unnest(${groups}::uuid[]) AS asked (group_id), LATERAL (
      SELECT alert.id, alert.status, alert.severity, alert.summary, alert.fingerprint, alert.starts_at, alert.ends_at, body.labels,
        body.annotations, body.links, member.told
      FROM alerting.group_member AS member JOIN alerting.alert AS alert ON alert.id = member.alert_id
      JOIN alerting.alert_body AS body ON body.alert_id = alert.id
      WHERE member.group_id = asked.group_id AND ((alert.status = 'firing' AND alert.suppressed IS NULL) OR
        (alert.status = 'acknowledged' AND alert.suppressed IS NULL) OR (alert.status = 'resolved' AND member.told = 'firing'))
      ORDER BY (alert.status = 'resolved'), array_position(ARRAY['critical', 'error', 'warning', 'info'], alert.severity), alert.id
      LIMIT ${limit}) AS shown`.execute(tx);
  return Map.groupBy(rows, ({ group_id }) => group_id);
};

/** What is decided of the alerts of a group. */
export interface ToldOfGroup {
  readonly group: string;
  readonly decision: 'notified' | 'joined';
  readonly reason: string;
  readonly page: string | null;
}

/** Decides the alerts of groups that fire and were told of by nobody: each is told now, with the reason. */
export const tellFresh = async (tx: AlertTx, told: readonly ToldOfGroup[]): Promise<void> => {
  if (told.length === 0) return;
  await sql`-- Decided once: the mark and the decision are one statement.
    WITH told AS (
      UPDATE alerting.group_member AS member SET told = 'firing', told_at = (SELECT ground.now()) FROM alerting.alert AS alert
      WHERE member.group_id = ANY(${told.map(({ group }) => group)}::uuid[]) AND member.told IS NULL AND alert.id = member.alert_id
        AND alert.status = 'firing' AND alert.suppressed IS NULL RETURNING member.group_id, member.alert_id
    )
    INSERT INTO alerting.alert_decision (alert_id, at, decision, reason, group_id, page_id)
    SELECT told.alert_id, (SELECT ground.now()), said.decision, said.reason, told.group_id, said.page
    FROM told JOIN jsonb_to_recordset(${JSON.stringify(told)}::jsonb) AS said ("group" uuid, decision text, reason text, page uuid)
      ON said."group" = told.group_id ORDER BY told.alert_id`.execute(tx);
};

/** The same said again of every alert of the groups that still fires. */
export const tellRepeated = async (tx: AlertTx, told: readonly Omit<ToldOfGroup, 'decision'>[]): Promise<void> => {
  if (told.length === 0) return;
  await sql`-- Only those that were told before.
    INSERT INTO alerting.alert_decision (alert_id, at, decision, reason, group_id, page_id)
    SELECT member.alert_id, (SELECT ground.now()), 'repeated', said.reason, member.group_id, said.page
    FROM alerting.group_member AS member JOIN alerting.alert AS alert ON alert.id = member.alert_id
    JOIN jsonb_to_recordset(${JSON.stringify(told)}::jsonb) AS said ("group" uuid, reason text, page uuid) ON said."group" = member.group_id
    WHERE member.group_id = ANY(${told.map(({ group }) => group)}::uuid[]) AND member.told = 'firing' AND alert.status = 'firing'
      AND alert.suppressed IS NULL`.execute(tx);
};

/** The times of its route keep everybody from being told: decided once an alert. */
export const keepMuted = async (
  tx: AlertTx,
  group: string,
  reason: string,
  names: readonly string[],
): Promise<void> => {
  await sql`-- Shown as held back by these times, until they are over.
    WITH muted AS (
      UPDATE alerting.group_member AS member SET muted = true, muted_by = ${names}::text[] FROM alerting.alert AS alert
      WHERE member.group_id = ${group} AND member.told IS NULL AND NOT member.muted AND alert.id = member.alert_id
        AND alert.status = 'firing' AND alert.suppressed IS NULL RETURNING member.alert_id
    )
    INSERT INTO alerting.alert_decision (alert_id, at, decision, reason, group_id)
    SELECT alert_id, (SELECT ground.now()), 'muted', ${reason}, ${group} FROM muted`.execute(tx);
};

/** It was told that they are over, or there is nobody to tell. */
export const tellOver = async (tx: AlertTx, groups: readonly string[]): Promise<void> => {
  if (groups.length === 0) return;
  await sql`-- What fired and is over is told no more.
    UPDATE alerting.group_member AS member SET told = 'resolved', told_at = (SELECT ground.now()) FROM alerting.alert AS alert
    WHERE member.group_id = ANY(${groups}::uuid[]) AND member.told = 'firing' AND alert.id = member.alert_id
      AND alert.status = 'resolved'`.execute(tx);
};

/** What is written of a group that was looked at. */
export interface GroupAfter {
  /** Seconds until it is looked at again; null: when something changes. */
  readonly dueInSeconds: number | null;
  /** Somebody was told just now. */
  readonly told: boolean;
  readonly closed: boolean;
  readonly unpaged: boolean;
}

/** Writes how groups were left, by id. */
export const saveGroups = async (
  tx: AlertTx,
  left: readonly (GroupAfter & { readonly id: string })[],
): Promise<void> => {
  await sql`-- Closed with its last alert: the next of its key is a new group, and a new page.
    UPDATE alerting.alert_group AS told SET due_at = (SELECT ground.now()) + make_interval(secs => said."dueInSeconds"),
      told_at = CASE WHEN said.told THEN (SELECT ground.now()) ELSE told.told_at END,
      told_times = told.told_times + said.told::int, closed_at = CASE WHEN said.closed THEN (SELECT ground.now()) END,
      unpaged_since = CASE WHEN said.unpaged THEN coalesce(told.unpaged_since, (SELECT ground.now())) END
    FROM jsonb_to_recordset(${JSON.stringify(left)}::jsonb) AS said (id uuid, "dueInSeconds" float8, told boolean, closed boolean,
      unpaged boolean)
    WHERE told.id = ANY(${left.map(({ id }) => id)}::uuid[]) AND told.id = said.id`.execute(tx);
};

export const keepPage = async (tx: AlertTx, group: string, page: string, target: string): Promise<boolean> => {
  const { rows } = await sql`-- A page that was counted again is known already.
    INSERT INTO alerting.group_page (group_id, page_id, target, at) VALUES (${group}, ${page}, ${target}, (SELECT ground.now()))
    ON CONFLICT (group_id, page_id) DO NOTHING RETURNING 1`.execute(tx);
  return rows.length > 0;
};

/** Groups for which nobody at all can be paged. */
export const countUnpagedGroups = async (db: AlertHandle): Promise<number> => {
  const { rows } = await sql<{ count: number }>`-- Anything but 0 is an alarm.
    SELECT count(*)::int AS count FROM alerting.alert_group WHERE unpaged_since IS NOT NULL AND closed_at IS NULL`.execute(
    db,
  );
  return rows[0]!.count;
};

/** Neither a team nor an administrator can be paged for it. */
export const keepUnrouted = async (tx: AlertTx, group: string, reason: string): Promise<void> => {
  await sql`-- Told once an alert; it stays to be told.
    INSERT INTO alerting.alert_decision (alert_id, at, decision, reason, group_id)
    SELECT member.alert_id, (SELECT ground.now()), 'unrouted', ${reason}, ${group} FROM alerting.group_member AS member
    JOIN alerting.alert AS alert ON alert.id = member.alert_id
    WHERE member.group_id = ${group} AND member.told IS NULL AND alert.status = 'firing' AND alert.suppressed IS NULL`.execute(
    tx,
  );
};

/** How alerts stand and how late the engine is, for the metrics. */
export interface EngineFigures {
  readonly firing: number;
  readonly acknowledged: number;
  readonly suppressed: number;
  /** Seconds that the longest waiting alert and the longest due group have waited. */
  readonly pending_seconds: number;
  readonly due_seconds: number;
}

export const engineFigures = async (db: AlertHandle): Promise<EngineFigures> => {
  const { rows } = await sql<EngineFigures>`-- What is active is counted by its index.
    SELECT count(*) FILTER (WHERE status = 'firing' AND suppressed IS NULL)::int AS firing,
      count(*) FILTER (WHERE status = 'acknowledged')::int AS acknowledged,
      count(*) FILTER (WHERE status = 'firing' AND suppressed IS NOT NULL)::int AS suppressed,
      coalesce((SELECT extract(epoch FROM (SELECT ground.now()) - min(pending_at)) FROM alerting.alert
        WHERE pending_at IS NOT NULL), 0)::float8 AS pending_seconds,
      greatest(coalesce((SELECT extract(epoch FROM (SELECT ground.now()) - min(due_at)) FROM alerting.alert_group
        WHERE due_at IS NOT NULL), 0), 0)::float8 AS due_seconds
    FROM alerting.alert WHERE status <> 'resolved'`.execute(db);
  return rows[0]!;
};

/** It could not be told: it is tried again later, and what is due behind it is told. */
export const postponeGroup = async (db: AlertHandle, group: string, seconds: number): Promise<void> => {
  await sql`-- It stays due.
    UPDATE alerting.alert_group SET due_at = (SELECT ground.now()) + make_interval(secs => ${seconds}) WHERE id = ${group}`.execute(
    db,
  );
};
