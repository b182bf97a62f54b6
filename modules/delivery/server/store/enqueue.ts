import { sql } from 'kysely';
import { newId } from '../../../../platform/clock/id.ts';
import type { OutgoingMessage } from '../public.ts';
import type { Handle } from './tables.ts';

/** Wakes the senders of every process. */
export const dueChannel = 'delivery_due';

/** A message with the lane that it begins in. */
export interface NewMessage {
  readonly message: OutgoingMessage;
  readonly lane: string;
}

/** Writes messages in the caller's transaction, each key once: one statement however many, and one that wakes the senders. */
export const insertMessages = async (tx: Handle, messages: readonly NewMessage[]): Promise<void> => {
  if (messages.length === 0) return;
  const rows = messages.map(({ message, lane }) => ({
    id: newId(),
    key: message.key,
    channel: message.channel,
    address: message.address,
    urgency: message.urgency,
    about: message.about,
    content: message.content,
    reply_token: message.content.replyToken ?? null,
    expires_at: message.expiresAt?.toString() ?? null,
    lane,
  }));
  await sql`-- What shall leave, due at once; a key that is known already is kept once.
    INSERT INTO delivery.message
      (id, key, channel, address, urgency, about, content, reply_token, created_at, expires_at, lane, ready_at)
    SELECT id, key, channel, address, urgency, about, content, reply_token, ground.now(), expires_at, lane, ground.now()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS new
      (id uuid, key text, channel text, address text, urgency text, about text, content jsonb, reply_token text,
       expires_at timestamptz, lane text)
    ON CONFLICT (key) DO NOTHING`.execute(tx);
  await sql`SELECT pg_notify(${dueChannel}, '')`.execute(tx);
};

/** Takes back what has not begun to leave, by key or by what it is about; what a provider has already is not tried again. */
export const cancelMessages = async (
  tx: Handle,
  which: readonly string[] | { readonly about: string },
): Promise<void> => {
  const chosen = 'about' in which ? sql`about = ${which.about}` : sql`key = ANY(${which}::text[])`;
  await sql`-- Locked in one order, so that a sender that writes its results never waits in a circle.
    WITH open AS (
      SELECT id FROM delivery.message WHERE ${chosen} AND state IN ('waiting', 'unconfirmed') ORDER BY id FOR UPDATE
    )
    UPDATE delivery.message AS message
    SET state = CASE WHEN message.state = 'waiting' THEN 'cancelled' ELSE 'accepted' END, ended_at = ground.now()
    FROM open WHERE message.id = open.id`.execute(tx);
};
