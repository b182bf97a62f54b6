import { Refusal } from '../../../../kernel/problem.ts';
import type { Load } from '../../contract/load.ts';
import { nightHours } from '../../domain/load/classes.ts';
import { fairness, fairnessName, fairnessSource, fairnessWeeks } from '../../domain/load/fairness.ts';
import { loadLimits } from '../../domain/load/limits.ts';
import { awakeHoursMax, loadOf, shiftLoads, type Interrupt, type PersonLoad } from '../../domain/load/load.ts';
import { judgeTeamSize, teamSize } from '../../domain/load/team-size.ts';
import { wishesInForce } from '../../domain/people/wishes.ts';
import type { ScheduleSpec } from '../../domain/schedule/schedule.ts';
import { dutiesWithin, type ScheduledDuty } from '../people/duty-views.ts';
import { peopleFound } from '../people/views.ts';
import { scheduleRows, type Reader, type ScheduleRow } from '../schedules/views.ts';
import { interruptsIn, loadPolicies, teamMembers, type Db, type LoadPolicyFound } from './views.ts';

const dayMs = 86_400_000;

export interface LoadQuestion {
  readonly from: number;
  readonly to: number;
  readonly team: string | null;
  readonly schedule: string | null;
}

/** The window that is asked for: twelve weeks up to now where nothing is said. Throws the refusal for one that cannot be. */
export const windowOf = (
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Temporal.Instant,
): { from: number; to: number } => {
  const to = asked.to === undefined ? now.epochMilliseconds : Date.parse(asked.to);
  const from = asked.from === undefined ? to - fairnessWeeks * 7 * dayMs : Date.parse(asked.from);
  const message =
    to <= from
      ? '`to` must be after `from`'
      : to - from > loadLimits.windowDays * dayMs
        ? `at most ${loadLimits.windowDays} days at once`
        : null;
  if (message === null) return { from, to };
  throw new Refusal({
    status: 400,
    code: 'oncall.bad-window',
    title: 'This is no time that can be asked for',
    detail: message,
    errors: [{ path: 'query.to', message }],
  });
};

interface Found {
  readonly schedules: readonly ScheduleRow[];
  readonly duties: readonly ScheduledDuty[];
  readonly interrupts: readonly Interrupt[];
  readonly people: readonly { readonly name: string; readonly zone: string }[];
  readonly policyOf: (team: string | null) => LoadPolicyFound;
}

/** Everything that the load of a team, a schedule or of all follows from. */
export const findLoad = async (db: Db & Reader, question: LoadQuestion): Promise<Found> => {
  const { team, schedule } = question;
  const all = await everySchedule(db);
  const schedules = all.filter(
    (each) => (team === null || each.team === team) && (schedule === null || each.name === schedule),
  );
  if (schedule !== null && schedules.length === 0)
    throw new Refusal({
      status: 404,
      code: 'oncall.unknown-schedule',
      title: 'There is no such schedule',
      detail: schedule,
    });
  const names = new Set(schedules.map((each) => each.name));
  const duties = (await dutiesWithin(db, question)).filter((duty) => names.has(duty.schedule));
  const members = team === null ? [] : await teamMembers(db, team);
  const inRotation = schedules.flatMap(({ version }) => (version.spec === null ? [] : peopleOf(version.spec)));
  const interruptsOfAll = await interruptsIn(db, question);
  const wanted = new Set([...members, ...inRotation, ...duties.map(({ person }) => person)]);
  if (team === null && schedule === null) for (const { person } of interruptsOfAll) wanted.add(person);
  const found = await peopleFound(db, [...wanted]);
  const people = found
    .map((person) => ({ name: person.name, zone: wishesInForce(person).zone }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const interrupts = interruptsOfAll.filter(({ person }) => wanted.has(person));
  const teams = schedules.flatMap((each) => (each.team === null ? [] : [each.team]));
  return {
    schedules,
    duties,
    interrupts,
    people,
    policyOf: await loadPolicies(db, [...teams, ...(team === null ? [] : [team])]),
  };
};

/** Load per person, shift, schedule and team, as the contract tells it. */
export const loadReport = async (db: Db & Reader, question: LoadQuestion, now: number): Promise<Load> => {
  const found = await findLoad(db, question);
  const people = loadOf({ ...found, ...question });
  const zones = new Map(found.people.map(({ name, zone }) => [name, zone]));
  const teamOf = new Map(found.schedules.map((each) => [each.name, each.team]));
  const shifts = found.schedules.flatMap((schedule) => {
    const { cap } = found.policyOf(schedule.team);
    const duties = found.duties.filter((duty) => duty.schedule === schedule.name);
    return shiftLoads({ zones, duties, interrupts: found.interrupts, capHours: cap.hours, now }).map((shift) => ({
      ...shift,
      from: new Date(shift.from).toISOString(),
      to: new Date(shift.to).toISOString(),
      overCap: shift.worstWithinCap > cap.incidents,
    }));
  });
  const teams = [...new Set([...teamOf.values()].filter((each) => each !== null))].toSorted();
  const inSchedules = (names: readonly string[]): PersonLoad[] => {
    const own = found.schedules.filter((each) => names.includes(each.name));
    const duties = found.duties.filter((duty) => names.includes(duty.schedule));
    const members = new Set(own.flatMap(({ version }) => (version.spec === null ? [] : peopleOf(version.spec))));
    return loadOf({
      people: found.people.filter(({ name }) => members.has(name)),
      duties,
      // What came to somebody outside of these shifts is theirs, but no load of this rotation.
      interrupts: inDuties(found.interrupts, duties),
      from: question.from,
      to: question.to,
    });
  };
  return {
    from: new Date(question.from).toISOString(),
    to: new Date(question.to).toISOString(),
    people,
    shifts: shifts.toSorted((one, other) => (one.from < other.from ? 1 : -1)).slice(0, loadLimits.shiftsShown),
    schedules: found.schedules.map((schedule) =>
      scheduleLoad(schedule, found.policyOf(schedule.team), inSchedules([schedule.name])),
    ),
    teams: teams.map((team) => {
      const names = found.schedules.filter((each) => each.team === team).map((each) => each.name);
      const own = inSchedules(names);
      return {
        team,
        people: own.length,
        fairness: fairnessOf(own),
        interrupts: own.reduce((sum, each) => sum + each.interrupts, 0),
      };
    }),
    measure: {
      name: fairnessName,
      source: fairnessSource,
      night: `${nightHours.from}:00 to ${nightHours.to}:00 where the person lives`,
      awake: `night hours from the first message to the end of the matter, at most ${awakeHoursMax} a page`,
      cap: 'Google SRE book, chapter 11: at most 2 incidents in a 12-hour shift',
    },
  };
};

const scheduleLoad = (
  { name, team, version }: ScheduleRow,
  { cap }: LoadPolicyFound,
  people: readonly PersonLoad[],
): Load['schedules'][number] => {
  const sites = version.spec === null ? [] : sitesOf(version.spec);
  const size = judgeTeamSize(sites);
  return {
    schedule: name,
    team,
    people: people.map((each) => each.person),
    cap: { ...cap },
    fairness: fairnessOf(people),
    teamSize: { ...size, sites: size.sites.map((each) => ({ ...each })), source: teamSize.source },
  };
};

const fairnessOf = (people: readonly PersonLoad[]) => ({
  hoursOnCall: fairness(people.map((each) => each.hoursOnCall)),
  hoursNight: fairness(people.map((each) => each.hoursNight)),
  hoursWeekend: fairness(people.map((each) => each.hoursWeekend)),
  interrupts: fairness(people.map((each) => each.interrupts)),
  pagesAtNight: fairness(people.map((each) => each.pagesAtNight)),
});

/** Interrupts that began in a duty of their person. */
export const inDuties = (interrupts: readonly Interrupt[], duties: readonly ScheduledDuty[]): Interrupt[] =>
  interrupts.filter(({ person, at }) =>
    duties.some((duty) => duty.person === person && at >= duty.from && at < duty.to),
  );

type Layer = ScheduleSpec['layers'][number];

const namesIn = ({ people }: Layer): string[] =>
  people.flatMap((member) => (member === null ? [] : [typeof member === 'string' ? member : member.person]));

const peopleOf = (spec: ScheduleSpec): string[] => [...new Set(spec.layers.flatMap(namesIn))];

/** People by the zone that their layer runs in: one zone is one site. */
const sitesOf = (spec: ScheduleSpec) => {
  const byZone = Map.groupBy(spec.layers, (layer) => layer.zone ?? spec.zone);
  return [...byZone]
    .map(([zone, layers]) => ({ zone, people: new Set(layers.flatMap(namesIn)).size }))
    .filter(({ people }) => people > 0);
};

const everySchedule = async (db: Reader): Promise<ScheduleRow[]> => {
  const rows: ScheduleRow[] = [];
  for (;;) {
    const after = rows.at(-1)?.name;
    const page = await scheduleRows(db, { ...(after === undefined ? {} : { after }), limit: 500 });
    rows.push(...page);
    if (page.length < 500) return rows;
  }
};
