import type { ColumnType, JSONColumnType } from 'kysely';
import type { Evidence, Review } from '../../contract/reviews.ts';

/** PostgreSQL tables of reviews, as Kysely sees them. */
export interface ReviewsTables {
  'objectives.review': {
    id: string;
    objective: string;
    at: Date;
    by: string;
    decision: Review['decision'];
    note: string;
    target_ppm: number;
    evidence: JSONColumnType<Evidence>;
    /** Read as text: a day has no time. */
    next_on: ColumnType<string, string, string>;
  };
}
