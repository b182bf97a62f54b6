import { sql, type Kysely, type Transaction } from 'kysely';
import type { SharesTables } from './tables.ts';

export type Db = Kysely<SharesTables>;
export type Tx = Transaction<SharesTables>;
export type ShareRow = SharesTables['objectives.share'];

const inForce = (now: Date) => sql<boolean>`ended_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`;

/** Links that open something now, the newest first. */
export const sharesInForce = (db: Db, now: Date, limit: number): Promise<ShareRow[]> =>
  // What a list shows; there is a limit on how many there are.
  db.selectFrom('objectives.share').selectAll().where(inForce(now)).orderBy('id', 'desc').limit(limit).execute();

/** The link that a secret opens now, by its hash; null for an unknown, run out or ended one. */
export const shareBehind = async (db: Db, secretHash: Buffer, now: Date): Promise<ShareRow | null> => {
  // One link.
  const row = await db
    .selectFrom('objectives.share')
    .selectAll()
    .where('secret_hash', '=', secretHash)
    .where(inForce(now))
    .executeTakeFirst();
  return row ?? null;
};

/** One link in force, locked until the transaction ends. */
export const lockShare = async (tx: Tx, id: string, now: Date): Promise<ShareRow | null> => {
  // So that it is ended once.
  const row = await tx
    .selectFrom('objectives.share')
    .selectAll()
    .where('id', '=', id)
    .where(inForce(now))
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
};

/** How many are in force; one is made at a time, so that the limit holds. */
export const countShares = async (tx: Tx, now: Date): Promise<number> => {
  // A lock that ends with the transaction.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('objectives:shares', 0))`.execute(tx);
  // For the limit.
  const row = await tx
    .selectFrom('objectives.share')
    .select((select) => select.fn.countAll().as('count'))
    .where(inForce(now))
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

export const insertShare = async (tx: Tx, row: ShareRow): Promise<void> => {
  // Without its secret.
  await tx.insertInto('objectives.share').values(row).execute();
};

export const endShare = async (tx: Tx, id: string, by: string, at: Date): Promise<void> => {
  // It opens nothing any more.
  await tx.updateTable('objectives.share').set({ ended_at: at, ended_by: by }).where('id', '=', id).execute();
};

/** Objectives of these names, with who owns them. */
export const objectivesNamed = (
  tx: Tx,
  names: readonly string[],
): Promise<{ name: string; owner: string | null; service: string | null }[]> =>
  // For who may share them.
  tx
    .selectFrom('objectives.objective')
    .select(['name', 'owner', 'service'])
    .where('name', '=', sql<string>`ANY(${[...names]}::text[])`)
    .execute();
