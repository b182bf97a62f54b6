import { planOf, type Plan, type Target } from '../../domain/escalation/plan.ts';
import type { Resolved } from '../../domain/escalation/decide.ts';
import type { PersonRules } from '../../domain/people/rules.ts';
import { takeDueSteps, type HeldStep } from './engine-store.ts';
import type { PagesGround } from './pages-ground.ts';
import { adminsKey, resolveTargets } from './resolve.ts';
import type { PagesTables } from './tables.ts';

/** Steps that are due and held, with everything that deciding them needs: nothing more is asked of anybody. */
export interface Evaluated {
  readonly steps: readonly EvaluatedStep[];
  readonly rules: ReadonlyMap<string, PersonRules>;
}

export interface EvaluatedStep {
  readonly held: HeldStep;
  readonly plan: Plan;
  readonly targets: readonly Target[];
  readonly resolved: ReadonlyMap<string, Resolved>;
}

/** A lease is short: what a dead process held goes on after so long. Deciding a batch takes milliseconds. */
export const leaseSeconds = 5;
export const batchMax = 200;

/**
 * Takes the leases of due steps and finds whom their targets mean now and how those people are reached: one look a schedule and
 * one statement for all people, however many steps. The database's clock says what now is.
 */
export const evaluate = async (ground: PagesGround, holder: string): Promise<Evaluated> => {
  const db = ground.postgres.tables<PagesTables>();
  const taken = await takeDueSteps(db, { limit: batchMax, holder, leaseSeconds });
  if (taken.length === 0) return { steps: [], rules: new Map() };
  const steps = taken.flatMap((held) => readOrLeft(ground, held));
  const resolved = await resolveTargets(db, ground.doors, {
    targets: steps.flatMap(({ targets }) => targets),
    adminsOf: steps.filter(needsAdmins).map(({ held }) => held.page.plan.team ?? held.page.team),
    at: taken[0]!.now,
  });
  const own = steps.map((step) => ({ ...step, ...withAdmins(step, resolved) }));
  const capped = (await withinCaps(ground, own, taken[0]!.now)) ?? own;
  const replaced = capped.filter((step, index) => step !== own[index]).flatMap((step) => [...step.resolved.values()]);
  const names = [...resolved.values(), ...replaced].flatMap(({ people }) => people.map(({ name }) => name));
  const rules = await ground.doors.rulesOf(names);
  return { steps: capped, rules };
};

/** A page whose plan cannot be read is left to its lease and tried again; it never stops the others, and the auditor finds it. */
const readOrLeft = ({ log }: PagesGround, held: HeldStep) => {
  try {
    return [{ held, plan: planOf(held.page.plan), targets: targetsOf(held) }];
  } catch (error) {
    log.error({ err: error, page: held.page.id }, 'the plan of a page cannot be read; trying again');
    return [];
  }
};

/** Caps are a kindness: that they cannot be looked at never keeps a page from leaving. */
const withinCaps = async (
  { doors, log }: PagesGround,
  steps: readonly EvaluatedStep[],
  at: Temporal.Instant,
): Promise<readonly EvaluatedStep[] | undefined> => {
  try {
    return await doors.handOn?.(steps, at);
  } catch (error) {
    log.error({ err: error }, 'caps could not be looked at; the pages go to who is on call');
    return undefined;
  }
};

const targetsOf = ({ kind, step, targets, page }: HeldStep): readonly Target[] =>
  kind === 'added'
    ? (targets ?? [])
    : kind === 'otherwise'
      ? page.plan.otherwise.notify
      : (page.plan.steps[step]?.notify ?? []);

const needsAdmins = ({ held, targets }: { held: HeldStep; targets: readonly Target[] }): boolean =>
  held.kind === 'otherwise' && targets.length === 0;

/** Nobody is named for the end: the admins are, as if each were. */
const withAdmins = (
  step: { held: HeldStep; targets: readonly Target[] },
  resolved: ReadonlyMap<string, Resolved>,
): { targets: readonly Target[]; resolved: ReadonlyMap<string, Resolved> } => {
  if (!needsAdmins(step)) return { targets: step.targets, resolved };
  const admins = resolved.get(adminsKey(step.held.page.plan.team ?? step.held.page.team))!;
  const own = new Map(admins.people.map((each) => [`person:${each.name}`, { people: [each], nobody: null }]));
  return { targets: admins.people.map(({ name }) => ({ person: name })), resolved: own };
};
