import type { Factors } from '../../domain/sign-in-step.ts';
import { sql } from 'kysely';
import type { Db, IdentityTables, PasskeyPurpose, PasskeyRow, Tx } from './tables.ts';

/** What a person can bring as a second factor. */
export const factorsOf = async (db: Db, personId: string): Promise<Factors> => {
  const { rows } = await sql<{ totp: boolean; passkeys: number; recovery_codes: number }>`
    -- Which second factors a person has set up.
    SELECT EXISTS (SELECT 1 FROM identity.totp WHERE person_id = ${personId} AND enabled_at IS NOT NULL) AS totp,
      (SELECT count(*)::int FROM identity.passkey WHERE person_id = ${personId}) AS passkeys,
      (SELECT count(*)::int FROM identity.recovery_code WHERE person_id = ${personId}) AS recovery_codes`.execute(db);
  const row = rows[0]!;
  return { totp: row.totp, passkeys: row.passkeys, recoveryCodesLeft: row.recovery_codes };
};

export type TotpRow = IdentityTables['identity.totp'];

export const findTotp = (db: Db, personId: string): Promise<TotpRow | undefined> =>
  db.selectFrom('identity.totp').selectAll().where('person_id', '=', personId).executeTakeFirst();

/** Keeps a new seed that is not enabled yet; an enabled one is never overwritten. Says whether it was kept. */
export const offerTotp = async (tx: Tx, totp: TotpRow): Promise<boolean> => {
  const kept = await tx
    .insertInto('identity.totp')
    .values(totp)
    .onConflict((conflict) =>
      conflict
        .column('person_id')
        .doUpdateSet({ seed_encrypted: totp.seed_encrypted, created_at: totp.created_at, last_step: 0 })
        .where('identity.totp.enabled_at', 'is', null),
    )
    .executeTakeFirst();
  return (kept.numInsertedOrUpdatedRows ?? 0n) > 0n;
};

/** Takes a time step of an enabled authenticator app: true for one caller only, and never again for it or an earlier step. */
export const acceptTotpStep = async (tx: Tx, personId: string, step: number): Promise<boolean> => {
  const accepted = await tx
    .updateTable('identity.totp')
    .set({ last_step: step })
    .where('person_id', '=', personId)
    .where('enabled_at', 'is not', null)
    .where('last_step', '<', step)
    .executeTakeFirst();
  return accepted.numUpdatedRows > 0n;
};

/** Enables an offered seed with the step of its first right code. */
export const enableTotp = async (tx: Tx, personId: string, step: number, now: Date): Promise<boolean> => {
  const enabled = await tx
    .updateTable('identity.totp')
    .set({ enabled_at: now, last_step: step })
    .where('person_id', '=', personId)
    .where('enabled_at', 'is', null)
    .executeTakeFirst();
  return enabled.numUpdatedRows > 0n;
};

export const removeTotp = async (tx: Tx, personId: string): Promise<boolean> =>
  (await tx.deleteFrom('identity.totp').where('person_id', '=', personId).executeTakeFirst()).numDeletedRows > 0n;

export const replaceRecoveryCodes = async (tx: Tx, personId: string, hashes: readonly Buffer[]): Promise<void> => {
  await tx.deleteFrom('identity.recovery_code').where('person_id', '=', personId).execute();
  if (hashes.length > 0)
    await tx
      .insertInto('identity.recovery_code')
      .values(hashes.map((hash) => ({ person_id: personId, code_hash: hash })))
      .execute();
};

/** Uses a recovery code up; of two requests with the same code one gets true. */
export const consumeRecoveryCode = async (tx: Tx, personId: string, hash: Buffer): Promise<boolean> =>
  (
    await tx
      .deleteFrom('identity.recovery_code')
      .where('person_id', '=', personId)
      .where('code_hash', '=', hash)
      .executeTakeFirst()
  ).numDeletedRows > 0n;

export const passkeysOf = (db: Db, personId: string): Promise<PasskeyRow[]> =>
  db.selectFrom('identity.passkey').selectAll().where('person_id', '=', personId).orderBy('created_at').execute();

export const findPasskey = (db: Db, credentialId: string): Promise<PasskeyRow | undefined> =>
  db.selectFrom('identity.passkey').selectAll().where('credential_id', '=', credentialId).executeTakeFirst();

export const insertPasskey = async (tx: Tx, passkey: PasskeyRow): Promise<void> => {
  await tx.insertInto('identity.passkey').values(passkey).execute();
};

/** Notes a use. A counter that did not grow (where the authenticator counts at all) means a copy: false. */
export const usePasskey = async (tx: Tx, id: string, counter: number, now: Date): Promise<boolean> => {
  const used = await tx
    .updateTable('identity.passkey')
    .set({ counter, last_used_at: now })
    .where('id', '=', id)
    .where((passkey) =>
      passkey.or([
        passkey('counter', '<', counter),
        passkey.and([passkey('counter', '=', 0), passkey.lit(counter === 0)]),
      ]),
    )
    .executeTakeFirst();
  return used.numUpdatedRows > 0n;
};

export const removePasskeys = async (tx: Tx, personId: string, only?: string): Promise<string[]> => {
  let removed = tx.deleteFrom('identity.passkey').where('person_id', '=', personId);
  if (only !== undefined) removed = removed.where('id', '=', only);
  return (await removed.returning('name').execute()).map((row) => row.name);
};

export const insertChallenge = async (
  db: Db,
  challenge: IdentityTables['identity.passkey_challenge'],
): Promise<void> => {
  await db.insertInto('identity.passkey_challenge').values(challenge).execute();
};

/** Takes a challenge away; it was ours, for this purpose and session, and not answered before, when a row went. */
export const consumeChallenge = async (
  db: Db,
  challenge: { hash: Buffer; purposes: readonly PasskeyPurpose[]; sessionId: string | null; now: Date },
): Promise<PasskeyPurpose | null> => {
  const row = await db
    .deleteFrom('identity.passkey_challenge')
    .where('challenge_hash', '=', challenge.hash)
    .where('purpose', 'in', [...challenge.purposes])
    .where((each) =>
      each.or([
        each('session_id', 'is', null),
        ...(challenge.sessionId ? [each('session_id', '=', challenge.sessionId)] : []),
      ]),
    )
    .where('expires_at', '>', challenge.now)
    .returning('purpose')
    .executeTakeFirst();
  return row?.purpose ?? null;
};
