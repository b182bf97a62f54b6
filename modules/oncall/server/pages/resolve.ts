import { keyOf, type Target } from '../../domain/escalation/plan.ts';
import { namedByPolicy, type Resolved } from '../../domain/escalation/decide.ts';
import type { OnCallNow, PagesDoors } from './pages-ground.ts';
import { adminsOf, respondersOf } from './people-views.ts';
import type { Handle } from './tables.ts';

/** The admins of a team, or of the organisation: what `otherwise` without targets means. */
export const adminsKey = (team: string | null): string => `admins:${team ?? ''}`;

/**
 * Whom each target means at `at`, each target once however many steps name it. A schedule that cannot be read throws: the step
 * is tried again, because "nobody" would be a lie.
 */
export const resolveTargets = async (
  db: Handle,
  doors: Pick<PagesDoors, 'onCallOf' | 'nextOnCall'>,
  asked: {
    readonly targets: readonly Target[];
    readonly adminsOf: readonly (string | null)[];
    readonly at: Temporal.Instant;
  },
): Promise<Map<string, Resolved>> => {
  const targets = new Map(asked.targets.map((target) => [keyOf(target), target]));
  const teams = [...targets.values()].flatMap((target) => ('team' in target ? [target.team] : []));
  const members = teams.length === 0 ? new Map<string, string[]>() : await respondersOf(db, teams);
  const schedules = [...targets.values()].flatMap((target) => ('schedule' in target ? [target.schedule] : []));
  const onCall = await onCallEach(doors, schedules, asked.at);
  const found = new Map<string, Resolved>();
  for (const [key, target] of targets)
    found.set(key, await resolveOne(doors, target, { at: asked.at, members, onCall }));
  for (const team of new Set(asked.adminsOf)) {
    const admins = await adminsOf(db, team);
    const why = admins.of === 'team' ? `admin of the team ${team}` : 'admin of the organisation';
    found.set(adminsKey(team), {
      people: admins.people.map((name) => ({ name, why })),
      nobody: admins.people.length === 0 ? 'there is no admin who could be told' : null,
    });
  }
  return found;
};

const resolveOne = async (
  doors: Pick<PagesDoors, 'nextOnCall'>,
  target: Target,
  {
    at,
    members,
    onCall,
  }: {
    at: Temporal.Instant;
    members: ReadonlyMap<string, string[]>;
    onCall: OnCallEach;
  },
): Promise<Resolved> => {
  if ('person' in target) return { people: [{ name: target.person, why: namedByPolicy }], nobody: null };
  if ('webhook' in target) return { people: [], nobody: null };
  if ('team' in target) {
    const people = members.get(target.team) ?? [];
    const why = `in the team ${target.team}`;
    return {
      people: people.map((name) => ({ name, why })),
      nobody: people.length === 0 ? `the team ${target.team} has no responder` : null,
    };
  }
  if ('schedule' in target) {
    const { schedule } = target;
    const now = onCall.get(schedule) ?? null;
    if (now instanceof Error)
      return { people: [], nobody: `who is on call in ${schedule} cannot be worked out: ${now.message}` };
    return firstOf(now, { schedule, word: 'on call' });
  }
  return firstOf(await doors.nextOnCall(target.next, at), { schedule: target.next, word: 'next on call' });
};

type OnCallEach = ReadonlyMap<string, readonly OnCallNow[] | Error>;

/**
 * Who is on call in each schedule. One that cannot be worked out stands for itself: it must not keep the pages of all others from
 * leaving. Where none can be read at all the database is away, and the whole is tried again.
 */
const onCallEach = async (
  doors: Pick<PagesDoors, 'onCallOf'>,
  schedules: readonly string[],
  at: Temporal.Instant,
): Promise<OnCallEach> => {
  if (schedules.length === 0) return new Map();
  try {
    return await doors.onCallOf(schedules, at);
  } catch (error) {
    if (schedules.length === 1) throw error;
    const found = new Map<string, readonly OnCallNow[] | Error>();
    for (const name of schedules) {
      const one = await doors.onCallOf([name], at).catch((fault: unknown) => fault as Error);
      if (one instanceof Error) found.set(name, one);
      else for (const [known, people] of one) found.set(known, people);
    }
    if ([...found.values()].every((each) => each instanceof Error)) throw error;
    return found;
  }
};

/** The first is paged; who goes along (a shadow) is told beside them. */
const firstOf = (
  found: readonly OnCallNow[] | null,
  { schedule, word }: { schedule: string; word: string },
): Resolved => {
  if (found === null) return { people: [], nobody: `the schedule ${schedule} is gone` };
  const [first] = found.filter((each) => each.kind !== 'shadow');
  if (!first) return { people: [], nobody: `nobody is ${word} in ${schedule}` };
  const along = found.filter((each) => each.kind === 'shadow' && each.person !== first.person);
  const how = first.kind === 'override' || first.kind === 'cover' ? `, by ${first.kind}` : '';
  return {
    people: [
      { name: first.person, why: `${word} in ${schedule}${how}` },
      ...along.map(({ person }) => ({ name: person, why: `goes along in ${schedule}` })),
    ],
    nobody: null,
  };
};
