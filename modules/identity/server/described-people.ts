import { Refusal } from '../../../kernel/problem.ts';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import type { IdentityGround } from './identity-ground.ts';
import { addPerson } from './people.ts';
import type { DescribedPerson, SaidPerson } from './public.ts';
import { lockOrganisation } from './store/organisation.ts';
import { findPerson, lockPerson, updatePerson } from './store/people.ts';
import type { PersonRow, Tx } from './store/tables.ts';

/**
 * A person as a file describes them (`kind: Person`): a new one is invited as a viewer, of a known one only the address and the
 * display name change. Roles are given by admins, by hand: a file of contact methods must not be able to make one.
 */
export const describePerson = async (
  identity: Pick<IdentityGround, 'now' | 'ledger'>,
  tx: Tx,
  actor: LedgerActor,
  said: SaidPerson,
): Promise<DescribedPerson> => {
  await lockOrganisation(tx);
  const holder = await findPerson(tx, said.email);
  if (holder && holder.name !== said.name) throw addressTaken(said.email, holder);
  const found = await findPerson(tx, said.name);
  const before = found && (await lockPerson(tx, found.id));
  if (!before) {
    const displayName = said.displayName ?? said.name;
    const made = await addPerson(
      identity,
      tx,
      { name: said.name, email: said.email, displayName, role: 'viewer' },
      'invited',
    );
    await identity.ledger.append(tx, {
      kind: 'person.invited',
      subject: `person:${made.id}`,
      actor,
      data: { name: made.name, displayName, email: said.email, role: made.role, invited: 'by a file' },
    });
    return { id: made.id, outcome: 'created' };
  }
  const change = changeOf(before, said);
  if (Object.keys(change).length === 0) return { id: before.id, outcome: 'unchanged' };
  await updatePerson(tx, before.id, change);
  const shown = (person: PersonRow) => ({
    displayName: person.display_name,
    email: person.email,
    role: person.role,
    state: person.state,
  });
  await identity.ledger.append(tx, {
    kind: 'person.changed',
    subject: `person:${before.id}`,
    actor,
    data: { name: before.name, before: shown(before), after: shown({ ...before, ...change }) },
  });
  return { id: before.id, outcome: 'changed' };
};

const changeOf = (before: PersonRow, said: SaidPerson): Partial<PersonRow> => ({
  ...(said.email === before.email ? {} : { email: said.email }),
  ...(said.displayName === undefined || said.displayName === before.display_name
    ? {}
    : { display_name: said.displayName }),
});

const addressTaken = (email: string, holder: PersonRow): Refusal =>
  new Refusal({
    status: 409,
    code: 'identity.email-taken',
    title: 'Somebody has this e-mail address already',
    detail: `${email} belongs to ${holder.name} (${holder.display_name}). Each person needs an address of their own.`,
    errors: [{ path: 'body.email', message: `belongs to ${holder.name} already` }],
  });
