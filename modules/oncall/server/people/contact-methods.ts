import { keepHolidays } from './keep-holidays.ts';
import { refuseUnknownRegion } from './public-holidays.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { addressFault } from '../../domain/people/address.ts';
import { peopleLimits } from '../../domain/people/limits.ts';
import type { Channel, Wishes } from '../../domain/people/rules.ts';
import { changedParts, wishesInForce, type WishPart } from '../../domain/people/wishes.ts';
import type { ContactWishes } from '../../contract/people.ts';
import type { Outcome } from './apply-person.ts';
import { inTransaction, ledgerActor, nowOf, ownPerson, type PeopleGround } from './people-ground.ts';
import { lockSettings, removeCode, removeMethods, saveHand, writeMethod, type Tx } from './store.ts';
import { peopleFound, type PersonFound } from './views.ts';

/** Methods made by hand stand behind those of a file, in the order in which they were made. */
const behindFiles = 1_000;

/** Adds or changes a method by hand. Another address must be verified anew: until then nothing but a code goes there. */
export const putMethod = async (
  people: PeopleGround,
  actor: Actor,
  said: { readonly person: string; readonly name: string; readonly channel: Channel; readonly address: string },
): Promise<Outcome> => {
  const { id, name: person } = await ownPerson(people, actor, said.person);
  const fault = addressFault(said.channel, said.address);
  if (fault !== null)
    throw new Refusal({
      status: 422,
      code: 'oncall.address-wrong',
      title: 'The address does not fit its channel',
      detail: fault,
      errors: [{ path: 'body.address', message: fault }],
    });
  return inTransaction(people, async (tx) => {
    const found = await lockedPerson(tx, id, person);
    const before = found.methods.find((each) => each.name === said.name);
    if (before && before.channel === said.channel && before.address === said.address) return 'unchanged';
    if (before?.origin === 'file') throw keptInFile(said.name, found.source);
    if (!before && found.methods.length >= peopleLimits.methodsPerPerson)
      throw new Refusal({
        status: 409,
        code: 'oncall.too-many-contact-methods',
        title: `There are ${peopleLimits.methodsPerPerson} contact methods already`,
        detail: 'Remove one that is no longer used.',
      });
    await writeMethod(tx, {
      personId: id,
      name: said.name,
      channel: said.channel,
      address: said.address,
      origin: 'hand',
      place: behindFiles,
      at: nowOf(people),
      verified: null,
    });
    await removeCode(tx, id, said.name);
    const outcome = before ? 'changed' : 'created';
    await tellMethod(people, tx, actor, { id, person, method: said.name, channel: said.channel, outcome });
    return outcome;
  });
};

/** Removes a method made by hand; refused while a rule in force uses it, with those rules. */
export const removeMethod = async (
  people: PeopleGround,
  actor: Actor,
  said: { readonly person: string; readonly name: string },
): Promise<void> => {
  const { id, name: person } = await ownPerson(people, actor, said.person);
  await inTransaction(people, async (tx) => {
    const found = await lockedPerson(tx, id, person);
    const before = found.methods.find((each) => each.name === said.name);
    if (!before) throw noSuchMethod(said.name);
    if (before.origin === 'file') throw keptInFile(said.name, found.source);
    const uses = (wishesInForce(found).rules ?? []).filter((rule) => rule.contactMethod === said.name);
    if (uses.length > 0)
      throw new Refusal({
        status: 409,
        code: 'oncall.contact-method-in-use',
        title: 'A rule uses this contact method',
        detail: `Change first: ${uses.map((rule) => `the rule after ${rule.after}`).join(', ')}.`,
      });
    await removeMethods(tx, id, [said.name]);
    const { channel } = before;
    await tellMethod(people, tx, actor, { id, person, method: said.name, channel, outcome: 'removed' });
  });
};

/** Says rules, hours, zone or notices by hand; null takes back what was said, so that the file holds again. */
export const changeWishes = async (
  people: PeopleGround,
  actor: Actor,
  reference: string,
  wanted: ContactWishes,
): Promise<void> => {
  const { id, name } = await ownPerson(people, actor, reference);
  await refuseUnknownRegion(wanted.holidays);
  await inTransaction(people, async (tx) => {
    const found = await lockedPerson(tx, id, name);
    refuseUnknownMethods(found, wanted);
    const said = Object.entries(wanted).filter(([, value]) => value !== undefined);
    const kept = Object.entries({ ...found.hand, ...Object.fromEntries(said) });
    const hand = Object.fromEntries(kept.filter(([, value]) => value !== null)) as Partial<Wishes>;
    const changed: WishPart[] = changedParts(found.hand, hand);
    if (changed.length === 0) return;
    await saveHand(tx, { personId: id, at: nowOf(people), by: actor.name, hand });
    await people.ground.ledger.append(tx, {
      kind: 'person.contact-rules-changed',
      subject: `person:${id}`,
      actor: ledgerActor(actor),
      data: { name, changed },
    });
  });
  if (wanted.holidays !== undefined || wanted.zone !== undefined) await keepHolidays(people, [name]);
};

const refuseUnknownMethods = (found: PersonFound, wanted: ContactWishes): void => {
  const names = new Set(found.methods.map((each) => each.name));
  const errors = (wanted.rules ?? []).flatMap((rule, index) =>
    names.has(rule.contactMethod)
      ? []
      : [{ path: `body.rules.${index}.contactMethod`, message: `no contact method is called ${rule.contactMethod}` }],
  );
  if (errors.length === 0) return;
  throw new Refusal({
    status: 422,
    code: 'oncall.rule-without-method',
    title: 'A rule names a contact method that there is not',
    detail: errors.map((each) => each.message).join('; '),
    errors,
  });
};

/** The person with their methods, locked against other changes of how they are reached until the transaction ends. */
export const lockedPerson = async (tx: Tx, id: string, name: string): Promise<PersonFound> => {
  await lockSettings(tx, id);
  return (await peopleFound(tx, [name]))[0]!;
};

export const noSuchMethod = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'oncall.contact-method-unknown',
    title: 'There is no such contact method',
    detail: `This person has no contact method called ${JSON.stringify(name)}.`,
  });

const keptInFile = (name: string, source: string | null): Refusal =>
  new Refusal({
    status: 409,
    code: 'oncall.kept-in-file',
    title: 'This contact method is kept in a file',
    detail: `Change ${name} in ${source ?? 'the file that it was applied from'}, or add one under another name.`,
  });

const tellMethod = async (
  people: PeopleGround,
  tx: Tx,
  actor: Actor,
  told: { id: string; person: string; method: string; channel: Channel; outcome: 'created' | 'changed' | 'removed' },
): Promise<void> => {
  const { id, person, method, channel, outcome } = told;
  await people.ground.ledger.append(tx, {
    kind: 'person.contact-method-changed',
    subject: `person:${id}`,
    actor: ledgerActor(actor),
    data: { name: person, method, channel, outcome },
  });
};
