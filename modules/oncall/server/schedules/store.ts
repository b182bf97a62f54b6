import { sql, type Insertable, type Transaction } from 'kysely';
import type { ScheduleVersion } from '../../domain/schedule/shift.ts';
import type { OverrideRow, SchedulesTables } from './tables.ts';

/** A transaction over the tables of schedules. */
export type Tx = Transaction<SchedulesTables>;

/** Serialises what is done to one schedule, also before there is a row of it. */
export const lockSchedule = async (tx: Tx, name: string): Promise<void> => {
  // A lock on the name that ends with the transaction.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`oncall.schedule:${name}`}, 0))`.execute(tx);
};

export interface Made {
  readonly by: string;
  readonly at: Date;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
}

/** Adds a version; `id` is that of a new schedule where there was none of the name. Gives back the version's number. */
export const addVersion = async (
  tx: Tx,
  schedule: { readonly id: string; readonly name: string },
  version: ScheduleVersion,
  made: Made,
): Promise<number> => {
  const row = {
    team: version.spec?.team ?? null,
    deleted_at: version.spec === null ? made.at : null,
  };
  // The schedule as it is from now on; a name that was deleted comes back with its past.
  await tx
    .insertInto('oncall.schedule')
    .values({ id: schedule.id, name: schedule.name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
  // Versions count from 1; whoever adds one holds the lock of the name.
  const { number } = await tx
    .insertInto('oncall.schedule_version')
    .values(({ selectFrom, fn, val }) => ({
      schedule: schedule.id,
      number: selectFrom('oncall.schedule_version')
        .select(fn.coalesce(sql<number>`max(number) + 1`, val(1)).as('number'))
        .where('schedule', '=', schedule.id) as never,
      valid_from: version.from === -Infinity ? null : new Date(version.from),
      spec: version.spec === null ? null : JSON.stringify(version.spec),
      standings: JSON.stringify(version.standings),
      origin: made.origin,
      source: made.source,
      made_by: made.by,
      made_at: made.at,
    }))
    .returning('number')
    .executeTakeFirstOrThrow();
  return number;
};

/** The last version of a schedule by its name, also of a deleted one; null where there never was one. */
export const lastVersion = async (
  tx: Tx,
  name: string,
): Promise<{ id: string; number: number; version: ScheduleVersion } | null> => {
  // The version with the highest number.
  const row = await tx
    .selectFrom('oncall.schedule as schedule')
    .innerJoin('oncall.schedule_version as version', 'version.schedule', 'schedule.id')
    .select(['schedule.id', 'version.number', 'version.valid_from', 'version.spec', 'version.standings'])
    .where('schedule.name', '=', name)
    .orderBy('version.number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const { id, number, spec, standings } = row;
  return { id, number, version: { from: row.valid_from?.getTime() ?? -Infinity, spec, standings } };
};

/** Keeps an override by hand, or an accepted cover: it counts from `made_at` on. */
export const insertOverride = async (
  tx: Tx,
  row: Insertable<SchedulesTables['oncall.schedule_override']>,
): Promise<void> => {
  // One override by hand, or one accepted cover.
  await tx.insertInto('oncall.schedule_override').values(row).execute();
};

/** One override that was not taken back, locked; null where there is none. */
export const lockOverride = async (tx: Tx, schedule: string, id: string): Promise<OverrideRow | null> => {
  // Locked, so that two who take it back do it once.
  const row = await tx
    .selectFrom('oncall.schedule_override')
    .selectAll()
    .where('schedule', '=', schedule)
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
};

export const endOverride = async (tx: Tx, id: string, by: string, at: Date): Promise<void> => {
  // It ends now; what of it has been stays.
  await tx.updateTable('oncall.schedule_override').set({ ended_at: at, ended_by: by }).where('id', '=', id).execute();
};
