import { sql } from 'kysely';
import type { Handle, PagesTables, Tx } from './tables.ts';

export type PolicyRow = PagesTables['oncall.policy'];

export const policyByName = (db: Handle, name: string): Promise<PolicyRow | undefined> =>
  db.selectFrom('oncall.policy').selectAll().where('name', '=', name).executeTakeFirst();

/** The policy, locked until the transaction ends; two that make one of the same name at once wait for each other. */
export const lockPolicy = async (tx: Tx, name: string): Promise<PolicyRow | undefined> => {
  // A lock on the name, because a row that does not exist yet cannot be locked.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`oncall-policy:${name}`}, 0))`.execute(tx);
  return tx.selectFrom('oncall.policy').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();
};

export const savePolicy = async (tx: Tx, row: Omit<PolicyRow, 'changed_at'>): Promise<PolicyRow> => {
  const { rows } = await sql<PolicyRow>`-- The policy as it is said now; pages in flight have their own copy.
    INSERT INTO oncall.policy (name, team, spec, origin, source, changed_at, changed_by)
    VALUES (${row.name}, ${row.team}, ${JSON.stringify(row.spec)}::jsonb, ${row.origin}, ${row.source}, ground.now(), ${row.changed_by})
    ON CONFLICT (name) DO UPDATE SET team = excluded.team, spec = excluded.spec, origin = excluded.origin,
      source = excluded.source, changed_at = excluded.changed_at, changed_by = excluded.changed_by
    RETURNING *`.execute(tx);
  return rows[0]!;
};

export const removePolicy = async (tx: Tx, name: string): Promise<void> => {
  await tx.deleteFrom('oncall.policy').where('name', '=', name).execute();
  await tx.deleteFrom('oncall.turn').where('policy', '=', name).execute();
};

/** One page of policies by name. */
export const policiesAfter = (
  db: Handle,
  filter: { readonly after: string | null; readonly team: string | null; readonly limit: number },
): Promise<PolicyRow[]> =>
  db
    .selectFrom('oncall.policy')
    .selectAll()
    .$if(filter.team !== null, (query) => query.where('team', '=', filter.team))
    .$if(filter.after !== null, (query) => query.where(sql<boolean>`name COLLATE "C" > ${filter.after}`))
    .orderBy(sql`name COLLATE "C"`)
    .limit(filter.limit)
    .execute();

/** The policy of a team: one that belongs to it (that of its own name first), else the one of its name. */
export const policyOfTeam = async (db: Handle, team: string): Promise<PolicyRow | undefined> => {
  const { rows } = await sql<PolicyRow>`-- Whom a page to the team follows.
    SELECT * FROM oncall.policy WHERE team = ${team} OR name = ${team}
    ORDER BY (team = ${team} AND name = ${team}) DESC NULLS LAST, (team = ${team}) DESC NULLS LAST, name LIMIT 1`.execute(
    db,
  );
  return rows[0];
};

/** Which of these names do not exist, by what they are. */
export const unknownNames = async (
  db: Handle,
  names: { readonly people: readonly string[]; readonly teams: readonly string[] },
): Promise<{ readonly people: ReadonlySet<string>; readonly teams: ReadonlySet<string> }> => {
  const { rows } = await sql<{
    kind: string;
    name: string;
  }>`-- People that are disabled count as gone: they get nothing.
    SELECT 'person' AS kind, name FROM unnest(${names.people}::text[]) AS name
    WHERE NOT EXISTS (SELECT 1 FROM identity.person p WHERE p.name = name.name AND p.state <> 'disabled')
    UNION ALL SELECT 'team', name FROM unnest(${names.teams}::text[]) AS name
    WHERE NOT EXISTS (SELECT 1 FROM identity.team t WHERE t.name = name.name)`.execute(db);
  const of = (kind: string): Set<string> => new Set(rows.filter((row) => row.kind === kind).map((row) => row.name));
  return { people: of('person'), teams: of('team') };
};

/** The next turns of round-robin steps, each given once over all processes: how many were given before. */
export const takeTurns = async (
  tx: Handle,
  wanted: readonly { readonly policy: string; readonly step: number }[],
): Promise<number[]> => {
  const given: number[] = [];
  // In one order over all processes, so that two that take several turns never wait in a circle.
  const order = wanted.map((_, index) => index).sort((a, b) => compare(wanted[a]!, wanted[b]!));
  for (const index of order) {
    const { policy, step } = wanted[index]!;
    const { rows } = await sql<{ taken: string }>`-- One more turn of this step.
      INSERT INTO oncall.turn (policy, step, taken) VALUES (${policy}, ${step}, 1)
      ON CONFLICT (policy, step) DO UPDATE SET taken = oncall.turn.taken + 1 RETURNING taken`.execute(tx);
    given[index] = Number(rows[0]!.taken) - 1;
  }
  return given;
};

const compare = (one: { policy: string; step: number }, other: { policy: string; step: number }): number =>
  one.policy < other.policy ? -1 : one.policy > other.policy ? 1 : one.step - other.step;

/** Turns given so far, without taking one: for trying a policy out. */
export const turnsGiven = async (db: Handle, policy: string): Promise<ReadonlyMap<number, number>> => {
  const rows = await db.selectFrom('oncall.turn').select(['step', 'taken']).where('policy', '=', policy).execute();
  return new Map(rows.map((row) => [row.step, Number(row.taken)]));
};
