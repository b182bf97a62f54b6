import { sql } from 'kysely';
import type { AlertHandle, AlertTables } from '../intake/tables.ts';

export type GroupShown = AlertTables['alerting.alert_group'] & {
  readonly firing: number;
  readonly acknowledged: number;
  readonly resolved: number;
  readonly suppressed: number;
  readonly pages: readonly { readonly id: string; readonly target: string; readonly at: string }[];
};

const counted = sql.raw(`found.*,
  (SELECT coalesce(json_agg(json_build_object('id', page_id, 'target', target, 'at', at) ORDER BY at), '[]')
    FROM alerting.group_page WHERE group_id = found.id) AS pages,
  counts.* FROM found, LATERAL (
    SELECT count(*) FILTER (WHERE status = 'firing')::int AS firing, count(*) FILTER (WHERE status = 'acknowledged')::int AS acknowledged,
      count(*) FILTER (WHERE status = 'resolved')::int AS resolved,
      count(*) FILTER (WHERE status <> 'resolved' AND (suppressed IS NOT NULL OR muted AND told IS NULL))::int AS suppressed
    FROM alerting.group_member JOIN alerting.alert ON alert.id = alert_id WHERE group_member.group_id = found.id) AS counts`);

/** One page of groups, newest first, behind `after`. */
export const groupsListed = async (
  db: AlertHandle,
  { state, after, limit }: { state: 'open' | 'closed' | 'all'; after: string | null; limit: number },
): Promise<GroupShown[]> => {
  const wanted = state === 'all' ? sql`true` : state === 'open' ? sql`closed_at IS NULL` : sql`closed_at IS NOT NULL`;
  const behind = after === null ? sql`true` : sql`id < ${after}::uuid`;
  const { rows } = await sql<GroupShown>`-- Counted for this page alone.
    WITH found AS MATERIALIZED (
      SELECT * FROM alerting.alert_group WHERE ${wanted} AND ${behind} ORDER BY id DESC LIMIT ${limit}
    )
    SELECT ${counted} ORDER BY found.id DESC`.execute(db);
  return rows;
};

export const groupById = async (db: AlertHandle, id: string): Promise<GroupShown | null> => {
  const { rows } = await sql<GroupShown>`-- With how its alerts stand.
    WITH found AS (SELECT * FROM alerting.alert_group WHERE id = ${id}) SELECT ${counted}`.execute(db);
  return rows[0] ?? null;
};

/** The groups that an alert is or was in, the first first. */
export const groupsOfAlert = async (db: AlertHandle, alert: string): Promise<GroupShown[]> => {
  const { rows } = await sql<GroupShown>`-- By the index of the alert.
    WITH found AS (
      SELECT alert_group.* FROM alerting.group_member JOIN alerting.alert_group ON alert_group.id = group_id WHERE alert_id = ${alert}
    )
    SELECT ${counted} ORDER BY found.id`.execute(db);
  return rows;
};
