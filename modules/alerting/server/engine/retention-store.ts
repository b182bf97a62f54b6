import { sql } from 'kysely';
import type { AlertHandle } from '../intake/tables.ts';

/** Forgets at most `limit` alerts that were over longer than `days`, with all that was decided of them; gives back how many. */
export const forgetAlerts = async (
  db: AlertHandle,
  { days, limit }: { days: number; limit: number },
): Promise<number> => {
  const { numAffectedRows } =
    await sql`-- Bodies, decisions and memberships go with them; the oldest have the least ids.
    DELETE FROM alerting.alert WHERE id IN (
      SELECT id FROM alerting.alert WHERE id < ${earliestIdOf(days)}::uuid AND status = 'resolved'
        AND resolved_at < (SELECT ground.now()) - make_interval(days => ${days}::int) ORDER BY id LIMIT ${limit})`.execute(
      db,
    );
  return Number(numAffectedRows ?? 0);
};

/** Forgets at most `limit` groups that are closed longer than `days` and have no alert any more. */
export const forgetGroups = async (
  db: AlertHandle,
  { days, limit }: { days: number; limit: number },
): Promise<number> => {
  const { numAffectedRows } = await sql`-- The pages themselves stay with on-call.
    DELETE FROM alerting.alert_group WHERE id IN (
      SELECT id FROM alerting.alert_group AS old WHERE closed_at < (SELECT ground.now()) - make_interval(days => ${days}::int)
        AND NOT EXISTS (SELECT 1 FROM alerting.group_member WHERE group_id = old.id) LIMIT ${limit})`.execute(db);
  return Number(numAffectedRows ?? 0);
};

/** Ids are of version 7: what came before an instant has a lesser id than this. */
const earliestIdOf = (days: number) =>
  sql`(lpad(to_hex((extract(epoch FROM (SELECT ground.now()) - make_interval(days => ${days}::int)) * 1000)::bigint), 12, '0') || '00000000000000000000')`;
