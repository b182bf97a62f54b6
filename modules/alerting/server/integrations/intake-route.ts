import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../../../../kernel/problem.ts';
import { problemOf } from '../../../../platform/http/problems.ts';
import type { Integration, IntegrationKind } from '../../domain/alert.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { cameWith, isCut, readBodies, tooLarge } from './came-body.ts';
import type { Integrations } from './integrations.ts';
import type { SourceAnswer } from './source.ts';
import { plainRefusal } from './take.ts';

/** One door of the intake: addresses, whose key opens it, and how what has no integration is refused. */
export interface Door {
  readonly urls: readonly { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly url: string }[];
  /** Only integrations of these kinds; absent: of any. */
  readonly kinds?: readonly IntegrationKind[];
  readonly bodyBytes?: number;
  /** The key that a request shows, from wherever this protocol has it; null: none. */
  key(request: FastifyRequest): string | null;
  /** Address as the source is told of it: without the key. */
  path(request: FastifyRequest): string;
  /** The key is part of the body: it is blotted out before the body is kept. */
  readonly keyStandsInBody?: true;
  /** In the protocol's own form. */
  refuse?(problem: Problem): Pick<SourceAnswer, 'status' | 'body' | 'headers'>;
}

/**
 * Opens a door of the intake on the main port. Bodies are handed on as they came: signatures are over bytes, and each source says in
 * its own words what is wrong with them. Who shows a wrong key takes a try of their address, and is slowed down.
 */
export const openDoor = (fastify: FastifyInstance, integrations: Integrations, door: Door): void => {
  const bodyLimit = door.bodyBytes ?? integrationLimits.bodyBytes;
  void fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    readBodies(scope, '*', bodyLimit);
    scope.setErrorHandler(async (error, request, reply) => {
      const problem = problemOf(error);
      if (problem.status >= 500) request.log.error({ err: error }, 'intake failed');
      return send(reply, (door.refuse ?? plainRefusal)(problem));
    });
    for (const { method, url } of door.urls)
      scope.route({
        method,
        url,
        handler: async (request, reply) => {
          const integration = await signedIn(integrations, door, request);
          const taken = takenOf(integration, door, request);
          const came = cameWith(request);
          // Refused before its source sees it, and kept all the same.
          if (isCut(came)) return send(reply, await integrations.refuse(taken, tooLarge(came).problem));
          return send(reply, await integrations.take(taken));
        },
      });
  });
};

const signedIn = async (integrations: Integrations, door: Door, request: FastifyRequest): Promise<Integration> => {
  const key = door.key(request);
  const found = key === null ? null : await integrations.integrationByKey(key, door.kinds);
  if (found) return found;
  throw await integrations.unknownKey(request, key !== null);
};

const takenOf = (integration: Integration, door: Door, request: FastifyRequest) => ({
  integration,
  method: request.method,
  path: door.path(request),
  query: texts(request.query as Record<string, unknown>),
  headers: safeHeaders(request),
  contentType: (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase(),
  body: bodyOf(door, request),
  size: cameWith(request).size,
});

const bodyOf = (door: Door, request: FastifyRequest): Buffer => {
  const body = cameWith(request).bytes;
  const key = door.keyStandsInBody ? door.key(request) : null;
  if (key === null) return body;
  const at = body.indexOf(key);
  if (at < 0) return body;
  const blotted = Buffer.from(body);
  for (let found = at; found >= 0; found = blotted.indexOf(key, found)) blotted.fill('x', found, found + key.length);
  return blotted;
};

const send = (reply: FastifyReply, answer: Pick<SourceAnswer, 'status' | 'body' | 'headers'>): FastifyReply => {
  const { status, body, headers = {} } = answer;
  const isText = typeof body === 'string';
  reply.code(status).headers({
    'cache-control': 'no-store',
    ...(body === undefined
      ? {}
      : { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8' }),
    ...headers,
  });
  return body === undefined ? reply.send() : reply.send(isText ? body : JSON.stringify(body));
};

const texts = (given: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));

/** What signs the sender in is never kept. */
const secretHeaders = new Set(['authorization', 'cookie', 'proxy-authorization']);
/** `x-api-key`, `x-routing-key`, `x-gitlab-token`; attributes of a CloudEvent are part of what it says. */
const isSecret = (name: string): boolean =>
  secretHeaders.has(name) || (!name.startsWith('ce-') && /(?:^|-)(?:api-?key|routing-key|token|secret)$/u.test(name));

const safeHeaders = (request: FastifyRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name, value]) => value !== undefined && !isSecret(name))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value!]),
  );

/** `Authorization: Bearer KEY`, `Basic` with the key as password, `GenieKey KEY`: the key, or null. */
export const keyOfAuthorization = (header: string | undefined, schemes: readonly string[]): string | null => {
  const [scheme = '', value = ''] = (header ?? '').trim().split(/\s+/u, 2);
  if (!schemes.some((each) => each.toLowerCase() === scheme.toLowerCase())) return null;
  if (scheme.toLowerCase() !== 'basic') return value === '' ? null : value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const password = text.slice(text.indexOf(':') + 1);
  return password === '' ? null : password;
};

/** The door of every webhook: the key in the address, else as Bearer or as the password of Basic. */
export const webhookDoor: Door = {
  urls: (['POST', 'PUT'] as const).flatMap((method) => [
    { method, url: '/intake' },
    { method, url: '/intake/:key' },
  ]),
  key: (request) =>
    (request.params as { key?: string }).key ?? keyOfAuthorization(request.headers.authorization, ['Bearer', 'Basic']),
  path: () => '/intake',
};
