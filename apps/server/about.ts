import { z } from 'zod';
import type { Registry } from 'prom-client';
import { route, signedIn } from '../../kernel/route.ts';
import { Refusal } from '../../kernel/problem.ts';
import type { ClickHouse } from '../../platform/clickhouse/clickhouse.ts';
import type { Http } from '../../platform/http/http.ts';
import type { Postgres } from '../../platform/postgres/postgres.ts';

export const aboutRoute = route({
  method: 'GET',
  path: '/api/v1/about',
  summary: 'Which version this is, and where telemetry is received',
  access: signedIn,
  answer: z.object({
    version: z.string(),
    otlpHttpUrl: z.string().nullable(),
    otlpGrpcUrl: z.string().nullable(),
    engines: z.object({
      clickhouse: z.object({ kind: z.enum(['embedded', 'external']), state: z.string(), detail: z.string() }),
    }),
  }),
});

export interface Health {
  readonly http: Http;
  readonly postgres: Postgres;
  readonly clickhouse: ClickHouse;
  readonly metrics: Registry;
  readonly version: string;
  /** False until every module started, and again from the moment shutdown begins. */
  ready(): boolean;
  otlp(): { httpUrl: string | null; grpcUrl: string | null };
}

/**
 * `/healthz` (this process answers), `/readyz` (it may be sent work: state engine up, all modules started; telemetry may be
 * degraded and is told), `/metrics` (Prometheus text; from this machine, or with any API token).
 */
export const serveHealth = (health: Health): void => {
  const { fastify } = health.http;
  fastify.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  fastify.get('/readyz', async (_request, reply) => {
    const postgres = await health.postgres.check().then(
      () => 'up',
      (error: unknown) => `down: ${error instanceof Error ? error.message : String(error)}`,
    );
    const telemetry = health.clickhouse.status();
    const ready = health.ready() && postgres === 'up';
    reply.header('cache-control', 'no-store').code(ready ? 200 : 503);
    return {
      status: ready ? (telemetry.state === 'up' ? 'ready' : 'degraded') : 'not-ready',
      postgres,
      clickhouse: telemetry.state,
    };
  });
  fastify.get('/metrics', async (request, reply) => {
    if (!isThisMachine(request.socket.remoteAddress, request.headers)) {
      throw new Refusal({
        status: 403,
        code: 'http.metrics-only-here',
        title: '/metrics is answered to this machine only',
        detail: 'Scrape it over loopback.',
      });
    }
    return reply.header('content-type', health.metrics.contentType).send(await health.metrics.metrics());
  });
  health.http.route(aboutRoute, async () => ({
    version: health.version,
    otlpHttpUrl: health.otlp().httpUrl,
    otlpGrpcUrl: health.otlp().grpcUrl,
    engines: { clickhouse: { kind: health.clickhouse.kind, ...health.clickhouse.status() } },
  }));
};

/** A proxy on loopback forwards for others: whoever carries a forwarding header is not this machine. */
const isThisMachine = (address: string | undefined, headers: Record<string, unknown>): boolean =>
  (address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1') &&
  !headers['x-forwarded-for'] &&
  !headers['forwarded'];
