import { sql } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { AlertTables } from '../intake/tables.ts';

/** By what open alerts were judged last, and the database's time: one clock decides. */
export const lastReconsidered = async (postgres: Postgres): Promise<{ key: string; now: Temporal.Instant }> => {
  const { rows } = await sql<{ key: string; now: Date }>`-- Asked each round; one row.
    SELECT key, (SELECT ground.now()) AS now FROM alerting.reconsidered`.execute(postgres.tables<AlertTables>());
  return { key: rows[0]!.key, now: Temporal.Instant.fromEpochMilliseconds(rows[0]!.now.getTime()) };
};

/** Puts all open alerts up to be judged anew and notes by what; true for the one process that was first. */
export const putUp = (postgres: Postgres, { from, to }: { from: string; to: string }): Promise<boolean> =>
  postgres.transaction<AlertTables, boolean>(async (tx) => {
    const { rows } = await sql`-- Of several processes one finds the old key.
      UPDATE alerting.reconsidered SET key = ${to}, at = (SELECT ground.now()) WHERE key = ${from} RETURNING 1`.execute(
      tx,
    );
    if (rows.length === 0) return false;
    await sql`-- Behind what is new: its time is now.
      UPDATE alerting.alert SET pending_at = (SELECT ground.now()) WHERE status <> 'resolved' AND pending_at IS NULL`.execute(
      tx,
    );
    return true;
  });
