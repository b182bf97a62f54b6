import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Configuration } from '../../../../platform/config/settings.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { NoticeList, type ShownNotice } from '../../domain/notice-list.ts';
import type { Keep } from '../keep/keep.ts';
import type { Authorise } from './admit.ts';
import { DecodePool } from './decode-pool.ts';
import { startGrpcServer } from './grpc-receiver.ts';
import { mountOnMainPort, startHttpServer } from './http-server.ts';
import { Intake } from './intake.ts';
import { createReceiveMetrics } from './receive-metrics.ts';

export interface Receivers {
  readonly httpPort: number;
  readonly grpcPort: number;
  /** What was folded, cut, redacted or refused, last seen first; at most 200 entries. */
  notices(): ShownNotice[];
  /** Takes no more requests and waits for those under way, ten seconds at most; `keep` must live until then. */
  stop(): Promise<void>;
}

const threadsMax = 4;
const coresPerThread = 4;

/**
 * Opens the ways in for telemetry: OTLP over HTTP and gRPC on ports of their own, and over HTTP below `/otlp` on the main
 * port where `fastify` is given (before it listens). A request is acknowledged when `keep` has it safe.
 */
export const startReceivers = async (options: {
  readonly config: Configuration;
  readonly log: Log;
  readonly clock: Clock;
  readonly keep: Keep;
  readonly authorise: Authorise;
  readonly metrics: Registry;
  readonly fastify?: FastifyInstance;
}): Promise<Receivers> => {
  const { config, log, clock, keep, authorise, fastify } = options;
  const { values } = config;
  // One thread decodes more than the rest of the way can carry; more only keep one giant body from delaying the others.
  const threads = Math.min(threadsMax, Math.max(1, Math.floor(availableParallelism() / coresPerThread)));
  const pool = new DecodePool({ threads, redactsSecrets: values.attributeRedaction, log });
  const notices = new NoticeList();
  const metrics = createReceiveMetrics(options.metrics, {
    heldBytes: () => intake.heldBytes,
    waiting: () => pool.waiting(),
  });
  const intake = new Intake({
    pool,
    keep,
    clock,
    log,
    metrics,
    notices,
    retentionDays: { traces: values.spansDays, metrics: values.metricsDays, logs: values.logsDays },
  });
  const parts = { intake, authorise, log };
  if (fastify !== undefined) mountOnMainPort(fastify, parts);
  const started: { stop(): Promise<void> }[] = [];
  try {
    const http = await startHttpServer(parts, { host: values.otlpHost, port: values.otlpHttpPort });
    started.push(http);
    const grpc = await startGrpcServer(parts, { host: values.otlpHost, port: values.otlpGrpcPort });
    started.push(grpc);
    return {
      httpPort: http.port,
      grpcPort: grpc.port,
      notices: () => notices.list(),
      stop: async () => {
        await Promise.all([http.stop(), grpc.stop()]);
        await pool.stop();
      },
    };
  } catch (error) {
    await Promise.all(started.map((each) => each.stop()));
    await pool.stop();
    throw error;
  }
};
