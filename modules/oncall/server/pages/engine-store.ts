import { sql } from 'kysely';
import type { Target, Urgency } from '../../domain/escalation/plan.ts';
import type { PolicySpec } from '../../contract/policies.ts';
import type { Owed, PageTold } from './message.ts';
import type { Handle, Tx } from './tables.ts';

/** Wakes the engines of all processes. */
export const dueChannel = 'oncall_due';

/** A step that this process holds, with what deciding needs of its page. */
export interface HeldStep {
  readonly page: PageTold & { readonly plan: PolicySpec };
  readonly seq: number;
  readonly kind: 'step' | 'otherwise' | 'added';
  readonly step: number;
  readonly round: number;
  readonly targets: readonly Target[] | null;
  readonly dueAt: Temporal.Instant;
  /** Whether a step before told somebody; looked up in further rounds alone, where it counts. */
  readonly toldBefore: boolean;
  readonly fence: string;
  readonly now: Temporal.Instant;
}

interface TakenRow extends PageRow {
  readonly seq: number;
  readonly kind: HeldStep['kind'];
  readonly step: number;
  readonly round: number;
  readonly targets: readonly Target[] | null;
  readonly due_at: Date;
  readonly told_before: boolean;
  readonly fence: string;
  readonly plan: PolicySpec;
  readonly now: Date;
}

interface PageRow {
  readonly page_id: string;
  readonly summary: string;
  readonly details: string;
  readonly urgency: Urgency;
  readonly team: string | null;
  readonly policy: string | null;
  readonly service: string | null;
  readonly link: string | null;
  readonly raised_at: Date;
  readonly raised_by: string;
  readonly dedup_key: string | null;
}

const pageColumns = sql.raw(
  'page.summary, page.details, page.urgency, page.team, page.policy, page.service, page.link, page.raised_at, page.raised_by, page.dedup_key',
);

export const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());

const toldOf = (row: PageRow): PageTold => ({
  id: row.page_id,
  summary: row.summary,
  details: row.details,
  urgency: row.urgency,
  team: row.team,
  policy: row.policy,
  service: row.service,
  link: row.link,
  raisedAt: row.raised_at,
  raisedBy: row.raised_by,
  dedupKey: row.dedup_key,
});

/** Takes the leases of at most `limit` due steps, the longest due first; passes over those that another process is just taking. */
export const takeDueSteps = async (
  db: Handle,
  { limit, holder, leaseSeconds }: { limit: number; holder: string; leaseSeconds: number },
): Promise<HeldStep[]> => {
  const { rows } = await sql<TakenRow>`-- Due steps become ours until the lease runs out, by the database's clock.
    WITH next AS (
      SELECT page_id, seq FROM oncall.step WHERE state = 'waiting' AND ready_at <= ground.now()
      ORDER BY ready_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE oncall.step AS step SET holder = ${holder}, fence = step.fence + 1,
      ready_at = ground.now() + make_interval(secs => ${leaseSeconds})
    FROM next JOIN oncall.page AS page ON page.id = next.page_id
    WHERE step.page_id = next.page_id AND step.seq = next.seq
    RETURNING step.page_id, step.seq, step.kind, step.step, step.round, step.targets, step.due_at, step.fence,
      step.round > 0 AND EXISTS (SELECT FROM oncall.step AS earlier WHERE earlier.page_id = step.page_id AND earlier.kind = 'step'
        AND earlier.reason IN ('told', 'waits-for-working-hours', 'waits-for-quiet-hours')) AS told_before,
      page.plan, ground.now() AS now, ${pageColumns}`.execute(db);
  return rows.map((row) => ({
    page: { ...toldOf(row), plan: row.plan },
    seq: row.seq,
    kind: row.kind,
    step: row.step,
    round: row.round,
    targets: row.targets,
    dueAt: instantOf(row.due_at),
    toldBefore: row.told_before,
    fence: row.fence,
    now: instantOf(row.now),
  }));
};

/** Milliseconds until the next step or owed notification may be taken, or null when none waits. */
export const untilNextMs = async (db: Handle): Promise<number | null> => {
  const { rows } = await sql<{ ms: number | null }>`-- When the engine has work again.
    SELECT (extract(epoch FROM least(
      (SELECT min(ready_at) FROM oncall.step WHERE state = 'waiting'),
      (SELECT min(owed_at) FROM oncall.notification WHERE state = 'owed')) - ground.now()) * 1000)::float8 AS ms`.execute(
    db,
  );
  return rows[0]?.ms ?? null;
};

/**
 * Which of the held steps are still ours to decide: the newest lease, not run out, the page still waiting for an answer (a
 * responder may be added to an acknowledged one). Their pages stay locked until the transaction ends: an answer waits for it.
 */
export const lockHeld = async (tx: Tx, held: readonly HeldStep[]): Promise<ReadonlySet<string>> => {
  // A process that is stopped in the middle must not hold the locks longer than its lease.
  await sql`SELECT set_config('idle_in_transaction_session_timeout', '5s', true)`.execute(tx);
  const { rows } = await sql<{ page_id: string; seq: number }>`-- Fencing: an older holder's token finds nothing here.
    SELECT step.page_id, step.seq
    FROM unnest(${held.map((each) => each.page.id)}::uuid[], ${held.map((each) => each.seq)}::int[],
      ${held.map((each) => each.fence)}::bigint[]) AS ours (page_id, seq, fence)
    JOIN oncall.step AS step ON step.page_id = ours.page_id AND step.seq = ours.seq
    JOIN oncall.page AS page ON page.id = ours.page_id
    WHERE step.fence = ours.fence AND step.state = 'waiting' AND step.ready_at > ground.now()
      AND (page.state = 'triggered' OR (page.state = 'acknowledged' AND step.kind = 'added'))
    ORDER BY page.id, step.seq FOR NO KEY UPDATE OF page, step`.execute(tx);
  return new Set(rows.map((row) => `${row.page_id} ${row.seq}`));
};

/** What is written of one decided step. */
export interface DecidedStep {
  readonly page_id: string;
  readonly seq: number;
  readonly reason: string;
  readonly unanswered: boolean;
  readonly next_kind: string | null;
  readonly next_step: number | null;
  readonly next_round: number | null;
  readonly next_due: string | null;
}

export interface NewNotification {
  readonly id: string;
  readonly page_id: string;
  readonly kind: Owed['kind'];
  readonly step: number;
  readonly round: number;
  readonly person_id: string | null;
  readonly person: string | null;
  readonly method: string;
  readonly channel: string;
  readonly address: string;
  readonly rule: number;
  readonly why: string;
  readonly owed_at: string;
  /** Handed to delivery in this very transaction. */
  readonly handed: boolean;
}

export interface NewEntry {
  readonly page_id: string;
  readonly what: string;
  readonly text: string;
  readonly by: string | null;
  readonly data: Record<string, unknown>;
}

/** Ends decided steps and puts the ones after them in their place. */
export const saveDecided = async (tx: Tx, decided: readonly DecidedStep[]): Promise<void> => {
  if (decided.length === 0) return;
  await sql`-- A step is done, the next of its page waits for its time.
    WITH decided AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(decided)}::jsonb) AS each (page_id uuid, seq int, reason text,
        unanswered boolean, next_kind text, next_step int, next_round int, next_due timestamptz)
    ), done AS (
      UPDATE oncall.step SET state = 'done', decided_at = ground.now(), reason = decided.reason, holder = NULL
      FROM decided WHERE step.page_id = decided.page_id AND step.seq = decided.seq
    ), page AS (
      UPDATE oncall.page SET seq = page.seq + 1,
        unanswered_at = CASE WHEN decided.unanswered THEN ground.now() ELSE page.unanswered_at END
      FROM decided WHERE page.id = decided.page_id AND (decided.next_kind IS NOT NULL OR decided.unanswered)
      RETURNING page.id, page.seq, next_kind, next_step, next_round, next_due
    )
    INSERT INTO oncall.step (page_id, seq, kind, step, round, due_at, ready_at)
    SELECT id, seq, next_kind, next_step, next_round, next_due, next_due FROM page WHERE next_kind IS NOT NULL`.execute(
    tx,
  );
};

/** Writes what is owed, each once. */
export const saveNotifications = async (tx: Tx, owed: readonly NewNotification[]): Promise<void> => {
  if (owed.length === 0) return;
  await sql`-- The id is made of page, step, round, person, method and rule: the same is owed once.
    INSERT INTO oncall.notification (id, page_id, kind, step, round, person_id, person, method, channel, address, rule, why,
      owed_at, state, handed_at)
    SELECT id, page_id, kind, step, round, person_id, person, method, channel, address, rule, why, owed_at,
      CASE WHEN handed THEN 'handed' ELSE 'owed' END, CASE WHEN handed THEN ground.now() END
    FROM jsonb_to_recordset(${JSON.stringify(owed)}::jsonb) AS each (id uuid, page_id uuid, kind text, step int, round int,
      person_id uuid, person text, method text, channel text, address text, rule int, why text, owed_at timestamptz, handed boolean)
    ON CONFLICT (id) DO NOTHING`.execute(tx);
};

export const saveEntries = async (tx: Handle, entries: readonly NewEntry[]): Promise<void> => {
  if (entries.length === 0) return;
  await sql`-- What happened, in words.
    INSERT INTO oncall.timeline (page_id, at, what, text, by, data)
    SELECT page_id, ground.now(), what, text, by, data
    FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) AS each (page_id uuid, what text, text text, by text, data jsonb)`.execute(
    tx,
  );
};

/**
 * Takes what is owed and due, for the transaction that hands it over. What belongs to a page that was answered meanwhile is
 * cancelled on the way; an answer that comes at this moment waits for the rows and then takes the messages back.
 */
export const takeOwed = async (
  tx: Tx,
  limit: number,
): Promise<(Owed & { page: PageTold; now: Temporal.Instant })[]> => {
  await sql`SELECT set_config('idle_in_transaction_session_timeout', '5s', true)`.execute(tx);
  const { rows } = await sql<
    PageRow & Owed & { wanted: boolean; now: Date }
  >`-- Due notifications, the longest due first; those that another process is just handing over are passed by.
    WITH due AS (
      SELECT owed.id, page.state = 'triggered' OR owed.kind = 'resolved' OR (page.state = 'acknowledged' AND owed.step < 0) AS wanted
      FROM oncall.notification AS owed JOIN oncall.page AS page ON page.id = owed.page_id
      WHERE owed.state = 'owed' AND owed.owed_at <= ground.now()
      ORDER BY owed.owed_at LIMIT ${limit} FOR UPDATE OF owed SKIP LOCKED
    )
    UPDATE oncall.notification AS owed
    SET state = CASE WHEN due.wanted THEN 'handed' ELSE 'cancelled' END, handed_at = CASE WHEN due.wanted THEN ground.now() END,
      reason = CASE WHEN due.wanted THEN NULL ELSE 'answered' END
    FROM due, oncall.page AS page WHERE owed.id = due.id AND page.id = owed.page_id
    RETURNING owed.id, owed.kind, owed.step, owed.round, owed.person, owed.channel, owed.address, owed.why, due.wanted,
      (SELECT coalesce(said.hand ->> 'zone', said.file ->> 'zone') FROM oncall.person AS said WHERE said.person_id = owed.person_id) AS zone, ground.now() AS now, owed.page_id, ${pageColumns}`.execute(
    tx,
  );
  return rows
    .filter((row) => row.wanted)
    .map((row) => {
      const { id, kind, step, round, person, channel, address, why, zone = null } = row;
      return { id, kind, step, round, person, channel, address, why, zone, page: toldOf(row), now: instantOf(row.now) };
    });
};

/** Pages whose snooze is over begin anew; gives back how many. */
export const endSnoozes = async (db: Handle): Promise<number> => {
  const { rows } = await sql`-- Snoozed until now: triggered again, first step at once.
    WITH woken AS (
      UPDATE oncall.page SET state = 'triggered', snoozed_until = NULL, acknowledged_at = NULL, acknowledged_by = NULL,
        unanswered_at = NULL, seq = seq + 1
      WHERE snoozed_until <= ground.now() AND state = 'acknowledged' RETURNING id, seq
    ), entry AS (
      INSERT INTO oncall.timeline (page_id, at, what, text, data)
      SELECT id, ground.now(), 'snooze-ended', 'The snooze is over and nobody resolved it: it begins anew.', '{}' FROM woken
    )
    INSERT INTO oncall.step (page_id, seq, kind, step, round, due_at, ready_at)
    SELECT id, seq, 'step', 0, 0, ground.now(), ground.now() FROM woken RETURNING page_id`.execute(db);
  return rows.length;
};
