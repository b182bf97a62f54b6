import { sql, type Kysely } from 'kysely';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import type { Secrets } from '../../../../identity/server/public.ts';
import { makeVapidKeys, type VapidKeys } from './vapid.ts';

interface WebPushTables {
  'delivery.web_push_key': { only_row: boolean; public_key: string; private_key: Buffer; made_at: Date };
}

const place = 'delivery:web-push:key';

/** Our keys towards push services: made at the first use, the same for all processes, the private one encrypted. */
export const keepVapidKeys = (postgres: Postgres, secrets: Secrets): (() => Promise<VapidKeys>) => {
  const db = postgres.tables<WebPushTables>();
  let known: Promise<VapidKeys> | null = null;
  return () => {
    known ??= loadOrMake(db, secrets).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
};

const loadOrMake = async (db: Kysely<WebPushTables>, secrets: Secrets): Promise<VapidKeys> => {
  const kept = await load(db, secrets);
  if (kept) return kept;
  const made = makeVapidKeys();
  const encrypted = secrets.encrypt(JSON.stringify(made.privateJwk), place);
  await sql`-- Of two processes that use it for the first time at once, the first one's stays.
    INSERT INTO delivery.web_push_key (only_row, public_key, private_key, made_at)
    VALUES (true, ${made.publicKey}, ${encrypted}, ground.now()) ON CONFLICT DO NOTHING`.execute(db);
  return (await load(db, secrets))!;
};

const load = async (db: Kysely<WebPushTables>, secrets: Secrets): Promise<VapidKeys | null> => {
  // The one pair.
  const row = await db.selectFrom('delivery.web_push_key').selectAll().executeTakeFirst();
  if (!row) return null;
  return { publicKey: row.public_key, privateJwk: JSON.parse(secrets.decrypt(row.private_key, place)) };
};
