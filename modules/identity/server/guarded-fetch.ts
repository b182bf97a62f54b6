import { lookup as lookUpName, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Refusal } from '../../../kernel/problem.ts';

/** What an issuer's metadata, keys and tokens never come near to. */
const answerBytesMax = 1024 * 1024;
const answerMsMax = 10_000;

/** Addresses that are not of the public internet (IANA special-purpose registries, RFC 6890). */
const internal = new BlockList();
for (const network of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
]) {
  internal.addSubnet(network.split('/')[0]!, Number(network.split('/')[1]), 'ipv4');
}
for (const network of [
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]) {
  internal.addSubnet(network.split('/')[0]!, Number(network.split('/')[1]), 'ipv6');
}

export const isInternal = (address: string): boolean => internal.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

export interface GuardedRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * A fetch that follows no redirect and, unless allowed, connects to no internal address. The address is looked up once
 * and looked at in the connection itself, so that a name which answers differently the second time does not get through.
 * Throws a Refusal `identity.issuer-internal`; bounded in time and size.
 */
export const guardedFetch =
  (options: { readonly allowInternal: boolean }) =>
  async (address: string, request: GuardedRequest): Promise<Response> => {
    const url = new URL(address);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (!options.allowInternal && (url.protocol !== 'https:' || (isIP(host) !== 0 && isInternal(host))))
      throw refusedAddress(host);
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
      ...(options.allowInternal ? {} : { lookup: guardedLookup }),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = (url.protocol === 'https:' ? overTls : overHttp)(url, prepared, resolve).on('error', reject);
      sending.end(body ?? undefined);
    });
    return responseOf(answer);
  };

const guardedLookup: LookupFunction = (name, options, answer) => {
  lookUpName(name, { ...options, all: true } as LookupAllOptions, (error, found: LookupAddress[]) => {
    if (error) return answer(error, []);
    if (found.some((each) => isInternal(each.address))) return answer(refusedAddress(name), []);
    if (options.all) return answer(null, found);
    return answer(null, found[0]!.address, found[0]!.family);
  });
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
