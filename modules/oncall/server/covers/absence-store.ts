import { sql, type Kysely, type Transaction } from 'kysely';

export interface AbsenceRow {
  readonly id: string;
  readonly person: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly reason: string;
  readonly origin: 'hand' | 'calendar' | 'holiday';
  readonly made_by: string;
  readonly made_at: Date;
}

export interface ShadowingRow {
  readonly id: string;
  readonly schedule: string;
  readonly person: string;
  readonly of_person: string | null;
  readonly mode: 'shadow' | 'reverse';
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly made_by: string;
  readonly made_at: Date;
}

type Tx = Transaction<any>;

export const absencesAhead = async (
  db: Kysely<any>,
  person: string,
  now: Date,
  limit: number,
): Promise<AbsenceRow[]> => {
  const { rows } = await sql<AbsenceRow>`-- What still counts, or will.
    SELECT id, person, starts_at, ends_at, reason, origin, made_by, made_at FROM oncall.absence
    WHERE person = ${person} AND ended_at IS NULL AND ends_at > ${now} ORDER BY starts_at, id LIMIT ${limit}`.execute(
    db,
  );
  return rows;
};

/** As `absencesAhead`, of several people. */
export const absencesAheadOf = async (
  db: Kysely<any>,
  people: readonly string[],
  now: Date,
  limit: number,
): Promise<AbsenceRow[]> => {
  const { rows } = await sql<AbsenceRow>`-- What still counts, or will, of these people.
    SELECT id, person, starts_at, ends_at, reason, origin, made_by, made_at FROM oncall.absence
    WHERE person = ANY(${[...people]}::text[]) AND ended_at IS NULL AND ends_at > ${now} ORDER BY starts_at, person, id LIMIT ${limit}`.execute(
    db,
  );
  return rows;
};

export const insertAbsence = async (tx: Tx, row: AbsenceRow): Promise<void> => {
  await sql`-- One absence, by hand or of a calendar.
    INSERT INTO oncall.absence (id, person, starts_at, ends_at, reason, origin, made_by, made_at)
    VALUES (${row.id}, ${row.person}, ${row.starts_at}, ${row.ends_at}, ${row.reason}, ${row.origin}, ${row.made_by}, ${row.made_at})`.execute(
    tx,
  );
};

export const lockHolidays = async (tx: Tx, person: string): Promise<void> => {
  await sql`-- One process at a time keeps the holidays of a person, until its transaction ends.
    SELECT pg_advisory_xact_lock(hashtextextended(${`oncall.holidays ${person}`}, 0))`.execute(tx);
};

/** Public holidays of a person that are not over, also those that were ended. */
export const holidayAbsences = async (
  tx: Tx,
  person: string,
  now: Date,
): Promise<(AbsenceRow & { readonly ended_at: Date | null; readonly ended_by: string | null })[]> => {
  const { rows } = await sql<
    AbsenceRow & { ended_at: Date | null; ended_by: string | null }
  >`-- What stands, and what was taken back.
    SELECT id, person, starts_at, ends_at, reason, origin, made_by, made_at, ended_at, ended_by FROM oncall.absence
    WHERE person = ${person} AND origin = 'holiday' AND ends_at > ${now}`.execute(tx);
  return rows;
};

export const endAbsence = async (tx: Tx, id: string, by: string, at: Date): Promise<void> => {
  await sql`-- It ends now; what of it has been stays.
    UPDATE oncall.absence SET ended_at = ${at}, ended_by = ${by} WHERE id = ${id} AND ended_at IS NULL`.execute(tx);
};

/** Ends absences of a person now: one by its id, or all of the calendar. Gives back those that it ended. */
export const endAbsences = async (
  tx: Tx,
  of: { readonly person: string; readonly id: string | null },
  by: string,
  at: Date,
): Promise<AbsenceRow[]> => {
  const { rows } = await sql<AbsenceRow>`-- They end now; what of them has been stays.
    UPDATE oncall.absence SET ended_at = ${at}, ended_by = ${by}
    WHERE person = ${of.person} AND ended_at IS NULL AND ends_at > ${at}
      AND CASE WHEN ${of.id}::uuid IS NULL THEN origin = 'calendar' ELSE id = ${of.id}::uuid END
    RETURNING id, person, starts_at, ends_at, reason, origin, made_by, made_at`.execute(tx);
  return rows;
};

export const shadowingsAhead = async (
  db: Kysely<any>,
  schedule: string,
  now: Date,
  limit: number,
): Promise<ShadowingRow[]> => {
  const { rows } = await sql<ShadowingRow>`-- What still counts, or will.
    SELECT id, schedule, person, of_person, mode, starts_at, ends_at, made_by, made_at FROM oncall.shadowing
    WHERE schedule = ${schedule} AND ended_at IS NULL AND ends_at > ${now} ORDER BY starts_at, id LIMIT ${limit}`.execute(
    db,
  );
  return rows;
};

/** Those in which somebody is the learner or the one who is gone along with, in schedules that are there. */
export const shadowingsOfPerson = async (
  db: Kysely<any>,
  person: string,
  now: Date,
  limit: number,
): Promise<(ShadowingRow & { readonly schedule_name: string })[]> => {
  const { rows } = await sql<ShadowingRow & { schedule_name: string }>`-- What of one person still counts, or will.
    SELECT along.id, along.schedule, along.person, along.of_person, along.mode, along.starts_at, along.ends_at, along.made_by,
      along.made_at, schedule.name AS schedule_name
    FROM oncall.shadowing AS along JOIN oncall.schedule AS schedule ON schedule.id = along.schedule
    WHERE (along.person = ${person} OR along.of_person = ${person}) AND along.ended_at IS NULL AND along.ends_at > ${now}
      AND schedule.deleted_at IS NULL
    ORDER BY along.starts_at, along.id LIMIT ${limit}`.execute(db);
  return rows;
};

export const insertShadowing = async (tx: Tx, row: ShadowingRow): Promise<void> => {
  await sql`-- Somebody goes along from then to then.
    INSERT INTO oncall.shadowing (id, schedule, person, of_person, mode, starts_at, ends_at, made_by, made_at)
    VALUES (${row.id}, ${row.schedule}, ${row.person}, ${row.of_person}, ${row.mode}, ${row.starts_at}, ${row.ends_at}, ${row.made_by},
      ${row.made_at})`.execute(tx);
};

/** Null where there is none that goes on. */
export const endShadowing = async (
  tx: Tx,
  of: { readonly schedule: string; readonly id: string },
  by: string,
  at: Date,
): Promise<ShadowingRow | null> => {
  const { rows } = await sql<ShadowingRow>`-- It ends now; what of it has been stays.
    UPDATE oncall.shadowing SET ended_at = ${at}, ended_by = ${by}
    WHERE schedule = ${of.schedule} AND id = ${of.id} AND ended_at IS NULL AND ends_at > ${at}
    RETURNING id, schedule, person, of_person, mode, starts_at, ends_at, made_by, made_at`.execute(tx);
  return rows[0] ?? null;
};
