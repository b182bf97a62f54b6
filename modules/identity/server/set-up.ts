import { Refusal } from '../../../kernel/problem.ts';
import { newId } from '../../../platform/clock/id.ts';
import { handleFrom } from '../domain/handle.ts';
import { setUpLinksMax } from '../domain/limits.ts';
import { personActor, type IdentityGround } from './identity-ground.ts';
import { requireGoodPassword } from './passwords.ts';
import { hashPassword } from './password-hash.ts';
import { linkRefused } from './refusals.ts';
import { hashSecret, looksLikeSecret, newSecret } from './secret-text.ts';
import { openSession, type OpenedSession } from './sessions.ts';
import { consumeSetUpLink, insertSetUpLink, lockOrganisation, updateOrganisation } from './store/organisation.ts';
import { anyPersonExists, insertPerson } from './store/people.ts';
import type { Browser } from './sign-in.ts';
import { takeAddressTicket } from './try-limits.ts';

/**
 * A new set-up link while no person exists, else null. The secret stands behind `#`, so that it is never sent in a
 * request line and stands in no log of a proxy. Links of earlier starts go on working until one is used.
 */
export const makeSetUpLink = (identity: IdentityGround, baseUrl: string): Promise<string | null> =>
  identity.transaction(async (tx) => {
    await lockOrganisation(tx);
    if (await anyPersonExists(tx)) return null;
    const secret = newSecret();
    await insertSetUpLink(tx, hashSecret(secret), identity.now(), setUpLinksMax);
    return `${baseUrl.replace(/\/$/, '')}/set-up#token=${secret}`;
  });

/** Makes the first person, an admin, and signs them in. Works once, and only while there is nobody. */
export const setUp = async (
  identity: IdentityGround,
  wanted: {
    readonly token: string;
    readonly organisation: string;
    readonly displayName: string;
    readonly email: string;
    readonly password: string;
  },
  browser: Browser,
): Promise<OpenedSession> => {
  await takeAddressTicket(identity, 'set-up', browser.visitor);
  const name = handleFrom(wanted.email.split('@')[0]!, () => false);
  requireGoodPassword(wanted.password, { name, email: wanted.email });
  const tokenHash = hashSecret(looksLikeSecret(wanted.token) ? wanted.token : '');
  const passwordHash = await hashPassword(wanted.password);
  return identity.transaction(async (tx) => {
    await lockOrganisation(tx);
    if (await anyPersonExists(tx)) {
      throw new Refusal({
        status: 409,
        code: 'identity.set-up-done',
        title: 'Leadline is set up already',
        detail:
          'Sign in, ask an admin for an invitation, or make one on the machine it runs on: `leadline token create --role admin --name set-up`, then `leadline person invite --role admin`.',
      });
    }
    if (!(await consumeSetUpLink(tx, tokenHash))) throw linkRefused();
    const now = identity.now();
    const person = { id: newId(now.getTime()), name };
    await insertPerson(tx, {
      ...person,
      display_name: wanted.displayName,
      email: wanted.email,
      role: 'admin',
      state: 'active',
      password_hash: passwordHash,
      created_at: now,
      last_seen_at: now,
    });
    await updateOrganisation(tx, { name: wanted.organisation, set_up_at: now });
    await identity.ledger.append(tx, {
      kind: 'organisation.set-up',
      subject: 'organisation',
      actor: personActor(person),
      data: { organisation: wanted.organisation, person: person.id, name, address: browser.visitor.address },
    });
    return openSession(identity, tx, { person, method: 'set-up', visitor: browser.visitor, replaces: browser.cookie });
  });
};
