import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { Refusal } from '../../../../kernel/problem.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';

/** The body of a request as it came. */
export interface CameBody {
  /** All of it, or of one that is too long the beginning. */
  readonly bytes: Buffer;
  /** Of one that is too long its end: PagerDuty's clients may write the key last. */
  readonly end: Buffer;
  /** How many came. */
  readonly size: number;
  readonly limit: number;
}

/** More than is kept to look at, so that a key at the cut can be blotted out. */
const headBytes = integrationLimits.payloadBytes + 1_024;
const endBytes = 4 * 1_024;
/** Of what is refused anyway no more is read: its sender hears the answer when it has written, or has its connection closed. */
const drainedBytes = 64 * 1_024 * 1_024;

/**
 * Reads bodies as they come, whatever type they say, into `request.body`. One that is too long is no error here: it is read to its end
 * and only its beginning held, so that whose it is can be found out, the answer is heard, and there is something to look at.
 */
export const readBodies = (scope: FastifyInstance, type: string, limit: number): void => {
  scope.addContentTypeParser(type, (request, payload, done) => {
    read(payload, request, limit).then(
      (body) => done(null, body),
      (error: Error) => done(error),
    );
  });
};

const read = async (payload: Readable, request: FastifyRequest, limit: number): Promise<CameBody> => {
  let chunks: Buffer[] = [];
  let size = 0;
  let end = Buffer.alloc(0);
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    const before = size;
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else {
      if (before <= limit) chunks = [Buffer.from(Buffer.concat([...chunks, chunk]).subarray(0, headBytes))];
      end = Buffer.from(Buffer.concat([end, chunk]).subarray(-endBytes));
    }
    if (size > drainedBytes) break;
  }
  const said = Number(request.headers['content-length'] ?? size);
  return { bytes: Buffer.concat(chunks), end, size: Math.max(size, Number.isSafeInteger(said) ? said : 0), limit };
};

const nothing: CameBody = { bytes: Buffer.alloc(0), end: Buffer.alloc(0), size: 0, limit: 0 };

/** What came with a request; nothing where it had no body. */
export const cameWith = ({ body }: Pick<FastifyRequest, 'body'>): CameBody =>
  typeof body === 'object' && body !== null && 'bytes' in body ? (body as CameBody) : nothing;

export const isCut = ({ size, limit }: CameBody): boolean => size > limit;

/** 413, with how much it was and how much it may be. */
export const tooLarge = ({ size, limit }: Pick<CameBody, 'size' | 'limit'>): Refusal =>
  new Refusal({
    status: 413,
    code: 'http.body-too-large',
    title: 'The body is too large',
    detail: `It has ${size} bytes; at most ${limit} are taken. Its beginning is kept to be looked at.`,
  });
