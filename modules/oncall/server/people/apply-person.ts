import { Refusal, type FieldError } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { PersonSpec } from '../../contract/people.ts';
import { addressFault } from '../../domain/people/address.ts';
import { methodChanges } from '../../domain/people/method-changes.ts';
import type { Wishes } from '../../domain/people/rules.ts';
import { changedParts } from '../../domain/people/wishes.ts';
import { keepHolidays } from './keep-holidays.ts';
import { inTransaction, ledgerActor, nowOf, type PeopleGround } from './people-ground.ts';
import { refuseUnknownRegion } from './public-holidays.ts';
import { lockSettings, removeCode, removeMethods, saveFile, writeMethod } from './store.ts';
import { peopleFound } from './views.ts';

export type Outcome = 'created' | 'changed' | 'unchanged';

/**
 * Makes a person and how they are reached be as a file says, in one transaction; the same again changes nothing. The methods in it
 * count as verified by the admin who applies it. Throws `identity.email-taken` and `oncall.address-wrong`.
 */
export const applyPerson = async (
  people: PeopleGround,
  actor: Actor,
  said: { readonly name: string; readonly spec: PersonSpec; readonly source: string | null },
): Promise<Outcome> => {
  const { name, spec, source } = said;
  const methods = spec.contactMethods ?? [];
  refuseWrongAddresses(methods);
  await refuseUnknownRegion(spec.holidays);
  const outcome = await inTransaction<Outcome>(people, async (tx) => {
    const described = await people.identity.describePerson(tx, ledgerActor(actor), {
      name,
      email: spec.email,
      displayName: spec.displayName,
    });
    await lockSettings(tx, described.id);
    const before = (await peopleFound(tx, [name]))[0]!;
    const { zone, rules, quietHours, workingHours, notices, holidays } = spec;
    const file: Wishes = { zone, rules, quietHours, workingHours, notices, holidays };
    const { written, removed } = methodChanges(before.methods, methods);
    const wishesChanged = before.file === null || changedParts(before.file, file).length > 0;
    const changed = wishesChanged || written.length > 0 || removed.length > 0;
    const at = nowOf(people);
    if (changed) {
      await saveFile(tx, { personId: described.id, at, by: actor.name, file, source });
      await removeMethods(tx, described.id, removed);
      for (const { method, place, keepVerified } of written) {
        const verified = keepVerified ? 'as-before' : ({ how: 'file', by: actor.name, at } as const);
        await writeMethod(tx, { personId: described.id, ...method, origin: 'file', place, at, verified });
        await removeCode(tx, described.id, method.name);
      }
      await people.ground.ledger.append(tx, {
        kind: 'person.contact-described',
        subject: `person:${described.id}`,
        actor: ledgerActor(actor),
        data: {
          name,
          outcome: before.file === null ? 'created' : 'changed',
          source,
          methods: methods.map((each) => ({ name: each.name, channel: each.channel })),
        },
      });
    }
    if (described.outcome === 'created') return 'created';
    return changed || described.outcome === 'changed' ? 'changed' : 'unchanged';
  });
  if (outcome === 'changed' || (outcome === 'created' && spec.holidays !== undefined))
    await keepHolidays(people, [name]);
  return outcome;
};

/** Takes away what files said of a person; what they said themselves, and the person, stay. */
export const removePerson = async (people: PeopleGround, actor: Actor, name: string): Promise<void> =>
  inTransaction(people, async (tx) => {
    const [before] = await peopleFound(tx, [name]);
    if (!before || before.file === null)
      throw new Refusal({
        status: 404,
        code: 'oncall.person-not-in-file',
        title: 'No file says how this person is reached',
        detail: `There is no document of kind Person called ${name}.`,
      });
    await lockSettings(tx, before.id);
    const inFile = before.methods.filter((each) => each.origin === 'file').map((each) => each.name);
    await removeMethods(tx, before.id, inFile);
    await saveFile(tx, { personId: before.id, at: nowOf(people), by: actor.name, file: null, source: null });
    await people.ground.ledger.append(tx, {
      kind: 'person.contact-described',
      subject: `person:${before.id}`,
      actor: ledgerActor(actor),
      data: { name, outcome: 'removed', source: before.source, methods: [] },
    });
  });

const refuseWrongAddresses = (methods: NonNullable<PersonSpec['contactMethods']>): void => {
  const errors: FieldError[] = methods.flatMap(({ channel, address }, index) => {
    const fault = addressFault(channel, address);
    return fault === null ? [] : [{ path: `body.contactMethods.${index}.address`, message: fault }];
  });
  if (errors.length === 0) return;
  throw new Refusal({
    status: 422,
    code: 'oncall.address-wrong',
    title: 'An address does not fit its channel',
    detail: errors.map((each) => each.message).join('; '),
    errors,
  });
};
