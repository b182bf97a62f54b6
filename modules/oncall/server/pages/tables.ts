import type { Generated, Kysely, Transaction } from 'kysely';
import type { PolicySpec } from '../../contract/policies.ts';
import type { Target, Urgency } from '../../domain/escalation/plan.ts';

/** PostgreSQL tables of policies and pages, as Kysely sees them. */
export interface PagesTables {
  'oncall.policy': {
    name: string;
    team: string | null;
    spec: PolicySpec;
    origin: 'hand' | 'file';
    source: string | null;
    changed_at: Date;
    changed_by: string;
  };
  'oncall.turn': { policy: string; step: number; taken: string };
  'oncall.page': {
    id: string;
    summary: string;
    details: string;
    urgency: Urgency;
    route: string;
    dedup_key: string | null;
    policy: string | null;
    team: string | null;
    person: string | null;
    service: string | null;
    link: string | null;
    source: string;
    plan: PolicySpec;
    state: Generated<'triggered' | 'acknowledged' | 'resolved'>;
    raised_at: Date;
    raised_by: string;
    times: Generated<number>;
    last_raised_at: Date;
    acknowledged_at: Date | null;
    acknowledged_by: string | null;
    resolved_at: Date | null;
    resolved_by: string | null;
    snoozed_until: Date | null;
    unanswered_at: Date | null;
    seq: Generated<number>;
  };
  'oncall.step': {
    page_id: string;
    seq: number;
    kind: 'step' | 'otherwise' | 'added';
    step: number;
    round: number;
    targets: readonly Target[] | null;
    due_at: Date;
    ready_at: Date;
    fence: Generated<string>;
    holder: string | null;
    state: Generated<'waiting' | 'done' | 'cancelled'>;
    decided_at: Date | null;
    reason: string | null;
  };
  'oncall.notification': {
    id: string;
    page_id: string;
    kind: 'page' | 'unanswered' | 'resolved';
    step: number;
    round: number;
    person_id: string | null;
    person: string | null;
    method: string;
    channel: string;
    address: string;
    rule: number;
    why: string;
    owed_at: Date;
    state: Generated<'owed' | 'handed' | 'cancelled'>;
    handed_at: Date | null;
    reason: string | null;
  };
  'oncall.timeline': {
    entry: Generated<string>;
    page_id: string;
    at: Date;
    what: string;
    text: string;
    by: string | null;
    data: Record<string, unknown>;
  };
  'oncall.link_key': { id: number; key_encrypted: Buffer; made_at: Date };
  'oncall.link_use': { mac: Buffer; page_id: string; used_at: Date; expires_at: Date };
  'oncall.audit': {
    singleton: Generated<boolean>;
    at: Date;
    ok: boolean;
    owed: string;
    findings: readonly unknown[];
    holder: string;
    since: Date;
    alarmed_at: Date | null;
  };
}

export type Db = Kysely<PagesTables>;
export type Tx = Transaction<PagesTables>;
export type Handle = Db | Tx;
