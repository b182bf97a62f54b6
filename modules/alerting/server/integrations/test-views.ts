import { sql } from 'kysely';
import type { AlertDb } from '../intake/tables.ts';

export interface Decided {
  readonly id: string;
  readonly dedupKey: string;
  readonly decisions: readonly {
    readonly at: string;
    readonly decision: string;
    readonly reason: string;
    readonly group: string | null;
    readonly page: string | null;
  }[];
  readonly pages: readonly string[];
}

/** What was decided of some alerts so far, and the pages of their groups. */
export const decidedOf = async (db: AlertDb, alerts: readonly string[]): Promise<readonly Decided[]> => {
  const { rows } = await sql<{
    id: string;
    dedup_key: string;
    decisions: Decided['decisions'];
    pages: readonly string[];
  }>`-- For who waits to see what becomes of a test.
    SELECT a.id, a.dedup_key,
      (SELECT coalesce(json_agg(json_build_object('at', d.at, 'decision', d.decision, 'reason', d.reason, 'group', d.group_id,
        'page', d.page_id) ORDER BY d.id), '[]') FROM alerting.alert_decision d WHERE d.alert_id = a.id) AS decisions,
      (SELECT coalesce(json_agg(DISTINCT p.page_id), '[]') FROM alerting.group_member m
        JOIN alerting.group_page p ON p.group_id = m.group_id WHERE m.alert_id = a.id) AS pages
    FROM alerting.alert a WHERE a.id = ANY(${alerts}::uuid[])`.execute(db);
  return rows.map(({ id, dedup_key: dedupKey, decisions, pages }) => ({
    id,
    dedupKey,
    decisions: decisions.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
    pages,
  }));
};
