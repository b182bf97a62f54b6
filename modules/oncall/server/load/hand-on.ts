import { capInWords, decideCap, type Cap } from '../../domain/load/cap.ts';
import type { Resolved } from '../../domain/escalation/decide.ts';
import { keyOf, type Target, type Urgency } from '../../domain/escalation/plan.ts';
import { tellLead } from './cap-watch.ts';
import { tablesOf, type LoadGround } from './load-ground.ts';
import { handOnCaps, latestPages } from './views.ts';
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
    const concerned = steps.filter((step) => capOf(step, caps) !== null && schedulesOf(step).length > 0);
    if (concerned.length === 0) return steps;
    const schedules = [...new Set(concerned.flatMap(schedulesOf))];
    const next = new Map<string, string | null>();
    // One look a schedule, however many pages of a storm mean it.
    for (const schedule of schedules) next.set(schedule, (await nextOnCall(schedule, at))?.[0]?.person ?? null);
    const names = new Set([...next.values()].filter((name) => name !== null));
    for (const step of concerned) for (const name of firstOf(step)) names.add(name);
    const hours = Math.max(...[...caps.values()].map((cap) => cap.hours));
    const pages = await latestPages(db, [...names], at.epochMilliseconds - hours * 3_600_000);
    const changed = new Map<Step, Step>();
    for (const step of concerned) {
      const resolved = new Map(step.resolved);
      for (const schedule of schedulesOf(step)) {
        const given = { step, schedule, at, pages, next: next.get(schedule) ?? null, cap: capOf(step, caps)! };
        const instead = await replaced(load, given);
        if (instead !== null) resolved.set(keyOf({ schedule }), instead);
      }
      changed.set(step, { ...step, resolved });
    }
    return steps.map((step) => changed.get(step) ?? step);
  };

const schedulesOf = ({ targets }: StepToCap): string[] =>
  targets.flatMap((target) => ('schedule' in target ? [target.schedule] : []));

/** Whoever is on call for the schedules of a step. */
const firstOf = (step: StepToCap): string[] =>
  schedulesOf(step).flatMap(
    (schedule) =>
      step.resolved
        .get(keyOf({ schedule }))
        ?.people.slice(0, 1)
        .map(({ name }) => name) ?? [],
  );

const capOf = ({ held: { page } }: StepToCap, caps: ReadonlyMap<string, Cap>): Cap | null =>
  page.urgency === 'low' ? null : (caps.get(page.plan.team ?? page.team ?? '') ?? null);

/** Whom a schedule means instead; null where it stays as it is. */
const replaced = async (
  load: LoadGround,
  given: {
    readonly step: StepToCap;
    readonly schedule: string;
    readonly at: Temporal.Instant;
    readonly pages: Awaited<ReturnType<typeof latestPages>>;
    readonly next: string | null;
    readonly cap: Cap;
  },
): Promise<Resolved | null> => {
  const { step, schedule, at, pages, next, cap } = given;
  const { page } = step.held;
  const found = step.resolved.get(keyOf({ schedule }));
  const first = found?.people[0];
  if (!found || !first) return null;
  const before = (person: string): number[] =>
    pages.filter((each) => each.person === person && each.page !== page.id).map((each) => each.at);
  const decide = (person: string, next: string | null) =>
    decideCap({ cap, urgency: page.urgency, before: before(person), now: at.epochMilliseconds, next });
  if (decide(first.name, null).reason === 'within-cap') return null;
  // Whoever is next and beyond the cap themselves is no relief.
  const relief = next !== null && decide(next, null).reason === 'within-cap' ? next : null;
  const decision = decide(first.name, relief);
  await warn(load, { person: first.name, schedule, at, cap, count: decision.count });
  const why = `${first.why}; ${capInWords(decision, first.name, cap).replace(/\.$/u, '')}`;
  const [, ...along] = found.people;
  return { ...found, people: [{ name: decision.to === 'next' ? decision.next : first.name, why }, ...along] };
};

/** What this process looked at lately; whether it was told is in the database. A storm must not look for each of its pages. */
const warnedAt = new Map<string, number>();
const warnEveryMs = 60_000;
const warnedMax = 1_000;

/** The lead is told once a shift; that this fails must never keep a page from leaving. */
const warn = async (
  load: LoadGround,
  over: { person: string; schedule: string; at: Temporal.Instant; cap: Cap; count: number },
): Promise<void> => {
  const now = over.at.epochMilliseconds;
  const key = `${over.schedule} ${over.person}`;
  if ((warnedAt.get(key) ?? 0) > now - warnEveryMs) return;
  if (warnedAt.size >= warnedMax) warnedAt.clear();
  warnedAt.set(key, now);
  try {
    const db = tablesOf(load);
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
