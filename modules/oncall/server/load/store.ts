import { sql, type Kysely, type Transaction } from 'kysely';
import type { LoadPolicy } from '../../contract/load.ts';
import type { HandOverRow, LoadTables } from './tables.ts';

type Db = Kysely<LoadTables>;
type Tx = Transaction<LoadTables>;

export const saveLoadPolicy = async (
  tx: Tx,
  { team, cap, compensation, at, by }: LoadPolicy & { readonly team: string; readonly at: Date; readonly by: string },
): Promise<void> => {
  const row = {
    cap: JSON.stringify(cap),
    compensation: JSON.stringify(compensation),
    changed_at: at,
    changed_by: by,
  };
  // One policy a team.
  await tx
    .insertInto('oncall.load_policy')
    .values({ team, ...row })
    .onConflict((conflict) => conflict.column('team').doUpdateSet(row))
    .execute();
};

/** Whether a team is there. */
export const teamIsThere = async (db: Db, team: string): Promise<boolean> => {
  const { rows } = await sql`-- One row for a team that exists.
    SELECT 1 FROM identity.team WHERE name = ${team}`.execute(db);
  return rows.length === 1;
};

/** Keeps a new note, or gives back the one that this shift of this person has already. */
export const beginNote = async (
  tx: Tx,
  row: HandOverRow,
): Promise<{ readonly note: HandOverRow; readonly made: boolean }> => {
  const made = await tx
    .insertInto('oncall.hand_over')
    .values(row)
    .onConflict((conflict) => conflict.columns(['schedule', 'author_id', 'shift_from']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (made) return { note: made, made: true };
  // Another request was first.
  const note = await tx
    .selectFrom('oncall.hand_over')
    .selectAll()
    .where('schedule', '=', row.schedule)
    .where('author_id', '=', row.author_id)
    .where('shift_from', '=', row.shift_from)
    .executeTakeFirstOrThrow();
  return { note, made: false };
};

export const lockNote = (tx: Tx, id: string): Promise<HandOverRow | undefined> =>
  // Locked until the transaction ends: sent and accepted once.
  tx.selectFrom('oncall.hand_over').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export const updateNote = (tx: Tx, id: string, change: Partial<HandOverRow>): Promise<HandOverRow> =>
  // The note as it is then.
  tx.updateTable('oncall.hand_over').set(change).where('id', '=', id).returningAll().executeTakeFirstOrThrow();

export const noteById = (db: Db, id: string): Promise<HandOverRow | undefined> =>
  // One note.
  db.selectFrom('oncall.hand_over').selectAll().where('id', '=', id).executeTakeFirst();

/** Notes, newest first, behind `after`. */
export const notes = (
  db: Db,
  filter: {
    readonly schedule: string | null;
    readonly state: HandOverRow['state'] | null;
    readonly after: { readonly at: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<HandOverRow[]> => {
  // One page of notes of a schedule or of all.
  let query = db
    .selectFrom('oncall.hand_over')
    .selectAll()
    .orderBy('begun_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit);
  if (filter.schedule !== null) query = query.where('schedule', '=', filter.schedule);
  if (filter.state !== null) query = query.where('state', '=', filter.state);
  if (filter.after !== null)
    query = query.where(sql<boolean>`(begun_at, id) < (${filter.after.at}::timestamptz, ${filter.after.id}::uuid)`);
  return query.execute();
};
