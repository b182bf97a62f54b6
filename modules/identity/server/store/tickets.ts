import { sql } from 'kysely';
import type { TicketLimit } from '../../domain/limits.ts';
import type { Db } from './tables.ts';

export type Ticket = { readonly taken: true } | { readonly taken: false; readonly retryAfterSeconds: number };

/**
 * Takes one ticket of a bucket, atomically and committed at once: of forty tries in the same instant exactly
 * `limit.tickets` get one. (Counting and then inserting let all forty through.) A window begins with its first ticket.
 */
export const takeTicket = async (db: Db, bucket: string, limit: TicketLimit, now: Date): Promise<Ticket> => {
  const windowEnds = new Date(now.getTime() + limit.windowSeconds * 1_000);
  const { rows } = await sql<{ taken: number; window_ends_at: Date }>`
    -- Counts one more try in the running window, or opens a new one; the row lock makes parallel tries queue up.
    INSERT INTO identity.ticket AS t (bucket, taken, window_ends_at) VALUES (${bucket}, 1, ${windowEnds})
    ON CONFLICT (bucket) DO UPDATE SET
      taken = CASE WHEN t.window_ends_at <= ${now} THEN 1 ELSE least(t.taken + 1, 1000000) END,
      window_ends_at = CASE WHEN t.window_ends_at <= ${now} THEN excluded.window_ends_at ELSE t.window_ends_at END
    RETURNING taken, window_ends_at`.execute(db);
  const { taken, window_ends_at } = rows[0]!;
  if (taken <= limit.tickets) return { taken: true };
  return {
    taken: false,
    retryAfterSeconds: Math.max(1, Math.ceil((window_ends_at.getTime() - now.getTime()) / 1_000)),
  };
};

/** Gives tickets back after a success: what was right was no attack. */
export const giveTicketsBack = async (db: Db, buckets: readonly string[]): Promise<void> => {
  await sql`
    -- One ticket less in each of these buckets.
    UPDATE identity.ticket SET taken = greatest(taken - 1, 0) WHERE bucket = ANY(${[...buckets]})`.execute(db);
};
