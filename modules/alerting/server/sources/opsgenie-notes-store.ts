import { sql } from 'kysely';
import type { AlertHandle } from '../intake/tables.ts';

const notesMax = 100;
const requestHours = 24;

export const addNote = async (
  db: AlertHandle,
  note: { readonly id: string; readonly alert: string; readonly text: string; readonly owner: string },
): Promise<void> => {
  await sql`-- What a client says beside the alert.
    INSERT INTO alerting.opsgenie_note (id, alert_id, note, owner, at)
    VALUES (${note.id}, ${note.alert}, ${note.text}, ${note.owner}, ground.now())`.execute(db);
  await sql`-- The newest stay.
    DELETE FROM alerting.opsgenie_note WHERE alert_id = ${note.alert} AND id IN (
      SELECT id FROM alerting.opsgenie_note WHERE alert_id = ${note.alert} ORDER BY at DESC, id DESC OFFSET ${notesMax})`.execute(
    db,
  );
};

export interface Told {
  readonly id: string;
  readonly text: string;
  readonly owner: string;
  readonly at: Date;
}

export const notesOf = async (db: AlertHandle, alert: string): Promise<Told[]> => {
  const { rows } = await sql<Told>`-- The newest first.
    SELECT id, note AS text, owner, at FROM alerting.opsgenie_note WHERE alert_id = ${alert}
    ORDER BY at DESC, id DESC LIMIT ${notesMax}`.execute(db);
  return rows;
};

/** What was decided of the alert, as Opsgenie's log of it. */
export const logOf = async (db: AlertHandle, alert: string): Promise<Told[]> => {
  const { rows } = await sql<Told>`-- The newest first.
    SELECT id::text, reason AS text, 'System' AS owner, at FROM alerting.alert_decision WHERE alert_id = ${alert}
    ORDER BY id DESC LIMIT ${notesMax}`.execute(db);
  return rows;
};

export interface RequestRow {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly is_success: boolean;
  readonly status: string;
  readonly alert_id: string | null;
  readonly alias: string | null;
}

/** What came of a request, for the client that asks for it. */
export const keepRequest = async (
  db: AlertHandle,
  request: {
    readonly id: string;
    readonly integration: string;
    readonly action: string;
    readonly isSuccess: boolean;
    readonly status: string;
    readonly alert: string | null;
    readonly alias: string | null;
  },
): Promise<void> => {
  await sql`-- One row a request that changes something.
    INSERT INTO alerting.opsgenie_request (id, integration, at, action, is_success, status, alert_id, alias)
    VALUES (${request.id}, ${request.integration}, ground.now(), ${request.action}, ${request.isSuccess}, ${request.status},
      ${request.alert}, ${request.alias}) ON CONFLICT (id) DO NOTHING`.execute(db);
};

export const requestBy = async (db: AlertHandle, integration: string, id: string): Promise<RequestRow | undefined> => {
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/iu.test(id)) return undefined;
  const { rows } = await sql<RequestRow>`-- Only of the integration whose key was shown.
    SELECT * FROM alerting.opsgenie_request WHERE id = ${id} AND integration = ${integration}`.execute(db);
  return rows[0];
};

export const forgetRequests = async (db: AlertHandle): Promise<void> => {
  await sql`-- Clients ask within seconds.
    DELETE FROM alerting.opsgenie_request WHERE at < ground.now() - make_interval(hours => ${requestHours})`.execute(
    db,
  );
};
