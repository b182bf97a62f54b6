import { Refusal } from '../../../kernel/problem.ts';
import type { Role } from '../../../kernel/role.ts';
import { newId } from '../../../platform/clock/id.ts';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import { handleFrom } from '../domain/handle.ts';
import { personChangeFault, personChangeFaultText } from '../domain/person-change.ts';
import type { IdentityGround } from './identity-ground.ts';
import { makeLink, type OneTimeLink } from './one-time-links.ts';
import { noSuchPerson } from './refusals.ts';
import { removePasskeys, removeTotp, replaceRecoveryCodes } from './store/factors.ts';
import { removeLinksOf } from './store/links.ts';
import { lockOrganisation } from './store/organisation.ts';
import {
  countOtherActiveAdmins,
  findPerson,
  insertPerson,
  lockPerson,
  namesBeginningWith,
  updatePerson,
} from './store/people.ts';
import { endSessions } from './store/sessions.ts';
import type { PersonRow, Tx } from './store/tables.ts';

export interface NewPerson {
  readonly displayName: string;
  readonly email: string | null;
  readonly name?: string | undefined;
  readonly role: Role;
}

/** Adds a person who cannot sign in yet, and makes their invitation. */
export const invitePerson = (
  identity: IdentityGround,
  actor: LedgerActor,
  wanted: NewPerson,
  baseUrl: string,
): Promise<{ id: string; invitation: OneTimeLink }> =>
  identity.transaction(async (tx) => {
    const person = await addPerson(identity, tx, wanted, 'invited');
    return { id: person.id, invitation: await makeLink(identity, tx, { person, actor, baseUrl }) };
  });

/** Writes a new person under a free name; refuses a name or an address that somebody has. */
export const addPerson = async (
  identity: Pick<IdentityGround, 'now'>,
  tx: Tx,
  wanted: NewPerson,
  state: 'invited' | 'active',
): Promise<PersonRow> => {
  // Two that are added at the same moment must not both find the same name free.
  await lockOrganisation(tx);
  if (wanted.email !== null && (await findPerson(tx, wanted.email)))
    throw taken('email', 'Somebody has this e-mail address already');
  const base = handleFrom(wanted.name ?? wanted.email?.split('@')[0] ?? wanted.displayName, () => false);
  const used = await namesBeginningWith(tx, base);
  if (wanted.name !== undefined && used.has(wanted.name)) throw taken('name', 'Somebody has this name already');
  const now = identity.now();
  const person: PersonRow = {
    id: newId(now.getTime()),
    name: wanted.name ?? handleFrom(base, (name) => used.has(name)),
    display_name: wanted.displayName,
    email: wanted.email,
    role: wanted.role,
    state,
    password_hash: null,
    created_at: now,
    last_seen_at: null,
  };
  await insertPerson(tx, person);
  return person;
};

export interface PersonChange {
  readonly displayName?: string | undefined;
  readonly email?: string | undefined;
  readonly role?: Role | undefined;
  readonly state?: 'active' | 'disabled' | undefined;
}

/**
 * Changes a person. Disabling ends their sessions and links, and their tokens stop being accepted; whoever comes back
 * signs in anew. The last admin stays one.
 */
export const changePerson = (
  identity: IdentityGround,
  actor: LedgerActor,
  reference: string,
  wanted: PersonChange,
): Promise<string> =>
  identity.transaction(async (tx) => {
    await lockOrganisation(tx);
    const found = await findPerson(tx, reference);
    const before = found && (await lockPerson(tx, found.id));
    if (!before) throw noSuchPerson(reference);
    const change = await changesOf(tx, before, wanted);
    const after = { role: change.role ?? before.role, state: change.state ?? before.state };
    const isSelf = actor.kind === 'person' && actor.id === before.id;
    const fault = personChangeFault({
      before,
      after,
      isSelf,
      otherActiveAdmins: await countOtherActiveAdmins(tx, before.id),
    });
    if (fault !== null)
      throw new Refusal({
        status: 409,
        code: `identity.${fault}`,
        title: 'This change is not possible',
        detail: personChangeFaultText[fault],
      });
    if (Object.keys(change).length === 0) return before.id;
    await updatePerson(tx, before.id, change);
    if (change.state === 'disabled') {
      await endSessions(tx, before.id, {});
      await removeLinksOf(tx, before.id);
    }
    await identity.ledger.append(tx, {
      kind:
        change.state === 'disabled'
          ? 'person.disabled'
          : change.state === undefined
            ? 'person.changed'
            : 'person.enabled',
      subject: `person:${before.id}`,
      actor,
      data: { name: before.name, before: shown(before), after: shown({ ...before, ...change }) },
    });
    return before.id;
  });

const changesOf = async (tx: Tx, before: PersonRow, wanted: PersonChange): Promise<Partial<PersonRow>> => {
  const change: Partial<PersonRow> = {};
  if (wanted.displayName !== undefined && wanted.displayName !== before.display_name)
    change.display_name = wanted.displayName;
  if (wanted.role !== undefined && wanted.role !== before.role) change.role = wanted.role;
  if (wanted.email !== undefined && wanted.email !== before.email) {
    const other = await findPerson(tx, wanted.email);
    if (other && other.id !== before.id) throw taken('email', 'Somebody has this e-mail address already');
    change.email = wanted.email;
  }
  // Who never set a password goes back to `invited`: there is nothing yet to sign in with.
  const enabled = before.password_hash === null && before.last_seen_at === null ? 'invited' : 'active';
  const state = wanted.state === 'active' ? enabled : wanted.state;
  if (state !== undefined && state !== before.state) change.state = state;
  return change;
};

const shown = (person: PersonRow) => ({
  displayName: person.display_name,
  email: person.email,
  role: person.role,
  state: person.state,
});

/** An admin's one-time link for a person who lost the password or the invitation. */
export const offerLink = (
  identity: IdentityGround,
  actor: LedgerActor,
  reference: string,
  baseUrl: string,
): Promise<OneTimeLink> =>
  identity.transaction(async (tx) => {
    const found = await findPerson(tx, reference);
    const person = found && (await lockPerson(tx, found.id));
    if (!person) throw noSuchPerson(reference);
    if (person.state === 'disabled')
      throw new Refusal({
        status: 409,
        code: 'identity.person-disabled',
        title: 'This person is disabled',
        detail: 'Enable them first.',
      });
    return makeLink(identity, tx, { person, actor, baseUrl });
  });

/** Takes away a second factor that a person lost, and ends their sessions. */
export const removeSecondFactor = (identity: IdentityGround, actor: LedgerActor, reference: string): Promise<void> =>
  identity.transaction(async (tx) => {
    const found = await findPerson(tx, reference);
    const person = found && (await lockPerson(tx, found.id));
    if (!person) throw noSuchPerson(reference);
    const totp = await removeTotp(tx, person.id);
    const passkeys = await removePasskeys(tx, person.id);
    await replaceRecoveryCodes(tx, person.id, []);
    await endSessions(tx, person.id, {});
    await identity.ledger.append(tx, {
      kind: 'second-factor.removed',
      subject: `person:${person.id}`,
      actor,
      data: { name: person.name, totp, passkeys },
    });
  });

const taken = (field: string, message: string): Refusal =>
  new Refusal({
    status: 409,
    code: `identity.${field}-taken`,
    title: message,
    errors: [{ path: `body.${field}`, message }],
  });
