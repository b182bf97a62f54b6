import { sql } from 'kysely';
import type { Role } from '../../../../kernel/role.ts';
import type { Db, PersonRow, Tx } from './tables.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The person that a name, an e-mail address or an id means. */
export const findPerson = (db: Db, reference: string): Promise<PersonRow | undefined> => {
  const people = db.selectFrom('identity.person').selectAll();
  if (reference.includes('@')) return people.where(sql`lower(email)`, '=', reference.toLowerCase()).executeTakeFirst();
  if (uuid.test(reference)) return people.where('id', '=', reference.toLowerCase()).executeTakeFirst();
  return people.where('name', '=', reference.toLowerCase()).executeTakeFirst();
};

/** The person, locked against changes by others until the transaction ends. */
export const lockPerson = (tx: Tx, id: string): Promise<PersonRow | undefined> =>
  tx.selectFrom('identity.person').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export const insertPerson = async (tx: Tx, person: PersonRow): Promise<void> => {
  await tx.insertInto('identity.person').values(person).execute();
};

export const updatePerson = async (tx: Tx, id: string, change: Partial<PersonRow>): Promise<void> => {
  if (Object.keys(change).length === 0) return;
  await tx.updateTable('identity.person').set(change).where('id', '=', id).execute();
};

export const anyPersonExists = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('identity.person').select('id').limit(1).executeTakeFirst()) !== undefined;

/** Which of the names that begin with `base` are in use, to find a free one. */
export const namesBeginningWith = async (db: Db, base: string): Promise<Set<string>> => {
  const rows = await db
    .selectFrom('identity.person')
    .select('name')
    .where(sql<boolean>`starts_with(name, ${base})`)
    .execute();
  return new Set(rows.map((row) => row.name));
};

/** Admins besides this person who can sign in. Ask it under the organisation's lock. */
export const countOtherActiveAdmins = async (tx: Tx, exceptId: string): Promise<number> => {
  const row = await tx
    .selectFrom('identity.person')
    .select((each) => each.fn.countAll<string>().as('count'))
    .where('role', '=', 'admin')
    .where('state', '=', 'active')
    .where('id', '<>', exceptId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

export interface PersonView extends Omit<PersonRow, 'password_hash'> {
  readonly teams: { name: string; displayName: string; role: Role }[];
  readonly second_factor: boolean;
}

export interface PeopleFilter {
  readonly id?: string;
  readonly q?: string | undefined;
  readonly state?: string | undefined;
  readonly afterName?: string | undefined;
  readonly limit: number;
}

/** People by name, each with their teams and whether a second factor is set. */
export const viewPeople = async (db: Db, filter: PeopleFilter): Promise<PersonView[]> => {
  const like = filter.q === undefined ? null : `%${filter.q.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const { rows } = await sql<PersonView>`
    -- One page of people by name, with teams as JSON; the text is looked for in name, display name and address.
    SELECT p.id, p.name, p.display_name, p.email, p.role, p.state, p.created_at, p.last_seen_at,
      (SELECT coalesce(json_agg(json_build_object('name', t.name, 'displayName', t.display_name, 'role', m.role) ORDER BY t.name), '[]')
         FROM identity.team_member m JOIN identity.team t ON t.id = m.team_id WHERE m.person_id = p.id) AS teams,
      EXISTS (SELECT 1 FROM identity.totp f WHERE f.person_id = p.id AND f.enabled_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM identity.passkey k WHERE k.person_id = p.id) AS second_factor
    FROM identity.person p
    WHERE (${filter.id ?? null}::uuid IS NULL OR p.id = ${filter.id ?? null}::uuid)
      AND (${filter.state ?? null}::text IS NULL OR p.state = ${filter.state ?? null}::text)
      AND (${filter.afterName ?? null}::text IS NULL OR p.name COLLATE "C" > ${filter.afterName ?? null}::text)
      AND (${like}::text IS NULL OR p.name ILIKE ${like} OR p.display_name ILIKE ${like} OR p.email ILIKE ${like})
    ORDER BY p.name COLLATE "C" LIMIT ${filter.limit}`.execute(db);
  return rows;
};
