import { sql } from 'kysely';
import type { AlertTx } from '../intake/tables.ts';

export interface ActedOn {
  readonly id: string;
  readonly service: string | null;
  readonly own_team: string | null;
  readonly integration_team: string | null;
}

/** These alerts, and those of a group that are not over, locked in one order. */
export const lockAlerts = async (tx: AlertTx, ids: readonly string[], group: string | null): Promise<ActedOn[]> => {
  await sql`-- What is open first, as batches do that bring them.
    SELECT 1 FROM alerting.alert_open WHERE alert_id = ANY(${ids}::uuid[]) OR alert_id IN (
      SELECT alert_id FROM alerting.group_member WHERE group_id = ${group}::uuid) ORDER BY key_hash FOR UPDATE`.execute(
    tx,
  );
  const { rows } = await sql<ActedOn>`-- A batch that changes them waits.
    SELECT id, service, own_team, integration_team FROM alerting.alert
    WHERE id = ANY(${ids}::uuid[]) OR (status <> 'resolved' AND id IN (
      SELECT alert_id FROM alerting.group_member WHERE group_id = ${group}::uuid))
    ORDER BY id FOR NO KEY UPDATE`.execute(tx);
  return rows;
};
