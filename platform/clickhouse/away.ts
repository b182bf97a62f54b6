import { ClickHouseError } from '@clickhouse/client';
import { Refusal } from '../../kernel/problem.ts';

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * What went wrong with a statement, as a refusal where it is one of the expected ways: the engine is away, busy, out of
 * memory or disk, or the statement took too long. Anything else (a wrong statement) comes back as it is.
 */
export const asRefusal = (
  error: unknown,
  context: { readonly late: boolean; readonly timeoutMs: number; readonly embedded?: boolean },
): unknown => {
  if (error instanceof Refusal) return error;
  if (error instanceof ClickHouseError) return refusalOfCode(error, context.timeoutMs) ?? error;
  if (context.late) return tooSlow(context.timeoutMs);
  if (isConnectionLoss(error)) return away((error as Error).message, context.embedded);
  return error;
};

/** `embedded`: false for a server of one's own, which nobody here restarts. */
export const away = (why: string, embedded = true): Refusal =>
  new Refusal({
    status: 503,
    code: 'clickhouse.away',
    title: 'The telemetry engine is away',
    detail: `${why}. ${embedded ? 'It is restarted; try again in a moment.' : 'It is used again as soon as it answers.'}`,
    retryAfterSeconds: 1,
  });

const isConnectionLoss = (error: unknown): boolean => {
  for (
    let cause = error as (Error & { code?: string; cause?: unknown }) | undefined;
    cause instanceof Error;
    cause = cause.cause as typeof cause
  ) {
    if (cause.code && connectionCodes.has(cause.code)) return true;
    if (/socket hang up|aborted|premature close|ECONNRE|other side closed/i.test(cause.message)) return true;
  }
  return false;
};

const tooSlow = (timeoutMs: number): Refusal =>
  new Refusal({
    status: 504,
    code: 'clickhouse.too-slow',
    title: 'The query took too long',
    detail: `It was ended after ${timeoutMs / 1000} s. Ask for a shorter time or fewer services.`,
  });

const refusalOfCode = (error: ClickHouseError, timeoutMs: number): Refusal | null => {
  switch (Number(error.code)) {
    case 159:
      return tooSlow(timeoutMs);
    case 241:
      return new Refusal({
        status: 503,
        code: 'clickhouse.too-heavy',
        title: 'The query needs more memory than it may use',
        detail: 'Ask for a shorter time or fewer services.',
      });
    case 202:
      return new Refusal({
        status: 503,
        code: 'clickhouse.busy',
        title: 'The telemetry engine is busy',
        detail: error.message,
        retryAfterSeconds: 1,
      });
    case 236:
      return away('It is stopping');
    case 243:
      return new Refusal({
        status: 507,
        code: 'clickhouse.disk-full',
        title: 'The disk of the telemetry engine is full',
        detail: 'Free some space or keep telemetry for fewer days.',
        retryAfterSeconds: 10,
      });
    default:
      return null;
  }
};
