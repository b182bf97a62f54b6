import { sql } from 'kysely';
import type { AlertTx } from '../intake/tables.ts';

/** Alerts of a page's group that were told before `at` and are not over, locked in one order. */
export const openMembersOf = async (tx: AlertTx, page: string, at: Temporal.Instant): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`-- What came after the answer is not answered by it.
    SELECT alert.id FROM alerting.group_page AS page
    JOIN alerting.group_member AS member ON member.group_id = page.group_id JOIN alerting.alert AS alert ON alert.id = member.alert_id
    WHERE page.page_id = ${page}::uuid AND member.told = 'firing' AND member.told_at <= ${at.toString()}::timestamptz
      AND alert.status <> 'resolved' ORDER BY alert.id FOR NO KEY UPDATE OF alert`.execute(tx);
  return rows.map((row) => row.id);
};
