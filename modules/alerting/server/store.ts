import { sql, type Kysely, type Transaction } from 'kysely';
import type { Condition } from '../domain/condition.ts';
import type { AlertingTables, DecisionRow } from './tables.ts';

export type Db = Kysely<AlertingTables>;
export type Tx = Transaction<AlertingTables>;

/** Begins the position at the present, once: what the ledger tells of before was somebody's matter long ago. */
export const beginPosition = async (db: Db): Promise<void> => {
  await sql`-- The first start of this module; a known position stays.
    INSERT INTO alerting.position (since) VALUES (ground.now()) ON CONFLICT (only_row) DO NOTHING`.execute(db);
};

/**
 * Takes an event's place: false when its decision is committed already. `raises` is false for what happened before the first start.
 * The row's lock lets one event be decided at a time.
 */
export const takePlace = async (
  tx: Tx,
  event: { readonly place: bigint; readonly at: Temporal.Instant },
): Promise<{ readonly isNew: boolean; readonly raises: boolean }> => {
  const { rows } = await sql<{ raises: boolean }>`-- Moves on to this event, in the transaction of what it brings about.
    UPDATE alerting.position SET place = ${event.place.toString()}::bigint WHERE place < ${event.place.toString()}::bigint
    RETURNING since <= ${event.at.toString()}::timestamptz AS raises`.execute(tx);
  return { isNew: rows.length === 1, raises: rows[0]?.raises ?? false };
};

/** What holds of one matter. */
export const holdingOf = async (tx: Tx, matter: string): Promise<Condition[]> => {
  // Read under the position's lock: nobody else changes it meanwhile.
  const rows = await tx.selectFrom('alerting.holding').selectAll().where('matter', '=', matter).execute();
  return rows.map(({ name, urgency }) => ({ group: matter, name, urgency }));
};

export const hold = async (tx: Tx, { group, name, urgency }: Condition, since: Temporal.Instant): Promise<void> => {
  // The same told twice holds since the first.
  await tx
    .insertInto('alerting.holding')
    .values({ matter: group, name, urgency, since: new Date(since.epochMilliseconds) })
    .onConflict((conflict) => conflict.columns(['matter', 'name']).doUpdateSet({ urgency }))
    .execute();
};

export const letGo = async (tx: Tx, { group, name }: Pick<Condition, 'group' | 'name'>): Promise<void> => {
  // It is over.
  await tx.deleteFrom('alerting.holding').where('matter', '=', group).where('name', '=', name).execute();
};

export const keepDecision = async (tx: Tx, row: DecisionRow): Promise<void> => {
  // For whoever asks why this page came to this team.
  await tx.insertInto('alerting.decision').values(row).execute();
};

/** Decisions, newest first, behind `after`. */
export const decisions = (
  db: Db,
  page: {
    readonly subject: string | null;
    readonly after: { place: string; step: number } | null;
    readonly limit: number;
  },
): Promise<DecisionRow[]> => {
  // One page of what was decided, of one subject or of all.
  let query = db
    .selectFrom('alerting.decision')
    .selectAll()
    .orderBy('place', 'desc')
    .orderBy('step', 'desc')
    .limit(page.limit);
  if (page.subject !== null) query = query.where('subject', '=', page.subject);
  if (page.after !== null)
    query = query.where(sql<boolean>`(place, step) < (${page.after.place}::bigint, ${page.after.step}::integer)`);
  return query.execute();
};

/** Forgets decisions that are older than `days`. */
export const forgetDecisions = async (db: Db, days: number): Promise<void> => {
  await sql`-- What happened stands on the ledger and on the pages; this is the reason beside it.
    DELETE FROM alerting.decision WHERE at < ground.now() - make_interval(days => ${days})`.execute(db);
};
