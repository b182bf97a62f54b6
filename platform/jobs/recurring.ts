import { sql, type Kysely } from 'kysely';
import type { Log } from '../log/log.ts';
import { startLoop, type Loop } from '../postgres/loop.ts';

export interface Recurring {
  readonly name: string;
  readonly everySeconds: number;
  readonly work: () => Promise<void>;
}

export interface RecurringGround {
  readonly db: Kysely<any>;
  readonly log: Log;
  readonly holder: string;
  readonly leaseSeconds: number;
  readonly onEnd: (name: string, outcome: 'done' | 'again') => void;
}

const lookMsMax = 30_000;
const retrySecondsMax = 60;
const errorCharsMax = 2_000;

/** Runs one recurring work when it is due, in whichever process takes its lease first. */
export const startRecurring = (recurring: Recurring, ground: RecurringGround): Loop => {
  let registered = false;
  return startLoop({
    everyMs: Math.min(lookMsMax, recurring.everySeconds * 1_000),
    round: async () => {
      if (!registered) await register(recurring, ground);
      registered = true;
      const fence = await take(recurring, ground);
      if (fence !== null) await run(recurring, fence, ground);
      return untilDueMs(recurring, ground);
    },
    onError: (error) =>
      ground.log.warn(
        { name: recurring.name, error: error.message },
        'recurring work could not be looked for; trying again',
      ),
  });
};

const run = async (recurring: Recurring, fence: string, ground: RecurringGround): Promise<void> => {
  const beat = setInterval(
    () => void prolong(recurring, fence, ground).catch(() => undefined),
    (ground.leaseSeconds * 1_000) / 3,
  );
  let failure: unknown = null;
  try {
    await recurring.work();
  } catch (error) {
    failure = error ?? new Error('failed without a word');
    ground.log.error({ name: recurring.name, err: error }, 'recurring work failed and will be tried again');
  } finally {
    clearInterval(beat);
  }
  ground.onEnd(recurring.name, failure === null ? 'done' : 'again');
  await end(recurring, fence, failure, ground);
};

const register = async ({ name }: Recurring, { db }: RecurringGround): Promise<void> => {
  await sql`-- Due at once when it is new; a known one keeps its time.
    INSERT INTO jobs.recurring (name, due) VALUES (${name}, ground.now()) ON CONFLICT (name) DO NOTHING`.execute(db);
};

/** A beat further ahead than its own length, and a lease so, are of a clock that was set back since: neither counts. */
const slackSeconds = 1;
const take = async (
  { name, everySeconds }: Recurring,
  { db, holder, leaseSeconds }: RecurringGround,
): Promise<string | null> => {
  const { rows } = await sql<{ fence: string }>`-- One process takes what is due.
    UPDATE jobs.recurring SET holder = ${holder}, fence = fence + 1, lease_until = ground.now() + make_interval(secs => ${leaseSeconds}),
      due = least(due, ground.now())
    WHERE name = ${name} AND (due <= ground.now() OR due > ground.now() + make_interval(secs => ${everySeconds + slackSeconds}))
      AND (lease_until IS NULL OR lease_until <= ground.now() OR lease_until > ground.now() + make_interval(secs => ${leaseSeconds + slackSeconds}))
    RETURNING fence`.execute(db);
  return rows[0]?.fence ?? null;
};

const prolong = async ({ name }: Recurring, fence: string, { db, leaseSeconds }: RecurringGround): Promise<void> => {
  await sql`-- The holder is alive: the lease begins anew.
    UPDATE jobs.recurring SET lease_until = ground.now() + make_interval(secs => ${leaseSeconds})
    WHERE name = ${name} AND fence = ${fence}::bigint`.execute(db);
};

const end = async (
  { name, everySeconds }: Recurring,
  fence: string,
  failure: unknown,
  { db }: RecurringGround,
): Promise<void> => {
  const error =
    failure === null ? null : String(failure instanceof Error ? failure.message : failure).slice(0, errorCharsMax);
  const pauseSeconds = failure === null ? everySeconds : Math.min(everySeconds, retrySecondsMax);
  await sql`-- Keeps the beat; beats that were missed are not made up for.
    UPDATE jobs.recurring SET holder = NULL, lease_until = NULL, last_error = ${error},
      due = CASE WHEN ${error}::text IS NULL AND due + make_interval(secs => ${pauseSeconds}) > ground.now()
        THEN due + make_interval(secs => ${pauseSeconds}) ELSE ground.now() + make_interval(secs => ${pauseSeconds}) END
    WHERE name = ${name} AND fence = ${fence}::bigint`.execute(db);
};

const untilDueMs = async ({ name }: Recurring, { db }: RecurringGround): Promise<number> => {
  const { rows } = await sql<{ ms: number }>`-- When it is worth another look: due, or free again.
    SELECT (extract(epoch FROM greatest(due, lease_until) - ground.now()) * 1000)::float8 AS ms
    FROM jobs.recurring WHERE name = ${name}`.execute(db);
  return rows[0]?.ms ?? lookMsMax;
};
