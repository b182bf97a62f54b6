import { Refusal } from '../../../../kernel/problem.ts';
import { reaches } from '../../../../kernel/role.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { LedgerActor } from '../../../../platform/ledger/ledger.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { DeliveryDoor } from '../../../delivery/server/public.ts';
import type { IdentityDoor, PersonAtDoor } from '../../../identity/server/public.ts';
import type { Tx } from './store.ts';

/** What the commands of people stand on. */
export interface PeopleGround {
  readonly ground: Ground;
  readonly identity: Pick<IdentityDoor, 'personByName' | 'describePerson'>;
  readonly delivery: Pick<DeliveryDoor, 'enqueue' | 'check' | 'sendNow'>;
}

export const nowOf = ({ ground }: PeopleGround): Date => new Date(ground.clock.now().epochMilliseconds);

export const inTransaction = <Value>({ ground }: PeopleGround, work: (tx: Tx) => Promise<Value>): Promise<Value> =>
  ground.postgres.transaction(work);

export const ledgerActor = ({ kind, id, name }: Actor): LedgerActor => ({ kind, id, name });

/** True for the person themselves (also by a token of theirs) and for admins: who may see addresses and change methods. */
export const mayChange = (actor: Actor, personId: string): boolean =>
  reaches(actor.role, 'admin') || actor.ownerId === personId || (actor.kind === 'person' && actor.id === personId);

/** The person of a path parameter; throws the 404 Refusal. */
export const personNamed = async (people: PeopleGround, reference: string): Promise<PersonAtDoor> => {
  const person = await people.identity.personByName(reference);
  if (person) return person;
  throw new Refusal({
    status: 404,
    code: 'oncall.person-unknown',
    title: 'There is no such person',
    detail: `Nobody has the name, address or id ${JSON.stringify(reference)}.`,
  });
};

/** The person whose contact methods the actor may change; throws 404 for admins only, so that others learn nothing. */
export const ownPerson = async (people: PeopleGround, actor: Actor, reference: string): Promise<PersonAtDoor> => {
  const person = await people.identity.personByName(reference);
  if (person && mayChange(actor, person.id)) return person;
  if (!person && reaches(actor.role, 'admin')) return personNamed(people, reference);
  throw new Refusal({
    status: 403,
    code: 'oncall.not-your-contact-methods',
    title: 'How a person is reached is said by themselves or by an admin',
    detail: 'Ask them, or an admin of the organisation.',
  });
};
