import { sql } from 'kysely';
import type { Role } from '../../../../kernel/role.ts';
import type { MemberChanges, Membership } from '../../domain/team-change.ts';
import type { Db, IdentityTables, Tx } from './tables.ts';

export type TeamRow = IdentityTables['identity.team'];

export interface TeamView extends TeamRow {
  readonly members: { person: string; displayName: string; role: Role }[];
}

/** Teams by name with their members. */
export const viewTeams = async (
  db: Db,
  filter: { name?: string; afterName?: string | undefined; limit: number },
): Promise<TeamView[]> => {
  const { rows } = await sql<TeamView>`
    -- One page of teams by name, the members of each as JSON.
    SELECT t.*, (SELECT coalesce(json_agg(json_build_object('person', p.name, 'displayName', p.display_name, 'role', m.role) ORDER BY p.name), '[]')
      FROM identity.team_member m JOIN identity.person p ON p.id = m.person_id WHERE m.team_id = t.id) AS members
    FROM identity.team t
    WHERE (${filter.name ?? null}::text IS NULL OR t.name = ${filter.name ?? null}::text)
      AND (${filter.afterName ?? null}::text IS NULL OR t.name COLLATE "C" > ${filter.afterName ?? null}::text)
    ORDER BY t.name COLLATE "C" LIMIT ${filter.limit}`.execute(db);
  return rows;
};

/** The team, locked until the transaction ends. */
export const lockTeam = (tx: Tx, name: string): Promise<TeamRow | undefined> =>
  tx.selectFrom('identity.team').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();

export const teamExists = async (db: Db, name: string): Promise<boolean> =>
  (await db.selectFrom('identity.team').select('id').where('name', '=', name).executeTakeFirst()) !== undefined;

export const countTeams = async (db: Db): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('identity.team')
        .select((each) => each.fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow()
    ).count,
  );

/** Keeps a new team; false when another request made one of this name at the same time. */
export const insertTeam = async (tx: Tx, team: TeamRow): Promise<boolean> => {
  const kept = await tx
    .insertInto('identity.team')
    .values(team)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return (kept.numInsertedOrUpdatedRows ?? 0n) > 0n;
};

export const updateTeam = async (tx: Tx, id: string, change: Partial<TeamRow>): Promise<void> => {
  await tx.updateTable('identity.team').set(change).where('id', '=', id).execute();
};

export const removeTeam = async (tx: Tx, id: string): Promise<void> => {
  await tx.deleteFrom('identity.team').where('id', '=', id).execute();
};

export const membershipsOf = async (db: Db, teamId: string): Promise<Membership[]> => {
  const rows = await db
    .selectFrom('identity.team_member')
    .select(['person_id', 'role'])
    .where('team_id', '=', teamId)
    .execute();
  return rows.map((row) => ({ personId: row.person_id, role: row.role }));
};

/** Writes the difference between two sets of members. */
export const applyMemberChanges = async (tx: Tx, teamId: string, changes: MemberChanges): Promise<void> => {
  const wanted = [...changes.added, ...changes.changed.map(({ personId, to }) => ({ personId, role: to }))];
  if (wanted.length > 0) {
    await tx
      .insertInto('identity.team_member')
      .values(wanted.map(({ personId, role }) => ({ team_id: teamId, person_id: personId, role })))
      .onConflict((conflict) =>
        conflict.columns(['team_id', 'person_id']).doUpdateSet((row) => ({ role: row.ref('excluded.role') })),
      )
      .execute();
  }
  if (changes.removed.length > 0) {
    const leaving = changes.removed.map(({ personId }) => personId);
    await tx
      .deleteFrom('identity.team_member')
      .where('team_id', '=', teamId)
      .where('person_id', 'in', leaving)
      .execute();
  }
};

/** The people that these names and e-mail addresses mean, for the members of a team; one statement for all of them. */
export const peopleByReference = async (
  db: Db,
  references: readonly string[],
): Promise<Map<string, { id: string; name: string }>> => {
  const wanted = references.map((each) => each.toLowerCase());
  const { rows } = await sql<{ id: string; name: string; email: string | null }>`
    -- Everybody whose name or address is among these.
    SELECT id, name, lower(email) AS email FROM identity.person
    WHERE name = ANY(${wanted}) OR lower(email) = ANY(${wanted})`.execute(db);
  const found = new Map<string, { id: string; name: string }>();
  for (const row of rows) {
    found.set(row.name, row);
    if (row.email !== null) found.set(row.email, row);
  }
  return found;
};
