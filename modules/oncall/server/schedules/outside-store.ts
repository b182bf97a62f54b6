import { sql } from 'kysely';
import type { Reader } from './views.ts';

export interface DueCalendar {
  readonly schedule: string;
  readonly name: string;
  readonly layer: string;
  readonly url: string;
  readonly zone: string;
  readonly etag: string | null;
  readonly stretches: readonly { person: string; from: number; to: number }[];
}

/** Calendars elsewhere that layers name now and that were not tried since `before`; new ones first. */
export const dueCalendars = async (db: Reader, before: Date, limit: number): Promise<DueCalendar[]> => {
  const { rows } = await sql<DueCalendar>`-- Layers with a calendar in what holds now, and what is known of each.
    SELECT schedule.id AS schedule, schedule.name, said.layer ->> 'name' AS layer, said.layer -> 'calendar' ->> 'url' AS url,
      coalesce(said.layer ->> 'zone', version.spec ->> 'zone') AS zone,
      CASE WHEN known.url = said.layer -> 'calendar' ->> 'url' THEN known.etag END AS etag, coalesce(known.stretches, '[]'::jsonb) AS stretches
    FROM oncall.schedule AS schedule
    JOIN LATERAL (SELECT spec FROM oncall.schedule_version WHERE schedule = schedule.id ORDER BY number DESC LIMIT 1) AS version ON true
    CROSS JOIN LATERAL jsonb_array_elements(version.spec -> 'layers') AS said (layer)
    LEFT JOIN oncall.outside_calendar AS known ON known.schedule = schedule.id AND known.layer = said.layer ->> 'name'
    WHERE schedule.deleted_at IS NULL AND said.layer -> 'calendar' ->> 'url' IS NOT NULL
      AND (known.tried_at IS NULL OR known.tried_at <= ${before} OR known.url <> said.layer -> 'calendar' ->> 'url')
    ORDER BY known.tried_at NULLS FIRST LIMIT ${limit}`.execute(db);
  return rows;
};

interface Tried extends DueCalendar {
  readonly triedAt: Date;
}

/** It was looked at and says nothing new, or could not be read: what it said last stays. */
export const keepTried = async (
  db: Reader,
  { schedule, layer, url, triedAt }: Tried,
  error: string | null,
): Promise<void> => {
  const row = { url, tried_at: triedAt, error, ...(error === null ? { read_at: triedAt } : {}) };
  // When it was tried, and what was wrong.
  await db
    .insertInto('oncall.outside_calendar')
    .values({ schedule, layer, etag: null, stretches: '[]', unknown: [], read_at: null, ...row })
    .onConflict((conflict) => conflict.columns(['schedule', 'layer']).doUpdateSet(row))
    .execute();
};

/** What it says now. */
export const keepRead = async (
  db: Reader,
  { schedule, layer, url, triedAt }: Tried,
  said: {
    readonly etag: string | null;
    readonly stretches: DueCalendar['stretches'];
    readonly unknown: readonly string[];
    readonly error: string | null;
  },
): Promise<void> => {
  const row = {
    url,
    etag: said.etag,
    stretches: JSON.stringify(said.stretches),
    unknown: [...said.unknown],
    error: said.error,
    tried_at: triedAt,
    read_at: triedAt,
  };
  // The whole of it: what has been was kept by whoever read it.
  await db
    .insertInto('oncall.outside_calendar')
    .values({ schedule, layer, ...row })
    .onConflict((conflict) => conflict.columns(['schedule', 'layer']).doUpdateSet(row))
    .execute();
};

/** What is known of the calendars of a schedule, for its screen. */
export const calendarsOf = async (
  db: Reader,
  schedule: string,
): Promise<{ layer: string; readAt: Date | null; error: string | null; unknown: string[] }[]> => {
  // Read when, what was wrong, who was not known.
  const rows = await db
    .selectFrom('oncall.outside_calendar')
    .select(['layer', 'read_at', 'error', 'unknown'])
    .where('schedule', '=', schedule)
    .orderBy('layer')
    .execute();
  return rows.map(({ layer, read_at: readAt, error, unknown }) => ({ layer, readAt, error, unknown }));
};
