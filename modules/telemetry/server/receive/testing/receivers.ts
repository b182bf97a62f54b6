import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Refusal } from '../../../../../kernel/problem.ts';
import { systemClock, type Clock } from '../../../../../platform/clock/clock.ts';
import type { Configuration } from '../../../../../platform/config/settings.ts';
import type { IngestDecision, IngestSender } from '../../../../identity/server/public.ts';
import type { Keep, Rows } from '../../keep/keep.ts';
import { startReceivers, type Receivers } from '../start.ts';

/** What a test's receivers write to: the log that keeps rows is outside of them, here it only collects. */
export interface Collected extends Keep {
  readonly batches: { readonly rows: readonly Rows[]; readonly bodyHash: Uint8Array }[];
  /** Rows of a table over all batches. */
  count(table: string): number;
  /** Set to refuse what comes. */
  refusal: Refusal | null;
}

const collectingKeep = (): Collected => {
  const batches: Collected['batches'] = [];
  const seen = new Set<string>();
  return {
    batches,
    refusal: null,
    count: (table) =>
      batches
        .flatMap(({ rows }) => rows)
        .filter((rows) => rows.table === table)
        .reduce((sum, rows) => sum + rows.count, 0),
    async append(batch) {
      if (this.refusal !== null) throw this.refusal;
      const key = Buffer.from(batch.bodyHash).toString('hex');
      if (seen.has(key)) return 'repeated';
      seen.add(key);
      batches.push(batch);
      return 'kept';
    },
  };
};

export interface TestReceivers extends Receivers {
  readonly keep: Collected;
  readonly metrics: Registry;
  readonly http: string;
  readonly grpc: string;
  post(signal: string, body: Uint8Array | string, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Receivers on free ports of loopback. By default everybody may send; `authorise` decides otherwise. */
export const testReceivers = async (
  options: {
    readonly authorise?: (sender: IngestSender) => Promise<IngestDecision>;
    readonly clock?: Clock;
    readonly settings?: Record<string, unknown>;
    readonly keep?: Keep;
  } = {},
): Promise<TestReceivers> => {
  const keep = collectingKeep();
  const metrics = new Registry();
  const values = {
    otlpHost: '127.0.0.1',
    otlpHttpPort: 0,
    otlpGrpcPort: 0,
    spansDays: 8,
    logsDays: 14,
    metricsDays: 35,
    attributeRedaction: false,
    ...options.settings,
  };
  const receivers = await startReceivers({
    config: { values } as unknown as Configuration,
    log: pino({ level: 'silent' }),
    clock: options.clock ?? systemClock,
    keep: options.keep ?? keep,
    authorise: options.authorise ?? (async () => ({ allowed: true, reason: 'loopback', sender: 'loopback' })),
    metrics,
  });
  const http = `http://127.0.0.1:${receivers.httpPort}`;
  return {
    ...receivers,
    keep,
    metrics,
    http,
    grpc: `127.0.0.1:${receivers.grpcPort}`,
    post: async (signal, body, headers = { 'content-type': 'application/x-protobuf' }) => {
      const response = await fetch(`${http}/v1/${signal}`, { method: 'POST', body, headers } as RequestInit);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes, text: Buffer.from(bytes).toString() };
    },
  };
};

export const json = { 'content-type': 'application/json' };
