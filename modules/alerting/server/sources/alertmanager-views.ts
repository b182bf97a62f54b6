import { sql } from 'kysely';
import type { Suppression } from '../../domain/alert.ts';
import type { RouteTarget } from '../../domain/policy/route.ts';
import type { PendingRow } from '../engine/judge-store.ts';
import type { AlertHandle, AlertTables } from '../intake/tables.ts';

/** An alert that is not over, with what its judges need and what this API shows. */
export interface OpenAlert extends PendingRow {
  readonly links: AlertTables['alerting.alert_body']['links'];
  /** When it ends by itself; null: when its sender says so. */
  readonly open_until: Date | null;
  readonly heard_at: Date;
  readonly suppressed: Suppression | null;
}

export interface OpenQuestion {
  /** Only what came by this integration; null: whatever came. */
  readonly integration: string | null;
  /** Labels with exactly these values. */
  readonly labels: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** Alerts that fire now, oldest first, at most `limit`. */
export const openAlerts = async (
  db: AlertHandle,
  { integration, labels, limit }: OpenQuestion,
): Promise<OpenAlert[]> => {
  const exact = Object.keys(labels).length === 0 ? null : JSON.stringify(labels);
  const { rows } = await sql<OpenAlert>`-- What is open and has not run out.
    SELECT alert.id, alert.integration_id, alert.integration, alert.kind, alert.fingerprint, alert.severity, alert.summary,
      alert.service, alert.own_team, alert.integration_team, alert.starts_at, alert.status, alert.inhibits, alert.held_reason,
      alert.suppressed, body.labels, body.annotations, body.links, open.ends_at AS open_until,
      coalesce(open.heard_at, alert.changed_at) AS heard_at, ground.now() AS now
    FROM alerting.alert AS alert
    JOIN alerting.alert_body AS body ON body.alert_id = alert.id
    LEFT JOIN alerting.alert_open AS open ON open.alert_id = alert.id
    WHERE alert.status <> 'resolved' AND (open.ends_at IS NULL OR open.ends_at > ground.now())
      AND (${integration}::uuid IS NULL OR alert.integration_id = ${integration}::uuid)
      AND (${exact}::jsonb IS NULL OR body.labels @> ${exact}::jsonb)
    ORDER BY alert.id LIMIT ${limit}`.execute(db);
  return rows;
};

/** A group that is open, and which alerts are in it. */
export interface OpenGroup {
  readonly route: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: readonly RouteTarget[];
  readonly alerts: readonly string[];
}

/** Open groups of these alerts, each with those of them that are in it. */
export const openGroupsOf = async (db: AlertHandle, alerts: readonly string[]): Promise<OpenGroup[]> => {
  const { rows } = await sql<OpenGroup>`-- A group has one receiver.
    SELECT each.route, each.labels, each.targets, array_agg(member.alert_id) AS alerts
    FROM alerting.group_member AS member
    JOIN alerting.alert_group AS each ON each.id = member.group_id AND each.closed_at IS NULL
    WHERE member.alert_id = ANY(${alerts}::uuid[])
    GROUP BY each.id`.execute(db);
  return rows;
};
