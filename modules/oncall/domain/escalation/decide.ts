import type { Channel, PersonRules } from '../people/rules.ts';
import { quietDecision, workingFrom } from '../people/rules.ts';
import { keyOf, targetInWords, type Plan, type Target, type Urgency } from './plan.ts';

/** Where a page stands in its plan. Steps and rounds count from 0 here, from 1 where people read. */
export interface StepPlace {
  readonly kind: 'step' | 'otherwise' | 'added';
  readonly step: number;
  readonly round: number;
}

/** Whom a target means just now, and why: found before deciding, so that deciding asks nobody. */
export interface Resolved {
  readonly people: readonly { readonly name: string; readonly why: string }[];
  /** Why it is nobody, where it is. */
  readonly nobody: string | null;
}

/** One message that is owed to somebody. `person` is null for a webhook of the policy. */
export interface Tell {
  readonly person: { readonly id: string; readonly name: string; readonly displayName: string } | null;
  readonly method: string;
  readonly channel: Channel;
  readonly address: string;
  /** Place in the person's rules. */
  readonly rule: number;
  readonly owedAt: Temporal.Instant;
  readonly why: string;
}

export type StepReason =
  | 'told'
  | 'waits-for-working-hours'
  | 'waits-for-quiet-hours'
  | 'other-urgency'
  | 'other-working-hours'
  | 'nobody-on-call'
  | 'nobody-reachable';

export interface Decision {
  readonly reason: StepReason;
  readonly tells: readonly Tell[];
  /** Who is not told, each with why. */
  readonly passedOver: readonly string[];
  /** Whether what comes next keeps its time although nobody was told; without it, it begins at once. */
  readonly keepsTime?: boolean;
  /** What comes next, and when; null where nothing does. */
  readonly next: (StepPlace & { readonly dueAt: Temporal.Instant }) | null;
}

export interface StepGiven {
  readonly place: StepPlace;
  /** Targets of the place: of the step, of `otherwise`, or of who was added. */
  readonly targets: readonly Target[];
  readonly dueAt: Temporal.Instant;
  readonly now: Temporal.Instant;
  readonly urgency: Urgency;
  /** How many turns this step of the policy gave before, for round-robin. */
  readonly turn: number;
  /** Whether a step before told somebody of this page. */
  readonly toldBefore: boolean;
  readonly resolved: ReadonlyMap<string, Resolved>;
  readonly rules: ReadonlyMap<string, PersonRules>;
}

/** What comes this much late (a database that was away) counts from now: else all steps that were missed would come at once. */
const lateSecondsMax = 60;

/**
 * Who is told because of a step, by which method and when, and what comes after it. A step that finds nobody gives way to the
 * next one at once: waiting for nobody helps nobody. A step that is for other pages keeps its time, and so does one of a further
 * round once somebody was told: else the rounds would all come at once, and the same person be told as often in one second.
 */
export const decideStep = (plan: Plan, given: StepGiven): Decision => {
  const { place, dueAt, now } = given;
  const late = now.since(dueAt).total('seconds') > lateSecondsMax;
  const at = late ? now : dueAt;
  const step = place.kind === 'step' ? plan.steps[place.step]! : null;
  if (step?.when.urgency !== undefined && step.when.urgency !== given.urgency)
    return { reason: 'other-urgency', tells: [], passedOver: [], next: nextPlace(plan, place, at) };
  const chosen = chooseTargets(given, step?.roundRobin ?? false);
  const called = callPeople(plan, given, { chosen, at, hours: step?.when.workingHours });
  const webhooks = chosen.filter((target) => 'webhook' in target).map((target) => webhookTell(target.webhook, at));
  const tells: readonly Tell[] = [...called.tells, ...webhooks];
  const { passedOver } = called;
  if (tells.length === 0) {
    const keepsTime = called.nobody === 'other-working-hours' || (place.round > 0 && given.toldBefore);
    return { reason: called.nobody, tells, passedOver, keepsTime, next: nextPlace(plan, place, at, keepsTime) };
  }
  // A page of high urgency goes on in its time, whoever wants to sleep; one of low urgency begins when somebody is told.
  const waits = given.urgency === 'low' && webhooks.length === 0 && called.began !== null;
  const began = waits ? laterOf(at, called.began!) : at;
  const told = Temporal.Instant.compare(began, at) === 0;
  const reason = told ? 'told' : called.waitsForWork ? 'waits-for-working-hours' : 'waits-for-quiet-hours';
  return { reason, tells, passedOver, next: nextPlace(plan, place, began) };
};

/** The place after this one, counted from `from`; without `keepsTime` it is due then, whatever its `after` says. */
const nextPlace = (plan: Plan, place: StepPlace, from: Temporal.Instant, keepsTime = true): Decision['next'] => {
  if (place.kind !== 'step') return null;
  const following = followingPlace(plan, place);
  const seconds =
    following.kind === 'otherwise' ? plan.otherwise.afterSeconds : plan.steps[following.step]!.afterSeconds;
  return { ...following, dueAt: keepsTime ? from.add({ seconds }) : from };
};

const followingPlace = (plan: Plan, { step, round }: StepPlace): StepPlace => {
  if (step + 1 < plan.steps.length) return { kind: 'step', step: step + 1, round };
  if (round < plan.repeat) return { kind: 'step', step: 0, round: round + 1 };
  return { kind: 'otherwise', step: plan.steps.length, round };
};

/** All targets; or one by turns, the next in the row where that one is nobody or cannot be reached. */
const chooseTargets = (
  { targets, turn, resolved, rules, urgency }: StepGiven,
  roundRobin: boolean,
): readonly Target[] => {
  if (!roundRobin) return targets;
  const inTurn = targets.map((_, index) => targets[(turn + index) % targets.length]!);
  const reaches = (target: Target): boolean =>
    'webhook' in target ||
    (resolved.get(keyOf(target))?.people ?? []).some(({ name }) => (rules.get(name)?.rules[urgency].length ?? 0) > 0);
  return [inTurn.find(reaches) ?? inTurn[0]!];
};

interface Called {
  readonly tells: Tell[];
  readonly passedOver: string[];
  /** When the first person is called upon; null where nobody is. */
  readonly began: Temporal.Instant | null;
  readonly waitsForWork: boolean;
  readonly nobody: 'nobody-on-call' | 'nobody-reachable' | 'other-working-hours';
}

const callPeople = (
  plan: Plan,
  given: StepGiven,
  { chosen, at, hours }: { chosen: readonly Target[]; at: Temporal.Instant; hours: 'inside' | 'outside' | undefined },
): Called => {
  const called: { tells: Tell[]; passedOver: string[]; began: Temporal.Instant | null; waitsForWork: boolean } = {
    tells: [],
    passedOver: [],
    began: null,
    waitsForWork: false,
  };
  let nobody: Called['nobody'] = 'nobody-on-call';
  const whys = whyEach(chosen, given.resolved, called.passedOver);
  for (const [name, why] of whys) {
    const rules = given.rules.get(name);
    const own = rules?.rules[given.urgency] ?? [];
    if (!rules || own.length === 0) {
      nobody = 'nobody-reachable';
      called.passedOver.push(
        rules
          ? `${name} cannot be reached: ${rules.notes.at(-1) ?? 'no way to reach them'}`
          : `${name} is no longer known`,
      );
      continue;
    }
    const works = Temporal.Instant.compare(workingFrom(rules, at), at) === 0;
    if (hours !== undefined && works !== (hours === 'inside')) {
      if (nobody === 'nobody-on-call') nobody = 'other-working-hours';
      called.passedOver.push(`${name} is ${works ? 'in' : 'outside of'} their working hours`);
      continue;
    }
    const waits = given.urgency === 'low' && plan.lowUrgency === 'working-hours' && given.place.kind !== 'added';
    const callAt = waits ? workingFrom(rules, at) : at;
    if (Temporal.Instant.compare(callAt, at) > 0) called.waitsForWork = true;
    const tells = tellsOf(rules, given.urgency, callAt, why);
    called.tells.push(...tells);
    const held = tells.length > 0 ? laterOf(callAt, tells[0]!.heldTo) : callAt;
    called.began = called.began === null ? held : sooner(called.began, held);
  }
  return { ...called, nobody };
};

/** Each person once, with every why; what resolves to nobody is told. */
const whyEach = (
  chosen: readonly Target[],
  resolved: ReadonlyMap<string, Resolved>,
  passedOver: string[],
): Map<string, string> => {
  const whys = new Map<string, string>();
  for (const target of chosen) {
    if ('webhook' in target) continue;
    const found = resolved.get(keyOf(target));
    if (!found || found.people.length === 0) passedOver.push(found?.nobody ?? `${targetInWords(target)}: nobody`);
    for (const { name, why } of found?.people ?? []) whys.set(name, whys.has(name) ? `${whys.get(name)}; ${why}` : why);
  }
  return whys;
};

const tellsOf = (
  rules: PersonRules,
  urgency: Urgency,
  callAt: Temporal.Instant,
  why: string,
): (Tell & { heldTo: Temporal.Instant })[] => {
  const { id, name, displayName } = rules.person;
  const seen = new Set<string>();
  return rules.rules[urgency].flatMap(({ afterSeconds, method }, rule) => {
    const wanted = callAt.add({ seconds: afterSeconds });
    const quiet = quietDecision(rules, urgency, wanted);
    const owedAt = quiet.send === 'now' ? wanted : quiet.send;
    // Quiet hours may push two rules of one method to the same instant: one message is enough.
    const same = `${method.name} ${owedAt.epochMilliseconds}`;
    if (seen.has(same)) return [];
    seen.add(same);
    const heldTo = quiet.send === 'now' ? callAt : quiet.send;
    const held = quiet.send === 'now' ? why : `${why}; held back by quiet hours`;
    const { name: methodName, channel, address } = method;
    return [
      { person: { id, name, displayName }, method: methodName, channel, address, rule, owedAt, why: held, heldTo },
    ];
  });
};

/** Why of a target that is a person or a webhook, where a policy says it. */
export const namedByPolicy = 'named by the policy';

const webhookTell = (address: string, owedAt: Temporal.Instant): Tell => ({
  person: null,
  method: 'webhook',
  channel: 'webhook',
  address,
  rule: 0,
  owedAt,
  why: namedByPolicy,
});

const sooner = (one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(other, one) < 0 ? other : one;
const laterOf = (one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(other, one) > 0 ? other : one;
