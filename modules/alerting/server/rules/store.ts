import { sql } from 'kysely';
import type { Decided } from './decide.ts';
import type { RuleDb, RuleGroupRow, RuleRow, RuleTx } from './tables.ts';

/** The database's clock, in seconds since 1970: it says which step it is, the same in every process. */
const nowSql = sql<string>`extract(epoch FROM ground.now())`;

/** Rules whose next step is due and that no other process has, for `leaseSeconds`. */
export const claimDue = async (
  db: RuleDb,
  { most, leaseSeconds }: { readonly most: number; readonly leaseSeconds: number },
): Promise<(RuleRow & { readonly now: string })[]> => {
  const { rows } = await sql<RuleRow & { now: string }>`-- What is due goes to one process at a time.
    UPDATE alerting.rule r SET lease_until = ground.now() + make_interval(secs => ${leaseSeconds})
    FROM (SELECT name FROM alerting.rule WHERE enabled AND due <= ground.now() AND (lease_until IS NULL OR lease_until <= ground.now())
      ORDER BY due LIMIT ${most} FOR UPDATE SKIP LOCKED) chosen
    WHERE r.name = chosen.name RETURNING r.*, ${nowSql} AS now`.execute(db);
  return rows;
};

export const groupsOf = (db: RuleDb, rules: readonly string[]): Promise<RuleGroupRow[]> =>
  // Where each group of some rules stands.
  db
    .selectFrom('alerting.rule_group')
    .selectAll()
    .where('rule', 'in', [...rules])
    .execute();

/** What one rule's steps decided, with the word and the step that they were decided from. */
export interface StepDecision {
  readonly rule: Pick<RuleRow, 'name' | 'revision' | 'decided_to'>;
  /** Last step that was decided, and when the next one is due; seconds since 1970. */
  readonly decidedTo: number;
  readonly due: number;
  readonly decided: Decided;
}

/**
 * Commits decisions, of those rules alone whose word and last step are still what was decided from: thus a step is decided once,
 * however many processes were at it. Gives back how many groups wait to be told.
 */
export const keepDecisions = async (tx: RuleTx, decisions: readonly StepDecision[]): Promise<number> => {
  const { rows } = await sql<{ name: string }>`-- Moves on what nobody else moved on meanwhile.
    UPDATE alerting.rule r SET decided_to = to_timestamp(d.decided_to), due = to_timestamp(d.due), lease_until = NULL,
      last = d.last, unknown_since = NULL, unknown_reason = NULL
    FROM jsonb_to_recordset(${JSON.stringify(
      decisions.map(({ rule, decidedTo, due, decided }) => ({
        name: rule.name,
        revision: rule.revision,
        before: rule.decided_to?.toISOString() ?? null,
        decided_to: decidedTo,
        due,
        last: decided.last,
      })),
    )}::jsonb) AS d(name text, revision bigint, before timestamptz, decided_to double precision, due double precision, last jsonb)
    WHERE r.name = d.name AND r.revision = d.revision AND r.enabled AND r.decided_to IS NOT DISTINCT FROM d.before
    RETURNING r.name`.execute(tx);
  const mine = new Set(rows.map(({ name }) => name));
  const kept = decisions.filter(({ rule }) => mine.has(rule.name));
  await keepGroups(
    tx,
    kept.flatMap(({ rule, decided }) => decided.groups.map((group) => ({ rule: rule.name, ...group }))),
  );
  await keepChanges(
    tx,
    kept.flatMap(({ rule, decided }) => decided.changes.map((change) => ({ rule: rule.name, ...change }))),
  );
  return kept.reduce((sum, { decided }) => sum + decided.groups.filter(({ wanted }) => wanted !== null).length, 0);
};

type KeptGroup = { readonly rule: string } & Decided['groups'][number];

const keepGroups = async (tx: RuleTx, groups: readonly KeptGroup[]): Promise<void> => {
  if (groups.length === 0) return;
  await sql`-- Where the groups stand now; what was still to be told before is told unless something newer is.
    INSERT INTO alerting.rule_group AS g (rule, key, state, firing, wanted, alert, gone)
    SELECT rule, key, state, state->>'phase' = 'firing' AND NOT gone, wanted, alert, gone
    FROM jsonb_to_recordset(${JSON.stringify(groups)}::jsonb)
      AS d(rule text, key text, state jsonb, wanted text, alert jsonb, gone boolean)
    ON CONFLICT (rule, key) DO UPDATE SET state = excluded.state, firing = excluded.firing, gone = excluded.gone,
      wanted = coalesce(excluded.wanted, g.wanted), alert = coalesce(excluded.alert, g.alert), version = g.version + 1`.execute(
    tx,
  );
  if (groups.some(({ gone }) => gone)) await forgetGone(tx);
};

/** Groups that nobody asks for any more and of which nothing is to be told. */
const forgetGone = async (tx: RuleDb | RuleTx): Promise<void> => {
  // What happened stands in rule_change.
  await tx.deleteFrom('alerting.rule_group').where('gone', '=', true).where('wanted', 'is', null).execute();
};

const keepChanges = async (
  tx: RuleTx,
  changes: readonly ({ readonly rule: string } & Decided['changes'][number])[],
): Promise<void> => {
  if (changes.length === 0) return;
  await sql`-- What began or ceased to fire, for whoever asks why.
    INSERT INTO alerting.rule_change (rule, key, at, decided_at, became, reason, words, numbers)
    SELECT rule, key, to_timestamp(at), ground.now(), became, reason, words, numbers
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
      AS d(rule text, key text, at double precision, became text, reason text, words text, numbers jsonb)`.execute(tx);
};

/** Rules that cannot be judged now: nothing of them is decided, and their steps are caught up with when it can be. */
export const keepUnknown = async (
  db: RuleDb,
  unknown: readonly { readonly name: string; readonly revision: string; readonly reason: string }[],
  againSeconds: number,
): Promise<void> => {
  if (unknown.length === 0) return;
  await sql`-- Since when, and why; the first time stays.
    UPDATE alerting.rule r SET unknown_since = coalesce(r.unknown_since, ground.now()), unknown_reason = d.reason,
      lease_until = NULL, due = ground.now() + make_interval(secs => ${againSeconds})
    FROM jsonb_to_recordset(${JSON.stringify(unknown)}::jsonb) AS d(name text, revision bigint, reason text)
    WHERE r.name = d.name AND r.revision = d.revision`.execute(db);
};

/** Rules with nothing to decide yet are looked at again at their next step. */
export const keepWaiting = async (
  db: RuleDb,
  waiting: readonly { readonly name: string; readonly due: number }[],
): Promise<void> => {
  if (waiting.length === 0) return;
  await sql`-- Gives them back.
    UPDATE alerting.rule r SET lease_until = NULL, due = to_timestamp(d.due)
    FROM jsonb_to_recordset(${JSON.stringify(waiting)}::jsonb) AS d(name text, due double precision) WHERE r.name = d.name`.execute(
    db,
  );
};

/** How long until something is due, in milliseconds; null where there is no rule. */
export const untilDueMs = async (db: RuleDb): Promise<number | null> => {
  const { rows } = await sql<{ ms: number | null }>`-- The next step of any rule.
    SELECT (extract(epoch FROM min(greatest(due, lease_until)) - ground.now()) * 1000)::float8 AS ms FROM alerting.rule WHERE enabled`.execute(
    db,
  );
  return rows[0]?.ms ?? null;
};

/** Groups of which something is to be told, locked until the transaction ends; what another process has is left to it. */
export const lockWanted = async (tx: RuleTx, most: number): Promise<RuleGroupRow[]> =>
  // In the order of the key, so that two processes never wait in a circle.
  tx
    .selectFrom('alerting.rule_group')
    .selectAll()
    .where('wanted', 'is not', null)
    .orderBy('rule')
    .orderBy('key')
    .limit(most)
    .forUpdate()
    .skipLocked()
    .execute();

export const keepTold = async (tx: RuleTx, told: readonly RuleGroupRow[]): Promise<void> => {
  await sql`-- They were locked meanwhile, so nothing newer can be wanted.
    UPDATE alerting.rule_group g SET wanted = NULL
    FROM unnest(${told.map(({ rule }) => rule)}::text[], ${told.map(({ key }) => key)}::text[]) AS d(rule, key)
    WHERE g.rule = d.rule AND g.key = d.key`.execute(tx);
  await forgetGone(tx);
};

export const forgetChanges = async (db: RuleDb, days: number): Promise<void> => {
  await sql`-- The alerts themselves tell what happened before.
    DELETE FROM alerting.rule_change WHERE decided_at < ground.now() - make_interval(days => ${days})`.execute(db);
};
