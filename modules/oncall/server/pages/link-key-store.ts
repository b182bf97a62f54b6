import { sql } from 'kysely';
import type { Db } from './tables.ts';

/** Keeps the key where there is none yet; gives back the one that stands. */
export const keepLinkKey = async (db: Db, encrypted: Buffer): Promise<Buffer> => {
  const { rows } = await sql<{
    key_encrypted: Buffer;
  }>`-- Of two first starts at once one wins; the empty update gives its key to both.
    INSERT INTO oncall.link_key (id, key_encrypted, made_at) VALUES (1, ${encrypted}, ground.now())
    ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING key_encrypted`.execute(db);
  return rows[0]!.key_encrypted;
};
