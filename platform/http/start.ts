import { readFileSync } from 'node:fs';
import Fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { Refusal } from '../../kernel/problem.ts';
import type { ProtocolRoute, RouteShape } from '../../kernel/route.ts';
import { newId } from '../clock/id.ts';
import type { Configuration } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { requireAccess } from './access.ts';
import type { Actor, Authenticate, Call, Http } from './http.ts';
import { createIdempotency } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import { problemOf, sendProblem, wrongInput } from './problems.ts';
import { addSecurityHeaders } from './security-headers.ts';

/** Limits of the main port; OTLP has its own. */
const limits = {
  bodyBytes: 1024 * 1024,
  headerTimeoutMs: 15_000,
  requestTimeoutMs: 60_000,
  keepAliveMs: 65_000,
  paramLength: 1_024,
} as const;

export interface HttpOptions {
  readonly config: Configuration;
  readonly log: Log;
  readonly postgres: Postgres;
  readonly metrics: Registry;
  readonly version: string;
}

export interface StartedHttp extends Http {
  /** Opens the port; gives back the URL that people open. */
  listen(): Promise<{ url: string; port: number }>;
  stop(): Promise<void>;
  forgetOldAnswers(): Promise<void>;
}

/** The HTTP ground of the screens and the API: routes by contract, problems, access, idempotency, OpenAPI, headers. */
export const createHttp = ({ config, log, postgres, metrics, version }: HttpOptions): StartedHttp => {
  const settings = config.values;
  const fastify = createFastify(config, log);
  const shapes: RouteShape[] = [];
  const described: ProtocolRoute[] = [];
  const idempotency = createIdempotency(postgres);
  let authenticate: Authenticate = async () => null;

  addYamlBodies(fastify);
  forgiveEmptyBodies(fastify);
  addSecurityHeaders(fastify, settings.tlsCert !== undefined || settings.publicUrl?.startsWith('https:') === true);
  measure(fastify, metrics);
  fastify.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) request.log.error({ err: error, problem: problem.code }, 'request failed');
    return sendProblem(request, reply, problem);
  });
  fastify.get('/api/openapi.json', async (_request, reply) => {
    reply.header('cache-control', 'no-cache');
    return openApiDocument(shapes, version, described);
  });

  return {
    fastify,
    routes: () => shapes,
    describe: (routes) => void described.push(...routes),
    setAuthenticate: (next) => {
      authenticate = next;
    },
    authenticate: (request) => authenticate(request),
    route: (shape, handle) => {
      shapes.push(shape);
      fastify.route({
        method: shape.method,
        url: shape.path,
        bodyLimit: shape.bodyLimit ?? limits.bodyBytes,
        config: {
          yamlAsText: shape.yamlAsText ?? false,
          bodyNeeded: (shape.body as z.ZodType | undefined)?.safeParse(undefined).success === false,
        },
        onRequest: async (request) => {
          const actor = await authenticate(request);
          requireAccess(shape.access, actor, request.params as Record<string, string>);
          actors.set(request, actor);
        },
        handler: async (request, reply) => answer(shape, handle as unknown as Handle, request, reply, idempotency),
      });
    },
    listen: async () => {
      await fastify.listen({ host: settings.host, port: settings.port });
      const address = fastify.server.address();
      const port = typeof address === 'object' && address ? address.port : settings.port;
      const host = settings.host === '0.0.0.0' || settings.host === '::' ? 'localhost' : settings.host;
      return {
        port,
        url:
          settings.publicUrl?.replace(/\/$/, '') ??
          `${settings.tlsCert ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
      };
    },
    stop: () => fastify.close(),
    forgetOldAnswers: () => idempotency.forgetOld(),
  };
};

type Handle = (call: Call<RouteShape>) => Promise<unknown>;
const actors = new WeakMap<FastifyRequest, Actor | null>();

const createFastify = (config: Configuration, log: Log): FastifyInstance => {
  const { tlsCert, tlsKey, trustedProxies } = config.values;
  return Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: limits.paramLength },
    http: { headersTimeout: limits.headerTimeoutMs },
    ...(tlsCert && tlsKey ? { https: { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) } } : {}),
  } as Parameters<typeof Fastify>[0]) as unknown as FastifyInstance;
};

/** Documents are often kept as YAML; a body of that type is parsed to the same value as its JSON. */
const addYamlBodies = (fastify: FastifyInstance): void => {
  fastify.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml'],
    { parseAs: 'string' },
    (request, body, done) => {
      if ((request.routeOptions.config as { yamlAsText?: boolean }).yamlAsText) return done(null, { text: body });
      try {
        done(null, parseYaml(body as string, { maxAliasCount: 100 }));
      } catch (error) {
        done(
          new Refusal({
            status: 400,
            code: 'http.malformed-yaml',
            title: 'The body is not valid YAML',
            detail: error instanceof Error ? error.message : String(error),
          }),
          undefined,
        );
      }
    },
  );
};

/** Many clients say `application/json` of every request, also where they send nothing: refused only where a body is needed. */
const forgiveEmptyBodies = (fastify: FastifyInstance): void => {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const { bodyNeeded } = request.routeOptions.config as { bodyNeeded?: boolean };
    if (body === '' && bodyNeeded === false) return done(null, undefined);
    return parseJson(request, body as string, done);
  });
};

const measure = (fastify: FastifyInstance, metrics: Registry): void => {
  const durations = new Histogram({
    name: 'leadline_http_request_duration_seconds',
    help: 'Time from the request to the end of the answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    durations.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
    if (reply.statusCode >= 400)
      request.log.info(
        { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
        'request refused',
      );
  });
};

const answer = async (
  shape: RouteShape,
  handle: Handle,
  request: FastifyRequest,
  reply: FastifyReply,
  idempotency: ReturnType<typeof createIdempotency>,
): Promise<unknown> => {
  const actor = actors.get(request) ?? null;
  const call = parse(shape, request, reply, actor);
  if (shape.path.startsWith('/api/')) reply.header('cache-control', 'no-store');
  const key = request.headers['idempotency-key'];
  if (shape.method === 'GET' || actor === null || typeof key !== 'string') {
    return send(shape, reply, await handle(call));
  }
  if (key.length === 0 || key.length > 255) {
    throw new Refusal({
      status: 400,
      code: 'http.idempotency-key-invalid',
      title: 'An Idempotency-Key has 1 to 255 characters',
    });
  }
  const begun = await idempotency.begin(`${actor.kind}:${actor.id}`, key, {
    method: request.method,
    url: request.url,
    body: call.body,
  });
  if (begun.repeat) return repeatAnswer(reply, begun);
  let value: unknown;
  try {
    value = await handle(call);
  } catch (error) {
    // Nothing was done (a handler's writes are one transaction), so the key is free again.
    await begun.dropped();
    throw error;
  }
  const body = serialise(shape, value);
  await begun.done(statusOf(shape, reply), shape.secretAnswer ? secretShownOnce : body);
  return sendText(shape, reply, body);
};

/** Kept instead of the answer; no JSON text begins so. */
const secretShownOnce = '(secret, shown once)';

const repeatAnswer = (reply: FastifyReply, kept: { status: number; body: string | null }): FastifyReply => {
  if (kept.body === secretShownOnce) {
    throw new Refusal({
      status: 409,
      code: 'http.secret-shown-once',
      title: 'This was done already, and its secret is shown only once',
      detail: 'Revoke it and make another.',
    });
  }
  reply.code(kept.status).header('idempotency-replayed', 'true');
  return kept.body === null
    ? reply.send()
    : reply.header('content-type', 'application/json; charset=utf-8').send(kept.body);
};

const parse = (
  shape: RouteShape,
  request: FastifyRequest,
  reply: FastifyReply,
  actor: Actor | null,
): Call<RouteShape> => ({
  params: parsePart('params', shape.params, request.params) as never,
  query: parsePart('query', shape.query, request.query) as never,
  body: parsePart('body', shape.body, request.body) as never,
  actor,
  signedIn: () => {
    if (actor) return actor;
    throw new Refusal({ status: 401, code: 'http.not-signed-in', title: 'Sign in first' });
  },
  request,
  reply,
});

const parsePart = (part: 'params' | 'query' | 'body', schema: unknown, value: unknown): unknown => {
  if (!schema) return part === 'body' ? undefined : {};
  const parsed = (schema as z.ZodType).safeParse(value ?? (part === 'body' ? undefined : {}));
  if (parsed.success) return parsed.data;
  throw wrongInput(part, parsed.error);
};

const statusOf = (shape: RouteShape, reply: FastifyReply): number =>
  reply.statusCode !== 200 ? reply.statusCode : (shape.status ?? (shape.answer ? 200 : 204));

const serialise = (shape: RouteShape, value: unknown): string | null =>
  shape.answer ? JSON.stringify((shape.answer as z.ZodType).parse(value)) : null;

const send = (shape: RouteShape, reply: FastifyReply, value: unknown): FastifyReply | undefined => {
  if (reply.sent) return undefined;
  return sendText(shape, reply, serialise(shape, value));
};

const sendText = (shape: RouteShape, reply: FastifyReply, body: string | null): FastifyReply => {
  reply.code(statusOf(shape, reply));
  return body === null ? reply.send() : reply.header('content-type', 'application/json; charset=utf-8').send(body);
};
