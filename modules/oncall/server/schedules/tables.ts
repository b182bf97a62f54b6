import type { ColumnType, JSONColumnType, Selectable } from 'kysely';
import type { ScheduleSpec } from '../../domain/schedule/schedule.ts';
import type { Standing } from '../../domain/schedule/shift.ts';

/** Written as JSON text, read as a value; null stays null. */
type Json<Value> = ColumnType<Value, string | null, string | null>;

/** PostgreSQL tables of schedules, as Kysely sees them. */
export interface SchedulesTables {
  'oncall.schedule': { id: string; name: string; team: string | null; deleted_at: Date | null };
  'oncall.schedule_version': {
    schedule: string;
    number: number;
    valid_from: Date | null;
    spec: Json<ScheduleSpec | null>;
    standings: JSONColumnType<Record<string, Standing>>;
    origin: 'hand' | 'file';
    source: string | null;
    made_by: string;
    made_at: Date;
  };
  'oncall.schedule_override': {
    id: string;
    schedule: string;
    person: string;
    kind: 'override' | 'cover';
    starts_at: Date;
    ends_at: Date;
    layer: string | null;
    replaces: string | null;
    note: string;
    made_by: string;
    made_by_id: string;
    made_at: Date;
    ended_at: Date | null;
    ended_by: string | null;
  };
  'oncall.calendar_feed': {
    id: string;
    secret_hash: Buffer;
    kind: 'schedule' | 'person' | 'team';
    of_name: string;
    label: string;
    made_by: string;
    made_by_id: string;
    made_at: Date;
    read_at: Date | null;
    ended_at: Date | null;
    ended_by: string | null;
  };
  'oncall.outside_calendar': {
    schedule: string;
    layer: string;
    url: string;
    etag: string | null;
    stretches: JSONColumnType<{ person: string; from: number; to: number }[]>;
    unknown: string[];
    read_at: Date | null;
    tried_at: Date;
    error: string | null;
  };
}

export type OverrideRow = Selectable<SchedulesTables['oncall.schedule_override']>;
export type FeedRow = Selectable<SchedulesTables['oncall.calendar_feed']>;
