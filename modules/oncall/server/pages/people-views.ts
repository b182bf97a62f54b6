import { sql } from 'kysely';
import type { Handle } from './tables.ts';

/** Names of those in each team who answer pages (responder and above), by team; disabled people are left out. */
export const respondersOf = async (db: Handle, teams: readonly string[]): Promise<ReadonlyMap<string, string[]>> => {
  const { rows } = await sql<{ team: string; person: string }>`-- Whom a page to a whole team means.
    SELECT t.name AS team, p.name AS person FROM identity.team t
    JOIN identity.team_member m ON m.team_id = t.id JOIN identity.person p ON p.id = m.person_id
    WHERE t.name = ANY(${teams}::text[]) AND m.role IN ('responder', 'editor', 'admin') AND p.state <> 'disabled'
    ORDER BY t.name, p.name`.execute(db);
  return new Map([...Map.groupBy(rows, (row) => row.team)].map(([team, own]) => [team, own.map((row) => row.person)]));
};

/** The admins of a team, else of the organisation; disabled people are left out. */
export const adminsOf = async (
  db: Handle,
  team: string | null,
): Promise<{ readonly of: 'team' | 'organisation'; readonly people: readonly string[] }> => {
  const { rows } = await sql<{ of: 'team' | 'organisation'; person: string }>`-- Who is told when nobody answers.
    SELECT 'team' AS of, p.name AS person FROM identity.team t JOIN identity.team_member m ON m.team_id = t.id
    JOIN identity.person p ON p.id = m.person_id
    WHERE t.name = ${team} AND m.role = 'admin' AND p.state <> 'disabled'
    UNION ALL SELECT 'organisation', name FROM identity.person WHERE role = 'admin' AND state <> 'disabled'
    ORDER BY person`.execute(db);
  const own = rows.filter((row) => row.of === 'team').map((row) => row.person);
  if (own.length > 0) return { of: 'team', people: own };
  return { of: 'organisation', people: rows.map((row) => row.person) };
};
