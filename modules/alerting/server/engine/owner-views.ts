import { sql } from 'kysely';
import type { AlertTx } from '../intake/tables.ts';

/** Who is named for a group's alerts beside the catalog, and who stands in where nobody is. */
export interface GroupTeams {
  /** Named for the thing itself. */
  readonly own: string | null;
  /** Who has the integration. */
  readonly integration: string | null;
  /** Name of the integration. */
  readonly source: string;
  /** What it is, where it is one of Leadline's own sources. */
  readonly objective: string | null;
  readonly heartbeat: string | null;
  readonly adminsTeam: string | null;
  readonly admins: readonly string[];
}

export const groupTeams = async (tx: AlertTx, group: string): Promise<GroupTeams> => {
  const { rows } = await sql<GroupTeams>`-- By the first alert of the group, and the organisation's admins.
    SELECT alert.own_team AS own, alert.integration_team AS integration, alert.integration AS source,
      CASE WHEN alert.kind = 'budget' THEN body.labels->>'objective' END AS objective,
      CASE WHEN alert.kind = 'heartbeat' THEN body.labels->>'heartbeat' END AS heartbeat,
      (SELECT min(t.name) FROM identity.team t JOIN identity.team_member m ON m.team_id = t.id
        JOIN identity.person p ON p.id = m.person_id WHERE p.role = 'admin' AND p.state <> 'disabled') AS "adminsTeam",
      (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM (
        SELECT name FROM identity.person WHERE role = 'admin' AND state <> 'disabled' ORDER BY name LIMIT 20) a) AS admins
    FROM alerting.group_member AS member JOIN alerting.alert AS alert ON alert.id = member.alert_id
    JOIN alerting.alert_body AS body ON body.alert_id = alert.id WHERE member.group_id = ${group} ORDER BY (alert.status = 'resolved'), alert.id LIMIT 1`.execute(
    tx,
  );
  return rows[0]!;
};
