import { sql } from 'kysely';
import type { TrafficFilter } from '../../domain/indicator.ts';
import type { Objective } from '../../domain/objective.ts';
import { markUnused, numberOf, type Tx } from '../store.ts';
import { spansOf } from './traffic-problems.ts';

/**
 * Makes sure that what remains of the traffic is counted for every correction in force, of all objectives that it touches by now,
 * and of nothing else. Call it where objectives or corrections change, in their transaction.
 */
export const keepRemaining = async (tx: Tx, at: Temporal.Instant): Promise<void> => {
  // What is left out now, and what is counted for it.
  const { rows } = await sql<{ id: string; traffic: TrafficFilter; definitions: Objective[] | null }>`
    SELECT correction.id, correction.traffic,
      (SELECT jsonb_agg(objective.definition) FROM objectives.objective AS objective
       WHERE objective.name = ANY(correction.objectives) OR objective.service = correction.service) AS definitions
    FROM objectives.correction AS correction WHERE correction.traffic IS NOT NULL AND correction.state = 'in-force'`.execute(
    tx,
  );
  const { rows: present } = await sql<{ correction: string; indicator: number }>`-- Pairs that are kept.
    SELECT correction, indicator FROM objectives.remaining_traffic`.execute(tx);
  const kept = new Set(present.map(({ correction, indicator }) => `${correction} ${indicator}`));
  const wanted = new Set<string>();
  for (const { id, traffic, definitions } of rows)
    for (const { number, definition } of (definitions ?? []).flatMap(spansOf)) {
      wanted.add(`${id} ${number}`);
      if (kept.has(`${id} ${number}`)) continue;
      const remaining = await numberOf(tx, { ...definition, without: traffic }, at);
      await sql`-- What stands for the indicator in the correction's times.
        INSERT INTO objectives.remaining_traffic (correction, indicator, remaining) VALUES (${id}, ${number}, ${remaining})
        ON CONFLICT DO NOTHING`.execute(tx);
    }
  const stale = present.filter(({ correction, indicator }) => !wanted.has(`${correction} ${indicator}`));
  for (const { correction, indicator } of stale)
    await sql`-- No longer left out, or no longer promised.
      DELETE FROM objectives.remaining_traffic WHERE correction = ${correction} AND indicator = ${indicator}`.execute(
      tx,
    );
  if (stale.length > 0 || wanted.size > kept.size - stale.length) await markUnused(tx, at);
};
