import { sql } from 'kysely';
import type { Db } from './tables.ts';

/** Keeps an encrypted key under a name unless there is one; gives back the one that stands. */
export const keepSigningKey = async (db: Db, name: string, encrypted: Buffer): Promise<Buffer> => {
  await sql`-- Of two processes that start together one wins.
    INSERT INTO delivery.signing_key (name, encrypted) VALUES (${name}, ${encrypted}) ON CONFLICT (name) DO NOTHING`.execute(
    db,
  );
  const { rows } = await sql<{ encrypted: Buffer }>`-- The one that stands.
    SELECT encrypted FROM delivery.signing_key WHERE name = ${name}`.execute(db);
  return rows[0]!.encrypted;
};
