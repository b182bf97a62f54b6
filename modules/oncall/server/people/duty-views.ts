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
