import { secondsOf } from '../../../../kernel/time-span.ts';
import { endOfHours, startOfHours, type Hours } from './hours.ts';

export type Urgency = 'high' | 'low';
export type Channel = 'email' | 'webhook' | 'web-push' | 'slack' | 'teams' | 'ntfy' | 'sms' | 'voice';

/** A way to reach a person that may be used: verified by a code, or applied by an admin. */
export interface MethodAtHand {
  readonly name: string;
  readonly channel: Channel;
  readonly address: string;
  readonly verified: boolean;
}

export interface QuietHours extends Hours {
  readonly urgency?: 'low' | 'high' | 'all' | undefined;
}

/** What a person (or a file) wants; one thing or a list of it where a document may say either. */
export interface Wishes {
  readonly zone: string;
  readonly rules?: readonly RuleSaid[] | undefined;
  readonly quietHours?: QuietHours | readonly QuietHours[] | undefined;
  readonly workingHours?: Hours | readonly Hours[] | undefined;
  readonly notices?:
    | { readonly shiftBefore?: string | null | undefined; readonly handOver?: boolean | undefined }
    | undefined;
  /** Region whose public holidays are days away; empty: none. */
  readonly holidays?: string | undefined;
}

interface RuleSaid {
  readonly after: string;
  readonly contactMethod: string;
  readonly urgency?: Urgency | undefined;
}

/** One message that a person gets, this long after they were called upon. */
export interface PersonalRule {
  readonly afterSeconds: number;
  readonly method: MethodAtHand;
}

/** How a person is reached now, with everything that deciding needs; nothing more is asked of the database. */
export interface PersonRules {
  readonly person: {
    readonly id: string;
    readonly name: string;
    readonly displayName: string;
    readonly zone: string;
    readonly state: 'invited' | 'active' | 'disabled';
  };
  /** Soonest first, only methods that may be used. Empty: this person cannot be reached, `notes` says why. */
  readonly rules: Readonly<Record<Urgency, readonly PersonalRule[]>>;
  readonly quiet: readonly QuietHours[];
  /** The person's own, else Monday to Friday, 9 to 17. */
  readonly working: readonly Hours[];
  readonly notes: readonly string[];
}

/** Where nobody said otherwise; low urgency of the night waits for this morning. */
const usualWorkingHours: readonly Hours[] = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }];
const signInAddress = 'sign-in-address';

/**
 * The rules of a person as they hold. A rule whose method is gone or not verified is skipped and noted. Where nothing is left
 * for an urgency, an e-mail goes to the sign-in address at once, which is noted too; a disabled person has no rules at all.
 */
export const rulesInForce = (found: {
  readonly person: PersonRules['person'] & { readonly email: string | null };
  readonly wishes: Wishes;
  readonly methods: readonly MethodAtHand[];
}): PersonRules => {
  const { wishes, methods } = found;
  const { email, ...person } = found.person;
  const notes: string[] = [];
  const base = { person, quiet: listOf(wishes.quietHours), working: workingOf(wishes) };
  if (person.state === 'disabled')
    return { ...base, rules: { high: [], low: [] }, notes: [`${person.name} is disabled and gets nothing.`] };
  const usable = (wishes.rules ?? []).flatMap((rule) => {
    const method = methods.find((each) => each.name === rule.contactMethod);
    if (method?.verified) return [{ rule, method }];
    notes.push(
      method
        ? `The rule for ${rule.contactMethod} is skipped: it is not verified yet.`
        : `The rule for ${rule.contactMethod} is skipped: there is no such contact method.`,
    );
    return [];
  });
  const of = (urgency: Urgency): PersonalRule[] =>
    usable
      .filter(({ rule }) => rule.urgency === undefined || rule.urgency === urgency)
      .map(({ rule, method }) => ({ afterSeconds: secondsOf(rule.after) ?? 0, method }))
      .sort((one, other) => one.afterSeconds - other.afterSeconds);
  const rules = { high: of('high'), low: of('low') };
  const empty = (['high', 'low'] as const).filter((urgency) => rules[urgency].length === 0);
  if (empty.length > 0) notes.push(standInNote(empty, email));
  const standIn: PersonalRule[] =
    email === null
      ? []
      : [{ afterSeconds: 0, method: { name: signInAddress, channel: 'email', address: email, verified: true } }];
  for (const urgency of empty) rules[urgency] = standIn;
  return { ...base, rules, notes };
};

const standInNote = (urgencies: readonly Urgency[], email: string | null): string => {
  const which = urgencies.length === 2 ? 'any urgency' : `${urgencies[0]} urgency`;
  return email === null
    ? `There is no usable rule for ${which} and no sign-in address: this person cannot be reached.`
    : `There is no usable rule for ${which}: an e-mail goes to the sign-in address at once.`;
};

/** The person's working hours, else the usual ones. */
export const workingOf = (wishes: Pick<Wishes, 'workingHours'>): readonly Hours[] => {
  const said = listOf(wishes.workingHours);
  return said.length === 0 ? usualWorkingHours : said;
};

/** Whether a message of this urgency goes out at `at`, or when it does; quiet hours hold back low urgency where they say no more. */
export const quietDecision = (
  rules: Pick<PersonRules, 'quiet' | 'person'>,
  urgency: Urgency,
  at: Temporal.Instant,
):
  | { readonly send: 'now'; readonly reason: 'no-quiet-hours' }
  | { readonly send: Temporal.Instant; readonly reason: 'quiet-hours' } => {
  const holding = rules.quiet.filter(
    (each) => (each.urgency ?? 'low') === 'all' || (each.urgency ?? 'low') === urgency,
  );
  const end = endOfHours(holding, rules.person.zone, at);
  return end === null ? { send: 'now', reason: 'no-quiet-hours' } : { send: end, reason: 'quiet-hours' };
};

/** When the person works: `at` itself within their hours, else their next morning. */
export const workingFrom = (rules: Pick<PersonRules, 'working' | 'person'>, at: Temporal.Instant): Temporal.Instant =>
  startOfHours(rules.working, rules.person.zone, at) ?? at;

/** One thing or a list of it, as a list. */
export const listOf = <Item extends object>(said: Item | readonly Item[] | undefined): readonly Item[] =>
  said === undefined ? [] : Array.isArray(said) ? (said as readonly Item[]) : [said as Item];
