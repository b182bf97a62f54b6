import { sql, type Kysely, type Transaction } from 'kysely';

export interface PartRow {
  readonly person: string;
  readonly from: number;
  readonly to: number;
  readonly takenBy: string;
}

export interface RequestRow {
  readonly id: string;
  readonly schedule: string;
  readonly schedule_name: string;
  readonly person: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly asked: string | null;
  readonly return_starts_at: Date | null;
  readonly return_ends_at: Date | null;
  readonly note: string;
  readonly made_by: string;
  readonly made_at: Date;
  readonly ended_at: Date | null;
  readonly parts: readonly PartRow[];
}

const columns = sql`
  SELECT request.id, request.schedule, schedule.name AS schedule_name, request.person, request.starts_at, request.ends_at, request.asked,
    request.return_starts_at, request.return_ends_at, request.note, request.made_by, request.made_at, request.ended_at,
    (SELECT coalesce(json_agg(json_build_object('person', part.person, 'from', extract(epoch FROM part.starts_at) * 1000,
        'to', extract(epoch FROM part.ends_at) * 1000, 'takenBy', part.taken_by) ORDER BY part.starts_at), '[]')
      FROM oncall.cover_part AS part WHERE part.request = request.id) AS parts
  FROM oncall.cover_request AS request JOIN oncall.schedule AS schedule ON schedule.id = request.schedule`;

export const requestsAhead = async (
  db: Kysely<any>,
  of: { readonly schedule: string | null; readonly person: string | null; readonly now: Date; readonly limit: number },
): Promise<RequestRow[]> => {
  const { rows } = await sql<RequestRow>`-- What may still be taken, or was and is to come.
    ${columns} WHERE request.ended_at IS NULL AND request.ends_at > ${of.now}
      AND (${of.schedule}::text IS NULL OR schedule.name = ${of.schedule}::text)
      AND (${of.person}::text IS NULL OR request.person = ${of.person}::text OR request.asked = ${of.person}::text)
    ORDER BY request.starts_at, request.id LIMIT ${of.limit}`.execute(db);
  return rows;
};

/** Name of the request's schedule; null where there is no such request. */
export const scheduleOfRequest = async (db: Kysely<any>, id: string): Promise<string | null> => {
  const { rows } = await sql<{ name: string }>`-- Whose lock serialises what is done to it.
    SELECT schedule.name FROM oncall.cover_request AS request JOIN oncall.schedule AS schedule ON schedule.id = request.schedule
    WHERE request.id = ${id}`.execute(db);
  return rows[0]?.name ?? null;
};

export const requestById = async (tx: Kysely<any>, id: string): Promise<RequestRow> => {
  const { rows } = await sql<RequestRow>`-- One request with what was taken of it.
    ${columns} WHERE request.id = ${id}`.execute(tx);
  return rows[0]!;
};

export const insertRequest = async (
  tx: Transaction<any>,
  row: Omit<RequestRow, 'parts' | 'ended_at' | 'schedule_name'>,
): Promise<void> => {
  await sql`-- One request.
    INSERT INTO oncall.cover_request (id, schedule, person, starts_at, ends_at, asked, return_starts_at, return_ends_at, note, made_by, made_at)
    VALUES (${row.id}, ${row.schedule}, ${row.person}, ${row.starts_at}, ${row.ends_at}, ${row.asked}, ${row.return_starts_at},
      ${row.return_ends_at}, ${row.note}, ${row.made_by}, ${row.made_at})`.execute(tx);
};

export const insertPart = async (
  tx: Transaction<any>,
  part: {
    readonly request: string;
    readonly from: number;
    readonly to: number;
    readonly person: string;
    readonly by: string;
    readonly at: Date;
  },
): Promise<void> => {
  await sql`-- A part that somebody took.
    INSERT INTO oncall.cover_part (request, starts_at, ends_at, person, taken_by, taken_at)
    VALUES (${part.request}, ${new Date(part.from)}, ${new Date(part.to)}, ${part.person}, ${part.by}, ${part.at})`.execute(
    tx,
  );
};

/** An override of kind `cover` is taken back: what of the part has been stays taken, the rest of the request is open again. */
export const openPartAgain = async (
  tx: Transaction<any>,
  of: {
    readonly schedule: string;
    readonly person: string;
    readonly replaces: string | null;
    readonly from: Date;
    readonly to: Date;
  },
  now: Date,
): Promise<void> => {
  const part = sql`request = (SELECT part.request FROM oncall.cover_part AS part
      JOIN oncall.cover_request AS request ON request.id = part.request
      WHERE request.schedule = ${of.schedule} AND request.person = ${of.replaces} AND part.person = ${of.person}
        AND part.starts_at = ${of.from} AND part.ends_at = ${of.to} ORDER BY part.taken_at DESC LIMIT 1)
    AND starts_at = ${of.from}`;
  await sql`-- The part that the override was made of ends with it.
    UPDATE oncall.cover_part SET ends_at = ${now} WHERE ${part} AND starts_at < ${now}`.execute(tx);
  await sql`-- A part that has not begun was never taken.
    DELETE FROM oncall.cover_part WHERE ${part} AND starts_at >= ${now}`.execute(tx);
};

export const endRequest = async (tx: Transaction<any>, id: string, by: string, at: Date): Promise<void> => {
  await sql`-- Nobody can take it any more; what was taken stays.
    UPDATE oncall.cover_request SET ended_at = ${at}, ended_by = ${by} WHERE id = ${id}`.execute(tx);
};
