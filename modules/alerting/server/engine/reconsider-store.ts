import { sql } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { AlertHandle, AlertTables } from '../intake/tables.ts';
import type { PolicyInForce } from './in-force.ts';
import { changesPolicy } from './policy-lock-store.ts';

/** By what open alerts were judged last, and the database's time: one clock decides. */
export const lastReconsidered = async (db: AlertHandle): Promise<{ key: string; now: Temporal.Instant }> => {
  const { rows } = await sql<{ key: string; now: Date }>`-- Asked each round; one row.
    SELECT key, (SELECT ground.now()) AS now FROM alerting.reconsidered`.execute(db);
  return { key: rows[0]!.key, now: Temporal.Instant.fromEpochMilliseconds(rows[0]!.now.getTime()) };
};

/** Puts all open alerts up to be judged anew and notes by what; true for the one process that was first, and knows what is in force. */
export const putUp = (
  postgres: Postgres,
  { from, to, policy }: { readonly from: string; readonly to: string; readonly policy: Pick<PolicyInForce, 'changed'> },
): Promise<boolean> =>
  postgres.transaction<AlertTables, boolean>(async (tx) => {
    await changesPolicy(tx);
    if ((await policy.changed(tx)) !== null) return false;
    const { rows } = await sql`-- Of several processes one finds the old key.
      UPDATE alerting.reconsidered SET key = ${to}, at = (SELECT ground.now()) WHERE key = ${from} RETURNING 1`.execute(
      tx,
    );
    if (rows.length === 0) return false;
    await sql`-- Behind what is new: its time is now, and that of the note, by which they are known.
      UPDATE alerting.alert SET pending_at = (SELECT at FROM alerting.reconsidered) WHERE status <> 'resolved' AND pending_at IS NULL`.execute(
      tx,
    );
    return true;
  });
