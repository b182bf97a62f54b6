import { sql, type Kysely, type Selectable } from 'kysely';
import type { Absence, Given, ScheduleVersion, Shadowing, Stretch, Take } from '../../domain/schedule/shift.ts';
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

/** A schedule with everything from which its shifts in a window follow. */
export interface GivenRow {
  readonly id: string;
  readonly name: string;
  readonly deletedAt: Date | null;
  readonly given: Given;
}

/** Everything from which the shifts of some schedules in a window follow, by their ids. */
export const givenOf = async (db: Reader, ids: readonly string[], window: Stretch): Promise<Map<string, Given>> =>
  new Map((await givenRows(db, { ids }, window)).map(({ id, given }) => [id, given]));

/** As `givenOf`, of one schedule by its name, also a deleted one; null where there never was one. */
export const givenNamed = async (db: Reader, name: string, window: Stretch): Promise<GivenRow | null> =>
  (await givenRows(db, { name }, window))[0] ?? null;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly deleted_at: Date | null;
  readonly versions: readonly {
    from: number | null;
    spec: ScheduleVersion['spec'];
    standings: ScheduleVersion['standings'];
  }[];
  readonly takes: readonly (Omit<Take, 'from' | 'to'> & { starts: number; ends: number; ended: number | null })[];
  readonly outside: readonly { layer: string; stretches: readonly (Stretch & { person: string })[] }[];
  readonly absences: readonly Absence[];
  readonly shadowings: readonly Shadowing[];
}

const givenRows = async (
  db: Reader,
  which: { readonly ids: readonly string[] } | { readonly name: string },
  { from, to }: Stretch,
): Promise<GivenRow[]> => {
  if ('ids' in which && which.ids.length === 0) return [];
  const wanted =
    'ids' in which ? sql`schedule.id = ANY(${[...which.ids]}::uuid[])` : sql`schedule.name = ${which.name}`;
  const [begin, end] = [new Date(from), new Date(to)];
  const { rows } =
    await sql<Row>`-- One round, because a page asks it: versions that held at some time of the window (begun before its end, not
    -- followed by another before its beginning), overrides by hand that touch it, what calendars elsewhere said.
    SELECT schedule.id, schedule.name, schedule.deleted_at,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('from', extract(epoch FROM version.valid_from) * 1000, 'spec', version.spec,
          'standings', version.standings) ORDER BY version.number), '[]')
        FROM oncall.schedule_version AS version
        WHERE version.schedule = schedule.id AND (version.valid_from IS NULL OR version.valid_from < ${end})
          AND NOT EXISTS (SELECT FROM oncall.schedule_version AS next
            WHERE next.schedule = version.schedule AND next.number > version.number AND next.valid_from <= ${begin})) AS versions,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', taken.id, 'person', taken.person, 'kind', taken.kind, 'layer', taken.layer,
          'replaces', taken.replaces, 'madeAt', extract(epoch FROM taken.made_at) * 1000, 'starts', extract(epoch FROM taken.starts_at) * 1000,
          'ends', extract(epoch FROM taken.ends_at) * 1000, 'ended', extract(epoch FROM taken.ended_at) * 1000)), '[]')
        FROM oncall.schedule_override AS taken
        WHERE taken.schedule = schedule.id AND taken.ends_at > ${begin} AND taken.starts_at < ${end}) AS takes,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('layer', outside.layer, 'stretches', outside.stretches)), '[]')
        FROM oncall.outside_calendar AS outside WHERE outside.schedule = schedule.id) AS outside,
      -- Of everybody whom the schedule may name; both hold from when they were said until they were taken back.
      (SELECT coalesce(jsonb_agg(jsonb_build_object('person', absence.person, 'from', extract(epoch FROM greatest(absence.starts_at, absence.made_at)) * 1000,
          'to', extract(epoch FROM least(absence.ends_at, absence.ended_at)) * 1000)), '[]')
        FROM oncall.absence AS absence
        WHERE absence.ends_at > ${begin} AND absence.starts_at < ${end} AND absence.person = ANY (ARRAY(
          SELECT jsonb_path_query(jsonb_build_array(version.spec -> 'layers', version.standings), '$.** ? (@.type() == "string")') #>> '{}'
            FROM oncall.schedule_version AS version
            WHERE version.schedule = schedule.id AND (version.valid_from IS NULL OR version.valid_from < ${end})
              AND NOT EXISTS (SELECT FROM oncall.schedule_version AS next
                WHERE next.schedule = version.schedule AND next.number > version.number AND next.valid_from <= ${begin})
          UNION SELECT jsonb_path_query(outside.stretches, '$[*].person') #>> '{}'
            FROM oncall.outside_calendar AS outside WHERE outside.schedule = schedule.id))) AS absences,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('person', along.person, 'of', along.of_person, 'mode', along.mode,
          'from', extract(epoch FROM greatest(along.starts_at, along.made_at)) * 1000,
          'to', extract(epoch FROM least(along.ends_at, along.ended_at)) * 1000) ORDER BY along.made_at, along.id), '[]')
        FROM oncall.shadowing AS along
        WHERE along.schedule = schedule.id AND along.ends_at > ${begin} AND along.starts_at < ${end}) AS shadowings
    FROM oncall.schedule AS schedule WHERE ${wanted}`.execute(db);
  return rows.map((row) => ({ id: row.id, name: row.name, deletedAt: row.deleted_at, given: givenIn(row) }));
};

const givenIn = ({ versions, takes, outside, absences, shadowings }: Row): Given => ({
  versions: versions.map((version) => ({ ...version, from: version.from ?? -Infinity })),
  // From when it was made, until it was taken back: what had been said of the past stays.
  takes: takes.map(({ starts, ends, ended, ...take }) => ({
    ...take,
    from: Math.max(starts, take.madeAt),
    to: Math.min(ends, ended ?? Infinity),
  })),
  // One that was taken back before it began is none.
  absences: absences.filter(({ from, to }) => from < to),
  outside: outside.flatMap(({ layer, stretches }) => stretches.map((each) => ({ ...each, layer }))),
  shadowings: shadowings.filter(({ from, to }) => from < to),
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
