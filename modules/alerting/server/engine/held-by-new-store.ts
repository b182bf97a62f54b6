import { sql } from 'kysely';
import type { Labels } from '../../domain/alert.ts';
import type { AlertTx } from '../intake/tables.ts';

/**
 * Puts alerts that bear one of these sets of labels up to be judged anew, because something fires now that may hold them back. Those
 * that somebody is just changing are passed by, so that nobody waits in a circle: they are judged anew for that.
 */
export const putUpThose = async (tx: AlertTx, sets: readonly Labels[]): Promise<void> => {
  if (sets.length === 0) return;
  await sql`-- By the index of labels; those that wait already do so.
    UPDATE alerting.alert SET pending_at = (SELECT ground.now()) WHERE id IN (
      SELECT alert.id FROM alerting.alert AS alert JOIN alerting.alert_body AS body ON body.alert_id = alert.id
      WHERE alert.status <> 'resolved' AND alert.pending_at IS NULL AND alert.suppressed IS NULL
        AND body.labels @> ANY(${sets.map((set) => JSON.stringify(set))}::jsonb[])
      ORDER BY alert.id FOR UPDATE OF alert SKIP LOCKED)`.execute(tx);
};
