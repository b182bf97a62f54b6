import { sql } from 'kysely';
import type { PolicySpec } from '../../contract/policies.ts';
import type { Target, Urgency } from '../../domain/escalation/plan.ts';
import { dueChannel } from './engine-store.ts';
import type { Handle, PagesTables, Tx } from './tables.ts';

export interface NewPage {
  readonly id: string;
  readonly summary: string;
  readonly details: string;
  readonly urgency: Urgency;
  readonly route: string;
  readonly dedupKey: string | null;
  readonly policy: string | null;
  readonly team: string | null;
  readonly person: string | null;
  readonly service: string | null;
  readonly link: string | null;
  readonly source: string;
  readonly plan: PolicySpec;
  readonly raisedBy: string;
  readonly firstAfterSeconds: number;
}

export interface RaisedRow {
  readonly id: string;
  readonly urgency: Urgency;
  readonly state: 'triggered' | 'acknowledged' | 'resolved';
  readonly raised_at: Date;
}

/** What the timeline says of a page that is counted; a key that storms does not fill it: the first ten, then every hundredth. */
const raisedAgain = sql.raw(`'Raised again: the same key, the same page (' || times || ' times).'`);
const fewTimes = sql.raw('(times <= 10 OR times % 100 = 0)');

/**
 * Writes a page with its first step and the first line of its timeline in one statement; or counts it where one of its key is
 * open on the same way. The unique index decides a race: of many at once one makes the page.
 */
export const insertPage = async (tx: Tx, page: NewPage): Promise<RaisedRow> => {
  const text = `Raised by ${page.raisedBy}: ${page.summary}`;
  const { rows } = await sql<RaisedRow>`-- A new page, or one more time of an open one.
    WITH raised AS (
      INSERT INTO oncall.page (id, summary, details, urgency, route, dedup_key, policy, team, person, service, link, source,
        plan, raised_at, raised_by, last_raised_at, seq)
      VALUES (${page.id}, ${page.summary}, ${page.details}, ${page.urgency}, ${page.route}, ${page.dedupKey}, ${page.policy},
        ${page.team}, ${page.person}, ${page.service}, ${page.link}, ${page.source}, ${JSON.stringify(page.plan)}::jsonb,
        ground.now(), ${page.raisedBy}, ground.now(), 1)
      ON CONFLICT (route, dedup_key) WHERE dedup_key IS NOT NULL AND state <> 'resolved'
      DO UPDATE SET times = oncall.page.times + 1, last_raised_at = excluded.last_raised_at
      RETURNING id, urgency, state, raised_at, times
    ), step AS (
      INSERT INTO oncall.step (page_id, seq, kind, step, round, due_at, ready_at)
      SELECT id, 1, 'step', 0, 0, due, due FROM raised,
        LATERAL (SELECT raised_at + make_interval(secs => ${page.firstAfterSeconds})) AS first (due) WHERE id = ${page.id}
    ), entry AS (
      INSERT INTO oncall.timeline (page_id, at, what, text, by, data)
      SELECT id, ground.now(), CASE WHEN id = ${page.id} THEN 'raised' ELSE 'raised-again' END,
        CASE WHEN id = ${page.id} THEN ${text} ELSE ${raisedAgain} END,
        ${page.raisedBy}, jsonb_build_object('source', ${page.source}::text) FROM raised WHERE ${fewTimes}
    )
    SELECT id, urgency, state, raised_at, CASE WHEN id = ${page.id} THEN pg_notify(${dueChannel}, '') END FROM raised`.execute(
    tx,
  );
  return rows[0]!;
};

/** Counts open pages of a key that `source` raised, as `insertPage` does; gives back their ids. */
export const countPages = async (
  tx: Tx,
  { dedupKey, source, by }: { readonly dedupKey: string; readonly source: string; readonly by: string },
): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`-- One more time of an open page: nobody is told again.
    WITH counted AS (
      UPDATE oncall.page SET times = times + 1, last_raised_at = ground.now()
      WHERE dedup_key = ${dedupKey} AND state <> 'resolved' AND source = ${source} RETURNING id, times
    ), entry AS (
      INSERT INTO oncall.timeline (page_id, at, what, text, by, data)
      SELECT id, ground.now(), 'raised-again', ${raisedAgain}, ${by}, jsonb_build_object('source', ${source}::text) FROM counted
      WHERE ${fewTimes}
    )
    SELECT id FROM counted ORDER BY id`.execute(tx);
  return rows.map((row) => row.id);
};

export type PageRow = PagesTables['oncall.page'] & { readonly state: RaisedRow['state']; readonly seq: number };

/** The page, locked until the transaction ends. */
export const lockPage = async (tx: Tx, id: string): Promise<PageRow | undefined> => {
  const row = await tx.selectFrom('oncall.page').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row as unknown as PageRow | undefined;
};

/** Ends what still waits for the page: steps, and messages that are owed. What was handed to delivery it takes back itself. */
export const cancelWaiting = async (tx: Tx, page: string, reason: string): Promise<void> => {
  await sql`-- Nobody further is told.
    WITH step AS (
      UPDATE oncall.step SET state = 'cancelled', reason = ${reason}, decided_at = ground.now()
      WHERE page_id = ${page} AND state = 'waiting'
    )
    UPDATE oncall.notification SET state = 'cancelled', reason = ${reason} WHERE page_id = ${page} AND state = 'owed'`.execute(
    tx,
  );
};

export const setAcknowledged = async (tx: Tx, page: string, by: string): Promise<void> => {
  await sql`-- Somebody is on it.
    UPDATE oncall.page SET state = 'acknowledged', acknowledged_at = ground.now(), acknowledged_by = ${by}, snoozed_until = NULL
    WHERE id = ${page}`.execute(tx);
};

export const setResolved = async (tx: Tx, page: string, by: string): Promise<void> => {
  await sql`-- It is over; its key is free for a new page.
    UPDATE oncall.page SET state = 'resolved', resolved_at = ground.now(), resolved_by = ${by}, snoozed_until = NULL
    WHERE id = ${page}`.execute(tx);
};

/** What a person answered last to whether the page was useful; null: nothing yet. */
export const lastJudgement = async (tx: Tx, page: string, by: string): Promise<string | null> => {
  const { rows } = await sql<{ what: string }>`-- By the index of the page.
    SELECT what FROM oncall.timeline WHERE page_id = ${page} AND what IN ('useful', 'not-useful') AND by = ${by}
    ORDER BY entry DESC LIMIT 1`.execute(tx);
  return rows[0]?.what ?? null;
};

/** Acknowledged until then; gives back the instant. */
export const setSnoozed = async (
  tx: Tx,
  page: string,
  { by, until, minutes }: { by: string; until: string | null; minutes: number | null },
): Promise<{ until: Date; ahead: number }> => {
  const { rows } = await sql<{ until: Date; ahead: number }>`-- Quiet until an instant, by the database's clock.
    UPDATE oncall.page SET state = 'acknowledged', acknowledged_at = coalesce(acknowledged_at, ground.now()),
      acknowledged_by = coalesce(acknowledged_by, ${by}),
      snoozed_until = coalesce(${until}::timestamptz, ground.now() + make_interval(mins => ${minutes ?? 0}))
    WHERE id = ${page}
    RETURNING snoozed_until AS until, (extract(epoch FROM snoozed_until - ground.now()) / 3600)::float8 AS ahead`.execute(
    tx,
  );
  return rows[0]!;
};

/** Begins the page anew: with another way, or at its first step with a higher urgency. */
export const restartPage = async (
  tx: Tx,
  page: string,
  way: Pick<NewPage, 'route' | 'policy' | 'team' | 'person' | 'plan' | 'urgency'> & {
    readonly firstAfterSeconds: number;
  },
): Promise<void> => {
  await sql`-- The first step of what it follows now.
    WITH again AS (
      UPDATE oncall.page SET state = 'triggered', route = ${way.route}, policy = ${way.policy}, team = ${way.team},
        person = ${way.person}, plan = ${JSON.stringify(way.plan)}::jsonb, urgency = ${way.urgency}, acknowledged_at = NULL,
        acknowledged_by = NULL, snoozed_until = NULL, unanswered_at = NULL, seq = seq + 1
      WHERE id = ${page} RETURNING id, seq
    )
    INSERT INTO oncall.step (page_id, seq, kind, step, round, due_at, ready_at)
    SELECT id, seq, 'step', 0, 0, due, due FROM again,
      LATERAL (SELECT ground.now() + make_interval(secs => ${way.firstAfterSeconds})) AS first (due)`.execute(tx);
  await wake(tx);
};

/** A step beside the escalation, for who was added. */
export const insertAdded = async (tx: Tx, page: string, targets: readonly Target[]): Promise<void> => {
  await sql`-- Due now, whatever else the page waits for.
    WITH page AS (UPDATE oncall.page SET seq = seq + 1 WHERE id = ${page} RETURNING id, seq)
    INSERT INTO oncall.step (page_id, seq, kind, step, round, targets, due_at, ready_at)
    SELECT id, seq, 'added', 0, 0, ${JSON.stringify(targets)}::jsonb, ground.now(), ground.now() FROM page`.execute(tx);
  await wake(tx);
};

/** It is not over after all: as it was before, its acknowledgement kept; false where a page of its key is open on its way already. */
export const setReopened = async (tx: Tx, page: string): Promise<boolean> => {
  const { rows } = await sql`-- Two open pages of one key on one way must not be.
    UPDATE oncall.page AS over SET resolved_at = NULL, resolved_by = NULL,
      state = CASE WHEN acknowledged_at IS NULL THEN 'triggered' ELSE 'acknowledged' END
    WHERE id = ${page} AND NOT EXISTS (SELECT 1 FROM oncall.page AS open WHERE open.id <> over.id AND open.route = over.route
      AND open.dedup_key = over.dedup_key AND open.state <> 'resolved') RETURNING 1`.execute(tx);
  return rows.length > 0;
};

/** Ids of open pages of a key that `source` raised. */
export const openByKey = async (
  db: Handle,
  { dedupKey, source }: { dedupKey: string; source: string },
): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`-- What recovers is found by its key.
    SELECT id FROM oncall.page WHERE dedup_key = ${dedupKey} AND state <> 'resolved' AND source = ${source} ORDER BY id`.execute(
    db,
  );
  return rows.map((row) => row.id);
};

/** Whom the page was sent to, once each, by the first method that was handed over. */
export const toldOf = async (
  db: Handle,
  page: string,
): Promise<
  {
    person_id: string | null;
    person: string | null;
    method: string;
    channel: string;
    address: string;
    zone: string | null;
    now: Date;
  }[]
> => {
  const { rows } = await sql<any>`-- Who hears that it is over: whoever was woken for it.
    SELECT DISTINCT ON (coalesce(person, address)) person_id, person, method, channel, address,
      (SELECT coalesce(said.hand ->> 'zone', said.file ->> 'zone') FROM oncall.person AS said WHERE said.person_id = owed.person_id) AS zone, ground.now() AS now
    FROM oncall.notification AS owed WHERE page_id = ${page} AND state = 'handed' AND kind <> 'resolved'
    ORDER BY coalesce(person, address), owed_at, rule`.execute(db);
  return rows;
};

/** Whether this person was told of the page. */
export const wasTold = async (db: Handle, page: string, personId: string): Promise<boolean> => {
  const { rows } = await sql`-- Who was paged may answer.
    SELECT 1 FROM oncall.notification WHERE page_id = ${page} AND person_id = ${personId} LIMIT 1`.execute(db);
  return rows.length > 0;
};

/** The notification that a link or a reply came with. */
export const notificationById = async (
  db: Handle,
  id: string,
): Promise<{ page: string; person: string | null; personId: string | null; channel: string } | null> => {
  const { rows } = await sql<any>`-- Page and person of a link.
    SELECT page_id AS page, person, person_id AS "personId", channel FROM oncall.notification WHERE id = ${id}`.execute(
    db,
  );
  return rows[0] ?? null;
};

/** Notes that a link is used; false where it was before. */
export const useLink = async (
  tx: Tx,
  link: { readonly mac: Buffer; readonly page: string; readonly expiresAt: Temporal.Instant },
): Promise<boolean> => {
  const { rows } = await sql`-- Of two uses at once one is the first.
    INSERT INTO oncall.link_use (mac, page_id, used_at, expires_at)
    VALUES (${link.mac}, ${link.page}, ground.now(), ${link.expiresAt.toString()})
    ON CONFLICT (mac) DO NOTHING RETURNING 1`.execute(tx);
  return rows.length === 1;
};

export const forgetLinks = async (db: Handle): Promise<void> => {
  await sql`-- An expired link is refused anyway.
    DELETE FROM oncall.link_use WHERE expires_at < ground.now()`.execute(db);
};

/** Whether the instant has passed by the database's clock. */
export const hasPassed = async (db: Handle, at: Temporal.Instant): Promise<boolean> => {
  const { rows } = await sql<{ passed: boolean }>`-- One clock decides: the database's.
    SELECT ${at.toString()}::timestamptz <= ground.now() AS passed`.execute(db);
  return rows[0]!.passed;
};

/**
 * A message could not be delivered: the next one that the person is owed for this step comes at once. Gives back what was moved,
 * or `last` where the person has nothing further: then the next step comes at once.
 */
export const hurryAfterFailure = async (
  tx: Tx,
  failed: string,
): Promise<{
  page: string;
  person: string | null;
  method: string;
  moved: string | null;
  stepMoved: boolean;
} | null> => {
  const { rows } = await sql<any>`-- The page is locked first, so that an answer of this moment waits or is seen.
    SELECT owed.page_id, owed.person, owed.method, owed.step, owed.round, owed.owed_at, page.state
    FROM oncall.notification AS owed JOIN oncall.page AS page ON page.id = owed.page_id
    WHERE owed.id = ${failed} AND owed.kind = 'page' FOR NO KEY UPDATE OF page`.execute(tx);
  const row = rows[0];
  if (!row || row.state !== 'triggered') return null;
  const moved = await sql<{ method: string }>`-- The same person's next rule of the same step.
    WITH next AS (
      SELECT id FROM oncall.notification WHERE page_id = ${row.page_id} AND person IS NOT DISTINCT FROM ${row.person}
        AND step = ${row.step} AND round = ${row.round} AND state = 'owed' AND owed_at > ground.now()
      ORDER BY owed_at, rule LIMIT 1
    )
    UPDATE oncall.notification AS owed SET owed_at = ground.now() FROM next WHERE owed.id = next.id RETURNING owed.method`.execute(
    tx,
  );
  const method = moved.rows[0]?.method ?? null;
  const others =
    method !== null
      ? true
      : (
          await sql`-- Somebody else of this step is still to be told, or was and may answer.
            SELECT 1 FROM oncall.notification AS other
            LEFT JOIN delivery.message AS message ON message.key = other.id::text
            WHERE other.page_id = ${row.page_id} AND other.step = ${row.step} AND other.round = ${row.round} AND other.id <> ${failed}
              AND (other.state = 'owed' OR (other.state = 'handed' AND coalesce(message.state, 'waiting') NOT IN ('failed', 'expired')))
            LIMIT 1`.execute(tx)
        ).rows.length > 0;
  if (others) {
    await wake(tx);
    return { page: row.page_id, person: row.person, method: row.method, moved: method, stepMoved: false };
  }
  const stepMoved = await hurryStep(tx, row.page_id);
  return { page: row.page_id, person: row.person, method: row.method, moved: null, stepMoved };
};

/** What comes next of a page comes now; false where nothing is ahead. */
export const hurryStep = async (tx: Tx, page: string): Promise<boolean> => {
  const { rows } = await sql`-- Nobody of this step was reached, or somebody asks for the next one.
    UPDATE oncall.step SET due_at = ground.now(), ready_at = ground.now()
    WHERE page_id = ${page} AND state = 'waiting' AND kind <> 'added' AND ready_at > ground.now() AND holder IS NULL
    RETURNING 1`.execute(tx);
  await wake(tx);
  return rows.length > 0;
};

const wake = async (tx: Handle): Promise<void> => {
  await sql`SELECT pg_notify(${dueChannel}, '')`.execute(tx);
};
