import type { Kysely, Transaction } from 'kysely';
import type { AttemptResult, ChannelName, MessageState, ProviderKind, RateLimit } from '../../contract.ts';
import type { MessageContent } from '../public.ts';

/** PostgreSQL tables of delivery, as Kysely sees them. */
export interface DeliveryTables {
  'delivery.provider': {
    name: string;
    channel: ChannelName;
    kind: ProviderKind;
    priority: number;
    enabled: boolean;
    settings: Record<string, unknown>;
    secrets: Buffer | null;
    secret_names: string[];
    rate_limit: RateLimit;
    receipt_within_seconds: number | null;
    changed_at: Date;
    changed_by: string;
  };
  'delivery.message': {
    id: string;
    key: string;
    channel: ChannelName;
    address: string;
    urgency: 'high' | 'low';
    about: string;
    content: MessageContent;
    reply_token: string | null;
    created_at: Date;
    expires_at: Date | null;
    state: MessageState;
    lane: string;
    ready_at: Date;
    holder: string | null;
    fence: string;
    attempts: number;
    tries: Record<string, unknown>;
    ended_at: Date | null;
    last_detail: string | null;
  };
  'delivery.attempt': {
    id: string;
    message: string;
    provider: string;
    fence: string;
    at: Date;
    ended_at: Date | null;
    result: AttemptResult | null;
    status: number | null;
    detail: string | null;
    provider_ref: string | null;
    receipt_at: Date | null;
  };
  'delivery.pace': {
    lane: string;
    paused_until: Date | null;
    full_at: Date | null;
  };
}

export type Db = Kysely<DeliveryTables>;
export type Tx = Transaction<DeliveryTables>;
/** A transaction of any caller, or a handle: the statements name their tables themselves. */
export type Handle = Kysely<any> | Transaction<any>;
