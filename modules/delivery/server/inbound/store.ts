import { sql } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';

interface MailTables {
  'delivery.message': {
    key: string;
    channel: string;
    address: string;
    about: string;
    reply_token: string | null;
    created_at: Date;
  };
}

/** A mail of ours that can be answered. */
export interface AnswerableMail {
  readonly key: string;
  readonly address: string;
  readonly about: string;
  readonly replyToken: string;
}

/** The newest mails to an address that asked for an answer: a reply is one to one of them. */
export const recentMailTo = async (
  postgres: Postgres,
  address: string,
  limit: number,
): Promise<readonly AnswerableMail[]> => {
  // By the index that SMS replies use too; people write their own address as they like, the newest spelling counts.
  const rows = await postgres
    .tables<MailTables>()
    .selectFrom('delivery.message')
    .select(['key', 'address', 'about', 'reply_token'])
    .where('channel', '=', 'email')
    .where('address', 'in', [...new Set([address, address.toLowerCase()])])
    .where('reply_token', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ key: row.key, address: row.address, about: row.about, replyToken: row.reply_token! }));
};

interface InboundTables {
  'delivery.inbound': { id: Buffer; begun_at: Date; answer: string | null };
}

/** One that did not end after so long died with its process. */
const abandonedAfterSeconds = 60;
/** Longer than any provider sends something again. */
const keptForDays = 30;
/** Old rows removed with each new one: more than come, so that they never pile up. */
const forgottenAtOnce = 20;

export type Held =
  | { readonly state: 'ours' }
  | { readonly state: 'answered'; readonly answer: string }
  | { readonly state: 'under-way' };

/** Takes an incoming message for this process, or says what became of it. */
export const claimInbound = async (postgres: Postgres, id: Buffer): Promise<Held> => {
  const db = postgres.tables<InboundTables>();
  const { rows: taken } = await sql<{ id: Buffer }>`-- Only one of several gets the row back; with it a few old ones go.
    WITH old AS (
      SELECT id FROM delivery.inbound WHERE begun_at < ground.now() - make_interval(days => ${keptForDays})
      ORDER BY begun_at LIMIT ${forgottenAtOnce} FOR UPDATE SKIP LOCKED
    ), forgotten AS (
      DELETE FROM delivery.inbound USING old WHERE inbound.id = old.id AND old.id <> ${id}
    )
    INSERT INTO delivery.inbound AS held (id, begun_at) VALUES (${id}, ground.now())
    ON CONFLICT (id) DO UPDATE SET begun_at = ground.now()
    WHERE held.answer IS NULL AND held.begun_at < ground.now() - make_interval(secs => ${abandonedAfterSeconds})
    RETURNING id`.execute(db);
  if (taken.length > 0) return { state: 'ours' };
  // What the first one was answered.
  const first = await db.selectFrom('delivery.inbound').select('answer').where('id', '=', id).executeTakeFirst();
  return first?.answer == null ? { state: 'under-way' } : { state: 'answered', answer: first.answer };
};

export const keepAnswer = async (postgres: Postgres, id: Buffer, answer: string): Promise<void> => {
  // For repeats.
  await postgres.tables<InboundTables>().updateTable('delivery.inbound').set({ answer }).where('id', '=', id).execute();
};

export const dropInbound = async (postgres: Postgres, id: Buffer): Promise<void> => {
  // As if it had never come.
  await postgres
    .tables<InboundTables>()
    .deleteFrom('delivery.inbound')
    .where('id', '=', id)
    .where('answer', 'is', null)
    .execute();
};
