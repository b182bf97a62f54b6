import { sql, type Kysely, type Transaction } from 'kysely';

/** Numbers of the last look ahead. */
export interface GapNumbers {
  readonly gapSeconds: Readonly<Record<string, number>>;
  readonly doubleBookings: number;
  readonly unreachable: number;
}

/** Remembers that a gap is told of, in the transaction that hands the messages over; false where it was told before. */
export const markGapTold = async (tx: Transaction<any>, schedule: string, from: number): Promise<boolean> => {
  const { numAffectedRows } = await sql`-- Told once, whatever number of processes look.
    INSERT INTO oncall.gap_notice (schedule, gap_from, told_at) VALUES (${schedule}, ${new Date(from)}, ground.now())
    ON CONFLICT DO NOTHING`.execute(tx);
  return numAffectedRows === 1n;
};

/** Beginnings of gaps that were told of, as `schedule instant`. */
export const gapsTold = async (db: Kysely<any>, since: number): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{ schedule: string; gap_from: Date }>`-- What was told of gaps that still matter.
    SELECT schedule, gap_from FROM oncall.gap_notice WHERE gap_from >= ${new Date(since)}`.execute(db);
  return new Set(rows.map((row) => `${row.schedule} ${row.gap_from.getTime()}`));
};

export const forgetGapNotices = async (db: Kysely<any>, days: number): Promise<void> => {
  await sql`-- By then no look reaches back to them.
    DELETE FROM oncall.gap_notice WHERE told_at < ground.now() - make_interval(days => ${days})`.execute(db);
};

export const keepLook = async (db: Kysely<any>, found: GapNumbers): Promise<void> => {
  await sql`-- One row: the last look counts.
    INSERT INTO oncall.gap_look (looked_at, found) VALUES (ground.now(), ${JSON.stringify(found)}::jsonb)
    ON CONFLICT (one) DO UPDATE SET looked_at = excluded.looked_at, found = excluded.found`.execute(db);
};

/** Null before the first look. */
export const lastLook = async (db: Kysely<any>): Promise<GapNumbers | null> => {
  const { rows } = await sql<{ found: GapNumbers }>`-- What metrics tell.
    SELECT found FROM oncall.gap_look`.execute(db);
  return rows[0]?.found ?? null;
};
