import { momentText } from '../../domain/moment-text.ts';
import { gapLimits, secondsIn, type Gap } from '../../domain/cover/gaps.ts';
import type { Stretch } from '../../domain/schedule/shift.ts';
import { dayMs } from '../../domain/schedule/zone-clock.ts';
import { adminsOf } from '../pages/people-views.ts';
import { firstMessages } from '../people/notices.ts';
import type { PeopleGround } from '../people/people-ground.ts';
import { rulesOf } from '../people/views.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import { reportOn } from './gap-report.ts';
import { forgetGapNotices, gapsTold, keepLook, markGapTold } from './gap-store.ts';
import { lookAhead, type ScheduleAhead } from './look-ahead.ts';

const hourMs = 3_600_000;
const forgetDays = 60;
const system = { kind: 'system', id: 'oncall', name: 'On-call' } as const;

/** Looks a year ahead and keeps the numbers for the metrics of every process. */
export const countGaps = async (people: PeopleGround): Promise<void> => {
  const now = people.ground.clock.now().epochMilliseconds;
  const window = { from: now, to: now + gapLimits.daysDefault * dayMs };
  const db = people.ground.postgres.tables<SchedulesTables>();
  const looked = await lookAhead(db, window);
  const { totals } = await reportOn(people, window, {}, looked);
  await keepLook(db, {
    gapSeconds: Object.fromEntries(looked.schedules.map(({ name, gaps }) => [name, secondsIn(gaps.filter(isNobody))])),
    doubleBookings: totals.doubleBookings,
    unreachable: totals.unreachable,
  });
};

/** Tells whoever leads of each gap a day before it begins, once, and puts it on the ledger. Gives back how many were told. */
export const warnOfGaps = async (people: PeopleGround): Promise<number> => {
  const db = people.ground.postgres.tables<SchedulesTables>();
  const now = people.ground.clock.now().epochMilliseconds;
  const since = now - gapLimits.lateHours * hourMs;
  // A little before that, to tell a gap that begins there from one that goes on.
  const window = { from: since - hourMs, to: now + (gapLimits.warnHours + gapLimits.lateHours) * hourMs };
  const told = await gapsTold(db, since);
  let count = 0;
  for (const schedule of (await lookAhead(db, window)).schedules)
    for (const gap of schedule.gaps) {
      const isDue = gap.from > since && gap.from <= now + gapLimits.warnHours * hourMs && gap.to > now;
      if (isNobody(gap) && isDue && !told.has(`${schedule.name} ${gap.from}`))
        count += await warn(people, schedule, gap, window);
    }
  await forgetGapNotices(db, forgetDays);
  return count;
};

const isNobody = ({ kind }: Gap): boolean => kind === 'nobody';

const warn = async (
  people: PeopleGround,
  { name, team, shifts }: ScheduleAhead,
  gap: Gap,
  window: Stretch,
): Promise<number> => {
  const before = shifts.find(({ to }) => to === gap.from)?.person ?? null;
  const from = new Date(gap.from).toISOString();
  const to = gap.to === window.to ? null : new Date(gap.to).toISOString();
  const data = { schedule: name, team, from, to, before };
  const leads = await adminsOf(people.ground.postgres.tables(), team);
  const rules = await rulesOf(people.ground.postgres.tables(), leads.people);
  return people.ground.postgres.transaction<object, number>(async (tx) => {
    if (!(await markGapTold(tx, name, gap.from))) return 0;
    await people.delivery.enqueue(
      tx,
      [...rules.values()].flatMap((each) =>
        firstMessages(each, {
          key: `gap:${name}:${gap.from}:${each.person.id}`,
          subject: `Nobody is on call for ${name} from ${localTime(gap.from, each.person.zone)}`,
          text: `${to === null ? 'It lasts for longer than half a day.' : `It lasts until ${localTime(gap.to, each.person.zone)}.`}${before === null ? '' : ` ${before} is on call before it.`}\n\nPut somebody on call for that time: leadline oncall override ${name} <person> --from ${from} --to ${to ?? '…'}`,
          data,
        }),
      ),
    );
    await people.ground.ledger.append(tx, {
      kind: 'schedule.gap-ahead',
      subject: `schedule:${name}`,
      actor: system,
      data,
    });
    return 1;
  });
};

/** When it is where the reader lives. */
const localTime = (at: number, zone: string): string => momentText(Temporal.Instant.fromEpochMilliseconds(at), zone);
