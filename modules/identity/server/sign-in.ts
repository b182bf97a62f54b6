import { signInRefused, wrongCode } from './refusals.ts';
import { personActor, type IdentityGround } from './identity-ground.ts';
import { passwordMatches } from './password-hash.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { completeSession, openSession, waitingSession, type OpenedSession } from './sessions.ts';
import { acceptTotpStep, consumeRecoveryCode, findTotp } from './store/factors.ts';
import { findPerson, lockPerson } from './store/people.ts';
import type { PersonRow, Tx } from './store/tables.ts';
import { totpStep } from './totp.ts';
import { takeSecondFactorTicket, takeSignInTickets } from './try-limits.ts';
import type { Visitor } from './visitor.ts';

/** What the browser showed beside the body. */
export interface Browser {
  readonly visitor: Visitor;
  /** The secret of its session cookie. */
  readonly cookie: string | null;
}

/** Signs in by name or e-mail address and password. The limits come first, then the hash, then the state of the person. */
export const signInByPassword = async (
  identity: IdentityGround,
  tried: { login: string; password: string },
  browser: Browser,
): Promise<OpenedSession> => {
  const person = await findPerson(identity.db, tried.login);
  const tickets = await takeSignInTickets(identity, {
    login: tried.login,
    personId: person?.id ?? null,
    visitor: browser.visitor,
  });
  const right = await passwordMatches(tried.password, person?.state === 'active' ? person.password_hash : null);
  if (!right || !person) {
    if (person) await noteRefusal(identity, person, browser.visitor);
    throw signInRefused();
  }
  await tickets.giveBack();
  return identity.transaction(async (tx) => {
    // Between the hash and here an admin may have disabled the person or somebody changed the password.
    const now = await lockPerson(tx, person.id);
    if (now?.state !== 'active' || now.password_hash !== person.password_hash) throw signInRefused();
    return openSession(identity, tx, {
      person,
      method: 'password',
      visitor: browser.visitor,
      replaces: browser.cookie,
    });
  });
};

/** Brings the second factor of a sign-in that has begun in this browser. */
export const bringSecondFactor = async (
  identity: IdentityGround,
  brought: { readonly code: string } | { readonly recoveryCode: string },
  browser: Browser,
): Promise<OpenedSession> => {
  const session = await waitingSession(identity, browser.cookie);
  const person = { id: session.person_id, name: session.person_name };
  const tickets = await takeSecondFactorTicket(identity, person.id);
  const opened = await identity.transaction(async (tx) => {
    if ('code' in brought) {
      await requireTotp(identity, tx, person.id, brought.code);
      return completeSession(identity, tx, { secret: browser.cookie!, person, factor: 'totp' });
    }
    if (!(await consumeRecoveryCode(tx, person.id, hashRecoveryCode(brought.recoveryCode)))) throw wrongCode();
    await identity.ledger.append(tx, {
      kind: 'recovery-code.used',
      subject: `person:${person.id}`,
      actor: personActor(person),
      data: {},
    });
    return completeSession(identity, tx, { secret: browser.cookie!, person, factor: 'recovery-code' });
  });
  await tickets.giveBack();
  return opened;
};

/** Accepts a code of the authenticator app in this transaction, once; throws a Refusal otherwise. */
export const requireTotp = async (identity: IdentityGround, tx: Tx, personId: string, code: string): Promise<void> => {
  const totp = await findTotp(tx, personId);
  if (!totp || totp.enabled_at === null) throw wrongCode();
  const step = totpStep(identity.secrets.decrypt(totp.seed_encrypted, `totp:${personId}`), code, identity.now());
  if (step === null || !(await acceptTotpStep(tx, personId, step))) throw wrongCode();
};

/** A refused sign-in of a known person stands in the audit log; the limits bound how many. What was typed does not. */
const noteRefusal = (identity: IdentityGround, person: PersonRow, visitor: Visitor): Promise<unknown> =>
  identity.transaction((tx) =>
    identity.ledger.append(tx, {
      kind: 'sign-in.refused',
      subject: `person:${person.id}`,
      actor: { kind: 'system', id: 'leadline', name: 'Leadline' },
      data: { address: visitor.address, reason: person.state === 'active' ? 'wrong-password' : person.state },
    }),
  );
