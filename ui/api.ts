import type { z } from 'zod';
import type { Problem } from '../kernel/problem.ts';
import type { RouteShape } from '../kernel/route.ts';
import { fillPath, queryString } from './request-path.ts';
import { noteAnswer, noteUnreachable } from './connection.ts';

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;
type Part<Name extends string, Schema> = Schema extends z.ZodType
  ? Record<string, never> extends z.input<Schema>
    ? { readonly [Key in Name]?: z.input<Schema> }
    : { readonly [Key in Name]: z.input<Schema> }
  : unknown;

/** What a route takes: `params`, `query` and `body`, each only where the contract has it. */
export type CallInput<Shape extends RouteShape> = Part<'params', Shape['params']> &
  Part<'query', Shape['query']> &
  Part<'body', Shape['body']>;

/** What a route answers, as the contract's schema says; undefined for 204. */
export type Answer<Shape extends RouteShape> = Shape['answer'] extends z.ZodType
  ? z.output<Shape['answer']>
  : undefined;

/** A refusal by the API (RFC 9457), or `page.unreachable` when no answer came. */
export class ApiProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ? `${problem.title}. ${problem.detail}` : problem.title);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

let whenUnauthenticated: () => void = () => {};

/** Says what happens when the API no longer knows who asks (401): the router goes to sign-in. */
export const onUnauthenticated = (listener: () => void): void => {
  whenUnauthenticated = listener;
};

/**
 * Calls one route of a contract on this origin. Throws an ApiProblem for every refusal.
 * Requests are same-origin JSON with the session's cookie; the server checks `Origin` on every write, so that
 * another site's form cannot send one.
 */
export const call = async <const Shape extends RouteShape>(
  shape: Shape,
  input: CallInput<Shape>,
  options: { readonly signal?: AbortSignal; readonly idempotencyKey?: string } = {},
): Promise<Answer<Shape>> => {
  const { params, query, body } = input as { params?: Input<unknown>; query?: Input<unknown>; body?: unknown };
  const response = await send(`${fillPath(shape.path, params ?? {})}${queryString(query ?? {})}`, {
    method: shape.method,
    credentials: 'same-origin',
    redirect: 'error',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (!response.ok) throw await refusal(response);
  noteAnswer(null, shape.path);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer<Shape>;
};

const send = async (path: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    noteUnreachable();
    throw new ApiProblem({
      status: 0,
      code: 'page.unreachable',
      title: 'Leadline did not answer',
      detail: 'The server is not running or the network is down. The page tries again by itself.',
    });
  }
};

const refusal = async (response: Response): Promise<ApiProblem> => {
  const problem = await readProblem(response);
  noteAnswer(problem, new URL(response.url || 'http://localhost/').pathname);
  if (response.status === 401) whenUnauthenticated();
  return new ApiProblem(problem);
};

const readProblem = async (response: Response): Promise<Problem> => {
  const isProblem = response.headers.get('content-type')?.includes('json') ?? false;
  const body = isProblem ? ((await response.json().catch(() => ({}))) as Partial<Problem>) : {};
  return {
    ...body,
    status: response.status,
    code: body.code ?? 'page.unexpected-answer',
    title: body.title ?? `The server answered ${response.status}`,
  };
};
