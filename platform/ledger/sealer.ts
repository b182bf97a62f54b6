import { sql } from 'kysely';
import type { Postgres } from '../postgres/postgres.ts';
import { chainHash, firstHash } from './chain.ts';
import { moveToChain, selectHead, selectPending } from './store.ts';

/** Any number that nothing else in the database locks; ASCII of "leadlin2". */
const sealerLock = '7810758016270823986';
const batchMax = 500;

/** Channel on which sealers say that the chain grew; the payload is empty. */
export const sealedChannel = 'ledger_sealed';
export const pendingChannel = 'ledger_pending';

/**
 * Seals what waits, at most one batch: gives each event its place and hash. Whichever process gets the lock is the
 * single writer for this transaction; the others come back when they are woken or by time. What commits late is simply
 * found later and placed later, so a reader that follows the places misses nothing.
 * Gives back how many were sealed, or `busy` while another process does it.
 */
export const sealOnce = (postgres: Postgres): Promise<number | 'busy'> =>
  postgres.transaction<any, number | 'busy'>(async (tx) => {
    const { rows } = await sql<{ mine: boolean }>`-- One writer of the chain at a time, until the commit.
      SELECT pg_try_advisory_xact_lock(${sealerLock}::bigint) AS mine`.execute(tx);
    if (!rows[0]?.mine) return 'busy';
    const pending = await selectPending(tx, batchMax);
    if (pending.length === 0) return 0;
    const head = await selectHead(tx);
    let place = head?.place ?? 0n;
    let hash = head?.hash ?? firstHash;
    const hashes: Buffer[] = [];
    const places: string[] = [];
    for (const event of pending) {
      place += 1n;
      hash = chainHash(hash, { ...event, place });
      places.push(place.toString());
      hashes.push(hash);
    }
    await moveToChain(tx, { ids: pending.map((event) => event.id), places, hashes });
    await sql`SELECT pg_notify(${sealedChannel}, '')`.execute(tx);
    return pending.length;
  });

export const sealerBatchMax = batchMax;
