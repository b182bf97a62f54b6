import { sql } from 'kysely';
import type { OpsgenieHeartbeat } from '../../domain/sources/opsgenie-heartbeat.ts';
import type { AlertHandle, AlertTx } from '../intake/tables.ts';

export interface HeartbeatSaidRow {
  readonly name: string;
  /** Its name in the module probes. */
  readonly heartbeat: string;
  readonly said: OpsgenieHeartbeat;
}

/** Heartbeats of an integration by name, or the one of a name. */
export const saidHeartbeats = async (
  db: AlertHandle,
  integration: string,
  name: string | null,
): Promise<HeartbeatSaidRow[]> => {
  const { rows } =
    await sql<HeartbeatSaidRow>`-- Only of the integration whose key was shown; probes bounds how many there are.
    SELECT name, heartbeat, said FROM alerting.opsgenie_heartbeat
    WHERE integration = ${integration} AND (${name}::text IS NULL OR name = ${name}) ORDER BY name`.execute(db);
  return rows;
};

export const saveSaidHeartbeat = async (
  tx: AlertTx,
  integration: string,
  { name, heartbeat, said }: HeartbeatSaidRow,
): Promise<void> => {
  await sql`-- What probes does not know of it: the name as it was said, whether it is switched on.
    INSERT INTO alerting.opsgenie_heartbeat (integration, name, heartbeat, said, made_at)
    VALUES (${integration}, ${name}, ${heartbeat}, ${JSON.stringify(said)}::jsonb, ground.now())
    ON CONFLICT (integration, name) DO UPDATE SET said = excluded.said`.execute(tx);
};

/** One at a time gives names to heartbeats. */
export const lockNames = async (tx: AlertTx): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('alerting:opsgenie-heartbeats', 0))`.execute(tx);
};

export const namesTaken = async (db: AlertHandle): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{ heartbeat: string }>`-- Also of heartbeats that are switched off and so not in probes.
    SELECT heartbeat FROM alerting.opsgenie_heartbeat`.execute(db);
  return new Set(rows.map(({ heartbeat }) => heartbeat));
};

export const removeSaidHeartbeat = async (tx: AlertTx, integration: string, name: string): Promise<void> => {
  await sql`-- It is watched no longer.
    DELETE FROM alerting.opsgenie_heartbeat WHERE integration = ${integration} AND name = ${name}`.execute(tx);
};
