import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import type { realIncident } from '../../contract/backtests.ts';
import type { BacktestTables } from './tables.ts';

type Db = Kysely<BacktestTables>;
type Tx = Transaction<BacktestTables>;
export type RealIncident = z.output<typeof realIncident>;

/** Incidents of some objectives (by id) that touch `[from, to)`, oldest first. */
export const incidentsWithin = async (
  db: Db,
  asked: { readonly objectives: readonly string[]; readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<{ objective: string; from: Date; to: Date }[]> => {
  // Marked incidents that lie wholly or partly in the stretch of a back-test.
  const rows = await db
    .selectFrom('objectives.real_incident')
    .select(['objective', 'began_at', 'ended_at'])
    .where('objective', 'in', [...asked.objectives])
    .where('began_at', '<', asked.to)
    .where('ended_at', '>', asked.from)
    .orderBy('began_at')
    .limit(asked.limit)
    .execute();
  return rows.map((row) => ({ objective: row.objective, from: row.began_at, to: row.ended_at }));
};

/** What was marked for one objective, newest first, at most `limit`. */
export const incidentsOf = async (db: Db, name: string, limit: number): Promise<RealIncident[]> => {
  // Marked incidents of one objective, with its name as they are shown.
  const rows = await db
    .selectFrom('objectives.real_incident as incident')
    .innerJoin('objectives.objective as objective', 'objective.id', 'incident.objective')
    .selectAll('incident')
    .where('objective.name', '=', name)
    .orderBy('incident.began_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    objective: name,
    from: row.began_at.toISOString(),
    to: row.ended_at.toISOString(),
    note: row.note,
    by: row.marked_by,
  }));
};

/** Id and owner of an objective; null when there is none. Held until the transaction ends, so that it is not deleted meanwhile. */
export const holdObjective = async (tx: Tx, name: string): Promise<{ id: string; owner: string | null } | null> => {
  // The objective that a mark is for.
  const row = await tx
    .selectFrom('objectives.objective')
    .select(['id', 'owner'])
    .where('name', '=', name)
    .forShare()
    .executeTakeFirst();
  return row ?? null;
};

/** How many incidents are marked for an objective. */
export const incidentCount = async (tx: Tx, objective: string): Promise<number> => {
  // Marks of one objective, for the bound on them.
  const row = await tx
    .selectFrom('objectives.real_incident')
    .select((select) => select.fn.countAll().as('count'))
    .where('objective', '=', objective)
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

export const saveIncident = async (tx: Tx, row: BacktestTables['objectives.real_incident']): Promise<void> => {
  // A person says that this was real.
  await tx.insertInto('objectives.real_incident').values(row).execute();
};

/** False when there is no such mark for this objective. */
export const removeIncident = async (tx: Tx, objective: string, id: string): Promise<boolean> => {
  // A person takes it back.
  const { numDeletedRows } = await tx
    .deleteFrom('objectives.real_incident')
    .where('id', '=', id)
    .where('objective', '=', objective)
    .executeTakeFirst();
  return numDeletedRows === 1n;
};
