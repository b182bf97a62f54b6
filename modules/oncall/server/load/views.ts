import { sql, type Kysely, type Transaction } from 'kysely';
import { capDefault, type Cap } from '../../domain/load/cap.ts';
import { noCompensation, type CompensationRules } from '../../domain/load/compensation.ts';
import type { PageInShift } from '../../domain/load/hand-over-text.ts';
import { loadLimits } from '../../domain/load/limits.ts';
import type { Interrupt } from '../../domain/load/load.ts';
import type { LoadTables } from './tables.ts';

export type Db = Kysely<LoadTables>;
export type Tx = Transaction<LoadTables>;

interface Window {
  readonly from: number;
  readonly to: number;
}

/** A page is told to people within this time of being raised, but for what waits for a morning; looks that are quick take less. */
const toldWithinDays = 7;

/** Pages that people were told of for the first time in a window: one row a page and person, by time. */
export const interruptsIn = async (
  db: Db,
  { from, to }: Window,
  options: { readonly toldWithinDays?: number } = {},
): Promise<Interrupt[]> => {
  const { rows } = await sql<{
    person: string;
    page: string;
    summary: string;
    urgency: 'high' | 'low';
    at: Date;
    until: Date | null;
    answered: boolean;
  }>`-- The first message of each page to each person; over when it was resolved, or when somebody else took it.
    SELECT told.person, page.id AS page, page.summary, page.urgency, told.at, coalesce(page.acknowledged_by = told.person, false)
        OR coalesce(page.acknowledged_by IS NULL AND page.resolved_by = told.person, false) AS answered,
      CASE WHEN page.acknowledged_by IS NOT NULL AND page.acknowledged_by <> told.person THEN page.acknowledged_at ELSE page.resolved_at END AS until
    FROM oncall.page, LATERAL (SELECT person, min(coalesce(handed_at, owed_at)) AS at FROM oncall.notification
      WHERE page_id = page.id AND kind = 'page' AND state = 'handed' AND person IS NOT NULL GROUP BY person) AS told
    WHERE page.raised_at >= ${new Date(from)}::timestamptz - make_interval(days => ${options.toldWithinDays ?? toldWithinDays})
      AND page.raised_at < ${new Date(to)} AND told.at >= ${new Date(from)} AND told.at < ${new Date(to)}
    ORDER BY told.at, page.id, told.person LIMIT ${loadLimits.interrupts}`.execute(db);
  return rows.map(({ at, until, ...row }) => ({ ...row, at: at.getTime(), until: until?.getTime() ?? null }));
};

/** The last high-urgency pages that each of these people was told of since an instant: enough of them to judge a cap by. */
export const latestPages = async (
  db: Db,
  people: readonly string[],
  since: number,
): Promise<readonly { readonly person: string; readonly page: string; readonly at: number }[]> => {
  const { rows } = await sql<{
    person: string;
    page: string;
    at: Date;
  }>`-- A bounded look back a person, by the index over their messages.
    SELECT who.person, told.page_id AS page, min(told.at) AS at FROM unnest(${people}::text[]) AS who (person),
      LATERAL (SELECT n.page_id, coalesce(n.handed_at, n.owed_at) AS at FROM oncall.notification n JOIN oncall.page p ON p.id = n.page_id
        WHERE n.person = who.person AND n.owed_at >= ${new Date(since)} AND n.kind = 'page' AND n.state = 'handed' AND p.urgency = 'high'
        ORDER BY n.owed_at DESC LIMIT ${loadLimits.messagesLookedBack}) AS told
    GROUP BY who.person, told.page_id`.execute(db);
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
};

/** Pages that somebody was told of in their shift, by time. */
export const pagesInShift = async (db: Db, person: string, { from, to }: Window): Promise<PageInShift[]> => {
  const { rows } = await sql<
    Omit<PageInShift, 'raisedAt'> & { raised_at: Date }
  >`-- What came in a shift, for the note that hands it over.
    SELECT page.summary, page.state, page.raised_at, page.acknowledged_by AS "acknowledgedBy", page.times FROM oncall.page
    WHERE EXISTS (SELECT 1 FROM oncall.notification told WHERE told.page_id = page.id AND told.person = ${person} AND told.kind = 'page'
      AND told.state = 'handed' AND told.owed_at >= ${new Date(from)} AND told.owed_at < ${new Date(to)})
    ORDER BY page.raised_at LIMIT 500`.execute(db);
  return rows.map(({ raised_at: at, ...row }) => ({ ...row, times: Number(row.times), raisedAt: at.toISOString() }));
};

/** Zones and names of these people, and who of a team there is. */
export const teamMembers = async (db: Db, team: string): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`-- Everybody of a team, by name.
    SELECT p.name FROM identity.team t JOIN identity.team_member m ON m.team_id = t.id JOIN identity.person p ON p.id = m.person_id
    WHERE t.name = ${team} ORDER BY p.name`.execute(db);
  return rows.map((row) => row.name);
};

export interface LoadPolicyFound {
  readonly cap: Cap;
  readonly compensation: CompensationRules;
  readonly isDefault: boolean;
}

const byDefault: LoadPolicyFound = { cap: capDefault, compensation: noCompensation, isDefault: true };

/** The hours of the longest cap in force. */
export const longestCapHours = async (db: Db): Promise<number> => {
  const { rows } = await sql<{ hours: number }>`-- The default, or what a team says that is longer.
    SELECT greatest(${capDefault.hours}::integer, coalesce(max((cap ->> 'hours')::integer), 0)) AS hours FROM oncall.load_policy`.execute(
    db,
  );
  return rows[0]!.hours;
};

/** Teams whose policy hands pages on beyond the cap. */
export const handOnCaps = async (db: Db): Promise<ReadonlyMap<string, Cap>> => {
  // Few rows: one a team that says so.
  const rows = await db
    .selectFrom('oncall.load_policy')
    .select(['team', 'cap'])
    .where(sql<boolean>`cap ->> 'then' = 'hand-on'`)
    .execute();
  return new Map(rows.map(({ team, cap }) => [team, cap]));
};

/** What each of these teams says about load; the default where it says nothing. */
export const loadPolicies = async (
  db: Db,
  teams: readonly string[],
): Promise<(team: string | null) => LoadPolicyFound> => {
  // Policies of some teams.
  const rows = await db
    .selectFrom('oncall.load_policy')
    .select(['team', 'cap', 'compensation'])
    .where('team', 'in', teams.length > 0 ? [...teams] : [''])
    .execute();
  const found = new Map(rows.map(({ team, ...policy }) => [team, { ...policy, isDefault: false }]));
  return (team) => (team === null ? byDefault : (found.get(team) ?? byDefault));
};
