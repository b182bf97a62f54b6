import type { ColumnType } from 'kysely';
import type { Channel, Wishes } from '../../domain/people/rules.ts';

/** A column that is written as JSON text and read as its value. */
type Json<Value> = ColumnType<Value, string, string>;

/** PostgreSQL tables of how people are reached, as Kysely sees them. */
export interface PeopleTables {
  'oncall.person': {
    person_id: string;
    file: Json<Wishes | null> | null;
    source: string | null;
    hand: Json<Partial<Wishes>>;
    changed_at: Date;
    changed_by: string;
  };
  'oncall.contact_method': {
    person_id: string;
    name: string;
    channel: Channel;
    address: string;
    origin: 'hand' | 'file';
    place: number;
    verified_how: 'code' | 'file' | null;
    verified_by: string | null;
    verified_at: Date | null;
    created_at: Date;
  };
  'oncall.contact_code': {
    person_id: string;
    method: string;
    code_hash: Buffer;
    sent_at: Date;
    expires_at: Date;
    tries: number;
    sent_count: number;
    counting_from: Date;
  };
  'oncall.shift_notice': {
    kind: 'before' | 'begins' | 'ends' | 'unreachable' | 'cap' | 'lost';
    person_id: string;
    schedule: string;
    shift_from: Date;
    told_at: Date;
  };
}
