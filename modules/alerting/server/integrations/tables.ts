import type { IntegrationKind } from '../../domain/alert.ts';

/** PostgreSQL tables of integrations, as Kysely sees them. */
export interface IntegrationsTables {
  'alerting.integration': {
    id: string;
    name: string;
    kind: IntegrationKind;
    description: string;
    team: string | null;
    settings: Record<string, unknown>;
    enabled: boolean;
    built_in: boolean;
    origin: 'hand' | 'file';
    source: string | null;
    made_at: Date;
    changed_at: Date;
    changed_by: string;
  };
  'alerting.integration_key': {
    id: string;
    integration: string;
    hash: Buffer;
    ending: string;
    made_at: Date;
    made_by: string;
    expires_at: Date | null;
    last_used_at: Date | null;
  };
  'alerting.payload': {
    id: string;
    integration: string;
    at: Date;
    faulty: boolean;
    method: string;
    path: string;
    query: Record<string, string>;
    headers: Record<string, string>;
    content_type: string;
    body: Buffer;
    bytes: string | number;
    status: number;
    error: string | null;
    outcome: unknown;
    replay_of: string | null;
  };
  'alerting.integration_hour': { integration: string; hour: Date; received: string | number; faulty: string | number };
}

export type IntegrationRow = IntegrationsTables['alerting.integration'];
export type KeyRow = IntegrationsTables['alerting.integration_key'];
export type PayloadRow = IntegrationsTables['alerting.payload'];
