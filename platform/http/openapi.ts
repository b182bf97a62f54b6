import { z } from 'zod';
import type { Access, ProtocolRoute, RouteShape, SecurityScheme } from '../../kernel/route.ts';

type JsonObject = Record<string, unknown>;

/**
 * The OpenAPI 3.1 document of all routes, made from the same schemas that validate requests; and of the protocols of others that are
 * spoken here. https://spec.openapis.org/oas/v3.1.0
 */
export const openApiDocument = (
  routes: readonly RouteShape[],
  version: string,
  protocols: readonly ProtocolRoute[] = [],
): JsonObject => {
  const paths: Record<string, JsonObject> = {};
  const named: Named = {};
  const add = ({ path, method }: { path: string; method: string }, operation: JsonObject): void => {
    (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {})[method.toLowerCase()] = operation;
  };
  for (const shape of routes) add(shape, operationOf(shape, named));
  const schemes: Record<string, SecurityScheme> = {};
  for (const route of protocols) {
    add(route, protocolOperation(route, named));
    Object.assign(schemes, route.security);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leadline',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'Errors are RFC 9457 problems; lists are paged by `cursor`; writes take an `Idempotency-Key`.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token made by `leadline token create`' },
        basic: { type: 'http', scheme: 'basic', description: 'Any name, the token as password' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-leadline-session' },
        ...schemes,
      },
      schemas: { Problem: problemSchema, ...named },
    },
  };
};

const problemSchema: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable name of the refusal' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const operationOf = (shape: RouteShape, named: Named): JsonObject => {
  const good = String(shape.status ?? (shape.answer ? 200 : 204));
  return {
    operationId: operationId(shape),
    summary: shape.summary,
    tags: [shape.path.split('/')[3] ?? 'other'],
    ...securityOf(shape.access),
    parameters: [
      ...parametersOf('path', shape.params, named),
      ...parametersOf('query', shape.query, named),
      ...idempotencyParameter(shape),
    ],
    ...(shape.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(shape.body, 'input', named) } },
          },
        }
      : {}),
    responses: {
      [good]: shape.answer
        ? { description: 'Done', content: { 'application/json': { schema: schemaOf(shape.answer, 'output', named) } } }
        : { description: 'Done' },
      default: {
        description: 'Refused',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    'x-leadline-access': shape.access,
  };
};

/** Served in the protocol's own words: only described. */
const protocolOperation = (route: ProtocolRoute, named: Named): JsonObject => {
  const { protocol, security, params = {}, bodyType = 'application/json', refusal } = route;
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [protocol],
    security: Object.keys(security).map((name) => ({ [name]: [] })),
    parameters: [
      ...names.map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
        ...(params[name] === undefined ? {} : { description: params[name] }),
      })),
      ...parametersOf('query', route.query, named),
    ],
    ...(route.body
      ? { requestBody: { required: true, content: { [bodyType]: { schema: schemaOf(route.body, 'input', named) } } } }
      : {}),
    responses: {
      [String(route.status ?? 200)]: route.answer
        ? { description: 'Done', content: { 'application/json': { schema: schemaOf(route.answer, 'output', named) } } }
        : { description: 'Done' },
      default: {
        description: 'Refused, in the form of the protocol',
        content: { [refusal.contentType]: { schema: schemaOf(refusal.schema, 'output', named) } },
      },
    },
    'x-leadline-protocol': protocol,
  };
};

const securityOf = (access: Access): JsonObject =>
  access.kind === 'public' ? { security: [] } : { security: [{ bearer: [] }, { basic: [] }, { session: [] }] };

const operationId = (shape: Pick<RouteShape, 'path'> & { readonly method: string }): string =>
  `${shape.method.toLowerCase()}${shape.path
    .replace('/api/v1', '')
    .split(/[/\-.:]+/)
    .filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')}`;

const idempotencyParameter = (shape: RouteShape): JsonObject[] =>
  shape.method === 'GET' || shape.access.kind === 'public'
    ? []
    : [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          schema: { type: 'string', minLength: 1, maxLength: 255 },
          description: 'The same key and request within 24 hours get the first answer again',
        },
      ];

const parametersOf = (place: 'path' | 'query', schema: unknown, named: Named): JsonObject[] => {
  if (!schema) return [];
  const object = schemaOf(schema, 'input', named) as { properties?: Record<string, JsonObject>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (object.required ?? []).includes(name),
    schema: property,
    ...(typeof property['description'] === 'string' ? { description: property['description'] } : {}),
  }));
};

/** Schemas that have a name, for `components`. */
type Named = Record<string, JsonObject>;

/**
 * A schema as OpenAPI writes it. zod keeps named schemas inside each one; in a document they stand once, under
 * `components`. What is sent may differ from what is answered (defaults): its name then ends in `Input`.
 */
const schemaOf = (schema: unknown, io: 'input' | 'output', named: Named): JsonObject => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema as z.ZodType, {
    io,
    unrepresentable: 'any',
  }) as JsonObject;
  const names = new Set<string>();
  const ending = io === 'input' ? 'Input' : '';
  const lifted = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(lifted);
    if (node === null || typeof node !== 'object') return node;
    const { $defs, ...others } = node as { $defs?: Record<string, unknown> };
    for (const [name, held] of Object.entries($defs ?? {})) {
      if (names.has(name)) continue;
      names.add(name);
      named[name + ending] = lifted(held) as JsonObject;
    }
    return Object.fromEntries(
      Object.entries(others).map(([key, value]) =>
        key === '$ref' && typeof value === 'string'
          ? [key, `${value.replace('#/$defs/', '#/components/schemas/')}${ending}`]
          : [key, lifted(value)],
      ),
    );
  };
  return lifted(rest) as JsonObject;
};
