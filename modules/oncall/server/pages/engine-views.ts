import { sql } from 'kysely';
import type { Handle } from './tables.ts';

/** How many pages are open, by state. */
export const openCounts = async (db: Handle): Promise<{ triggered: number; acknowledged: number }> => {
  const { rows } = await sql<{
    triggered: number;
    acknowledged: number;
  }>`-- Only what is open is counted: the index holds it.
    SELECT count(*) FILTER (WHERE state = 'triggered')::int AS triggered,
      count(*) FILTER (WHERE state = 'acknowledged')::int AS acknowledged
    FROM oncall.page WHERE state <> 'resolved'`.execute(db);
  return rows[0]!;
};
