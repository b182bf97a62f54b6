import { sql, type Kysely, type Transaction } from 'kysely';
import type { BudgetPolicy, PolicyFinding } from '../../domain/policy.ts';
import type { PoliciesTables } from './tables.ts';

export type Db = Kysely<PoliciesTables>;
export type Tx = Transaction<PoliciesTables>;

export interface KeptPolicy {
  readonly policy: BudgetPolicy;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** Every policy that somebody wrote, by name. */
export const keptPolicies = async (db: Db): Promise<KeptPolicy[]> => {
  // Few rows: there is a limit on them.
  const rows = await db.selectFrom('objectives.budget_policy').selectAll().orderBy('name').execute();
  return rows.map((row) => ({ policy: row.policy, changedBy: row.changed_by, changedAt: row.changed_at }));
};

/** One change of policies at a time: their number has a limit. */
export const lockPolicies = async (tx: Tx): Promise<void> => {
  // A lock that ends with the transaction.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('objectives:budget-policies', 0))`.execute(tx);
};

export const savePolicy = async (tx: Tx, policy: BudgetPolicy, by: string, at: Date): Promise<void> => {
  const row = { policy: JSON.stringify(policy), changed_by: by, changed_at: at };
  // The policy as it holds from now on.
  await tx
    .insertInto('objectives.budget_policy')
    .values({ name: policy.name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
};

export const removePolicy = async (tx: Tx, name: string): Promise<void> => {
  // Whoever removes it looked whether it is used.
  await tx.deleteFrom('objectives.budget_policy').where('name', '=', name).execute();
};

/** Objectives that name a policy, at most ten. */
export const usersOfPolicy = async (db: Db, name: string): Promise<string[]> => {
  // Names for the refusal.
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM objectives.objective WHERE definition ->> 'budgetPolicy' = ${name} ORDER BY name LIMIT 10`.execute(
    db,
  );
  return rows.map((row) => row.name);
};

/** Names of a service's objectives, by name. */
export const objectivesOfService = async (db: Db, service: string): Promise<string[]> => {
  // What a gate asks about.
  const rows = await db
    .selectFrom('objectives.objective')
    .select('name')
    .where('service', '=', service)
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
};

export interface MarkedIncident {
  readonly objective: string;
  readonly note: string;
  readonly from: number;
  readonly to: number;
}

/** Incidents that people marked as real, of some objectives (by id), that touch `[from, to)`. Epoch seconds. */
export const markedIncidents = async (
  db: Db,
  of: { readonly objectives: readonly string[]; readonly from: number; readonly to: number; readonly limit: number },
): Promise<MarkedIncident[]> => {
  // The newest marks in the window.
  const rows = await db
    .selectFrom('objectives.real_incident')
    .select(['objective', 'note', 'began_at', 'ended_at'])
    .where('objective', '=', sql<string>`ANY(${[...of.objectives]}::uuid[])`)
    .where('began_at', '<', new Date(of.to * 1_000))
    .where('ended_at', '>', new Date(of.from * 1_000))
    .orderBy('began_at', 'desc')
    .limit(of.limit)
    .execute();
  return rows.map((row) => ({
    objective: row.objective,
    note: row.note,
    from: Math.floor(row.began_at.getTime() / 60_000) * 60,
    to: Math.ceil(row.ended_at.getTime() / 60_000) * 60,
  }));
};

/** A finding as a row of what follows now. */
export interface Consequence {
  readonly objective: string;
  readonly finding: PolicyFinding & { readonly policy: string };
  readonly since: Date;
}

const keyed = ({ objective, finding }: Pick<Consequence, 'objective' | 'finding'>) => ({
  objective,
  rule: finding.rule,
  consequence: finding.consequence.kind,
  cause: finding.cause,
});

export const keyOf = (consequence: Pick<Consequence, 'objective' | 'finding'>): string =>
  Object.values(keyed(consequence)).join(' ');

export const consequencesNow = async (db: Db): Promise<Consequence[]> => {
  // Everything that follows now: few, for most budgets are kept.
  const rows = await db.selectFrom('objectives.policy_consequence').selectAll().execute();
  return rows.map(({ objective, finding, since }) => ({ objective, finding, since }));
};

/** True when this row is the first: whoever else found the same at the same time tells nothing. */
export const beginConsequence = async (tx: Tx, { since, ...of }: Consequence): Promise<boolean> => {
  const row = { ...keyed(of), since, finding: JSON.stringify(of.finding) };
  // One row for each; an objective that was deleted meanwhile has none.
  const { rows } = await sql<{ rule: string }>`
    INSERT INTO objectives.policy_consequence (objective, rule, consequence, cause, since, finding)
    SELECT objective.id, ${row.rule}, ${row.consequence}, ${row.cause}, ${row.since}, ${row.finding}::jsonb
    FROM objectives.objective AS objective WHERE objective.id = ${row.objective} FOR SHARE
    ON CONFLICT DO NOTHING RETURNING rule`.execute(tx);
  return rows.length === 1;
};

/** True when there was such a row. */
export const endConsequence = async (tx: Tx, of: Consequence): Promise<boolean> => {
  const { objective, rule, consequence, cause } = keyed(of);
  // It no longer follows.
  const { numDeletedRows } = await tx
    .deleteFrom('objectives.policy_consequence')
    .where('objective', '=', objective)
    .where('rule', '=', rule)
    .where('consequence', '=', consequence)
    .where('cause', '=', cause)
    .executeTakeFirst();
  return numDeletedRows === 1n;
};
