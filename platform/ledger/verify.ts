import { sql } from 'kysely';
import type { Postgres } from '../postgres/postgres.ts';
import { chainHash, firstHash } from './chain.ts';
import type { SealedEvent } from './ledger.ts';
import { readLimitMax, selectEvents } from './store.ts';

/** Why a chain does not hold. */
export type ChainFault = 'place-missing' | 'hash-differs' | 'head-missing' | 'head-differs';

export interface Head {
  readonly place: bigint;
  readonly hash: string;
}

export interface Verification {
  readonly ok: boolean;
  /** Events whose place and hash are right. */
  readonly events: number;
  /** The last event that is right; to be noted elsewhere, because a chain cut short at its end still holds. */
  readonly head: Head | null;
  /** Committed events that have no place yet, and how long the oldest has waited. */
  readonly pending: number;
  readonly pendingSeconds: number;
  readonly fault: { readonly place: bigint; readonly reason: ChainFault } | null;
}

/**
 * Computes every hash of the chain anew, in one snapshot. `expected` is a head that was noted earlier: the chain must
 * still contain it.
 */
export const verifyLedger = (postgres: Postgres, expected?: Head): Promise<Verification> =>
  postgres
    .tables<any>()
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const waiting = await sql<{ count: number; seconds: number }>`-- What the sealer has not come to yet.
        SELECT count(*)::int AS count, coalesce(extract(epoch FROM ground.now() - min(at)), 0)::float8 AS seconds
        FROM ledger.pending`.execute(tx);
      const { count: pending, seconds: pendingSeconds } = waiting.rows[0]!;
      const chain = await verifyChain(
        (after) => selectEvents(tx, { kinds: null, after, limit: readLimitMax }),
        expected,
      );
      return { ...chain, pending, pendingSeconds };
    });

/** The same for events from anywhere: `eventsAfter` answers those that follow a place in their order, none at the end. */
export const verifyChain = async (
  eventsAfter: (place: bigint) => Promise<readonly SealedEvent[]>,
  expected?: Head,
): Promise<Omit<Verification, 'pending' | 'pendingSeconds'>> => {
  let head: Head | null = null;
  let hash: Buffer = firstHash;
  const answer = (fault: Verification['fault']) => ({
    ok: fault === null,
    events: Number(head?.place ?? 0n),
    head,
    fault,
  });
  for (;;) {
    const events = await eventsAfter(placeOf(head));
    for (const event of events) {
      const place: bigint = placeOf(head) + 1n;
      if (event.place !== place) return answer({ place, reason: 'place-missing' });
      hash = chainHash(hash, event);
      if (event.hash !== hash.toString('hex')) return answer({ place, reason: 'hash-differs' });
      if (expected && place === expected.place && event.hash !== expected.hash)
        return answer({ place, reason: 'head-differs' });
      head = { place, hash: event.hash };
    }
    if (events.length === 0) break;
  }
  if (expected && expected.place > placeOf(head)) return answer({ place: expected.place, reason: 'head-missing' });
  return answer(null);
};

const placeOf = (head: Head | null): bigint => head?.place ?? 0n;
