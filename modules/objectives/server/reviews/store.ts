import { sql, type Kysely, type Transaction } from 'kysely';
import type { Review } from '../../contract/reviews.ts';
import type { ReviewsTables } from './tables.ts';

export type Db = Kysely<ReviewsTables>;
export type Tx = Transaction<ReviewsTables>;

/** Reviews of one objective (by id), the newest first. */
export const reviewsOf = async (db: Db, objective: string, limit: number): Promise<Review[]> => {
  // What was decided so far.
  const rows = await db
    .selectFrom('objectives.review')
    .select(['at', 'by', 'decision', 'note', 'target_ppm', 'evidence', sql<string>`next_on::text`.as('next')])
    .where('objective', '=', objective)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    at: row.at.toISOString(),
    by: row.by,
    decision: row.decision,
    note: row.note,
    targetPpm: row.target_ppm,
    evidence: row.evidence,
    nextOn: row.next,
  }));
};

/** The last review of every objective that had one: the day it was held (UTC) and the next. By objective's id. */
export const lastReviews = async (db: Db): Promise<Map<string, { on: string; nextOn: string }>> => {
  // The newest of each.
  const { rows } = await sql<{ objective: string; on: string; next: string }>`
    SELECT DISTINCT ON (objective) objective, (at AT TIME ZONE 'UTC')::date::text AS on, next_on::text AS next
    FROM objectives.review ORDER BY objective, at DESC`.execute(db);
  return new Map(rows.map((row) => [row.objective, { on: row.on, nextOn: row.next }]));
};

export const insertReview = async (tx: Tx, id: string, objective: string, review: Review): Promise<void> => {
  // What was decided now.
  await tx
    .insertInto('objectives.review')
    .values({
      id,
      objective,
      at: new Date(review.at),
      by: review.by,
      decision: review.decision,
      note: review.note,
      target_ppm: review.targetPpm,
      evidence: JSON.stringify(review.evidence),
      next_on: review.nextOn,
    })
    .execute();
};
