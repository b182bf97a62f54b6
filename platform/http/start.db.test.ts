import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { atLeast, publicAccess, route } from '../../kernel/route.ts';
import { loadConfiguration } from '../config/load.ts';
import { createLog } from '../log/log.ts';
import { testPostgres } from '../postgres/for-tests.ts';
import type { Actor } from './http.ts';
import { createHttp, type StartedHttp } from './start.ts';

const makeBoat = route({
  method: 'POST',
  path: '/api/v1/boats/:harbour',
  summary: 'Make a boat',
  access: atLeast('editor'),
  params: z.object({ harbour: z.string() }),
  body: z.strictObject({ name: z.string().min(2), length: z.int().positive() }),
  answer: z.object({ id: z.number() }),
  status: 201,
  bodyLimit: 1_000,
});
const makeKey = route({
  method: 'POST',
  path: '/api/v1/keys',
  summary: 'Make a key',
  access: atLeast('editor'),
  answer: z.object({ secret: z.string() }),
  secretAnswer: true,
});
const listBoats = route({
  method: 'GET',
  path: '/api/v1/boats',
  summary: 'List',
  access: publicAccess,
  query: z.object({ limit: z.coerce.number().int().max(10).default(5) }),
  answer: z.object({ limit: z.number() }),
});

const launchBoat = route({
  method: 'POST',
  path: '/api/v1/boats/:boat/launch',
  summary: 'Launch',
  access: atLeast('editor'),
  params: z.object({ boat: z.string() }),
  body: z.strictObject({ note: z.string().optional() }).optional(),
  answer: z.object({ launched: z.boolean() }),
});

const editor: Actor = { kind: 'person', id: 'e', name: 'E', role: 'editor', teams: {}, scopes: ['api'] };

let http: StartedHttp;
let postgres: Awaited<ReturnType<typeof testPostgres>>;
let made = 0;
let gate: Promise<void> | null = null;
let entered: (() => void) | null = null;

beforeAll(async () => {
  postgres = await testPostgres([{ name: 'http', folder: new URL('./migrations/', import.meta.url) }]);
  const config = loadConfiguration({ flags: { data: '/nowhere', logLevel: 'silent' }, environment: {}, folder: '/' });
  http = createHttp({ config, log: createLog('silent'), postgres, metrics: new Registry(), version: '0' });
  http.setAuthenticate(async (request) =>
    request.headers.authorization === 'Bearer e'
      ? editor
      : request.headers.authorization === 'Bearer v'
        ? { ...editor, id: 'v', role: 'viewer' }
        : null,
  );
  http.route(makeBoat, async () => {
    made += 1;
    entered?.();
    await gate;
    return { id: made };
  });
  http.route(makeKey, async () => ({ secret: 'hunter2' }));
  http.route(listBoats, async ({ query }) => ({ limit: query.limit }));
  http.route(launchBoat, async () => ({ launched: true }));
  http.fastify.get('/bug', async () => {
    throw new Error('the password is hunter2');
  });
  await http.fastify.ready();
});
afterAll(async () => {
  await http.stop();
  await postgres.stop();
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  http.fastify.inject({
    method: 'POST',
    url: '/api/v1/boats/kiel',
    headers: { authorization: 'Bearer e', 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
const boat = { name: 'Ida', length: 7 };

describe('what is wrong with a request is told as a problem', () => {
  it.each([
    ['nobody', boat, { authorization: '' }, 401, 'http.not-signed-in'],
    ['a role too low', boat, { authorization: 'Bearer v' }, 403, 'http.role-too-low'],
    ['wrong fields, all of them', { name: 'I', length: 0.5, sail: 1 }, {}, 400, 'http.invalid-input'],
    ['truncated JSON', '{"name":', {}, 400, 'http.malformed-json'],
    ['an empty body', '', {}, 400, 'http.empty-body'],
    ['a body too large', { name: 'x'.repeat(2_000), length: 1 }, {}, 413, 'http.body-too-large'],
    ['another content type', 'x', { 'content-type': 'text/csv' }, 415, 'http.unsupported-media-type'],
    ['broken YAML', 'a: [', { 'content-type': 'application/yaml' }, 400, 'http.malformed-yaml'],
    ['a key too long', boat, { 'idempotency-key': 'k'.repeat(256) }, 400, 'http.idempotency-key-invalid'],
  ] as const)('%s', async (_name, body, headers, status, code) => {
    const response = await post(body, headers);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
    expect(response.headers['content-type']).toContain('application/problem+json');
  });

  it('takes an empty body where none is needed, whatever its content type says', async () => {
    const headers = { authorization: 'Bearer e', 'content-type': 'application/json' };
    const answer = await http.fastify.inject({
      method: 'POST',
      url: '/api/v1/boats/kiel/launch',
      headers,
      payload: '',
    });
    expect([answer.statusCode, answer.json()]).toEqual([200, { launched: true }]);
  });

  it('names every wrong field', async () => {
    const { errors } = (await post({ name: 'I', length: 0.5, sail: 1 })).json() as { errors: { path: string }[] };
    expect(errors.map((error) => error.path).sort()).toEqual(['body.length', 'body.name', 'body.sail']);
  });

  it('says nothing of a bug but where to look', async () => {
    const response = await http.fastify.inject('/bug');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('hunter2');
  });

  it('takes YAML where it takes JSON', async () => {
    expect((await post('name: Ida\nlength: 7\n', { 'content-type': 'application/yaml' })).statusCode).toBe(201);
  });

  it('fills in defaults and refuses what is over the limit', async () => {
    expect((await http.fastify.inject('/api/v1/boats')).json()).toEqual({ limit: 5 });
    expect((await http.fastify.inject('/api/v1/boats?limit=11')).json().errors[0].path).toBe('query.limit');
  });
});

describe('a write with an Idempotency-Key is done once', () => {
  it('answers a repeat from what was kept', async () => {
    const before = made;
    const first = await post(boat, { 'idempotency-key': 'a' });
    const again = await post(boat, { 'idempotency-key': 'a' });
    expect(made - before).toBe(1);
    expect([again.statusCode, again.body, again.headers['idempotency-replayed']]).toEqual([
      first.statusCode,
      first.body,
      'true',
    ]);
  });

  it('refuses the key for another request', async () => {
    await post(boat, { 'idempotency-key': 'b' });
    expect((await post({ ...boat, length: 8 }, { 'idempotency-key': 'b' })).json().code).toBe(
      'http.idempotency-key-reused',
    );
  });

  it('refuses a repeat while the first is under way, and does it once', async () => {
    const before = made;
    let open = (): void => {};
    gate = new Promise((resolve) => (open = resolve));
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const first = post(boat, { 'idempotency-key': 'c' });
    void first.then(() => {});
    await inside;
    expect((await post(boat, { 'idempotency-key': 'c' })).json().code).toBe('http.idempotency-in-flight');
    open();
    expect((await first).statusCode).toBe(201);
    gate = null;
    entered = null;
    expect(made - before).toBe(1);
  });

  it('keeps one caller from the answers of another, and secrets from the table', async () => {
    const call = () =>
      http.fastify.inject({
        method: 'POST',
        url: '/api/v1/keys',
        headers: { authorization: 'Bearer e', 'idempotency-key': 'd' },
      });
    expect((await call()).json()).toEqual({ secret: 'hunter2' });
    expect((await call()).json().code).toBe('http.secret-shown-once');
    const { rows } = await postgres.pool.query<{ body: string }>("SELECT body FROM http.idempotency WHERE key = 'd'");
    expect(rows[0]?.body).not.toContain('hunter2');
  });

  it('lets a key whose request was refused be used again', async () => {
    expect((await post({ name: '' }, { 'idempotency-key': 'e' })).statusCode).toBe(400);
    expect((await post(boat, { 'idempotency-key': 'e' })).statusCode).toBe(201);
  });
});
