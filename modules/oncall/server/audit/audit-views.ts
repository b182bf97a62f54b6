import { sql, type Kysely } from 'kysely';

type Handle = Kysely<any>;

export type FindingKind =
  | 'step-overdue'
  | 'page-unowned'
  | 'not-handed'
  | 'not-attempted'
  | 'nobody-reached'
  | 'store-away';

/** One thing that is owed to somebody and did not happen. */
export interface Finding {
  readonly what: FindingKind;
  readonly page: string | null;
  readonly since: Date;
  readonly text: string;
}

export interface Compared {
  readonly at: Date;
  /** Messages that were owed in the last hour, and those of them that a provider was called for. */
  readonly owed: number;
  readonly attempted: number;
  readonly findings: readonly Finding[];
}

/** What is this much late is found; a page that was just raised is not. */
export const graceSeconds = 20;
const findingsMax = 200;

/**
 * Owed against attempted, from the tables alone: nothing of the engine's or the sender's code is used, so that their mistakes are
 * found and not repeated. Every statement stands on an index over what is open or of late.
 */
export const compareOwed = async (db: Handle): Promise<Compared> => {
  const grace = sql`make_interval(secs => ${graceSeconds})`;
  const { rows } = await sql<Finding>`-- Each kind of silence, the oldest first.
    SELECT 'step-overdue' AS what, step.page_id AS page, step.due_at AS since,
      'A step of "' || page.summary || '" is due and was not decided.' AS text
    FROM oncall.step AS step JOIN oncall.page AS page ON page.id = step.page_id
    WHERE step.state = 'waiting' AND step.due_at < ground.now() - ${grace} AND page.state <> 'resolved'
    UNION ALL
    SELECT 'page-unowned', page.id, page.raised_at, '"' || page.summary || '" waits for an answer and nothing is planned for it.'
    FROM oncall.page AS page
    WHERE page.state = 'triggered' AND page.unanswered_at IS NULL AND page.raised_at < ground.now() - ${grace}
      AND NOT EXISTS (SELECT 1 FROM oncall.step WHERE step.page_id = page.id AND step.state = 'waiting')
    UNION ALL
    SELECT 'not-handed', owed.page_id, owed.owed_at, coalesce(owed.person, 'A webhook') || ' is owed a message about "' || page.summary || '" that was not handed over.'
    FROM oncall.notification AS owed JOIN oncall.page AS page ON page.id = owed.page_id
    WHERE owed.state = 'owed' AND owed.owed_at < ground.now() - ${grace} AND page.state = 'triggered'
    UNION ALL
    SELECT 'not-attempted', owed.page_id, owed.handed_at, coalesce(owed.person, 'A webhook') || ' is owed a message about "' || page.summary || '" that no provider was called for.'
    FROM oncall.notification AS owed JOIN oncall.page AS page ON page.id = owed.page_id
    LEFT JOIN delivery.message AS message ON message.key = owed.id::text
    WHERE owed.state = 'handed' AND owed.handed_at < ground.now() - ${grace} AND owed.handed_at > ground.now() - interval '1 day'
      AND page.state = 'triggered'
      AND (message.id IS NULL OR (message.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM delivery.attempt WHERE attempt.message = message.id)))
    UNION ALL
    SELECT 'nobody-reached', page.id, page.unanswered_at, 'Nobody was reached about "' || page.summary || '": no message of it left.'
    FROM oncall.page AS page
    WHERE page.state = 'triggered' AND page.unanswered_at < ground.now() - ${grace}
      AND NOT EXISTS (SELECT 1 FROM oncall.notification AS owed JOIN delivery.message AS message ON message.key = owed.id::text
        WHERE owed.page_id = page.id AND (message.state IN ('accepted', 'delivered', 'unconfirmed', 'waiting')))
    ORDER BY since LIMIT ${findingsMax}`.execute(db);
  const counted = await sql<{ at: Date; owed: number; attempted: number }>`-- The last hour in numbers.
    SELECT ground.now() AS at, count(*)::int AS owed,
      count(*) FILTER (WHERE EXISTS (SELECT 1 FROM delivery.message AS message JOIN delivery.attempt ON attempt.message = message.id
        WHERE message.key = owed.id::text))::int AS attempted
    FROM oncall.notification AS owed WHERE owed.state = 'handed' AND owed.handed_at > ground.now() - interval '1 hour'`.execute(
    db,
  );
  return { ...counted.rows[0]!, findings: rows };
};

/** The auditor's last look. */
export interface LastAudit {
  readonly at: Date;
  readonly ok: boolean;
  readonly since: Date;
  readonly alarmed_at: Date | null;
  readonly age_seconds: number;
}

export const lastAudit = async (db: Handle): Promise<LastAudit | null> => {
  const { rows } = await sql<LastAudit>`-- That it lives, and how it was.
    SELECT at, ok, since, alarmed_at, extract(epoch FROM ground.now() - at)::float8 AS age_seconds FROM oncall.audit`.execute(
    db,
  );
  return rows[0] ?? null;
};

/** Keeps the look; gives back how it was before. Two auditors on one database write one after the other. */
export const saveAudit = async (
  tx: Handle,
  look: { readonly ok: boolean; readonly owed: number; readonly findings: readonly Finding[]; readonly holder: string },
): Promise<LastAudit | null> => {
  const before = await sql<LastAudit>`-- Locked, so that one trouble is told once however many auditors look.
    SELECT at, ok, since, alarmed_at, extract(epoch FROM ground.now() - at)::float8 AS age_seconds FROM oncall.audit FOR UPDATE`.execute(
    tx,
  );
  await sql`-- The last look, and since when it is so.
    INSERT INTO oncall.audit (at, ok, owed, findings, holder, since)
    VALUES (ground.now(), ${look.ok}, ${look.owed}, ${JSON.stringify(look.findings.slice(0, 50))}::jsonb, ${look.holder}, ground.now())
    ON CONFLICT (singleton) DO UPDATE SET at = excluded.at, ok = excluded.ok, owed = excluded.owed, findings = excluded.findings,
      holder = excluded.holder, since = CASE WHEN oncall.audit.ok = excluded.ok THEN oncall.audit.since ELSE excluded.since END,
      alarmed_at = CASE WHEN excluded.ok THEN NULL ELSE oncall.audit.alarmed_at END`.execute(tx);
  return before.rows[0] ?? null;
};

export const markAlarmed = async (tx: Handle): Promise<void> => {
  await sql`UPDATE oncall.audit SET alarmed_at = ground.now() -- When the alarm was last given: it is repeated, not stormed.`.execute(
    tx,
  );
};

/** Names of the admins of the organisation, who hear the alarm. */
export const adminNames = async (db: Handle): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`-- Whoever runs this installation.
    SELECT name FROM identity.person WHERE role = 'admin' AND state <> 'disabled' ORDER BY name LIMIT 50`.execute(db);
  return rows.map(({ name }) => name);
};
