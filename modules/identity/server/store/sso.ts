import type { Db, IdentityTables, ProviderRow, Tx } from './tables.ts';

export type SsoFlowRow = IdentityTables['identity.sso_flow'];
export type SsoIdentityRow = IdentityTables['identity.sso_identity'];

export const listProviders = (db: Db): Promise<ProviderRow[]> =>
  db.selectFrom('identity.sso_provider').selectAll().orderBy('name').execute();

export const findProvider = (db: Db, by: { name: string } | { id: string }): Promise<ProviderRow | undefined> => {
  const providers = db.selectFrom('identity.sso_provider').selectAll();
  return ('name' in by ? providers.where('name', '=', by.name) : providers.where('id', '=', by.id)).executeTakeFirst();
};

/** Keeps a provider under its name, new or changed. */
export const upsertProvider = async (tx: Tx, provider: ProviderRow): Promise<void> => {
  const { id: _id, created_at: _createdAt, ...change } = provider;
  await tx
    .insertInto('identity.sso_provider')
    .values(provider)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(change))
    .execute();
};

export const providerByIssuer = (db: Db, issuer: string): Promise<ProviderRow | undefined> =>
  db.selectFrom('identity.sso_provider').selectAll().where('issuer', '=', issuer).executeTakeFirst();

export const removeProvider = async (tx: Tx, name: string): Promise<ProviderRow | undefined> =>
  tx.deleteFrom('identity.sso_provider').where('name', '=', name).returningAll().executeTakeFirst();

export const insertFlow = async (db: Db, flow: SsoFlowRow): Promise<void> => {
  await db.insertInto('identity.sso_flow').values(flow).execute();
};

/** Takes a flow away: its state is good for one return, in the browser that began it. */
export const consumeFlow = (
  db: Db,
  hashes: { state: Buffer; browser: Buffer },
  now: Date,
): Promise<SsoFlowRow | undefined> =>
  db
    .deleteFrom('identity.sso_flow')
    .where('state_hash', '=', hashes.state)
    .where('browser_hash', '=', hashes.browser)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();

/** The person at an issuer: by issuer and subject, never by e-mail. */
export const findIdentity = (db: Db, issuer: string, subject: string): Promise<SsoIdentityRow | undefined> =>
  db
    .selectFrom('identity.sso_identity')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();

export const identitiesOf = (db: Db, personId: string): Promise<SsoIdentityRow[]> =>
  db.selectFrom('identity.sso_identity').selectAll().where('person_id', '=', personId).orderBy('linked_at').execute();

/** Links; false when the subject was linked meanwhile. */
export const insertIdentity = async (tx: Tx, identity: SsoIdentityRow): Promise<boolean> => {
  const kept = await tx
    .insertInto('identity.sso_identity')
    .values(identity)
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .executeTakeFirst();
  return (kept.numInsertedOrUpdatedRows ?? 0n) > 0n;
};

export const removeIdentity = (tx: Tx, personId: string, id: string): Promise<SsoIdentityRow | undefined> =>
  tx
    .deleteFrom('identity.sso_identity')
    .where('person_id', '=', personId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
