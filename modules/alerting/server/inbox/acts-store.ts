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
  const all = group === null ? ids : [...new Set([...ids, ...(await openOf(tx, group))])];
  await sql`-- What is open first, as batches do that bring them.
    SELECT 1 FROM alerting.alert_open WHERE alert_id = ANY(${all}::uuid[]) ORDER BY key_hash FOR UPDATE`.execute(tx);
  const { rows } = await sql<ActedOn>`-- A batch that changes them waits.
    SELECT id, service, own_team, integration_team FROM alerting.alert WHERE id = ANY(${all}::uuid[])
    ORDER BY id FOR NO KEY UPDATE`.execute(tx);
  return rows;
};

const openOf = async (tx: AlertTx, group: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`-- By the index of the group.
    SELECT alert.id FROM alerting.group_member AS member JOIN alerting.alert AS alert ON alert.id = member.alert_id
    WHERE member.group_id = ${group}::uuid AND alert.status <> 'resolved'`.execute(tx);
  return rows.map((row) => row.id);
};
