import { sql } from 'kysely';
import type { Db } from './tables.ts';

/** Removes what has run out: tickets, sessions, links, challenges, flows. Nothing that was removed could be used any more. */
export const removeExpired = async (db: Db, now: Date, idleSince: Date): Promise<void> => {
  // Windows of limits that are over.
  await sql`DELETE FROM identity.ticket WHERE window_ends_at < ${now}`.execute(db);
  // Sessions that are too old or were not used for long.
  await sql`DELETE FROM identity.session WHERE expires_at < ${now} OR last_seen_at < ${idleSince}`.execute(db);
  // One-time links that nobody followed.
  await sql`DELETE FROM identity.one_time_link WHERE expires_at < ${now}`.execute(db);
  // WebAuthn challenges that nobody answered.
  await sql`DELETE FROM identity.passkey_challenge WHERE expires_at < ${now}`.execute(db);
  // Sign-ins that never came back from their issuer.
  await sql`DELETE FROM identity.sso_flow WHERE expires_at < ${now}`.execute(db);
};
