import { Refusal } from '../../../kernel/problem.ts';
import type { FastifyRequest } from 'fastify';
import type { ShownSession } from './authenticate.ts';
import { personActor, type IdentityGround } from './identity-ground.ts';
import { hashPassword, passwordMatches } from './password-hash.ts';
import { keepPasskey, notePasskeyUse, verifiedAuthentication, verifiedRegistration } from './passkeys.ts';
import { requireGoodPassword } from './passwords.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';
import { wrongCode } from './refusals.ts';
import { newSecret, hashSecret } from './secret-text.ts';
import { confirmedUntil, confirmSession } from './sessions.ts';
import { requireTotp } from './sign-in.ts';
import {
  enableTotp,
  factorsOf,
  findTotp,
  offerTotp,
  removePasskeys,
  removeTotp,
  replaceRecoveryCodes,
} from './store/factors.ts';
import { readOrganisation } from './store/organisation.ts';
import { findPerson, lockPerson, updatePerson } from './store/people.ts';
import { endSessions, renewSession } from './store/sessions.ts';
import { identitiesOf, removeIdentity } from './store/sso.ts';
import type { Tx } from './store/tables.ts';
import { newTotpSeed, totpStep, totpUri } from './totp.ts';
import { takeSecondFactorTicket } from './try-limits.ts';

/** Refuses a change to how somebody signs in unless they have just proved again who they are. */
export const requireConfirmed = (identity: IdentityGround, { session }: ShownSession): void => {
  if (confirmedUntil(session, identity.now()) !== null) return;
  throw new Refusal({
    status: 403,
    code: 'identity.confirm-first',
    title: 'Confirm first that it is you',
    detail: 'Give your password, a code of your authenticator app, or a passkey.',
  });
};

export type Confirmation = { readonly secret: string; readonly until: Date };

/** Confirms by password or by a code of the authenticator app; tries are few. */
export const confirmBy = async (
  identity: IdentityGround,
  shown: ShownSession,
  proof: { password: string } | { code: string },
): Promise<Confirmation> => {
  const { session, secret } = shown;
  const tickets = await takeSecondFactorTicket(identity, session.person_id);
  if ('password' in proof) {
    const person = await findPerson(identity.db, session.person_id);
    if (!(await passwordMatches(proof.password, person?.password_hash ?? null))) {
      throw new Refusal({
        status: 403,
        code: 'identity.password-wrong',
        title: 'The password is wrong',
        errors: [{ path: 'body.password', message: 'is wrong' }],
      });
    }
  }
  const confirmed = await identity.transaction(async (tx) => {
    if ('code' in proof) await requireTotp(identity, tx, session.person_id, proof.code);
    return confirmSession(identity, tx, { session, secret, by: 'code' in proof ? 'totp' : 'password' });
  });
  await tickets.giveBack();
  return confirmed;
};

export const confirmByPasskey = async (
  identity: IdentityGround,
  request: FastifyRequest,
  shown: ShownSession,
  response: Record<string, unknown>,
): Promise<Confirmation> => {
  const { session, secret } = shown;
  const used = await verifiedAuthentication(identity, request, { purposes: ['confirm'], session, response });
  return identity.transaction(async (tx) => {
    await notePasskeyUse(identity, tx, used);
    return confirmSession(identity, tx, { session, secret, by: 'passkey' });
  });
};

export const renameSelf = (identity: IdentityGround, { session }: ShownSession, displayName: string): Promise<void> =>
  identity.transaction(async (tx) => {
    const before = await lockPerson(tx, session.person_id);
    if (before!.display_name === displayName) return;
    await updatePerson(tx, session.person_id, { display_name: displayName });
    await tell(identity, tx, session, 'person.changed', {
      name: before!.name,
      before: { displayName: before!.display_name },
      after: { displayName },
    });
  });

/** Sets a new password; every other session ends, and this one gets a new secret. */
export const changePassword = async (
  identity: IdentityGround,
  shown: ShownSession,
  password: string,
): Promise<{ secret: string }> => {
  requireConfirmed(identity, shown);
  const { session } = shown;
  const person = await findPerson(identity.db, session.person_id);
  requireGoodPassword(password, person!);
  const passwordHash = await hashPassword(password);
  return identity.transaction(async (tx) => {
    await updatePerson(tx, session.person_id, { password_hash: passwordHash });
    const ended = await endSessions(tx, session.person_id, { except: session.id });
    await tell(identity, tx, session, 'password.changed', { sessionsEnded: ended.length });
    return renewedSecret(tx, shown);
  });
};

/** A new seed, kept encrypted; it counts only after `enableAuthenticator`. */
export const offerAuthenticator = async (
  identity: IdentityGround,
  shown: ShownSession,
): Promise<{ secret: string; uri: string }> => {
  requireConfirmed(identity, shown);
  const { person_id: personId, person_name: name } = shown.session;
  const seed = newTotpSeed();
  const kept = await identity.transaction((tx) =>
    offerTotp(tx, {
      person_id: personId,
      seed_encrypted: identity.secrets.encrypt(seed, `totp:${personId}`),
      enabled_at: null,
      last_step: 0,
      created_at: identity.now(),
    }),
  );
  if (!kept)
    throw new Refusal({
      status: 409,
      code: 'identity.totp-enabled-already',
      title: 'An authenticator app is set up already',
      detail: 'Remove it first.',
    });
  const { name: organisation } = await readOrganisation(identity.db);
  return {
    secret: seed,
    uri: totpUri({ seed, issuer: `Leadline ${organisation === 'Leadline' ? '' : organisation}`.trim(), label: name }),
  };
};

/** Enables the offered seed by its first code. Recovery codes come with it; this session gets a new secret. */
export const enableAuthenticator = async (
  identity: IdentityGround,
  shown: ShownSession,
  code: string,
): Promise<{ recoveryCodes: string[]; secret: string }> => {
  requireConfirmed(identity, shown);
  const { session } = shown;
  const tickets = await takeSecondFactorTicket(identity, session.person_id);
  const enabled = await identity.transaction(async (tx) => {
    const totp = await findTotp(tx, session.person_id);
    if (!totp || totp.enabled_at !== null)
      throw new Refusal({
        status: 409,
        code: 'identity.totp-not-offered',
        title: 'Begin again',
        detail: 'No authenticator app is being set up.',
      });
    const step = totpStep(
      identity.secrets.decrypt(totp.seed_encrypted, `totp:${session.person_id}`),
      code,
      identity.now(),
    );
    if (step === null || !(await enableTotp(tx, session.person_id, step, identity.now()))) throw wrongCode();
    const recoveryCodes = await makeRecoveryCodes(tx, session.person_id);
    await tell(identity, tx, session, 'totp.enabled', {});
    return { recoveryCodes, ...(await renewedSecret(tx, shown)) };
  });
  await tickets.giveBack();
  return enabled;
};

export const disableAuthenticator = (identity: IdentityGround, shown: ShownSession): Promise<void> => {
  requireConfirmed(identity, shown);
  const { session } = shown;
  return identity.transaction(async (tx) => {
    if (!(await removeTotp(tx, session.person_id)))
      throw new Refusal({ status: 404, code: 'identity.totp-none', title: 'No authenticator app is set up' });
    await forgetUselessRecoveryCodes(tx, session.person_id);
    await tell(identity, tx, session, 'totp.disabled', {});
  });
};

export const newRecoveryCodes = (identity: IdentityGround, shown: ShownSession): Promise<string[]> => {
  requireConfirmed(identity, shown);
  const { session } = shown;
  return identity.transaction(async (tx) => {
    const factors = await factorsOf(tx, session.person_id);
    if (!factors.totp && factors.passkeys === 0) {
      throw new Refusal({
        status: 409,
        code: 'identity.no-second-factor',
        title: 'There is no second factor to recover',
        detail: 'Set up an authenticator app or a passkey first.',
      });
    }
    const codes = await makeRecoveryCodes(tx, session.person_id);
    await tell(identity, tx, session, 'recovery-codes.made', { count: codes.length });
    return codes;
  });
};

/** Keeps a verified passkey. Recovery codes come with the first second factor; this session gets a new secret. */
export const addPasskey = async (
  identity: IdentityGround,
  request: FastifyRequest,
  shown: ShownSession,
  named: { readonly name: string; readonly response: Record<string, unknown> },
): Promise<{ recoveryCodes: string[]; secret: string }> => {
  requireConfirmed(identity, shown);
  const { session } = shown;
  const passkey = await verifiedRegistration(identity, request, session, named);
  return identity.transaction(async (tx) => {
    const { recoveryCodesLeft } = await factorsOf(tx, session.person_id);
    await keepPasskey(tx, passkey);
    await tell(identity, tx, session, 'passkey.added', { passkey: passkey.id, name: passkey.name });
    const recoveryCodes = recoveryCodesLeft > 0 ? [] : await makeRecoveryCodes(tx, session.person_id);
    return { recoveryCodes, ...(await renewedSecret(tx, shown)) };
  });
};

export const removePasskey = (identity: IdentityGround, shown: ShownSession, id: string): Promise<void> => {
  requireConfirmed(identity, shown);
  const { session } = shown;
  return identity.transaction(async (tx) => {
    await requireAnotherWayIn(tx, session.person_id, { without: 'passkey' });
    const [name] = await removePasskeys(tx, session.person_id, id);
    if (name === undefined)
      throw new Refusal({ status: 404, code: 'identity.passkey-unknown', title: 'You have no such passkey' });
    await forgetUselessRecoveryCodes(tx, session.person_id);
    await tell(identity, tx, session, 'passkey.removed', { passkey: id, name });
  });
};

export const unlinkIdentity = (identity: IdentityGround, shown: ShownSession, id: string): Promise<void> => {
  requireConfirmed(identity, shown);
  const { session } = shown;
  return identity.transaction(async (tx) => {
    await requireAnotherWayIn(tx, session.person_id, { without: 'identity' });
    const removed = await removeIdentity(tx, session.person_id, id);
    if (!removed) throw new Refusal({ status: 404, code: 'identity.identity-unknown', title: 'You have no such link' });
    await tell(identity, tx, session, 'sso-identity.unlinked', { issuer: removed.issuer, subject: removed.subject });
  });
};

/** Ends one's sessions: one, or all but this. */
export const endOwnSessions = (identity: IdentityGround, { session }: ShownSession, which: string): Promise<void> =>
  identity.transaction(async (tx) => {
    const ended = await endSessions(
      tx,
      session.person_id,
      which === 'others' ? { except: session.id } : { only: which },
    );
    if (ended.length === 0 && which !== 'others')
      throw new Refusal({ status: 404, code: 'identity.session-unknown', title: 'You have no such session' });
    if (ended.length > 0)
      await tell(identity, tx, session, 'session.ended', { sessions: ended, reason: 'ended-by-owner' });
  });

type Own = { readonly id: string; readonly person_id: string; readonly person_name: string };

const tell = async (
  identity: IdentityGround,
  tx: Tx,
  session: Own,
  kind: string,
  data: Record<string, unknown>,
): Promise<void> => {
  await identity.ledger.append(tx, {
    kind,
    subject: `person:${session.person_id}`,
    actor: personActor({ id: session.person_id, name: session.person_name }),
    data,
  });
};

/** After a change of level the cookie of before must not work any more. */
const renewedSecret = async (tx: Tx, shown: ShownSession): Promise<{ secret: string }> => {
  const secret = newSecret();
  await renewSession(tx, hashSecret(shown.secret), { token_hash: hashSecret(secret) });
  return { secret };
};

/** Recovery codes without a factor to recover would only lie about. */
const forgetUselessRecoveryCodes = async (tx: Tx, personId: string): Promise<void> => {
  const factors = await factorsOf(tx, personId);
  if (!factors.totp && factors.passkeys === 0) await replaceRecoveryCodes(tx, personId, []);
};

/** Nobody locks themselves out: something to sign in with must remain. */
const requireAnotherWayIn = async (
  tx: Tx,
  personId: string,
  { without }: { without: 'passkey' | 'identity' },
): Promise<void> => {
  const person = await lockPerson(tx, personId);
  const { passkeys } = await factorsOf(tx, personId);
  const identities = (await identitiesOf(tx, personId)).length;
  const left = (person!.password_hash === null ? 0 : 1) + passkeys + identities - 1;
  if (left <= 0) {
    throw new Refusal({
      status: 409,
      code: 'identity.last-way-in',
      title: `This ${without === 'passkey' ? 'passkey' : 'link'} is your only way in`,
      detail: 'Set a password or add a passkey first.',
    });
  }
};
