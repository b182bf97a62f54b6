import { sql, type QueryExecutorProvider } from 'kysely';

/**
 * Whoever judges holds what is in force until the end of the transaction, together with others who judge; whoever changes it, or puts
 * alerts up to be judged anew, waits for them, and they for that, in the order in which they came. So no alert is judged by what was
 * before and passed over when all are put up because of the change.
 */
const key = sql.raw(`hashtextextended('alerting:policy', 0)`);

/** A change that stands still in the middle keeps everybody from judging: it is broken off. */
const changeMsMax = 5_000;

export const judgesByPolicy = async (tx: QueryExecutorProvider): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock_shared(${key})`.execute(tx);
};

export const changesPolicy = async (tx: QueryExecutorProvider): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock(${key}), set_config('idle_in_transaction_session_timeout', ${String(changeMsMax)}, true)`.execute(
    tx,
  );
};
