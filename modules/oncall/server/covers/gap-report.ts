import type { GapReport } from '../../contract/gaps.ts';
import { doubleBookings, gapLimits, secondsIn } from '../../domain/cover/gaps.ts';
import { reachabilityOf } from '../../domain/people/reachability.ts';
import type { PersonRules } from '../../domain/people/rules.ts';
import type { Stretch } from '../../domain/schedule/shift.ts';
import type { PeopleGround } from '../people/people-ground.ts';
import { checksOf } from '../people/shapes.ts';
import { rulesOf } from '../people/views.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import { lookAhead, type ScheduleAhead } from './look-ahead.ts';

/**
 * What is wrong in a window. Double bookings are looked for over all schedules, also where one schedule or team is asked for; those that
 * touch it are told.
 */
export const gapReportOf = async (people: PeopleGround, window: Stretch, asked: Asked): Promise<GapReport> =>
  reportOn(people, window, asked, await lookAhead(people.ground.postgres.tables<SchedulesTables>(), window));

interface Asked {
  readonly schedule?: string | undefined;
  readonly team?: string | undefined;
}

/** As `gapReportOf`, of schedules that were looked at. */
export const reportOn = async (
  people: PeopleGround,
  window: Stretch,
  asked: Asked,
  { schedules, notLookedAt }: Awaited<ReturnType<typeof lookAhead>>,
): Promise<GapReport> => {
  const wanted = schedules.filter(
    ({ name, team }) =>
      (asked.schedule === undefined || name === asked.schedule) && (asked.team === undefined || team === asked.team),
  );
  const names = new Set(wanted.map(({ name }) => name));
  const gaps = wanted.flatMap(({ name, team, gaps: own }) => own.map((gap) => ({ schedule: name, team, ...gap })));
  const nobody = gaps.filter(({ kind }) => kind === 'nobody');
  const doubles = doubleBookings(
    schedules.flatMap(({ name, shifts }) => shifts.map((shift) => ({ ...shift, schedule: name }))),
  ).filter((each) => each.schedules.some((name) => names.has(name)));
  const unreachable = await unreachableIn(people, wanted);
  // What nobody meant to be otherwise comes last, so that it never pushes a true gap out of the list.
  const inOrder = [...nobody, ...gaps.filter(({ kind }) => kind !== 'nobody')].slice(0, gapLimits.listed);
  const lists = [gaps, doubles, unreachable];
  return {
    ...told(window),
    ok: nobody.length + doubles.length + unreachable.length === 0,
    gaps: inOrder.toSorted((one, other) => one.from - other.from).map((each) => ({ ...each, ...told(each) })),
    doubleBookings: doubles
      .slice(0, gapLimits.listed)
      .map((each) => ({ ...each, schedules: [...each.schedules], ...told(each) })),
    unreachable: unreachable.slice(0, gapLimits.listed),
    totals: {
      schedules: wanted.length,
      gaps: nobody.length,
      gapSeconds: secondsIn(nobody),
      outsideHours: gaps.length - nobody.length,
      doubleBookings: doubles.length,
      unreachable: unreachable.length,
      notListed: lists.reduce((sum, { length }) => sum + Math.max(0, length - gapLimits.listed), 0),
      schedulesNotLookedAt: notLookedAt,
    },
  };
};

const unreachableIn = async (
  people: PeopleGround,
  schedules: readonly ScheduleAhead[],
): Promise<GapReport['unreachable']> => {
  const shifts = schedules.flatMap(({ name, shifts: own }) => own.map((shift) => ({ ...shift, schedule: name })));
  const byPerson = Map.groupBy(shifts, ({ person }) => person);
  const rules = await rulesOf(people.ground.postgres.tables(), [...byPerson.keys()]);
  const found: GapReport['unreachable'] = [];
  for (const [person, own] of byPerson) {
    const lack = await lackOf(people, rules.get(person) ?? null, person);
    if (lack === null) continue;
    const first = own.reduce((one, other) => (other.from < one.from ? other : one));
    found.push({ person, schedules: [...new Set(own.map(({ schedule }) => schedule))], ...told(first), ...lack });
  }
  return found.sort((one, other) => Date.parse(one.from) - Date.parse(other.from));
};

/** Why pages of high urgency do not surely reach somebody; null where they do. */
const lackOf = async (
  people: PeopleGround,
  rules: PersonRules | null,
  person: string,
): Promise<Pick<GapReport['unreachable'][number], 'reachedBy' | 'reasons'> | null> => {
  if (rules === null) return { reachedBy: 'nothing', reasons: [`There is nobody named ${person}.`] };
  const methods = [...rules.rules.high, ...rules.rules.low].map(({ method }) => method);
  const { high, reasons } = reachabilityOf(rules, await checksOf(people, methods));
  if (!high) return { reachedBy: 'nothing', reasons: [...reasons] };
  // The e-mail that stands in has no contact method behind it.
  const own = rules.rules.high.some(({ method }) => method.name !== 'sign-in-address');
  return own ? null : { reachedBy: 'sign-in-address', reasons: [...reasons] };
};

const told = ({ from, to }: Stretch) => ({ from: textOf(from), to: textOf(to) });
const textOf = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString();
