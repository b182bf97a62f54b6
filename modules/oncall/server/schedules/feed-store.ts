import type { Insertable } from 'kysely';
import type { Tx } from './store.ts';
import type { FeedRow, SchedulesTables } from './tables.ts';
import type { Reader } from './views.ts';

/** Keeps the address of a calendar; of its secret only the hash. */
export const insertFeed = async (tx: Tx, row: Insertable<SchedulesTables['oncall.calendar_feed']>): Promise<void> => {
  // One address.
  await tx.insertInto('oncall.calendar_feed').values(row).execute();
};

export const countFeeds = async (tx: Tx, madeById: string): Promise<number> => {
  // How many addresses of one maker are in force.
  const { count } = await tx
    .selectFrom('oncall.calendar_feed')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('made_by_id', '=', madeById)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** Addresses in force, the newest first: of one maker, or of all. */
export const feedRows = async (db: Reader, madeById: string | null, limit: number): Promise<FeedRow[]> => {
  let query = db.selectFrom('oncall.calendar_feed').selectAll().where('ended_at', 'is', null);
  if (madeById !== null) query = query.where('made_by_id', '=', madeById);
  // What is in force, for whoever may end it.
  return query.orderBy('made_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
};

/** The address in force behind a secret; null where there is none. */
export const feedBehind = async (db: Reader, hash: Buffer): Promise<FeedRow | null> => {
  // Looked up by the hash, which is all that is known of the secret.
  const row = await db
    .selectFrom('oncall.calendar_feed')
    .selectAll()
    .where('secret_hash', '=', hash)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
};

/** Remembers that a calendar was read, once an hour at most: so that unused addresses can be found and ended. */
export const touchFeed = async (db: Reader, id: string, now: Date): Promise<void> => {
  const hour = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
  // Written once an hour, however often calendar programs look.
  await db
    .updateTable('oncall.calendar_feed')
    .set({ read_at: hour })
    .where('id', '=', id)
    .where(({ eb, or }) => or([eb('read_at', 'is', null), eb('read_at', '<', hour)]))
    .execute();
};

/** One address in force, locked until the transaction ends. */
export const lockFeed = async (tx: Tx, id: string): Promise<FeedRow | null> => {
  // Locked, so that two who end it do it once.
  const row = await tx
    .selectFrom('oncall.calendar_feed')
    .selectAll()
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
};

export const endFeedRow = async (tx: Tx, id: string, by: string, at: Date): Promise<void> => {
  // It opens nothing from now on.
  await tx.updateTable('oncall.calendar_feed').set({ ended_at: at, ended_by: by }).where('id', '=', id).execute();
};

/** Names of schedules that a person has to do with: named in the document, in an override by hand, or by a calendar elsewhere. */
export const schedulesOfPerson = async (db: Reader, person: string): Promise<{ id: string; name: string }[]> => {
  // Schedules whose last version, overrides or calendars name this person.
  return db
    .selectFrom('oncall.schedule as schedule')
    .innerJoin('oncall.schedule_version as version', 'version.schedule', 'schedule.id')
    .select(['schedule.id', 'schedule.name'])
    .distinct()
    .where('schedule.deleted_at', 'is', null)
    .where(({ or, exists, selectFrom, fn, val, eb }) =>
      or([
        eb(fn('strpos', [eb.cast('version.spec', 'text'), val(JSON.stringify(person))]), '>', 0),
        exists(
          selectFrom('oncall.schedule_override as taken')
            .select('taken.id')
            .whereRef('taken.schedule', '=', 'schedule.id')
            .where('taken.person', '=', person),
        ),
        exists(
          selectFrom('oncall.outside_calendar as outside')
            .select('outside.layer')
            .whereRef('outside.schedule', '=', 'schedule.id')
            .where((inner) =>
              inner(
                inner.fn('strpos', [inner.cast('outside.stretches', 'text'), inner.val(JSON.stringify(person))]),
                '>',
                0,
              ),
            ),
        ),
      ]),
    )
    .orderBy('schedule.name')
    .limit(schedulesPerCalendarMax)
    .execute();
};

/** One calendar holds at most so many schedules. */
export const schedulesPerCalendarMax = 200;
