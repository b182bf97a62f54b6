import { decideStep, type Decision, type StepPlace } from '../../domain/escalation/decide.ts';
import { afterLastInWords, planOf, type Target, type Urgency } from '../../domain/escalation/plan.ts';
import { decisionInWords } from '../../domain/escalation/words.ts';
import type { PolicySpec, TriedStep } from '../../contract/policies.ts';
import type { PagesGround } from './pages-ground.ts';
import { turnsGiven } from './policy-store.ts';
import { adminsKey, resolveTargets } from './resolve.ts';
import type { PagesTables } from './tables.ts';

/**
 * Who would be paged from `at` on if nobody answered: the very decisions that the engine makes, one after another at the instants
 * at which they would come. Nothing is written and nobody is told.
 */
export const tryPolicy = async (
  ground: PagesGround,
  policy: { readonly name: string; readonly spec: PolicySpec },
  { at, urgency }: { readonly at: Temporal.Instant; readonly urgency: Urgency },
): Promise<{ at: string; urgency: Urgency; steps: TriedStep[]; afterLast: string }> => {
  const { name, spec } = policy;
  const plan = planOf(spec);
  const turns = new Map(await turnsGiven(ground.postgres.tables<PagesTables>(), name));
  const steps: TriedStep[] = [];
  let toldBefore = false;
  let next: Decision['next'] = {
    kind: 'step',
    step: 0,
    round: 0,
    dueAt: at.add({ seconds: plan.steps[0]!.afterSeconds }),
  };
  while (next) {
    const { dueAt, ...place }: NonNullable<Decision['next']> = next;
    const turn = turns.get(place.step) ?? 0;
    turns.set(place.step, turn + 1);
    const given = await resolvedAt(ground, spec, place, dueAt);
    const decision = decideStep(plan, { place, dueAt, now: dueAt, urgency, turn, toldBefore, ...given });
    toldBefore ||= decision.tells.length > 0;
    steps.push(triedStep(place, dueAt, decision));
    next = decision.next;
  }
  return { at: at.toString(), urgency, steps, afterLast: afterLastInWords(spec) };
};

const resolvedAt = async (ground: PagesGround, spec: PolicySpec, place: StepPlace, at: Temporal.Instant) => {
  let targets: readonly Target[] = place.kind === 'step' ? spec.steps[place.step]!.notify : spec.otherwise.notify;
  const admins = place.kind === 'otherwise' && targets.length === 0 ? [spec.team] : [];
  const db = ground.postgres.tables<PagesTables>();
  let resolved = await resolveTargets(db, ground.doors, { targets, adminsOf: admins, at });
  if (admins.length > 0) {
    const { people } = resolved.get(adminsKey(spec.team))!;
    targets = people.map(({ name }) => ({ person: name }));
    resolved = new Map(people.map((each) => [`person:${each.name}`, { people: [each], nobody: null }]));
  }
  const names = [...resolved.values()].flatMap(({ people }) => people.map(({ name }) => name));
  return { targets, resolved, rules: await ground.doors.rulesOf(names) };
};

const triedStep = (place: StepPlace, at: Temporal.Instant, decision: Decision): TriedStep => ({
  step: place.step + 1,
  round: place.round + 1,
  at: at.toString(),
  reason: place.kind === 'otherwise' ? 'nobody-answered' : decision.reason,
  text: decisionInWords(place, decision),
  notifies: decision.tells.map((tell) => ({
    person: tell.person?.name ?? null,
    displayName: tell.person?.displayName ?? null,
    contactMethod: tell.method,
    channel: tell.channel,
    at: tell.owedAt.toString(),
    why: tell.why,
  })),
});
