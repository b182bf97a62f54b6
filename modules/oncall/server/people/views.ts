import { sql, type Kysely } from 'kysely';
import { rulesInForce, type MethodAtHand, type PersonRules, type Wishes } from '../../domain/people/rules.ts';
import { wishesInForce } from '../../domain/people/wishes.ts';
import type { PeopleTables } from './tables.ts';

type Db = Kysely<PeopleTables> | Kysely<any>;

/** A person with everything that is known about how they are reached. */
export interface PersonFound {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly state: 'invited' | 'active' | 'disabled';
  readonly file: Wishes | null;
  readonly source: string | null;
  readonly hand: Partial<Wishes>;
  readonly methods: readonly MethodFound[];
}

export interface MethodFound extends MethodAtHand {
  readonly origin: 'hand' | 'file';
  readonly place: number;
  readonly verifiedHow: 'code' | 'file' | null;
  readonly verifiedBy: string | null;
  readonly verifiedAt: string | null;
}

/** People of these names; who does not exist is not there. One statement, whatever their number. */
export const peopleFound = async (db: Db, names: readonly string[]): Promise<PersonFound[]> => {
  const { rows } = await sql<PersonFound>`
    -- Everything that deciding how to reach these people needs, one row a person, methods as JSON.
    ${columns} WHERE p.name = ANY(${names}::text[])`.execute(db as Kysely<any>);
  return rows;
};

/** People of whom a file said how they are reached, by name, from behind `after` on. */
export const peopleInFiles = async (
  db: Db,
  page: { readonly after: string | null; readonly name: string | null; readonly limit: number },
): Promise<PersonFound[]> => {
  const { rows } = await sql<PersonFound>`
    -- One page of people as documents: each of whom anything was said, or the one that was asked for.
    ${columns}
    WHERE (${page.name}::text IS NULL AND (s.person_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM oncall.contact_method o WHERE o.person_id = p.id)) OR p.name = ${page.name}::text)
      AND (${page.after}::text IS NULL OR p.name COLLATE "C" > ${page.after}::text)
    ORDER BY p.name COLLATE "C" LIMIT ${page.limit}`.execute(db as Kysely<any>);
  return rows;
};

/** People whose public holidays are kept: who names a region, and who has some of before ahead. */
export const peopleWithHolidays = async (db: Db): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`-- Few: who said a region, by hand or in a file, or did.
    SELECT p.name FROM oncall.person s JOIN identity.person p ON p.id = s.person_id
    WHERE s.hand ? 'holidays' OR s.file ? 'holidays'
    UNION SELECT DISTINCT person FROM oncall.absence
    WHERE origin = 'holiday' AND ended_at IS NULL AND ends_at > ground.now()`.execute(db as Kysely<any>);
  return rows.map(({ name }) => name);
};

const columns = sql`
  SELECT p.id, p.name, p.display_name AS "displayName", p.email, p.state, s.file, s.source, coalesce(s.hand, '{}') AS hand,
    (SELECT coalesce(json_agg(json_build_object('name', m.name, 'channel', m.channel, 'address', m.address, 'origin', m.origin, 'place', m.place,
        'verified', m.verified_at IS NOT NULL, 'verifiedHow', m.verified_how, 'verifiedBy', m.verified_by,
        'verifiedAt', m.verified_at) ORDER BY m.place, m.created_at, m.name), '[]')
      FROM oncall.contact_method m WHERE m.person_id = p.id) AS methods
  FROM identity.person p LEFT JOIN oncall.person s ON s.person_id = p.id`;

/**
 * How each of these people is reached now, by name; who does not exist is not in the map. One statement a batch, decided by
 * `rulesInForce`: a person without a usable rule gets an e-mail to their sign-in address at once, and `notes` says so.
 */
export const rulesOf = async (db: Db, names: readonly string[]): Promise<Map<string, PersonRules>> => {
  if (names.length === 0) return new Map();
  const found = await peopleFound(db, [...new Set(names)]);
  return new Map(found.map((person) => [person.name, rulesOfPerson(person)]));
};

export const rulesOfPerson = (found: PersonFound): PersonRules => {
  const wishes = wishesInForce(found);
  const { id, name, displayName, state, email } = found;
  return rulesInForce({
    person: { id, name, displayName, state, email, zone: wishes.zone },
    wishes,
    methods: found.methods,
  });
};
