import type { Generated, Kysely, Transaction } from 'kysely';
import type { AlertStatus, DecisionKind, IntegrationKind, Labels, Severity, Suppression } from '../../domain/alert.ts';

/** PostgreSQL tables of alerts and their groups, as Kysely sees them. */
export interface AlertTables {
  'alerting.alert': {
    id: string;
    integration_id: string;
    integration: string;
    kind: IntegrationKind;
    dedup_key: string;
    key_hash: string;
    fingerprint: string;
    status: Generated<AlertStatus>;
    severity: Severity;
    summary: string;
    service: string | null;
    own_team: string | null;
    integration_team: string | null;
    starts_at: Date;
    ends_at: Date | null;
    received_at: Date;
    changed_at: Date;
    acknowledged_at: Date | null;
    acknowledged_by: string | null;
    resolved_at: Date | null;
    resolved_by: string | null;
    group_id: string | null;
    suppressed: Suppression | null;
    suppressed_until: Date | null;
    inhibits: Generated<boolean>;
    pending_at: Date | null;
    payload_id: string | null;
    held_reason: string | null;
  };
  'alerting.alert_body': {
    alert_id: string;
    labels: Labels;
    annotations: Labels;
    links: readonly { readonly label: string; readonly url: string }[];
  };
  'alerting.alert_open': {
    integration_id: string;
    key_hash: string;
    alert_id: string;
    content_hash: string;
    said_start: Date | null;
    ends_at: Date | null;
    heard_at: Date;
    closed: Generated<boolean>;
  };
  'alerting.alert_group': {
    id: string;
    route: string;
    key_hash: string;
    labels: Labels;
    urgency: 'high' | 'low';
    targets: readonly Record<string, unknown>[];
    reason: string;
    service: string | null;
    wait_seconds: number;
    interval_seconds: number;
    repeat_seconds: number;
    opened_at: Date;
    closed_at: Date | null;
    due_at: Date | null;
    told_at: Date | null;
    told_times: Generated<number>;
    unpaged_since: Date | null;
  };
  'alerting.group_member': {
    group_id: string;
    alert_id: string;
    joined_at: Date;
    told: 'firing' | 'resolved' | null;
    told_at: Date | null;
    muted: Generated<boolean>;
    muted_by: readonly string[] | null;
  };
  'alerting.group_page': { group_id: string; page_id: string; target: string; at: Date };
  'alerting.alert_decision': {
    id: Generated<string>;
    alert_id: string;
    at: Date;
    decision: DecisionKind;
    reason: string;
    group_id: string | null;
    page_id: string | null;
  };
}

export type AlertDb = Kysely<AlertTables>;
export type AlertTx = Transaction<AlertTables>;
export type AlertHandle = AlertDb | AlertTx;
