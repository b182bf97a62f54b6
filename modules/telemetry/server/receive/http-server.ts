import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../../../platform/log/log.ts';
import type { Authorise } from './admit.ts';
import { answerOtlpHttp, sendRefusal, signalOfPath } from './http-receiver.ts';
import type { Intake } from './intake.ts';
import { failedHere, pathUnknown } from './intake-refusals.ts';
import { receiveLimits } from './receive-limits.ts';

interface Parts {
  readonly intake: Intake;
  readonly authorise: Authorise;
  readonly log: Log;
}

export interface Place {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Otherwise `receiveLimits.requestMs`. */
  readonly requestMs?: number;
}

/** The port of its own for OTLP over HTTP (4318). */
export const startHttpServer = async (parts: Parts, place: Place): Promise<{ port: number; stop(): Promise<void> }> => {
  const server = createServer(
    {
      requestTimeout: place.requestMs ?? receiveLimits.requestMs,
      headersTimeout: Math.min(receiveLimits.headersMs, place.requestMs ?? receiveLimits.headersMs),
      keepAliveTimeout: receiveLimits.keepAliveMs,
      connectionsCheckingInterval: Math.min(1_000, place.requestMs ?? 1_000),
    },
    (request, response) => {
      if (isStopping) response.setHeader('connection', 'close');
      answerAnything(parts, '', request, response);
    },
  );
  let isStopping = false;
  server.maxConnections = receiveLimits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.port, place.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      isStopping = true;
      const patience = setTimeout(() => server.closeAllConnections(), receiveLimits.stopMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      clearTimeout(patience);
    },
  };
};

/** The same on the main port, below `/otlp`, for senders that reach only that one. */
export const mountOnMainPort = (fastify: FastifyInstance, parts: Parts): void => {
  fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body stays in the stream: it is read under the receivers' limits, not the main port's.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/otlp/v1/:signal', (request, reply) => {
      reply.hijack();
      answerAnything(parts, '/otlp', request.raw, reply.raw);
    });
  });
};

const answerAnything = (parts: Parts, prefix: string, request: IncomingMessage, response: ServerResponse): void => {
  const signal = signalOfPath(request.url ?? '', prefix);
  if (signal === null) {
    sendRefusal(response, 'json', pathUnknown(prefix));
    return;
  }
  answerOtlpHttp(parts, signal, request, response).catch((error: unknown) => {
    parts.log.error({ err: error }, 'an OTLP request failed');
    sendRefusal(response, 'json', failedHere);
  });
};
