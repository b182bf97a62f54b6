import { sql, type Kysely, type Selectable } from 'kysely';
import type { Given, ScheduleVersion, Stretch, Take } from '../../domain/schedule/shift.ts';
import type { OverrideRow, SchedulesTables } from './tables.ts';

/** Reads from the tables, in a transaction or not. */
export type Reader = Kysely<SchedulesTables>;

/** A schedule with its present version. */
export interface ScheduleRow {
  readonly id: string;
  readonly name: string;
  readonly team: string | null;
  readonly number: number;
  readonly version: ScheduleVersion;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
  readonly madeBy: string;
  readonly madeAt: Date;
}

type VersionRow = Selectable<SchedulesTables['oncall.schedule_version']>;

const versionOf = (row: Pick<VersionRow, 'valid_from' | 'spec' | 'standings'>): ScheduleVersion => ({
  from: row.valid_from?.getTime() ?? -Infinity,
  spec: row.spec,
  standings: row.standings,
});

/** Schedules that are not deleted, by name, with what they say now. */
export const scheduleRows = async (
  db: Reader,
  filter: {
    readonly names?: readonly string[];
    readonly team?: string;
    readonly after?: string;
    readonly limit: number;
  },
): Promise<ScheduleRow[]> => {
  // Each schedule with its last version; there is one, because both are written in one transaction.
  let query = db
    .selectFrom('oncall.schedule as schedule')
    .innerJoin('oncall.schedule_version as version', 'version.schedule', 'schedule.id')
    .select(['schedule.id', 'schedule.name', 'schedule.team', 'version.number', 'version.valid_from', 'version.spec'])
    .select(['version.standings', 'version.origin', 'version.source', 'version.made_by', 'version.made_at'])
    .where('schedule.deleted_at', 'is', null)
    .where(({ eb, selectFrom }) =>
      eb(
        'version.number',
        '=',
        selectFrom('oncall.schedule_version as last')
          .select(({ fn }) => fn.max('last.number').as('number'))
          .whereRef('last.schedule', '=', 'schedule.id'),
      ),
    )
    .orderBy('schedule.name')
    .limit(filter.limit);
  if (filter.names) query = query.where('schedule.name', 'in', filter.names.length > 0 ? [...filter.names] : ['']);
  if (filter.team !== undefined) query = query.where('schedule.team', '=', filter.team);
  if (filter.after !== undefined) query = query.where('schedule.name', '>', filter.after);
  return (await query.execute()).map((row) => ({
    id: row.id,
    name: row.name,
    team: row.team,
    number: row.number,
    version: versionOf(row),
    origin: row.origin,
    source: row.source,
    madeBy: row.made_by,
    madeAt: row.made_at,
  }));
};

/** A schedule by its name, also a deleted one: its past is still there. Null where there never was one. */
export const knownSchedule = async (
  db: Reader,
  name: string,
): Promise<{ readonly id: string; readonly deletedAt: Date | null } | null> => {
  // One schedule by its name.
  const row = await db
    .selectFrom('oncall.schedule')
    .select(['id', 'deleted_at'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row ? { id: row.id, deletedAt: row.deleted_at } : null;
};

export const scheduleId = async (db: Reader, name: string): Promise<string | null> =>
  (await knownSchedule(db, name))?.id ?? null;

/** Everything from which the shifts of some schedules in a window follow, by their ids. */
export const givenOf = async (db: Reader, ids: readonly string[], window: Stretch): Promise<Map<string, Given>> => {
  const found = new Map<string, Given>();
  if (ids.length === 0) return found;
  const [versions, takes, outside] = await Promise.all([
    versionsWithin(db, ids, window),
    takesWithin(db, ids, window),
    outsideOf(db, ids),
  ]);
  for (const id of ids) {
    const mine = versions.filter(({ schedule }) => schedule === id).map(versionOf);
    found.set(id, {
      versions: mine,
      takes: takes.filter(({ schedule }) => schedule === id).map(takeOf),
      absences: [],
      outside: outside
        .filter(({ schedule }) => schedule === id)
        .flatMap(({ layer, stretches }) => stretches.map((each) => ({ ...each, layer }))),
      shadowings: [],
    });
  }
  return found;
};

const versionsWithin = async (db: Reader, ids: readonly string[], { from, to }: Stretch): Promise<VersionRow[]> => {
  // Versions that held at some time of the window: begun before its end, and not followed by another before its beginning.
  return db
    .selectFrom('oncall.schedule_version as version')
    .selectAll()
    .where('version.schedule', 'in', [...ids])
    .where(({ eb, or }) => or([eb('version.valid_from', 'is', null), eb('version.valid_from', '<', new Date(to))]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('oncall.schedule_version as next')
            .select('next.number')
            .whereRef('next.schedule', '=', 'version.schedule')
            .whereRef('next.number', '>', 'version.number')
            .where('next.valid_from', '<=', new Date(from)),
        ),
      ),
    )
    .orderBy('version.number')
    .execute();
};

const takesWithin = async (db: Reader, ids: readonly string[], { from, to }: Stretch): Promise<OverrideRow[]> => {
  // Overrides by hand that touch the window; one that was taken back counts until then.
  return db
    .selectFrom('oncall.schedule_override')
    .selectAll()
    .where('schedule', 'in', [...ids])
    .where('ends_at', '>', new Date(from))
    .where('starts_at', '<', new Date(to))
    .execute();
};

const outsideOf = async (db: Reader, ids: readonly string[]) => {
  // What calendars elsewhere said last.
  return db
    .selectFrom('oncall.outside_calendar')
    .select(['schedule', 'layer', 'stretches'])
    .where('schedule', 'in', [...ids])
    .execute();
};

/** From when it was made, until it was taken back: what had been said of the past stays. */
export const takeOf = (row: OverrideRow): Take => ({
  id: row.id,
  person: row.person,
  kind: row.kind,
  from: Math.max(row.starts_at.getTime(), row.made_at.getTime()),
  to: Math.min(row.ends_at.getTime(), row.ended_at?.getTime() ?? Infinity),
  layer: row.layer,
  replaces: row.replaces,
  madeAt: row.made_at.getTime(),
});

/** Overrides of a schedule by hand that are not over, by their beginning. */
export const overridesAhead = async (
  db: Reader,
  schedule: string,
  now: Date,
  limit: number,
): Promise<OverrideRow[]> => {
  // What still counts, or will.
  return db
    .selectFrom('oncall.schedule_override')
    .selectAll()
    .where('schedule', '=', schedule)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
    .orderBy('starts_at')
    .orderBy('id')
    .limit(limit)
    .execute();
};

/** Escalation policies that page by a schedule, by name. */
export const policiesUsing = async (db: Reader, name: string): Promise<string[]> => {
  const policies = db as unknown as Kysely<{ 'oncall.policy': { name: string; spec: unknown } }>;
  // Policies with a target of this schedule in any of their steps.
  const rows = await policies
    .selectFrom('oncall.policy')
    .select('name')
    .where(
      sql<boolean>`jsonb_path_exists(spec, '$.** ? (@.schedule == $name || @.next == $name)', ${JSON.stringify({ name })}::jsonb)`,
    )
    .orderBy('name')
    .limit(20)
    .execute();
  return rows.map((row) => row.name);
};
