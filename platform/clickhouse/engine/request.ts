import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import { Failure } from './failure.ts';
import { limits } from './limits.ts';
import { multipartFields } from './multipart.ts';
import type { Lane } from './queue.ts';
import { atMost } from './spool.ts';

/** One request as the ClickHouse HTTP interface understands it: parameters from the URL or a form, SQL from either side. */
export interface StatementRequest {
  readonly params: URLSearchParams;
  readonly sql: string;
  /** True where the body is data for the statement in the URL; it is still unread then. */
  readonly hasBody: boolean;
  readonly queryId: string;
  readonly lane: Lane;
  readonly database: string;
  readonly format: string;
}

export const readRequest = async (request: IncomingMessage): Promise<StatementRequest> => {
  const params = new URL(request.url ?? '/', 'http://engine').searchParams;
  const inUrl = params.get('query') ?? '';
  const contentType = request.headers['content-type'] ?? '';
  let sql = inUrl;
  let hasBody = false;
  if (/^multipart\/form-data/i.test(contentType)) {
    const fields = multipartFields(await bodyText(request), contentType);
    sql = fields.get('query') ?? inUrl;
    for (const [name, value] of fields) if (name !== 'query') params.set(name, value);
  } else if (inUrl === '') {
    sql = await bodyText(request);
  } else {
    hasBody = mayHaveBody(request);
  }
  if (Buffer.byteLength(sql) > limits.queryBytesMax) throw tooLongStatement();
  const queryId = params.get('query_id') || randomUUID();
  if (!/^[\x20-\x7e]{1,200}$/.test(queryId))
    throw new Failure(400, 36, 'BAD_ARGUMENTS', 'The query_id may have 200 printable ASCII characters');
  return {
    params,
    sql,
    hasBody,
    queryId,
    lane: request.headers['x-leadline-lane'] === 'background' ? 'background' : 'interactive',
    database: params.get('database') ?? headerOf(request, 'x-clickhouse-database') ?? '',
    format: params.get('default_format') ?? headerOf(request, 'x-clickhouse-format') ?? 'TabSeparated',
  };
};

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const mayHaveBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** What undoes the request's Content-Encoding; the decoded size is bounded by whoever reads. */
export const decodersOf = (request: IncomingMessage): Transform[] => {
  const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return [];
  if (encoding === 'gzip' || encoding === 'x-gzip') return [createGunzip()];
  if (encoding === 'deflate') return [createInflate()];
  if (encoding === 'br') return [createBrotliDecompress()];
  if (encoding === 'zstd') return [createZstdDecompress()];
  throw new Failure(
    400,
    89,
    'UNKNOWN_COMPRESSION_METHOD',
    `Content-Encoding ${encoding.slice(0, 40)} is not served: gzip, deflate, br or zstd`,
  );
};

const tooLongStatement = (): Failure =>
  new Failure(413, 62, 'SYNTAX_ERROR', `Max query size exceeded: a statement may have ${limits.queryBytesMax} bytes`);

const bodyText = async (request: IncomingMessage): Promise<string> => {
  const bounded = pipeline(
    [request as Readable, ...decodersOf(request), atMost(limits.queryBytesMax)],
    () => undefined,
  ) as unknown as Readable;
  try {
    return await text(bounded);
  } catch (error) {
    if (error instanceof Failure && error.status === 413) throw tooLongStatement();
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new Failure(400, 354, 'ZLIB_INFLATE_FAILED', 'The body is not what its Content-Encoding says');
    throw error;
  }
};
