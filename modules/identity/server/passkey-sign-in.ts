import type { FastifyRequest } from 'fastify';
import type { IdentityGround } from './identity-ground.ts';
import { authenticationOptions, notePasskeyUse, verifiedAuthentication } from './passkeys.ts';
import { passkeyRefused } from './refusals.ts';
import { completeSession, openSession, sessionBehind, type OpenedSession } from './sessions.ts';
import type { Browser } from './sign-in.ts';
import { lockPerson } from './store/people.ts';
import type { SessionView } from './store/sessions.ts';
import { giveAddressTicketBack, takeAddressTicket } from './try-limits.ts';

/** A challenge: for the second factor where this browser has begun to sign in, else for a sign-in by passkey alone. */
export const beginPasskeySignIn = async (identity: IdentityGround, request: FastifyRequest, browser: Browser) => {
  await takeAddressTicket(identity, 'passkey', browser.visitor);
  const waiting = await waitingHere(identity, browser);
  return authenticationOptions(identity, request, { purpose: waiting ? 'second-factor' : 'sign-in', session: waiting });
};

/** Signs in by the answer of a passkey, or completes the sign-in that has begun in this browser. */
export const finishPasskeySignIn = async (
  identity: IdentityGround,
  request: FastifyRequest,
  response: Record<string, unknown>,
  browser: Browser,
): Promise<OpenedSession> => {
  const waiting = await waitingHere(identity, browser);
  const used = await verifiedAuthentication(identity, request, {
    purposes: [waiting ? 'second-factor' : 'sign-in'],
    session: waiting,
    response,
  });
  const opened = await identity.transaction(async (tx) => {
    const person = await lockPerson(tx, used.passkey.person_id);
    if (person?.state !== 'active') throw passkeyRefused();
    await notePasskeyUse(identity, tx, used);
    if (waiting) return completeSession(identity, tx, { secret: browser.cookie!, person, factor: 'passkey' });
    return openSession(identity, tx, { person, method: 'passkey', visitor: browser.visitor, replaces: browser.cookie });
  });
  await giveAddressTicketBack(identity, 'passkey', browser.visitor);
  return opened;
};

const waitingHere = async (identity: IdentityGround, browser: Browser): Promise<SessionView | null> => {
  const session = browser.cookie === null ? undefined : await sessionBehind(identity, browser.cookie);
  return session?.level === 'first' ? session : null;
};
