import { sql } from 'kysely';
import type { MessageState, MessageSummary, ChannelName } from '../../contract.ts';
import type { Attempt, MessageContent, OutgoingMessage } from '../public.ts';
import type { Db } from './tables.ts';

/** What is still open, and for how long the oldest due message has waited. */
export const backlog = async (db: Db): Promise<{ count: number; overdueSeconds: number }> => {
  const { rows } = await sql<{ count: number; overdue: number | null }>`-- Bounded, because it is asked at every scrape.
    SELECT (SELECT count(*)::int FROM (SELECT 1 FROM delivery.message WHERE state IN ('waiting', 'unconfirmed') LIMIT 10000) AS bounded) AS count,
      (SELECT extract(epoch FROM ground.now() - min(ready_at))::float8 FROM delivery.message
       WHERE state IN ('waiting', 'unconfirmed') AND ready_at <= ground.now()) AS overdue`.execute(db);
  return { count: rows[0]!.count, overdueSeconds: rows[0]!.overdue ?? 0 };
};

/** Attempts whose end is known, oldest first, by what their messages are about. */
export const attemptsAbout = async (
  db: Db,
  about: readonly string[],
): Promise<ReadonlyMap<string, readonly Attempt[]>> => {
  const { rows } = await sql<{
    about: string;
    key: string;
    channel: ChannelName;
    provider: string;
    at: Date;
    result: Attempt['result'];
    status: number | null;
    detail: string | null;
    receiptAt: Date | null;
    fence: string;
  }>`-- What was tried for some pages, for their timelines and for the audit.
    SELECT message.about, message.key, message.channel, attempt.provider, attempt.at, attempt.result, attempt.status,
      attempt.detail, attempt.receipt_at AS "receiptAt", attempt.fence
    FROM delivery.message AS message JOIN delivery.attempt AS attempt ON attempt.message = message.id
    WHERE message.about = ANY(${about}::text[]) AND attempt.result IS NOT NULL
    ORDER BY attempt.at, attempt.id`.execute(db);
  const found = new Map<string, Attempt[]>();
  for (const row of rows) {
    const list = found.get(row.about) ?? [];
    list.push({
      messageKey: row.key,
      channel: row.channel,
      provider: row.provider,
      at: instantOf(row.at),
      result: row.result,
      status: row.status,
      detail: row.detail,
      receiptAt: row.receiptAt === null ? null : instantOf(row.receiptAt),
      fence: BigInt(row.fence),
    });
    found.set(row.about, list);
  }
  return found;
};

/** As above, for one message. */
export const attemptsOfKey = async (db: Db, key: string): Promise<readonly Attempt[]> => {
  // The message that a key means.
  const row = await db.selectFrom('delivery.message').select('about').where('key', '=', key).executeTakeFirst();
  if (!row) return [];
  return ((await attemptsAbout(db, [row.about])).get(row.about) ?? []).filter(({ messageKey }) => messageKey === key);
};

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());

interface MessageRow {
  readonly key: string;
  readonly channel: ChannelName;
  readonly address: string;
  readonly urgency: 'high' | 'low';
  readonly about: string;
  readonly content: MessageContent;
  readonly expires_at: Date | null;
}

const outgoingOf = (row: MessageRow): OutgoingMessage => ({
  key: row.key,
  channel: row.channel,
  address: row.address,
  urgency: row.urgency,
  about: row.about,
  content: row.content,
  expiresAt: row.expires_at === null ? null : instantOf(row.expires_at),
});

export const messageByKey = async (db: Db, key: string): Promise<OutgoingMessage | null> => {
  // One message as it was enqueued.
  const row = await db.selectFrom('delivery.message').selectAll().where('key', '=', key).executeTakeFirst();
  return row ? outgoingOf(row) : null;
};

/** How a message stands and what its calls came to: for whoever waits for it. */
export const progressOf = async (
  db: Db,
  key: string,
): Promise<{ state: MessageState; detail: string | null } | null> => {
  // Asked again and again for a short time: one row by its key.
  const row = await db
    .selectFrom('delivery.message')
    .select(['state', 'last_detail as detail'])
    .where('key', '=', key)
    .executeTakeFirst();
  return row ?? null;
};

export const lastMessageTo = async (db: Db, channel: ChannelName, address: string): Promise<OutgoingMessage | null> => {
  // An SMS reply means the newest message that asked for one.
  const row = await db
    .selectFrom('delivery.message')
    .selectAll()
    .where('channel', '=', channel)
    .where('address', '=', address)
    .where('reply_token', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? outgoingOf(row) : null;
};

export interface MessageFilter {
  readonly about: string | undefined;
  readonly channel: ChannelName | undefined;
  readonly state: MessageState | undefined;
  readonly key: string | undefined;
  readonly after: { readonly createdAt: string; readonly id: string } | null;
  readonly limit: number;
}

/** Messages, newest first, each with its attempts (at most 50). */
export const recentMessages = async (
  db: Db,
  filter: MessageFilter,
): Promise<{ id: string; summary: MessageSummary }[]> => {
  const conditions = [
    filter.about === undefined ? null : sql`about = ${filter.about}`,
    filter.channel === undefined ? null : sql`channel = ${filter.channel}`,
    filter.state === undefined ? null : sql`state = ${filter.state}`,
    filter.key === undefined ? null : sql`key = ${filter.key}`,
    filter.after === null
      ? null
      : sql`(created_at, id) < (${filter.after.createdAt}::timestamptz, ${filter.after.id}::uuid)`,
  ].filter((each) => each !== null);
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` AND `);
  const { rows } = await sql<{
    id: string;
    summary: MessageSummary;
  }>`-- A page of messages; the times are written as the API tells them, in UTC with microseconds.
    SELECT message.id, jsonb_build_object('key', key, 'channel', channel, 'address', address, 'urgency', urgency,
      'about', about, 'subject', content->>'subject', 'state', state, 'createdAt', ${utc('created_at')},
      'expiresAt', ${utc('expires_at')}, 'attempts', coalesce(tried.attempts, '[]')) AS summary
    FROM (SELECT * FROM delivery.message WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ${filter.limit}) AS message
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('provider', provider, 'at', ${utc('at')}, 'endedAt', ${utc('ended_at')},
        'result', result, 'status', status, 'detail', detail, 'receiptAt', ${utc('receipt_at')},
        'fence', fence::text) ORDER BY at, id) AS attempts
      FROM (SELECT * FROM delivery.attempt WHERE attempt.message = message.id ORDER BY at DESC LIMIT 50) AS attempt
    ) AS tried ON true
    ORDER BY created_at DESC, message.id DESC`.execute(db);
  return rows;
};

const utc = (column: string) => sql`to_char(${sql.ref(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Removes messages, with their attempts, that ended before so many days; at most a batch. Gives back how many. */
export const forgetMessages = async (db: Db, days: number, batch: number): Promise<number> => {
  const { numAffectedRows } = await sql`-- What is open is never forgotten.
    DELETE FROM delivery.message WHERE id IN (
      SELECT id FROM delivery.message WHERE created_at < ground.now() - make_interval(days => ${days})
        AND state NOT IN ('waiting', 'unconfirmed') ORDER BY created_at LIMIT ${batch}
    )`.execute(db);
  return Number(numAffectedRows ?? 0n);
};
