import type { Db, IdentityTables, Tx } from './tables.ts';

export type LinkRow = IdentityTables['identity.one_time_link'];

/** Keeps a link; earlier ones of the same person stop working. */
export const replaceLink = async (tx: Tx, link: LinkRow): Promise<void> => {
  await removeLinksOf(tx, link.person_id);
  await tx.insertInto('identity.one_time_link').values(link).execute();
};

export const removeLinksOf = async (tx: Tx, personId: string): Promise<void> => {
  await tx.deleteFrom('identity.one_time_link').where('person_id', '=', personId).execute();
};

export const findLink = (db: Db, tokenHash: Buffer, now: Date): Promise<LinkRow | undefined> =>
  db
    .selectFrom('identity.one_time_link')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst();

/** Takes the link away; of two that follow it at once, one gets it. */
export const consumeLink = (tx: Tx, tokenHash: Buffer, now: Date): Promise<LinkRow | undefined> =>
  tx
    .deleteFrom('identity.one_time_link')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
