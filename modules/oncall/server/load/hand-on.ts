import { capInWords, decideCap, type Cap } from '../../domain/load/cap.ts';
import type { Resolved } from '../../domain/escalation/decide.ts';
import { keyOf, type Target, type Urgency } from '../../domain/escalation/plan.ts';
import type { Interrupt } from '../../domain/load/load.ts';
import { tellLead } from './cap-watch.ts';
import { tablesOf, type LoadGround } from './load-ground.ts';
import { handOnCaps, interruptsIn } from './views.ts';
import { dutiesWithin } from '../people/duty-views.ts';
import { peopleFound } from '../people/views.ts';

/** A step that is about to be decided, with whom its targets mean. */
export interface StepToCap {
  readonly held: {
    readonly page: {
      readonly id: string;
      readonly urgency: Urgency;
      readonly team: string | null;
      readonly plan: { readonly team?: string | null | undefined };
    };
  };
  readonly targets: readonly Target[];
  readonly resolved: ReadonlyMap<string, Resolved>;
}

type NextOnCall = (schedule: string, at: Temporal.Instant) => Promise<readonly { readonly person: string }[] | null>;

/**
 * Steps with whoever is beyond the cap of their team replaced by the next on call, where that team says so. Only pages of high urgency
 * to a schedule are handed on; a page never goes to nobody. Costs one small statement where no team says so.
 */
export const handOn =
  (load: LoadGround, nextOnCall: NextOnCall) =>
  async <Step extends StepToCap>(steps: readonly Step[], at: Temporal.Instant): Promise<readonly Step[]> => {
    const db = tablesOf(load);
    const caps = await handOnCaps(db);
    const concerned = steps.filter(
      (step) => capOf(step, caps) !== null && step.targets.some((target) => 'schedule' in target),
    );
    if (concerned.length === 0) return steps;
    const now = at.epochMilliseconds;
    const hours = Math.max(...[...caps.values()].map((cap) => cap.hours));
    const interrupts = (await interruptsIn(db, { from: now - hours * 3_600_000, to: now + 1 })).filter(
      ({ urgency }) => urgency === 'high',
    );
    const changed = new Map<Step, Step>();
    for (const step of concerned) {
      const resolved = new Map(step.resolved);
      for (const target of step.targets)
        if ('schedule' in target) {
          const next = await replaced(load, {
            step,
            schedule: target.schedule,
            at,
            interrupts,
            nextOnCall,
            cap: capOf(step, caps)!,
          });
          if (next !== null) resolved.set(keyOf(target), next);
        }
      changed.set(step, { ...step, resolved });
    }
    return steps.map((step) => changed.get(step) ?? step);
  };

const capOf = ({ held: { page } }: StepToCap, caps: ReadonlyMap<string, Cap>): Cap | null =>
  page.urgency === 'low' ? null : (caps.get(page.plan.team ?? page.team ?? '') ?? null);

/** Whom a schedule means instead; null where it stays as it is. */
const replaced = async (
  load: LoadGround,
  given: {
    readonly step: StepToCap;
    readonly schedule: string;
    readonly at: Temporal.Instant;
    readonly interrupts: readonly Interrupt[];
    readonly nextOnCall: NextOnCall;
    readonly cap: Cap;
  },
): Promise<Resolved | null> => {
  const { step, schedule, at, interrupts, cap } = given;
  const { page } = step.held;
  const found = step.resolved.get(keyOf({ schedule }));
  const first = found?.people[0];
  if (!found || !first) return null;
  const before = (person: string): number[] =>
    interrupts.filter((each) => each.person === person && each.page !== page.id).map((each) => each.at);
  const decide = (person: string, next: string | null) =>
    decideCap({ cap, urgency: page.urgency, before: before(person), now: at.epochMilliseconds, next });
  if (decide(first.name, null).reason === 'within-cap') return null;
  const next = (await given.nextOnCall(schedule, at))?.[0]?.person ?? null;
  // Whoever is next and beyond the cap themselves is no relief.
  const relief = next !== null && decide(next, null).reason === 'within-cap' ? next : null;
  const decision = decide(first.name, relief);
  await warn(load, { person: first.name, schedule, at, cap, count: decision.count });
  const why = `${first.why}; ${capInWords(decision, first.name, cap).replace(/\.$/u, '')}`;
  const [, ...along] = found.people;
  return { ...found, people: [{ name: decision.to === 'next' ? decision.next : first.name, why }, ...along] };
};

/** The lead is told once a shift; that this fails must never keep a page from leaving. */
const warn = async (
  load: LoadGround,
  over: { person: string; schedule: string; at: Temporal.Instant; cap: Cap; count: number },
): Promise<void> => {
  try {
    const db = tablesOf(load);
    const now = over.at.epochMilliseconds;
    const window = { from: now - 86_400_000, to: now + 35 * 86_400_000 };
    const duties = await dutiesWithin(db, window);
    const duty = duties.find(
      (each) => each.schedule === over.schedule && each.person === over.person && each.from <= now && now < each.to,
    );
    const [person] = await peopleFound(db, [over.person]);
    if (duty && person)
      await tellLead(load, { ...duty, personId: person.id, at: duty.to, count: over.count, cap: over.cap });
  } catch (error) {
    load.ground.log.error({ err: error, person: over.person }, 'the lead could not be told of a cap; the page goes on');
  }
};
