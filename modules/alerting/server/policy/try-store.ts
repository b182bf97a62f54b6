import { sql } from 'kysely';
import type { IntegrationKind, Labels, Severity } from '../../domain/alert.ts';
import type { PolicyHandle } from './tables.ts';

/** What is read of a stored alert to try routes on it. */
export interface StoredAlert {
  readonly id: string;
  readonly integration: string;
  readonly kind: IntegrationKind;
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly service: string | null;
  readonly own_team: string | null;
  readonly integration_team: string | null;
  readonly starts_at: Date;
  readonly received_at: Date;
  readonly labels: Labels;
}

const columns = sql.raw(`alert.id, alert.integration, alert.kind, alert.fingerprint, alert.severity, alert.summary,
  alert.service, alert.own_team, alert.integration_team, alert.starts_at, alert.received_at, body.labels`);

export const storedAlert = async (db: PolicyHandle, id: string): Promise<StoredAlert | undefined> => {
  const { rows } = await sql<StoredAlert>`-- The alert with its labels.
    SELECT ${columns} FROM alerting.alert AS alert JOIN alerting.alert_body AS body ON body.alert_id = alert.id
    WHERE alert.id = ${id}`.execute(db);
  return rows[0];
};

/** The newest alerts that were received since then, behind `before`, in portions: one try looks at many. */
export const storedAlerts = async (
  db: PolicyHandle,
  which: { readonly since: Temporal.Instant; readonly before: string | null; readonly limit: number },
): Promise<StoredAlert[]> => {
  const { rows } = await sql<StoredAlert>`-- Ids are in the order in which alerts came.
    SELECT ${columns} FROM alerting.alert AS alert JOIN alerting.alert_body AS body ON body.alert_id = alert.id
    WHERE (${which.before}::uuid IS NULL OR alert.id < ${which.before}::uuid) AND alert.received_at >= ${which.since.toString()}::timestamptz
    ORDER BY alert.id DESC LIMIT ${which.limit}`.execute(db);
  return rows;
};

/** The teams and people that what nobody owns goes to. */
export const standIns = async (
  db: PolicyHandle,
): Promise<{ readonly adminsTeam: string | null; readonly admins: readonly string[] }> => {
  const { rows } = await sql<{
    adminsTeam: string | null;
    admins: string[];
  }>`-- The first team with an admin of the organisation, and these admins.
    SELECT (SELECT min(t.name) FROM identity.team t JOIN identity.team_member m ON m.team_id = t.id
        JOIN identity.person p ON p.id = m.person_id WHERE p.role = 'admin' AND p.state <> 'disabled') AS "adminsTeam",
      (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM (
        SELECT name FROM identity.person WHERE role = 'admin' AND state <> 'disabled' ORDER BY name LIMIT 20) a) AS admins`.execute(
    db,
  );
  return rows[0]!;
};
