import { sql } from 'kysely';
import type { Labels } from '../../domain/alert.ts';
import type { AlertDb } from '../intake/tables.ts';

/** One past alert with what was told of it and what people did. */
export interface PastRow {
  readonly id: string;
  readonly integration: string;
  readonly fingerprint: string;
  readonly summary: string;
  readonly labels: Labels;
  readonly service: string | null;
  readonly own_team: string | null;
  readonly integration_team: string | null;
  readonly starts_at: Date;
  readonly over_at: Date | null;
  readonly notified: boolean;
  readonly disturbed: boolean;
  readonly actions: number;
  readonly useful: boolean | null;
}

/** The newest alerts that were received since `from`. */
export const pastAlerts = async (
  db: AlertDb,
  { from, limit }: { readonly from: Temporal.Instant; readonly limit: number },
): Promise<PastRow[]> => {
  const { rows } = await sql<PastRow>`-- What people did is read once a page, and told of each alert in its group.
    WITH found AS MATERIALIZED (
      SELECT * FROM alerting.alert WHERE received_at >= ${from.toString()}::timestamptz
      ORDER BY id DESC LIMIT ${limit}
    ), told AS (
      SELECT member.alert_id, bool_or(member.told_at IS NOT NULL) AS notified, array_agg(member.group_id) AS groups
      FROM alerting.group_member AS member JOIN found ON found.id = member.alert_id GROUP BY member.alert_id
    ), disturbed AS (
      SELECT DISTINCT made.alert_id FROM alerting.alert_decision AS made JOIN found ON found.id = made.alert_id
      WHERE made.decision = 'notified'
    ), judged AS (
      SELECT DISTINCT ON (entry.page_id, entry.by) entry.page_id, entry.what = 'useful' AS useful
      FROM alerting.group_page AS page JOIN oncall.timeline AS entry ON entry.page_id = page.page_id
      WHERE page.at >= ${from.toString()}::timestamptz AND entry.what IN ('useful', 'not-useful')
      ORDER BY entry.page_id, entry.by, entry.entry DESC
    ), acts AS (
      SELECT page.group_id, count(entry.entry)::int AS actions,
        (SELECT bool_or(judged.useful) FROM judged WHERE judged.page_id = ANY(array_agg(page.page_id))) AS useful
      FROM alerting.group_page AS page LEFT JOIN oncall.timeline AS entry ON entry.page_id = page.page_id
        AND (entry.what IN ('note', 'reassigned', 'responders-added') OR entry.what = 'resolved' AND entry.data->>'via' <> 'recovery')
      WHERE page.at >= ${from.toString()}::timestamptz GROUP BY page.group_id
    )
    SELECT found.id, found.integration, found.fingerprint, found.summary, body.labels, found.service, found.own_team, found.integration_team,
      found.starts_at, found.resolved_at AS over_at, coalesce(told.notified, false) AS notified, disturbed.alert_id IS NOT NULL AS disturbed,
      coalesce((SELECT sum(acts.actions)::int FROM acts WHERE acts.group_id = ANY(told.groups)), 0)
        + CASE WHEN found.resolved_by IN (SELECT display_name FROM identity.person) THEN 1 ELSE 0 END AS actions,
      (SELECT bool_or(acts.useful) FROM acts WHERE acts.group_id = ANY(told.groups)) AS useful
    FROM found JOIN alerting.alert_body AS body ON body.alert_id = found.id
    LEFT JOIN told ON told.alert_id = found.id LEFT JOIN disturbed ON disturbed.alert_id = found.id`.execute(db);
  return rows;
};
