import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { publicAccess, route } from '../kernel/route.ts';
import { type ApiProblem, call, onUnauthenticated } from './api.ts';
import { connection } from './connection.ts';
import { fieldErrors } from './form-errors.ts';

const putThing = route({
  method: 'PUT',
  path: '/api/v1/things/:name',
  summary: 'A thing',
  access: publicAccess,
  params: z.object({ name: z.string() }),
  query: z.object({ dry: z.boolean().optional() }),
  body: z.object({ size: z.number() }),
  answer: z.object({ result: z.string() }),
});

/** The server, as far as the page sees it. */
const answer = (status: number, body: unknown, type = 'application/json') => {
  const asked = vi.fn<typeof fetch>(
    async () =>
      new Response(body === undefined ? null : JSON.stringify(body), { status, headers: { 'content-type': type } }),
  );
  vi.stubGlobal('fetch', asked);
  return asked;
};
const put = () => call(putThing, { params: { name: 'a/b' }, query: { dry: true }, body: { size: 1 } });
const problem = async (promise: Promise<unknown>) => (await promise.catch((error: unknown) => error)) as ApiProblem;

describe('a screen hears what the API says', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('sends JSON to this origin with the cookie, and reads the answer', async () => {
    const asked = answer(200, { result: 'created' });
    expect(await put()).toEqual({ result: 'created' });
    const [url, init] = asked.mock.calls[0]!;
    expect(url).toBe('/api/v1/things/a%2Fb?dry=true');
    expect(init).toMatchObject({ method: 'PUT', credentials: 'same-origin', redirect: 'error', body: '{"size":1}' });
  });

  it('throws a refusal with its code and its wrong fields', async () => {
    answer(
      400,
      { status: 400, code: 'http.invalid', title: 'Not valid', errors: [{ path: 'body.size', message: 'too small' }] },
      'application/problem+json',
    );
    const error = await problem(put());
    expect(error.problem).toMatchObject({ status: 400, code: 'http.invalid' });
    expect(fieldErrors(error)).toEqual([{ name: 'size', message: 'too small' }]);
  });

  it('says that nobody is signed in', async () => {
    const told = vi.fn();
    onUnauthenticated(told);
    answer(401, { status: 401, code: 'identity.nobody', title: 'Sign in' });
    await problem(put());
    expect(told).toHaveBeenCalledOnce();
  });

  it('makes a problem of an answer that is none', async () => {
    vi.stubGlobal(
      'fetch',
      async () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
    );
    expect((await problem(put())).problem).toMatchObject({ status: 502, code: 'page.unexpected-answer' });
  });

  it('tells when the server is gone, and when it is back', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    expect((await problem(put())).problem.code).toBe('page.unreachable');
    expect(connection.value.kind).toBe('unreachable');
    answer(200, { result: 'unchanged' });
    await put();
    expect(connection.value.kind).toBe('well');
  });
});
