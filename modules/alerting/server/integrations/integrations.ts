import type { FastifyRequest } from 'fastify';
import type { Problem, Refusal } from '../../../../kernel/problem.ts';
import type { Integration, IntegrationKind } from '../../domain/alert.ts';
import type { AlertingGround } from '../ground.ts';
import type { Source, SourceAnswer, SourceCall, SourceHandler, SourceOptions } from './source.ts';

/** What is to be kept of a request that a source did not take by `take`. */
export interface KeptPayload {
  readonly body: Buffer;
  readonly contentType: string;
  readonly error: string | null;
  readonly outcome: unknown;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
}

/** What the other parts of alerting ask of integrations. */
export interface Integrations {
  /**
   * The integration of this key, of one of `kinds` where they are given; null where the key is unknown, exchanged or revoked, or the
   * integration is of another kind or switched off. Answers from memory for a few seconds; a change is heard of at once.
   */
  integrationByKey(key: string, kinds?: readonly IntegrationKind[]): Promise<Integration | null>;
  /** Takes a try of the sender's address; gives back the Refusal to throw: 401 without a key, 403 with a wrong one, 429. */
  unknownKey(request: FastifyRequest, shown: boolean): Promise<Refusal>;
  /** Who understands integrations of this kind; once a kind, at start-up. */
  registerSource(kind: IntegrationKind, handle: SourceHandler, options?: SourceOptions): void;
  sourceOf(kind: IntegrationKind): Source | undefined;
  /** Runs the source, keeps the payload, counts; gives back what to answer. Never throws for what a sender sent. */
  take(call: Omit<SourceCall, 'payloadId' | 'isReplay'>): Promise<SourceAnswer>;
  /** The same for what is refused before its source saw it. */
  refuse(call: Omit<SourceCall, 'payloadId' | 'isReplay'>, problem: Problem): Promise<SourceAnswer>;
  /** Keeps a payload that came by a way of its own (e-mail, the Alertmanager API); gives back its id. */
  keepPayload(integration: Integration, kept: KeptPayload): Promise<string>;
}

/** What integrations stand on. */
export type IntegrationsGround = Pick<
  AlertingGround,
  'postgres' | 'clock' | 'log' | 'http' | 'jobs' | 'identity' | 'ledger' | 'config' | 'baseUrl' | 'metrics'
>;

export interface StartedIntegrations extends Integrations {
  /** What was changed in this process holds from here on. */
  forgetKeys(): void;
  /** Writes payloads and counts that wait; for whoever reads them. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}
