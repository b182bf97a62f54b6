import { sql } from 'kysely';
import { onCallOfMany } from '../schedules/on-call.ts';
import type { Reader } from '../schedules/views.ts';
import type { OnCallNow } from './pages-ground.ts';

/** Who is on call in each of these schedules, in two statements however many; a schedule that there is not is not in the map. */
export const onCallByName = async (
  db: Reader,
  names: readonly string[],
  at: Temporal.Instant,
): Promise<ReadonlyMap<string, readonly OnCallNow[]>> => {
  if (names.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`-- Schedules that stand at this instant.
    SELECT id, name FROM oncall.schedule
    WHERE name = ANY(${names}::text[]) AND (deleted_at IS NULL OR deleted_at > ${at.toString()}::timestamptz)`.execute(
    db,
  );
  const found = await onCallOfMany(
    db,
    rows.map(({ id }) => id),
    at,
  );
  return new Map(rows.map(({ id, name }) => [name, found.get(id) ?? []]));
};
