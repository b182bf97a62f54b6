import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Refusal, type FieldError, type Problem } from '../../kernel/problem.ts';

/** What the framework refuses, in our words; keyed by its error code. */
const frameworkRefusals: Record<string, Omit<Problem, 'status'>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'http.body-too-large',
    title: 'The body is too large',
    detail: 'Send less at once.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'http.unsupported-media-type',
    title: 'This content type is not understood',
    detail: 'Send application/json or application/yaml.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'http.malformed-json', title: 'The body is not valid JSON' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'http.empty-body',
    title: 'The body is empty',
    detail: 'Send a JSON value, or leave out the content type.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'http.truncated-body',
    title: 'The body is shorter or longer than its Content-Length',
  },
};

/** What PostgreSQL says by its code (SQLSTATE) that is no bug of ours: a text that no column holds, or that it is too busy. */
const databaseRefusals: Record<string, Problem> = (() => {
  const text = {
    status: 400,
    code: 'http.unstorable-text',
    title: 'A text of this request holds a character that cannot be kept',
    detail: 'U+0000 stands in it, or half of a surrogate pair.',
  };
  const busy = {
    status: 503,
    code: 'http.database-busy',
    title: 'The database does not answer in time',
    detail: 'Nothing was done. Try again.',
    retryAfterSeconds: 2,
  };
  return { '22021': text, '22P05': text, '57014': busy, '53300': busy, '57P03': busy };
})();
/** The driver has no code for that: every connection was in use. */
const noConnection = 'timeout exceeded when trying to connect';

/**
 * Any thrown thing as a problem (RFC 9457). A Refusal says itself what is wrong; what the framework refuses is translated;
 * everything else is a bug: 500, without its message (that goes to the log).
 */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Refusal) return error.problem;
  const framework = error as Partial<FastifyError>;
  const database = databaseRefusals[framework?.message === noConnection ? '53300' : (framework?.code ?? '')];
  if (database) return database;
  const status = typeof framework?.statusCode === 'number' ? framework.statusCode : 500;
  const known = framework?.code ? frameworkRefusals[framework.code] : undefined;
  if (known) return { status, ...known };
  if (error instanceof SyntaxError && status === 400) {
    return { status: 400, code: 'http.malformed-json', title: 'The body is not valid JSON', detail: error.message };
  }
  if (status >= 400 && status < 500) {
    return { status, code: 'http.refused', title: framework.message ?? 'The request was refused' };
  }
  return {
    status: 500,
    code: 'http.internal',
    title: 'Leadline failed at this request',
    detail: 'The log tells more under the request id.',
  };
};

/** A browser that is offered Basic opens a window of its own over our page, also for a fetch: only programs are. */
const challenges = (request: FastifyRequest): string =>
  request.headers['user-agent']?.startsWith('Mozilla/')
    ? 'Bearer realm="leadline"'
    : 'Bearer realm="leadline", Basic realm="leadline"';

/** Sends a problem as `application/problem+json`, with `Retry-After` where a later try is worth it. */
export const sendProblem = (request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
  if (problem.retryAfterSeconds !== undefined)
    reply.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
  if (problem.status === 401) reply.header('www-authenticate', challenges(request));
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      JSON.stringify({
        type: `https://leadline.dev/problems/${problem.code}`,
        title: problem.title,
        status: problem.status,
        code: problem.code,
        ...(problem.detail ? { detail: problem.detail } : {}),
        ...(problem.errors ? { errors: problem.errors } : {}),
        instance: request.id,
      }),
    );
};

/** Every wrong field of one part of a request, as a 400 that names them all. */
export const wrongInput = (part: 'params' | 'query' | 'body', error: z.ZodError): Refusal => {
  const errors: FieldError[] = error.issues.flatMap((issue) => fieldErrors(part, issue));
  return new Refusal({
    status: 400,
    code: 'http.invalid-input',
    title: errors.length === 1 ? 'One field is wrong' : `${errors.length} fields are wrong`,
    detail: errors
      .map((each) => `${each.path}: ${each.message}`)
      .join('; ')
      .slice(0, 2_000),
    errors: errors.slice(0, 100),
  });
};

const fieldErrors = (part: string, issue: z.core.$ZodIssue): FieldError[] => {
  const base = [part, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: `${base}.${key}`, message: 'there is no such field' }));
  }
  return [{ path: base, message: issue.message }];
};
