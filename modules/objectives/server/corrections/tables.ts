import type { TrafficFilter } from '../../domain/indicator.ts';
import type { CorrectionState } from '../../domain/correction-state.ts';

/** PostgreSQL tables of corrections, as Kysely sees them. */
export interface CorrectionsTables {
  'objectives.correction': {
    id: string;
    name: string | null;
    objectives: string[];
    service: string | null;
    first_from: Date;
    first_to: Date;
    rrule: string | null;
    traffic: TrafficFilter | null;
    zone: string;
    kind: string;
    reason: string;
    state: CorrectionState;
    created_by: string;
    created_by_id: string;
    created_at: Date;
    decided_by: string | null;
    decided_at: Date | null;
    decision_reason: string | null;
    in_force_since: Date | null;
    changed_at: Date;
  };
  'objectives.remaining_traffic': { correction: string; indicator: number; remaining: number };
  'objectives.indicator': { number: number; counted_from: Date | null };
  'objectives.objective': { id: string; name: string; owner: string | null; service: string | null };
}
