import { sql } from 'kysely';
import { dutiesOf, type Duty } from '../../domain/people/duties.ts';
import { expand } from '../../domain/schedule/expand.ts';
import type { Stretch } from '../../domain/schedule/shift.ts';
import { givenOf, scheduleRows, type Reader } from '../schedules/views.ts';
import type { Tx } from './store.ts';

/** Schedules that are expanded in one round: three statements for all of them. */
const atOnce = 100;

export interface ScheduledDuty extends Duty {
  readonly team: string | null;
}

/** Duties of every schedule that touch a window, by schedule; who goes along is left out. */
export const dutiesWithin = async (db: Reader, window: Stretch): Promise<ScheduledDuty[]> => {
  const duties: ScheduledDuty[] = [];
  for (let after: string | undefined; ;) {
    const rows = await scheduleRows(db, { ...(after === undefined ? {} : { after }), limit: atOnce });
    const given = await givenOf(
      db,
      rows.map(({ id }) => id),
      window,
    );
    for (const { id, name, team } of rows)
      duties.push(
        ...dutiesOf(name, expand(given.get(id)!, window).shifts, window.from).map((each) => ({ ...each, team })),
      );
    if (rows.length < atOnce) return duties;
    after = rows.at(-1)!.name;
  }
};

/** An override by hand that was made or taken back lately, and whose time is not over. */
export interface RecentOverride extends Stretch {
  readonly id: string;
  readonly schedule: string;
  readonly name: string;
  readonly note: string;
  readonly what: 'made' | 'taken-back';
  readonly by: string;
  /** Id of the person who did it; null where it is not known. */
  readonly byId: string | null;
  /** When that was, in milliseconds since 1970. */
  readonly at: number;
}

const recentMax = 500;

/** By hand only: covers and swaps are told where they are taken. */
export const recentOverrides = async (db: Reader, since: number, now: number): Promise<RecentOverride[]> => {
  const { rows } = await sql<RecentOverride>`-- Who made it or took it back, and when; what is over needs no telling.
    SELECT taken.id, taken.schedule, schedule.name, taken.note, extract(epoch FROM taken.starts_at)::float8 * 1000 AS from,
      extract(epoch FROM taken.ends_at)::float8 * 1000 AS to,
      CASE WHEN taken.ended_at IS NULL THEN 'made' ELSE 'taken-back' END AS what, coalesce(taken.ended_by, taken.made_by) AS by,
      CASE WHEN taken.ended_at IS NULL THEN taken.made_by_id
        ELSE (SELECT person.id::text FROM identity.person AS person WHERE person.name = taken.ended_by) END AS "byId",
      round(extract(epoch FROM coalesce(taken.ended_at, taken.made_at)) * 1000)::float8 AS at
    FROM oncall.schedule_override AS taken JOIN oncall.schedule AS schedule ON schedule.id = taken.schedule
    WHERE taken.kind = 'override' AND taken.ends_at > ${new Date(now)} AND schedule.deleted_at IS NULL
      AND coalesce(taken.ended_at, taken.made_at) > ${new Date(since)}
    ORDER BY taken.made_at, taken.id LIMIT ${recentMax}`.execute(db);
  return rows;
};

/** Remembers that a notice is told, in the transaction that hands it over; false where it was told before. */
export const markTold = async (
  tx: Tx,
  notice: { readonly kind: string; readonly personId: string; readonly schedule: string; readonly at: number },
): Promise<boolean> => {
  const { numAffectedRows } = await sql`-- Told once, whatever number of processes look.
    INSERT INTO oncall.shift_notice (kind, person_id, schedule, shift_from, told_at)
    VALUES (${notice.kind}, ${notice.personId}, ${notice.schedule}, ${new Date(notice.at)}, ground.now())
    ON CONFLICT DO NOTHING`.execute(tx);
  return numAffectedRows === 1n;
};

/** Which of these notices were told already, as `kind person schedule instant`. */
export const toldAmong = async (db: Reader, since: number): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{
    kind: string;
    person_id: string;
    schedule: string;
    shift_from: Date;
  }>`-- What was told of shifts that still matter.
    SELECT kind, person_id, schedule, shift_from FROM oncall.shift_notice WHERE shift_from >= ${new Date(since)}`.execute(
    db,
  );
  return new Set(rows.map((row) => toldKey(row.kind, row.person_id, row.schedule, row.shift_from.getTime())));
};

export const toldKey = (kind: string, personId: string, schedule: string, at: number): string =>
  `${kind} ${personId} ${schedule} ${at}`;

/** Forgets notices of shifts that began long ago. */
export const forgetNotices = async (db: Reader, days: number): Promise<void> => {
  await sql`-- By then no look reaches back to them.
    DELETE FROM oncall.shift_notice WHERE told_at < ground.now() - make_interval(days => ${days})`.execute(db);
};
