import { sql, type Kysely, type Transaction } from 'kysely';
import { newId } from '../clock/id.ts';
import type { Jobs, Lane } from './jobs.ts';

type Handle = Kysely<any> | Transaction<any>;
export type NewJob = Parameters<Jobs['schedule']>[1];

/** A job whose lease this process has. */
export interface Taken {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly lane: Lane;
  readonly data: Record<string, unknown>;
  readonly attempt: number;
  readonly attemptsMax: number;
  readonly fence: bigint;
}

/** Channel that wakes the workers; the payload is the lane. */
export const dueChannel = 'jobs_due';
const attemptsMaxDefault = 8;
const errorCharsMax = 2_000;
const retrySeconds = { first: 1, most: 300 };

/** Writes a job into the caller's transaction, once for its kind and key; gives back the id of the one that stands. */
export const insertJob = async (tx: Handle, job: NewJob): Promise<string> => {
  const { rows } = await sql<{
    id: string;
  }>`-- The same kind and key is written once; the empty update makes the id of the first come back.
    INSERT INTO jobs.job (id, kind, key, lane, data, due, ready_at, attempts_max)
    VALUES (${newId()}, ${job.kind}, ${job.key}, ${job.lane}, ${JSON.stringify(job.data)}::jsonb, ${job.due.toString()},
            ${job.due.toString()}, ${job.attemptsMax ?? attemptsMaxDefault})
    ON CONFLICT (kind, key) DO UPDATE SET key = excluded.key
    RETURNING id`.execute(tx);
  await sql`SELECT pg_notify(${dueChannel}, ${job.lane})`.execute(tx);
  return rows[0]!.id;
};

/** Takes the leases of at most `limit` jobs that are due, oldest first; passes over those that another is just taking. */
export const takeDue = async (
  db: Handle,
  options: {
    readonly lane: Lane;
    readonly kinds: readonly string[];
    readonly limit: number;
    readonly holder: string;
    readonly leaseSeconds: number;
  },
): Promise<Taken[]> => {
  const { rows } = await sql<
    Omit<Taken, 'fence'> & { fence: string }
  >`-- Due jobs become ours until the lease runs out; the attempt counts from its start.
    WITH next AS (
      SELECT id FROM jobs.job
      WHERE state = 'waiting' AND lane = ${options.lane} AND ready_at <= ground.now() AND attempts < attempts_max
        AND kind = ANY(${options.kinds}::text[])
      ORDER BY ready_at LIMIT ${options.limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs.job SET holder = ${options.holder}, fence = fence + 1, attempts = attempts + 1,
      ready_at = ground.now() + make_interval(secs => ${options.leaseSeconds})
    FROM next WHERE job.id = next.id
    RETURNING job.id, kind, key, lane, data, attempts AS attempt, attempts_max AS "attemptsMax", fence`.execute(db);
  return rows.map((row) => ({ ...row, fence: BigInt(row.fence) }));
};

/** Milliseconds until the lane's next job may be taken, or null when none waits. */
export const untilNextMs = async (db: Handle, lane: Lane): Promise<number | null> => {
  const { rows } = await sql<{ ms: number | null }>`-- When the lane has work again.
    SELECT (extract(epoch FROM min(ready_at) - ground.now()) * 1000)::float8 AS ms FROM jobs.job
    WHERE state = 'waiting' AND lane = ${lane} AND ready_at > ground.now()`.execute(db);
  return rows[0]?.ms ?? null;
};

/** Prolongs the leases of what still runs here; what another has taken meanwhile keeps its own. */
export const prolong = async (db: Handle, jobs: readonly Taken[], leaseSeconds: number): Promise<void> => {
  await sql`-- The holder is alive: the lease begins anew.
    UPDATE jobs.job SET ready_at = ground.now() + make_interval(secs => ${leaseSeconds})
    FROM unnest(${jobs.map((job) => job.id)}::uuid[], ${jobs.map((job) => job.fence.toString())}::bigint[]) AS held (id, fence)
    WHERE job.id = held.id AND job.fence = held.fence AND job.state = 'waiting' AND job.holder IS NOT NULL`.execute(db);
};

export const isHeld = async (db: Handle, job: Taken): Promise<boolean> => {
  const { rows } = await sql`-- One row while the lease is the newest and has not run out.
    SELECT 1 FROM jobs.job WHERE id = ${job.id} AND fence = ${job.fence.toString()}::bigint AND state = 'waiting'
      AND holder IS NOT NULL AND ready_at > ground.now()`.execute(db);
  return rows.length === 1;
};

/** Ends a job; false when another holder took over, who then ends it. */
export const markDone = async (db: Handle, job: Taken): Promise<boolean> => {
  const { numAffectedRows } = await sql`-- Done, by the newest holder only.
    UPDATE jobs.job SET state = 'done', ended_at = ground.now(), holder = NULL, last_error = NULL
    WHERE id = ${job.id} AND fence = ${job.fence.toString()}::bigint AND state = 'waiting'`.execute(db);
  return numAffectedRows === 1n;
};

/** Keeps the error and lets the job wait for its next try, or ends it after the last. Null when another holder took over. */
export const markFailed = async (db: Handle, job: Taken, error: unknown): Promise<'again' | 'failed' | null> => {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, errorCharsMax);
  const { rows } = await sql<{ state: string }>`-- The pause doubles from try to try, up to a bound.
    UPDATE jobs.job SET last_error = ${message}, holder = NULL,
      state = CASE WHEN attempts >= attempts_max THEN 'failed' ELSE 'waiting' END,
      ended_at = CASE WHEN attempts >= attempts_max THEN ground.now() END,
      ready_at = ground.now() + make_interval(secs => least(${retrySeconds.most}, ${retrySeconds.first} * 2 ^ least(attempts - 1, 20)))
    WHERE id = ${job.id} AND fence = ${job.fence.toString()}::bigint AND state = 'waiting'
    RETURNING state`.execute(db);
  if (!rows[0]) return null;
  return rows[0].state === 'failed' ? 'failed' : 'again';
};

/** A lease is told from one of another clock by so much. */
const slackSeconds = 1;

/** A lease that ends further ahead than its own length was taken before the clock was set back: the job is due again. */
export const endFarLeases = async (db: Handle, leaseSeconds: number): Promise<number> => {
  const { numAffectedRows } = await sql`-- Due now, for whoever looks next; the old holder's lease has run out.
    UPDATE jobs.job SET ready_at = ground.now()
    WHERE state = 'waiting' AND holder IS NOT NULL
      AND ready_at > ground.now() + make_interval(secs => ${leaseSeconds + slackSeconds})`.execute(db);
  return Number(numAffectedRows ?? 0n);
};

/** Ends the jobs whose worker died on their last attempt; nobody would take them again. */
export const sweepDead = async (db: Handle): Promise<{ id: string; kind: string; key: string; error: string }[]> => {
  const { rows } = await sql<{
    id: string;
    kind: string;
    key: string;
    error: string;
  }>`-- No attempt is left and the lease has run out.
    UPDATE jobs.job SET state = 'failed', ended_at = ground.now(), holder = NULL,
      last_error = coalesce(last_error || ' · ', '') || 'the worker died on the last attempt'
    WHERE state = 'waiting' AND attempts >= attempts_max AND ready_at <= ground.now()
    RETURNING id, kind, key, last_error AS error`.execute(db);
  return rows;
};

/** Forgets what ended long ago; until then the same key under one kind is not written again. */
export const forgetEnded = async (
  db: Handle,
  days: { readonly done: number; readonly failed: number },
): Promise<void> => {
  await sql`-- The table holds what is to be done and a short memory of what was.
    DELETE FROM jobs.job WHERE (state = 'done' AND ended_at < ground.now() - make_interval(days => ${days.done}))
      OR (state = 'failed' AND ended_at < ground.now() - make_interval(days => ${days.failed}))`.execute(db);
};
