import { sql } from 'kysely';
import type { AlertTx } from './tables.ts';

/**
 * For the rest of this transaction: small batches are found by their keys, whatever the planner believes of tables that grew by
 * thousands since it last looked at them (a scan of all alerts for each batch was a quarter of what a storm cost). A transaction that
 * is left open is ended after ten seconds, so that what it holds is free again.
 */
export const byIndexAlone = async (tx: AlertTx): Promise<void> => {
  await sql`-- Of this transaction only.
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true), set_config('idle_in_transaction_session_timeout', '10s', true)`.execute(
    tx,
  );
};
