import { sql, type Kysely, type Transaction } from 'kysely';
import { heartbeatLimits } from '../domain/limits.ts';
import type { HeartbeatRow, ProbesTables } from './tables.ts';

export type Db = Kysely<ProbesTables>;
export type Tx = Transaction<ProbesTables>;

/** Every heartbeat, missed ones first; bounded by how many there may be. */
export const heartbeats = (db: Db): Promise<HeartbeatRow[]> =>
  // The whole list: it is bounded, and the state depends on the clock.
  db
    .selectFrom('probes.heartbeat')
    .selectAll()
    .orderBy(sql`missed_since IS NULL`)
    .orderBy('name')
    .limit(heartbeatLimits.heartbeats)
    .execute();

export const heartbeatNamed = (db: Db, name: string): Promise<HeartbeatRow | undefined> =>
  // One heartbeat, for its own answer.
  db.selectFrom('probes.heartbeat').selectAll().where('name', '=', name).executeTakeFirst();

export const heartbeatsNamed = (db: Db, names: readonly string[]): Promise<HeartbeatRow[]> =>
  // Several heartbeats, for a module that has names of its own for them.
  names.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('probes.heartbeat')
        .selectAll()
        .where('name', 'in', [...names])
        .execute();

export const lockHeartbeat = (tx: Tx, name: string): Promise<HeartbeatRow | undefined> =>
  // Locked against a ping or a look at the same moment, until the transaction ends.
  tx.selectFrom('probes.heartbeat').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();

export const countHeartbeats = async (tx: Tx): Promise<number> => {
  // New ones are counted under a lock, so that two at once do not pass the bound together.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('probes:heartbeats', 0))`.execute(tx);
  const { count } = await tx
    .selectFrom('probes.heartbeat')
    .select((each) => each.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

type Said = Pick<HeartbeatRow, 'description' | 'every_seconds' | 'grace_seconds' | 'service' | 'team'>;

/** Writes what is said of a heartbeat; pings and its secret stay. `recovered` ends a miss. */
export const saveHeartbeat = async (tx: Tx, name: string, said: Said, recovered: boolean): Promise<void> => {
  await sql`-- A new one begins without a ping; a known one keeps what it is known by.
    INSERT INTO probes.heartbeat (name, description, every_seconds, grace_seconds, service, team, made_at)
    VALUES (${name}, ${said.description}, ${said.every_seconds}, ${said.grace_seconds}, ${said.service}, ${said.team}, ground.now())
    ON CONFLICT (name) DO UPDATE SET description = excluded.description, every_seconds = excluded.every_seconds,
      grace_seconds = excluded.grace_seconds, service = excluded.service, team = excluded.team,
      missed_since = CASE WHEN ${recovered} THEN NULL ELSE probes.heartbeat.missed_since END`.execute(tx);
};

export const removeHeartbeat = async (tx: Tx, name: string): Promise<void> => {
  // What happened stands on the ledger.
  await tx.deleteFrom('probes.heartbeat').where('name', '=', name).execute();
};

export const saveSecret = async (tx: Tx, name: string, hash: Buffer): Promise<void> => {
  // The address before stops working with this statement.
  await tx.updateTable('probes.heartbeat').set({ secret_hash: hash }).where('name', '=', name).execute();
};

/** True when the heartbeat would be missed now with these times, by the database's clock. */
export const isSilent = async (
  tx: Tx,
  row: Pick<HeartbeatRow, 'last_ping_at' | 'every_seconds' | 'grace_seconds'>,
): Promise<boolean> => {
  if (row.last_ping_at === null) return false;
  const { rows } = await sql<{ silent: boolean }>`-- The same comparison as the look for silence makes.
    SELECT ${row.last_ping_at}::timestamptz + make_interval(secs => ${row.every_seconds + row.grace_seconds}) <= ground.now() AS silent`.execute(
    tx,
  );
  return rows[0]!.silent;
};

export interface Pinged extends HeartbeatRow {
  /** Since when it had been missed before this ping; null where it was not. */
  readonly was_missed_since: Date | null;
}

/** Keeps a ping and ends a miss; the row as it is now, or undefined where there is no such heartbeat. */
export const keepPing = async (tx: Tx, name: string): Promise<Pinged | undefined> => {
  const { rows } = await sql<Pinged>`-- One statement a ping; the row before tells whether it comes back from silence.
    WITH before AS (SELECT name, missed_since FROM probes.heartbeat WHERE name = ${name} FOR UPDATE)
    UPDATE probes.heartbeat h SET last_ping_at = ground.now(), missed_since = NULL, pings = h.pings + 1
    FROM before WHERE h.name = before.name
    RETURNING h.*, before.missed_since AS was_missed_since`.execute(tx);
  return rows[0];
};

/**
 * Turns heartbeats that are silent beyond their grace into missed ones and gives them back, at most a batch; each once, whatever
 * number of processes look. Where nobody looked for a while, each gets its grace anew from the first look on.
 */
export const turnSilent = async (tx: Tx): Promise<HeartbeatRow[]> => {
  await sql`-- Remembers that somebody looks, and since when again without a pause.
    INSERT INTO probes.watch AS w (looked_at, back_at) VALUES (ground.now(), ground.now())
    ON CONFLICT (only_row) DO UPDATE SET looked_at = ground.now(),
      back_at = CASE WHEN ground.now() - w.looked_at > make_interval(secs => ${heartbeatLimits.awaySeconds}) THEN ground.now() ELSE w.back_at END`.execute(
    tx,
  );
  const { rows } = await sql<HeartbeatRow>`-- What is silent beyond its grace and was not told yet.
    WITH silent AS (
      SELECT h.name FROM probes.heartbeat h, probes.watch w
      WHERE h.missed_since IS NULL AND h.told_at <= ground.now()
        AND w.back_at + make_interval(secs => h.grace_seconds) <= ground.now()
      ORDER BY h.told_at LIMIT ${heartbeatLimits.turnedAtOnce} FOR UPDATE OF h SKIP LOCKED)
    UPDATE probes.heartbeat h SET missed_since = ground.now() FROM silent WHERE h.name = silent.name
    RETURNING h.*`.execute(tx);
  return rows;
};
