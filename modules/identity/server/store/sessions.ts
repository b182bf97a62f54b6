import { sql } from 'kysely';
import type { Role } from '../../../../kernel/role.ts';
import type { Db, SessionRow, Tx } from './tables.ts';

/** A session with the person it belongs to and the person's roles in teams. */
export interface SessionView extends SessionRow {
  readonly person_name: string;
  readonly display_name: string;
  readonly role: Role;
  readonly teams: Record<string, Role>;
}

/** The living session of an active person; idle and over-aged ones are not found. */
export const findSession = async (
  db: Db,
  tokenHash: Buffer,
  idleSince: Date,
  now: Date,
): Promise<SessionView | undefined> => {
  const { rows } = await sql<SessionView>`
    -- The session behind a cookie, with who it is and their roles in teams; asked at each request of the page.
    SELECT s.*, p.name AS person_name, p.display_name, p.role,
      (SELECT coalesce(json_object_agg(t.name, m.role), '{}') FROM identity.team_member m JOIN identity.team t ON t.id = m.team_id
        WHERE m.person_id = p.id) AS teams
    FROM identity.session s JOIN identity.person p ON p.id = s.person_id
    WHERE s.token_hash = ${tokenHash} AND p.state = 'active' AND s.expires_at > ${now} AND s.last_seen_at > ${idleSince}`.execute(
    db,
  );
  return rows[0];
};

/** Keeps a new session; a person's oldest beyond `most` end. */
export const insertSession = async (tx: Tx, session: SessionRow, most: number): Promise<void> => {
  await tx.insertInto('identity.session').values(session).execute();
  const kept = tx
    .selectFrom('identity.session')
    .select('id')
    .where('person_id', '=', session.person_id)
    .orderBy('created_at', 'desc')
    .limit(most);
  await tx
    .deleteFrom('identity.session')
    .where('person_id', '=', session.person_id)
    .where('id', 'not in', kept)
    .execute();
};

/** Gives the session another secret and what else changes; undefined when somebody else was first. */
export const renewSession = (
  tx: Tx,
  oldHash: Buffer,
  change: Partial<SessionRow> & { token_hash: Buffer },
): Promise<SessionRow | undefined> =>
  tx.updateTable('identity.session').set(change).where('token_hash', '=', oldHash).returningAll().executeTakeFirst();

/** Notes that a session was used, unless it was noted since `noted`. */
export const touchSession = async (
  db: Db,
  session: { id: string; person_id: string },
  noted: Date,
  now: Date,
): Promise<void> => {
  await db
    .updateTable('identity.session')
    .set({ last_seen_at: now })
    .where('id', '=', session.id)
    .where('last_seen_at', '<', noted)
    .execute();
  await db.updateTable('identity.person').set({ last_seen_at: now }).where('id', '=', session.person_id).execute();
};

/** The sessions of a person that are through, last used first. */
export const sessionsOf = (db: Db, personId: string, idleSince: Date, now: Date): Promise<SessionRow[]> =>
  db
    .selectFrom('identity.session')
    .selectAll()
    .where('person_id', '=', personId)
    .where('level', '=', 'full')
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', idleSince)
    .orderBy('last_seen_at', 'desc')
    .execute();

/** Ends sessions of a person: one, all, or all but one. Gives back their ids. */
export const endSessions = async (
  tx: Tx,
  personId: string,
  which: { only?: string; except?: string },
): Promise<string[]> => {
  let ended = tx.deleteFrom('identity.session').where('person_id', '=', personId);
  if (which.only !== undefined) ended = ended.where('id', '=', which.only);
  if (which.except !== undefined) ended = ended.where('id', '<>', which.except);
  return (await ended.returning('id').execute()).map((row) => row.id);
};

/** Whether the person signed in from this address since then. */
export const signedInFrom = async (db: Db, personId: string, address: string, since: Date): Promise<boolean> =>
  (await db
    .selectFrom('identity.session')
    .select('id')
    .where('person_id', '=', personId)
    .where('address', '=', address)
    .where('level', '=', 'full')
    .where('last_seen_at', '>', since)
    .limit(1)
    .executeTakeFirst()) !== undefined;

/** Ends the session behind a cookie; gives back whose it was. */
export const endSessionByHash = (tx: Tx, tokenHash: Buffer): Promise<SessionRow | undefined> =>
  tx.deleteFrom('identity.session').where('token_hash', '=', tokenHash).returningAll().executeTakeFirst();
