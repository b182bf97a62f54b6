import type { Kysely, Transaction } from 'kysely';
import type { InhibitionSpec, RouteSpec, SuppressionSettings } from '../../contract/policy.ts';
import type { Matcher } from '../../domain/policy/matcher.ts';

interface Marks {
  origin: 'hand' | 'file';
  source: string | null;
  changed_at: Date;
  changed_by: string;
}

/** PostgreSQL tables of what alerts are judged by, as Kysely sees them. */
export interface PolicyTables {
  'alerting.policy_version': {
    version: string;
    suppression: Partial<SuppressionSettings>;
    suppression_changed_at: Date | null;
    suppression_changed_by: string | null;
  };
  'alerting.route': { name: string; team: string | null; place: number; spec: RouteSpec } & Marks;
  'alerting.inhibition': { name: string; team: string | null; spec: InhibitionSpec } & Marks;
  'alerting.silence': {
    id: string;
    name: string | null;
    matchers: readonly Matcher[];
    first_from: Date;
    first_to: Date;
    rrule: string | null;
    zone: string | null;
    ends_at: Date | null;
    who: string;
    why: string;
    origin: 'hand' | 'file';
    source: string | null;
    created_at: Date;
    changed_at: Date;
    expired_at: Date | null;
    expired_by: string | null;
  };
}

export type RouteRow = PolicyTables['alerting.route'];
export type InhibitionRow = PolicyTables['alerting.inhibition'];
export type SilenceRow = PolicyTables['alerting.silence'];
export type PolicyDb = Kysely<PolicyTables>;
export type PolicyTx = Transaction<PolicyTables>;
export type PolicyHandle = PolicyDb | PolicyTx;
