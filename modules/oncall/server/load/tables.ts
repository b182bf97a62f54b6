import type { ColumnType } from 'kysely';
import type { Cap } from '../../domain/load/cap.ts';
import type { CompensationRules } from '../../domain/load/compensation.ts';

type Json<Value> = ColumnType<Value, string, string>;

/** PostgreSQL tables of load, as Kysely sees them. */
export interface LoadTables {
  'oncall.load_policy': {
    team: string;
    cap: Json<Cap>;
    compensation: Json<CompensationRules>;
    changed_at: Date;
    changed_by: string;
  };
  'oncall.hand_over': {
    id: string;
    schedule: string;
    shift_from: Date;
    shift_to: Date;
    author_id: string;
    author: string;
    receiver_id: string | null;
    receiver: string | null;
    text: string;
    state: 'begun' | 'sent' | 'accepted';
    begun_at: Date;
    sent_at: Date | null;
    accepted_at: Date | null;
  };
}

export type HandOverRow = LoadTables['oncall.hand_over'];
