import { sql } from 'kysely';
import type { RuleDb, RuleRow, RuleTables, RuleTx } from './tables.ts';

/** A rule with where its groups stand. */
export interface RuleSeen extends RuleRow {
  readonly firing: number;
  readonly state: 'ok' | 'pending' | 'firing' | 'unknown' | 'waiting' | 'disabled';
}

const seen = sql`SELECT r.*, f.firing,
  CASE WHEN NOT r.enabled THEN 'disabled' WHEN r.unknown_since IS NOT NULL THEN 'unknown' WHEN r.decided_to IS NULL THEN 'waiting'
    WHEN f.firing > 0 THEN 'firing' WHEN (r.last->>'pending')::integer > 0 THEN 'pending' ELSE 'ok' END AS state
  FROM alerting.rule r CROSS JOIN LATERAL (
    SELECT count(*)::integer AS firing FROM alerting.rule_group g WHERE g.rule = r.name AND g.firing AND g.key <> 'unknown') f`;

/** One page of rules by name. */
export const rulesAfter = async (
  db: RuleDb,
  filter: {
    readonly after: string | null;
    readonly team: string | null;
    readonly state: RuleSeen['state'] | null;
    readonly limit: number;
  },
): Promise<RuleSeen[]> => {
  const { rows } = await sql<RuleSeen>`-- Rules with their state, which is not a column: it depends on their groups.
    SELECT * FROM (${seen}) seen
    WHERE (${filter.after}::text IS NULL OR name COLLATE "C" > ${filter.after}) AND (${filter.team}::text IS NULL OR team = ${filter.team})
      AND (${filter.state}::text IS NULL OR state = ${filter.state})
    ORDER BY name COLLATE "C" LIMIT ${filter.limit}`.execute(db);
  return rows;
};

export const ruleSeen = async (db: RuleDb | RuleTx, name: string): Promise<RuleSeen | undefined> => {
  const { rows } = await sql<RuleSeen>`-- One rule.
    ${seen} WHERE r.name = ${name}`.execute(db);
  return rows[0];
};

/** The rule, locked until the transaction ends; two that make one of the same name at once wait for each other. */
export const lockRule = async (tx: RuleTx, name: string): Promise<RuleRow | undefined> => {
  // A lock on the name, because a row that does not exist yet cannot be locked.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`alert-rule:${name}`}, 0))`.execute(tx);
  return tx.selectFrom('alerting.rule').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();
};

export const countRules = async (tx: RuleTx): Promise<number> => {
  // Under a lock, so that two new ones at once do not pass the bound together.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('alert-rules', 0))`.execute(tx);
  const { count } = await tx
    .selectFrom('alerting.rule')
    .select((each) => each.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

type Said = Pick<RuleRow, 'name' | 'team' | 'spec' | 'enabled' | 'origin' | 'source' | 'changed_by'>;

/** The rule as it is said now. Where it `begins` anew, its next step is the first one. */
export const saveRule = async (tx: RuleTx, said: Said, begins: boolean): Promise<void> => {
  await sql`-- Due at once; an older word's decision that is under way is thrown away by the revision.
    INSERT INTO alerting.rule AS r (name, team, spec, enabled, origin, source, changed_at, changed_by, due)
    VALUES (${said.name}, ${said.team}, ${JSON.stringify(said.spec)}::jsonb, ${said.enabled}, ${said.origin}, ${said.source}, ground.now(), ${said.changed_by}, ground.now())
    ON CONFLICT (name) DO UPDATE SET team = excluded.team, spec = excluded.spec, enabled = excluded.enabled, origin = excluded.origin,
      source = excluded.source, changed_at = excluded.changed_at, changed_by = excluded.changed_by, revision = r.revision + 1,
      due = excluded.due, lease_until = NULL,
      decided_to = CASE WHEN ${begins} THEN NULL ELSE r.decided_to END, last = CASE WHEN ${begins} THEN NULL ELSE r.last END,
      unknown_since = CASE WHEN ${begins} THEN NULL ELSE r.unknown_since END`.execute(tx);
};

/** What the rule's groups fire is over: it looks at something else now, or nobody looks any more. */
export const endGroups = async (tx: RuleTx, rule: string): Promise<void> => {
  await sql`-- Told as over where it fired or was still to be told; the rest is forgotten.
    UPDATE alerting.rule_group SET gone = true, version = version + 1,
      wanted = CASE WHEN firing OR wanted IS NOT NULL THEN 'resolve' END, firing = false,
      alert = alert || jsonb_build_object('endsAt', to_char(ground.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
    WHERE rule = ${rule}`.execute(tx);
  await tx.deleteFrom('alerting.rule_group').where('rule', '=', rule).where('wanted', 'is', null).execute();
};

/** Groups of a rule that fire. */
export const firingGroups = async (tx: RuleTx, rule: string): Promise<string[]> => {
  // That it cannot be judged is no group of its own measure.
  const rows = await tx
    .selectFrom('alerting.rule_group')
    .select('key')
    .where('rule', '=', rule)
    .where('firing', '=', true)
    .where('key', '<>', 'unknown')
    .execute();
  return rows.map(({ key }) => key);
};

/** What fires is told again, with what the rule says of it now. */
export const tellAgain = async (
  tx: RuleTx,
  rule: string,
  said: readonly { readonly key: string; readonly said: object }[],
): Promise<void> => {
  await sql`-- The same alert, with other words.
    UPDATE alerting.rule_group g SET wanted = 'trigger', alert = g.alert || d.said, version = g.version + 1
    FROM jsonb_to_recordset(${JSON.stringify(said)}::jsonb) AS d(key text, said jsonb)
    WHERE g.rule = ${rule} AND g.key = d.key AND g.firing`.execute(tx);
};

export const removeRule = async (tx: RuleTx, name: string): Promise<void> => {
  // What it decided stays for as long as that of others.
  await tx.deleteFrom('alerting.rule').where('name', '=', name).execute();
};

/** What a rule decided lately, the newest first. */
export const changesOf = (db: RuleDb, rule: string, limit: number): Promise<RuleTables['alerting.rule_change'][]> =>
  // Bounded by the page.
  db
    .selectFrom('alerting.rule_change')
    .selectAll()
    .where('rule', '=', rule)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
