import { newId } from '../../../platform/clock/id.ts';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import { invitationDays, resetHours } from '../domain/limits.ts';
import { later, personActor, type IdentityGround } from './identity-ground.ts';
import { hashPassword } from './password-hash.ts';
import { requireGoodPassword } from './passwords.ts';
import { linkRefused } from './refusals.ts';
import { hashSecret, looksLikeSecret, newSecret } from './secret-text.ts';
import { openSession, type OpenedSession } from './sessions.ts';
import type { Browser } from './sign-in.ts';
import { consumeLink, findLink, replaceLink } from './store/links.ts';
import { findPerson, lockPerson, updatePerson } from './store/people.ts';
import { endSessions } from './store/sessions.ts';
import type { PersonRow, Tx } from './store/tables.ts';
import { giveAddressTicketBack, takeAddressTicket } from './try-limits.ts';

export interface OneTimeLink {
  readonly url: string;
  readonly expiresAt: string;
}

/** Makes the link with which a person sets a password; theirs of before stop working. The secret is only in the answer. */
export const makeLink = async (
  identity: IdentityGround,
  tx: Tx,
  wanted: { readonly person: PersonRow; readonly actor: LedgerActor; readonly baseUrl: string },
): Promise<OneTimeLink> => {
  const { person, actor } = wanted;
  const now = identity.now();
  const kind = person.state === 'invited' ? 'invitation' : 'reset';
  const expiresAt = kind === 'invitation' ? later(now, { days: invitationDays }) : later(now, { hours: resetHours });
  const secret = newSecret();
  await replaceLink(tx, {
    token_hash: hashSecret(secret),
    kind,
    person_id: person.id,
    created_at: now,
    expires_at: expiresAt,
  });
  await identity.ledger.append(tx, {
    kind: kind === 'invitation' ? 'person.invited' : 'password-reset.offered',
    subject: `person:${person.id}`,
    actor,
    data: { name: person.name, role: person.role, expiresAt: expiresAt.toISOString() },
  });
  return { url: `${wanted.baseUrl}/link#token=${secret}`, expiresAt: expiresAt.toISOString() };
};

/** Whom a link is for, without using it up. */
export const lookAtLink = async (
  identity: IdentityGround,
  token: string,
  browser: Browser,
): Promise<{ kind: 'invitation' | 'reset'; displayName: string; email: string | null }> => {
  await takeAddressTicket(identity, 'link', browser.visitor);
  const link = looksLikeSecret(token) ? await findLink(identity.db, hashSecret(token), identity.now()) : undefined;
  const person = link ? await findPerson(identity.db, link.person_id) : undefined;
  if (!link || !person || person.state === 'disabled') throw linkRefused();
  await giveAddressTicketBack(identity, 'link', browser.visitor);
  return { kind: link.kind, displayName: person.display_name, email: person.email };
};

/**
 * Sets the password by a link and signs in; the link is used up and every other session of the person ends.
 * Whoever has a second factor is still asked for it: a link proves no more than a password does.
 */
export const followLink = async (
  identity: IdentityGround,
  followed: { token: string; password: string },
  browser: Browser,
): Promise<OpenedSession> => {
  await takeAddressTicket(identity, 'link', browser.visitor);
  const tokenHash = hashSecret(looksLikeSecret(followed.token) ? followed.token : newId());
  const link = await findLink(identity.db, tokenHash, identity.now());
  const invited = link ? await findPerson(identity.db, link.person_id) : undefined;
  if (!invited || invited.state === 'disabled') throw linkRefused();
  requireGoodPassword(followed.password, invited);
  const passwordHash = await hashPassword(followed.password);
  const opened = await identity.transaction(async (tx) => {
    const used = await consumeLink(tx, tokenHash, identity.now());
    const person = used ? await lockPerson(tx, used.person_id) : undefined;
    if (!used || !person || person.state === 'disabled') throw linkRefused();
    await updatePerson(tx, person.id, { password_hash: passwordHash, state: 'active', last_seen_at: identity.now() });
    await endSessions(tx, person.id, {});
    await identity.ledger.append(tx, {
      kind: used.kind === 'invitation' ? 'person.joined' : 'password.reset',
      subject: `person:${person.id}`,
      actor: personActor(person),
      data: { address: browser.visitor.address },
    });
    return openSession(identity, tx, { person, method: 'link', visitor: browser.visitor, replaces: browser.cookie });
  });
  await giveAddressTicketBack(identity, 'link', browser.visitor);
  return opened;
};
