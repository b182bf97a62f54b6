import type { z } from 'zod';
import { durationOf } from '../../../../kernel/time-span.ts';
import type { contactMethod, personContact } from '../../contract/people.ts';
import { reachabilityOf, type MethodChecks } from '../../domain/people/reachability.ts';
import type { PersonalRule } from '../../domain/people/rules.ts';
import { saidByHand, wishesInForce } from '../../domain/people/wishes.ts';
import type { PeopleGround } from './people-ground.ts';
import { rulesOfPerson, type MethodFound, type PersonFound } from './views.ts';

/** Asks delivery of each usable method whether a message could go there. */
export const checksOf = async (
  people: Pick<PeopleGround, 'delivery'>,
  methods: readonly { readonly name: string; readonly channel: MethodFound['channel']; readonly address: string }[],
): Promise<MethodChecks> =>
  new Map(
    await Promise.all(
      methods.map(async ({ name, channel, address }) => [name, await people.delivery.check(channel, address)] as const),
    ),
  );

/** A person's contact as the contract tells it; without addresses for who may not see them. */
export const contactShape = async (
  people: PeopleGround,
  found: PersonFound,
  withAddresses: boolean,
): Promise<z.input<typeof personContact>> => {
  const rules = rulesOfPerson(found);
  const used = [...rules.rules.high, ...rules.rules.low].map(({ method }) => method);
  const checks = await checksOf(people, [...found.methods, ...used]);
  const { zone, ...wishes } = wishesInForce(found);
  return {
    person: found.name,
    displayName: found.displayName,
    zone,
    contactMethods: found.methods.map((method) => methodShape(method, checks, withAddresses)),
    rules: { high: rules.rules.high.map(ruleShape), low: rules.rules.low.map(ruleShape) },
    notes: [...rules.notes],
    said: { ...(wishes as z.input<typeof personContact>['said']), zone },
    saidByHand: saidByHand(found.hand),
    managedBy: found.file === null ? null : (found.source ?? 'a file'),
    reachable: mutable(reachabilityOf(rules, checks)),
  };
};

export const methodShape = (
  method: MethodFound,
  checks: MethodChecks,
  withAddress: boolean,
): z.input<typeof contactMethod> => {
  const { verifiedHow: how, verifiedBy: by, verifiedAt: at } = method;
  const check = checks.get(method.name);
  const verified = how === null || by === null || at === null ? null : { how, by, at: new Date(at).toISOString() };
  return {
    name: method.name,
    channel: method.channel,
    address: withAddress ? method.address : null,
    origin: method.origin,
    verified,
    usable: verified !== null && (check?.ok ?? true),
    reason: reasonOf(verified, check),
  };
};

const reasonOf = (
  verified: { readonly how: 'code' | 'file'; readonly by: string } | null,
  check: { readonly ok: boolean; readonly reason: string } | undefined,
): string => {
  if (verified === null) return 'Not verified yet: have a code sent there and enter it.';
  if (check && !check.ok) return check.reason;
  return verified.how === 'file'
    ? `Applied from a file by ${verified.by}, which counts as verified by them.`
    : `Verified by a code, entered by ${verified.by}.`;
};

const ruleShape = ({ afterSeconds, method }: PersonalRule) => ({
  after: durationOf(afterSeconds),
  contactMethod: method.name,
  channel: method.channel,
});

const mutable = ({ high, low, reasons }: { high: boolean; low: boolean; reasons: readonly string[] }) => ({
  high,
  low,
  reasons: [...reasons],
});

/** What a file may say of a person: what the last one said, or, where none did, what was made by hand. */
export const documentShape = (found: PersonFound) => {
  const { file } = found;
  const methods = found.methods.filter(({ origin, channel }) =>
    file === null ? channel !== 'web-push' : origin === 'file',
  );
  const { zone, rules, ...wishes } = file ?? wishesInForce(found);
  const names = new Set(methods.map((each) => each.name));
  return {
    apiVersion: 'leadline.dev/v1',
    kind: 'Person',
    metadata: { name: found.name },
    spec: {
      ...(found.email === null ? {} : { email: found.email }),
      displayName: found.displayName,
      zone,
      contactMethods: methods.map(({ name, channel, address }) => ({ name, channel, address })),
      rules: (rules ?? []).filter((rule) => names.has(rule.contactMethod)),
      ...wishes,
    },
  };
};
