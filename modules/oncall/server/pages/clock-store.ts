import { sql } from 'kysely';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { Handle, PagesTables } from './tables.ts';

/** A clock that is steered goes back by less; one that goes back by more was set. */
const setBackSecondsMin = 60;
/** A lease is told from one of another clock by so much. */
const slackSeconds = 1;

/**
 * A lease that ends further ahead than its own length was taken before the clock was set back: it is none any more, and whoever had it
 * finds its token run out. Gives back how many there were.
 */
export const endFarLeases = async (db: Handle, leaseSeconds: number): Promise<number> => {
  const { numAffectedRows } = await sql`-- Due now, for whoever looks next.
    UPDATE oncall.step SET ready_at = ground.now()
    WHERE state = 'waiting' AND holder IS NOT NULL
      AND ready_at > ground.now() + make_interval(secs => ${leaseSeconds + slackSeconds})`.execute(db);
  return Number(numAffectedRows ?? 0n);
};

/**
 * Remembers how far the clock has come, in one process after the other. Where it was set back by more than a minute since, everything
 * that waits for a time (steps, later rules, snoozes) is moved back with it, once. Gives back by how many seconds, or 0.
 */
export const followClock = (postgres: Postgres): Promise<number> =>
  postgres.transaction<PagesTables, number>(async (tx) => {
    const { rows } = await sql<{ back: number }>`-- Locked until the end: one process alone moves what waits.
      INSERT INTO oncall.clock_mark AS mark (seen_at) VALUES (ground.now())
      ON CONFLICT (singleton) DO UPDATE SET seen_at = mark.seen_at
      RETURNING extract(epoch FROM mark.seen_at - ground.now())::float8 AS back`.execute(tx);
    const back = rows[0]!.back;
    const wasSet = back > setBackSecondsMin;
    if (wasSet) {
      await sql`-- Steps keep what was left of their delay.
        UPDATE oncall.step SET due_at = due_at - make_interval(secs => ${back}), ready_at = ready_at - make_interval(secs => ${back})
        WHERE state = 'waiting'`.execute(tx);
      await sql`-- Later rules of people too.
        UPDATE oncall.notification SET owed_at = owed_at - make_interval(secs => ${back}) WHERE state = 'owed'`.execute(
        tx,
      );
      await sql`-- And snoozes.
        UPDATE oncall.page SET snoozed_until = snoozed_until - make_interval(secs => ${back})
        WHERE snoozed_until IS NOT NULL AND state = 'acknowledged'`.execute(tx);
    }
    if (wasSet || back <= 0)
      await sql`-- So far it has come.
        UPDATE oncall.clock_mark SET seen_at = ground.now()`.execute(tx);
    return wasSet ? back : 0;
  });
