import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import { newId } from '../clock/id.ts';
import type { LedgerEntry, SealedEvent } from './ledger.ts';
import { storable } from './storable.ts';

/** Any handle or transaction: the statements name their tables themselves. */
export type Handle = Kysely<any> | Transaction<any>;

interface EventRow {
  readonly place: string;
  readonly hash: Buffer;
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly subject: string;
  readonly service: string | null;
  readonly actor_kind: 'person' | 'token' | 'system';
  readonly actor_id: string;
  readonly actor_name: string;
  readonly data: Record<string, unknown>;
}

const kindForm = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/;
/** An event tells what happened; documents and telemetry lie elsewhere. */
const dataBytesMax = 256 * 1024;
export const readLimitMax = 1_000;

/** Writes one event into the transaction of the change that it tells of; gives back its id. */
export const insertPending = async (tx: Transaction<any>, entry: LedgerEntry): Promise<string> => {
  if (!kindForm.test(entry.kind))
    throw new TypeError(`"${entry.kind}" is not a kind of event: word, dot, past participle`);
  const { kind, subject, service, actor, data } = storable(entry);
  const json = JSON.stringify(data);
  if (Buffer.byteLength(json) > dataBytesMax)
    throw new RangeError(`an event of ${kind} holds more than ${dataBytesMax} bytes`);
  const id = newId();
  await sql`-- Puts an event before the sealer; a trigger wakes it after the commit.
    INSERT INTO ledger.pending (id, kind, subject, service, actor_kind, actor_id, actor_name, data)
    VALUES (${id}, ${kind}, ${subject}, ${service ?? null}, ${actor.kind}, ${actor.id}, ${actor.name}, ${json}::jsonb)`.execute(
    tx,
  );
  return id;
};

const columns = sql.raw(`id, kind, subject, service, actor_kind, actor_id, actor_name, data,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`);

/** The oldest events that wait for their place, in the order in which they were written. */
export const selectPending = async (tx: Handle, limit: number): Promise<Omit<SealedEvent, 'place' | 'hash'>[]> => {
  const { rows } = await sql<EventRow>`-- Committed events without a place in the chain, oldest first.
    SELECT ${columns} FROM ledger.pending ORDER BY written LIMIT ${limit}`.execute(tx);
  return rows.map(eventOf);
};

/** Copies pending events into the chain and removes them from before it; all three lists go together. */
export const moveToChain = async (
  tx: Transaction<any>,
  sealed: { readonly ids: readonly string[]; readonly places: readonly string[]; readonly hashes: readonly Buffer[] },
): Promise<void> => {
  await sql`-- Gives the events their places; the data is copied inside the database, so it stays as it was written.
    INSERT INTO ledger.event (place, hash, id, at, kind, subject, service, actor_kind, actor_id, actor_name, data)
    SELECT sealed.place, sealed.hash, id, at, kind, subject, service, actor_kind, actor_id, actor_name, data
    FROM unnest(${sealed.ids}::uuid[], ${sealed.places}::bigint[], ${sealed.hashes}::bytea[]) AS sealed (id, place, hash)
    JOIN ledger.pending USING (id)`.execute(tx);
  await sql`-- What stands in the chain waits no longer.
    DELETE FROM ledger.pending WHERE id = ANY(${sealed.ids}::uuid[])`.execute(tx);
};

/** The last place and its hash, or null while the chain is empty. */
export const selectHead = async (db: Handle): Promise<{ place: bigint; hash: Buffer } | null> => {
  const { rows } = await sql<{ place: string; hash: Buffer }>`-- The end of the chain.
    SELECT place, hash FROM ledger.event ORDER BY place DESC LIMIT 1`.execute(db);
  return rows[0] ? { place: BigInt(rows[0].place), hash: rows[0].hash } : null;
};

export interface EventFilter {
  /** Any of these; `incident.*` stands for all that begin with `incident.`. Null for every kind. */
  readonly kinds: readonly string[] | null;
  readonly subject?: string | undefined;
  readonly service?: string | undefined;
  /** Id of who made the change. */
  readonly actor?: string | undefined;
  /** Null for the beginning, or with `newest` for the end. */
  readonly after: bigint | null;
  readonly order?: 'oldest' | 'newest';
  readonly limit: number;
  /** Kinds that are left out, whatever `kinds` says. */
  readonly without?: readonly string[];
}

/** Sealed events in the order of the chain, or with `newest` against it. */
export const selectEvents = async (db: Handle, filter: EventFilter): Promise<SealedEvent[]> => {
  const newest = filter.order === 'newest';
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (filter.after !== null)
    conditions.push(sql`place ${sql.raw(newest ? '<' : '>')} ${filter.after.toString()}::bigint`);
  if (filter.kinds) conditions.push(kindCondition(filter.kinds));
  if (filter.without && filter.without.length > 0) conditions.push(sql`NOT ${kindCondition(filter.without)}`);
  if (filter.subject !== undefined) conditions.push(sql`subject = ${filter.subject}`);
  if (filter.service !== undefined) conditions.push(sql`service = ${filter.service}`);
  if (filter.actor !== undefined) conditions.push(sql`actor_id = ${filter.actor}`);
  const { rows } = await sql<EventRow>`-- Sealed events after a place, as the filter says.
    SELECT place, hash, ${columns} FROM ledger.event
    WHERE ${sql.join(conditions, sql` AND `)} ORDER BY place ${sql.raw(newest ? 'DESC' : 'ASC')} LIMIT ${Math.min(filter.limit, readLimitMax)}`.execute(
    db,
  );
  return rows.map((row) => ({ ...eventOf(row), place: BigInt(row.place), hash: row.hash.toString('hex') }));
};

const kindCondition = (kinds: readonly string[]): RawBuilder<unknown> => {
  const exact = kinds.filter((kind) => !kind.endsWith('.*'));
  const beginnings = kinds
    .filter((kind) => kind.endsWith('.*'))
    .map((kind) => sql`starts_with(kind, ${kind.slice(0, -1)})`);
  return sql`(${sql.join([sql`kind = ANY(${exact}::text[])`, ...beginnings], sql` OR `)})`;
};

const eventOf = (row: EventRow): Omit<SealedEvent, 'place' | 'hash'> => ({
  id: row.id,
  at: Temporal.Instant.from(row.at),
  kind: row.kind,
  subject: row.subject,
  service: row.service,
  actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
  data: row.data,
});
