import { sql } from 'kysely';
import type { Handle } from './tables.ts';

export interface Receipt {
  readonly provider: string;
  readonly of: { readonly providerRef: string } | { readonly key: string };
  readonly result: 'delivered' | 'failed';
  readonly status: number | null;
  readonly detail: string | null;
}

/**
 * Writes what a provider reports of a message it took. False where it knows no such message. The same again changes
 * nothing; "failed" after "delivered" neither; one that comes late still counts: a message told as failed was delivered.
 * A failure makes the message due at once, for the next provider.
 */
export const writeReceipt = async (db: Handle, receipt: Receipt): Promise<'written' | 'repeated' | 'unknown'> => {
  const chosen =
    'key' in receipt.of
      ? sql`message = (SELECT id FROM delivery.message WHERE key = ${receipt.of.key}) AND provider = ${receipt.provider}`
      : sql`provider = ${receipt.provider} AND provider_ref = ${receipt.of.providerRef}`;
  const { rows } = await sql<{ fresh: boolean }>`-- The newest attempt that it can mean; the message follows it.
    WITH meant AS (
      SELECT id, message, (receipt_at IS NULL OR (result IS DISTINCT FROM 'delivered' AND ${receipt.result} = 'delivered')) AS fresh
      FROM delivery.attempt WHERE ${chosen} ORDER BY at DESC LIMIT 1
    ), attempt AS (
      UPDATE delivery.attempt AS attempt SET receipt_at = coalesce(attempt.receipt_at, ground.now()),
        -- While the provider's own answer is awaited the attempt stays open; its end then says "delivered".
        result = CASE WHEN attempt.result IS NULL AND ${receipt.result} = 'delivered' THEN NULL ELSE ${receipt.result} END,
        status = coalesce(${receipt.status}::int, attempt.status), detail = coalesce(${receipt.detail}, attempt.detail)
      FROM meant WHERE attempt.id = meant.id AND meant.fresh
      RETURNING attempt.message
    ), message AS (
      UPDATE delivery.message AS message SET
        state = CASE WHEN ${receipt.result} = 'delivered' THEN 'delivered' ELSE 'unconfirmed' END,
        ended_at = CASE WHEN ${receipt.result} = 'delivered' THEN ground.now() END,
        ready_at = ground.now()
      FROM attempt WHERE message.id = attempt.message
        AND ((${receipt.result} = 'delivered' AND message.state <> 'delivered') OR (${receipt.result} = 'failed' AND message.state = 'unconfirmed'))
    )
    SELECT fresh FROM meant`.execute(db);
  if (rows.length === 0) return 'unknown';
  return rows[0]!.fresh ? 'written' : 'repeated';
};
