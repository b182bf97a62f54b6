import type { Generated, JSONColumnType } from 'kysely';
import type { ObjectivesTables } from '../tables.ts';

export type SourceStateName = 'backfilling' | 'counting' | 'no-data' | 'too-dear' | 'refused' | 'unused';

/** PostgreSQL tables of objectives together with those of counting. */
export interface CountTables extends ObjectivesTables {
  'objectives.source_state': {
    indicator: number;
    state: SourceStateName;
    reason: string | null;
    since: Date;
    progress: number | null;
    backfills: Generated<number>;
    counted_to: Date | null;
    gaps: JSONColumnType<[number, number][]>;
  };
}
