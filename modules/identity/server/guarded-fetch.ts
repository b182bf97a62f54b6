import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { Refusal } from '../../../kernel/problem.ts';
import { guardedLookup, isForbiddenHost } from '../../../platform/http/address-guard.ts';

/** What an issuer's metadata, keys and tokens never come near to. */
const answerBytesMax = 1024 * 1024;
const answerMsMax = 10_000;

export interface GuardedRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * A fetch that follows no redirect and connects to no forbidden address; to internal ones only where that is allowed. It is looked up once
 * and looked at in the connection itself, so that a name which answers differently the second time does not get through.
 * Throws a Refusal `identity.issuer-internal`; bounded in time and size.
 */
export const guardedFetch =
  (options: { readonly allowInternal: boolean }) =>
  async (address: string, request: GuardedRequest): Promise<Response> => {
    const url = new URL(address);
    if ((!options.allowInternal && url.protocol !== 'https:') || isForbiddenHost(url.hostname, options))
      throw refusedAddress(url.hostname);
    const body = bytesOf(request.body);
    const deadline = AbortSignal.timeout(answerMsMax);
    const prepared: RequestOptions = {
      method: request.method,
      headers: {
        ...request.headers,
        'accept-encoding': 'identity',
        ...(body ? { 'content-length': String(body.length) } : {}),
      },
      signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
      // A connection of its own each time: one from a pool was looked at for another name.
      agent: false,
      lookup: guardedLookup(options, refusedAddress),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = (url.protocol === 'https:' ? overTls : overHttp)(url, prepared, resolve).on('error', reject);
      sending.end(body ?? undefined);
    });
    return responseOf(answer);
  };

const refusedAddress = (host: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'identity.issuer-internal',
    title: 'This issuer stands on an internal address',
    detail: `${host} is not on the public internet, or not reached by https. Set allowInternalIssuers if that is meant to be.`,
    errors: [
      {
        path: 'body.issuer',
        message: 'must be an https address on the public internet, unless allowInternalIssuers is set',
      },
    ],
  });

const bytesOf = (body: unknown): Buffer | null => {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new TypeError('this body cannot be sent');
};

const responseOf = async (answer: IncomingMessage): Promise<Response> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > answerBytesMax) {
      answer.destroy();
      throw new Error(`the answer is larger than ${answerBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each]),
  );
  const status = answer.statusCode!;
  return new Response([101, 204, 205, 304].includes(status) ? null : Buffer.concat(chunks), { status, headers });
};
