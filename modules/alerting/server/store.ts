import { sql, type Kysely, type Transaction } from 'kysely';
import type { SealedEvent } from '../../../platform/ledger/ledger.ts';
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

/** The teams and people that what nobody owns goes to. */
export const adminsAndTheirTeam = async (
  tx: Tx,
): Promise<{ readonly team: string | null; readonly admins: readonly string[] }> => {
  const { rows } = await sql<{
    team: string | null;
    admins: string[];
  }>`-- The first team with an admin of the organisation, and these admins.
    SELECT (SELECT min(t.name) FROM identity.team t JOIN identity.team_member m ON m.team_id = t.id
        JOIN identity.person p ON p.id = m.person_id WHERE p.role = 'admin' AND p.state <> 'disabled') AS team,
      (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM (
        SELECT name FROM identity.person WHERE role = 'admin' AND state <> 'disabled' ORDER BY name LIMIT 20) a) AS admins`.execute(
    tx,
  );
  return rows[0]!;
};

/** Keeps what nobody can be paged for; true when it was not kept before. */
export const keepUnpaged = async (
  tx: Tx,
  { key, urgency, event }: { readonly key: string; readonly urgency: 'high' | 'low'; readonly event: SealedEvent },
): Promise<boolean> => {
  const told = JSON.stringify({ ...event, place: event.place.toString(), at: event.at.toString() });
  const { rows } = await sql`-- Once a page that should be; the first event says what it is about.
    INSERT INTO alerting.unpaged (key, urgency, place, event, since)
    VALUES (${key}, ${urgency}, ${event.place.toString()}::bigint, ${told}::jsonb, ground.now())
    ON CONFLICT (key) DO NOTHING RETURNING 1`.execute(tx);
  return rows.length > 0;
};

/** It is over, or somebody is paged. */
export const forgetUnpaged = async (tx: Tx, key: string): Promise<void> => {
  // Nothing is left to try.
  await tx.deleteFrom('alerting.unpaged').where('key', '=', key).execute();
};

const unpagedMax = 100;

/** What waits for somebody, the oldest first. */
export const unpagedKeys = async (db: Db): Promise<string[]> => {
  // High urgency before low.
  const rows = await db
    .selectFrom('alerting.unpaged')
    .select('key')
    .orderBy('urgency')
    .orderBy('since')
    .limit(unpagedMax)
    .execute();
  return rows.map(({ key }) => key);
};

export const lockUnpaged = async (
  tx: Tx,
  key: string,
): Promise<{ readonly urgency: 'high' | 'low'; readonly event: SealedEvent } | null> => {
  // A recovery of this moment waits, or is seen.
  const row = await tx
    .selectFrom('alerting.unpaged')
    .select(['urgency', 'event'])
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return null;
  const { place, at, ...event } = row.event as unknown as SealedEvent & { place: string; at: string };
  return { urgency: row.urgency, event: { ...event, place: BigInt(place), at: Temporal.Instant.from(at) } };
};

export const countUnpaged = async (db: Db): Promise<number> => {
  // All of them, also beyond what one round tries.
  const { count } = await db
    .selectFrom('alerting.unpaged')
    .select((with_) => with_.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** The place behind what was decided of an event. */
export const nextStepOf = async (tx: Tx, place: bigint): Promise<number> => {
  const { rows } = await sql<{ step: number }>`-- Decisions of one event count from 0.
    SELECT coalesce(max(step) + 1, 0) AS step FROM alerting.decision WHERE place = ${place.toString()}::bigint`.execute(
    tx,
  );
  return rows[0]!.step;
};
