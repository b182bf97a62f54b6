import {
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type sendUnaryData,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { Log } from '../../../../platform/log/log.ts';
import { exportResponse, statusWithRetry } from '../../domain/otlp-answer.ts';
import { signals, type Signal } from '../../domain/otlp-decoder.ts';
import { admit, senderName, type Authorise } from './admit.ts';
import type { Place } from './http-server.ts';
import type { Intake } from './intake.ts';
import { failedHere, overloaded, type IntakeRefusal } from './intake-refusals.ts';
import { receiveLimits } from './receive-limits.ts';

const services: Readonly<Record<Signal, string>> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
};

const asIs = (bytes: Buffer): Buffer => bytes;
const senderHeader = 'leadline-admitted-sender';

/** OTLP over gRPC (4317): messages stay bytes, so that the same decoder reads them as over HTTP. */
export const startGrpcServer = async (
  parts: { readonly intake: Intake; readonly authorise: Authorise; readonly log: Log },
  place: Place,
): Promise<{ port: number; stop(): Promise<void> }> => {
  const server = new Server({
    'grpc.max_receive_message_length': receiveLimits.wireBytes,
    'grpc.max_concurrent_streams': receiveLimits.grpcStreams,
    'grpc.max_connection_idle_ms': 15 * 60_000,
    interceptors: [admission(parts, place.requestMs ?? receiveLimits.requestMs)],
  });
  for (const signal of signals) {
    const definition: ServiceDefinition = {
      Export: {
        path: `/${services[signal]}/Export`,
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    };
    server.addService(definition, {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) =>
        void exportCall(parts, signal, call, answer),
    });
  }
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${place.port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        const patience = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, receiveLimits.stopMs);
        server.tryShutdown(() => {
          clearTimeout(patience);
          resolve();
        });
      }),
  };
};

const exportCall = async (
  { intake, log }: { readonly intake: Intake; readonly log: Log },
  signal: Signal,
  call: ServerUnaryCall<Buffer, Buffer>,
  answer: sendUnaryData<Buffer>,
): Promise<void> => {
  const sender = String(call.metadata.get(senderHeader)[0] ?? '');
  const { length } = call.request;
  if (!intake.hold(length)) {
    intake.refused(signal, 'grpc', overloaded, sender);
    answer(errorOf(overloaded));
    return;
  }
  try {
    // A copy, because the buffer may be part of a larger one and is handed to another thread.
    const outcome = await intake.take({
      signal,
      encoding: 'protobuf',
      compression: 'identity',
      body: new Uint8Array(call.request),
      sender,
      protocol: 'grpc',
    });
    if (outcome.kind === 'refused') answer(errorOf(outcome.refusal));
    else answer(null, Buffer.from(exportResponse(signal, 'protobuf', outcome)));
  } catch (error) {
    log.error({ err: error }, 'an OTLP call failed');
    answer(errorOf(failedHere));
  } finally {
    intake.release(length);
  }
};

/** Refuses who may not send before the body is read, and ends calls whose body does not come. */
const admission =
  (
    { intake, authorise }: { readonly intake: Intake; readonly authorise: Authorise },
    requestMs: number,
  ): ServerInterceptor =>
  (method, call) => {
    const signal = signals.find((each) => method.path.includes(services[each])) ?? 'traces';
    const remoteAddress = call.getConnectionInfo().remoteAddress ?? 'unknown';
    const slow = setTimeout(
      () =>
        call.sendStatus({
          code: deadlineExceeded,
          details: `The request did not come within ${requestMs} ms.`,
        }),
      requestMs,
    );
    slow.unref();
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, forward) => {
            const first = (name: string): string | undefined => metadata.get(name)[0]?.toString();
            const sender = {
              authorization: first('authorization'),
              remoteAddress,
              forwardedFor: metadata.get('x-forwarded-for').map(String),
              forwarded: ['forwarded', 'via', 'x-real-ip'].some((name) => first(name) !== undefined),
            };
            void admit(authorise, sender).then((admitted) => {
              if (admitted.ok) {
                metadata.set(senderHeader, senderName(admitted.sender, remoteAddress));
                forward(metadata);
                return;
              }
              clearTimeout(slow);
              intake.refused(signal, 'grpc', admitted.refusal, remoteAddress);
              call.sendStatus(errorOf(admitted.refusal));
            });
          },
          onReceiveHalfClose: (forward) => {
            clearTimeout(slow);
            forward();
          },
          onCancel: () => clearTimeout(slow),
        }),
    });
  };

const deadlineExceeded = 4;

/** A gRPC error; where another try is worth it, with RetryInfo, which senders need to retry RESOURCE_EXHAUSTED at all. */
const errorOf = (refusal: IntakeRefusal): { code: number; details: string; metadata: Metadata } => {
  const metadata = new Metadata();
  const { grpcCode: code, message, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== undefined)
    metadata.set('grpc-status-details-bin', Buffer.from(statusWithRetry({ code, message, retryAfterSeconds })));
  return { code, details: message, metadata };
};
