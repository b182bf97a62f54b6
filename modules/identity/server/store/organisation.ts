import type { Db, IdentityTables, Tx } from './tables.ts';

export type OrganisationRow = IdentityTables['identity.organisation'];

export const readOrganisation = (db: Db): Promise<OrganisationRow> =>
  db.selectFrom('identity.organisation').selectAll().executeTakeFirstOrThrow();

/** Orders what must not happen twice at once: set-up, and changes of who is an admin. */
export const lockOrganisation = (tx: Tx): Promise<OrganisationRow> =>
  tx.selectFrom('identity.organisation').selectAll().forUpdate().executeTakeFirstOrThrow();

export const updateOrganisation = async (db: Db, change: Partial<OrganisationRow>): Promise<void> => {
  await db.updateTable('identity.organisation').set(change).execute();
};

/** Keeps one more set-up link; the newest `most` are enough. */
export const insertSetUpLink = async (tx: Tx, tokenHash: Buffer, now: Date, most: number): Promise<void> => {
  await tx.insertInto('identity.set_up_link').values({ token_hash: tokenHash, created_at: now }).execute();
  await tx
    .deleteFrom('identity.set_up_link')
    .where('token_hash', 'not in', (links) =>
      links.selectFrom('identity.set_up_link').select('token_hash').orderBy('created_at', 'desc').limit(most),
    )
    .execute();
};

/** Removes all set-up links if this one is among them; says whether it was. */
export const consumeSetUpLink = async (tx: Tx, tokenHash: Buffer): Promise<boolean> => {
  const used = await tx.deleteFrom('identity.set_up_link').where('token_hash', '=', tokenHash).executeTakeFirst();
  if (used.numDeletedRows === 0n) return false;
  await tx.deleteFrom('identity.set_up_link').execute();
  return true;
};
