import { lookup as lookUpName, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { Agent as HttpAgent, request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as overTls } from 'node:https';
import { BlockList, connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { Refusal } from '../../../../kernel/problem.ts';
import type { GuardedAnswer, GuardedFetch } from './channel.ts';

/** What is kept of an answer: enough to find an error inside. */
export const answerBytesMax = 64 * 1024;
/** Connections to one host that are kept open, and how long one that rests is kept. */
const socketsMax = { open: 100, resting: 16 };
const restMs = 4_000;

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), isIP(address!) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

/**
 * Never a receiver: "this network", link-local (cloud metadata stands there), other clouds' metadata, multicast, reserved,
 * and IPv6 forms that hide an IPv4 address (IANA special-purpose registries, RFC 6890).
 */
const never = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'fd00:ec2::254/128',
  'ff00::/8',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
]);
/** Loopback and private networks: many receivers stand there, unless the configuration forbids them. */
const internal = listOf([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
]);

export const isForbidden = (address: string, allowInternal: boolean): boolean => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return never.check(address, family) || (!allowInternal && internal.check(address, family));
};

/**
 * A fetch that follows no redirect and connects to no forbidden address. The address is looked at in the connection
 * itself, so that a name which answers differently the second time does not get through; connections are kept by host
 * name and were looked at when they were made. Throws a Refusal `delivery.forbidden-address`.
 */
export const createGuardedFetch = (options: { readonly allowInternal: boolean }): GuardedFetch & { stop(): void } => {
  const connection = {
    keepAlive: true,
    maxSockets: socketsMax.open,
    maxFreeSockets: socketsMax.resting,
    timeout: restMs,
    lookup: guardedLookup(options.allowInternal),
  };
  const agents = { http: new HttpAgent(connection), https: new TlsAgent(connection) };
  const call: GuardedFetch = async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    const secure = url.protocol === 'https:';
    if (!secure && url.protocol !== 'http:') throw forbidden(url.protocol);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && isForbidden(host, options.allowInternal)) throw forbidden(host);
    const prepared: RequestOptions = {
      method,
      headers: {
        'user-agent': 'Leadline',
        ...headers,
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      signal,
      agent: secure ? agents.https : agents.http,
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = (secure ? overTls : overHttp)(url, prepared, resolve).on('error', reject);
      sending.end(body);
    });
    return answerOf(answer);
  };
  return Object.assign(call, {
    stop: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  });
};

/** A plain connection for protocols other than HTTP, by the same rules; whoever asked speaks TLS over it. */
export const guardedSocket = async (
  to: { readonly host: string; readonly port: number },
  options: { readonly allowInternal: boolean; readonly connectMs: number },
): Promise<Socket> => {
  if (isIP(to.host) !== 0 && isForbidden(to.host, options.allowInternal)) throw forbidden(to.host);
  const socket = connect({ ...to, lookup: guardedLookup(options.allowInternal), keepAlive: true, noDelay: true });
  const ready = Promise.withResolvers<void>();
  socket.once('connect', ready.resolve).once('error', ready.reject);
  const timer = setTimeout(
    () => socket.destroy(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })),
    options.connectMs,
  );
  try {
    await ready.promise;
    return socket;
  } finally {
    clearTimeout(timer);
    socket.off('error', ready.reject);
  }
};

const guardedLookup =
  (allowInternal: boolean): LookupFunction =>
  (name, options, answer) => {
    lookUpName(name, { ...options, all: true } as LookupAllOptions, (error, found: LookupAddress[]) => {
      if (error) return answer(error, []);
      if (found.some((each) => isForbidden(each.address, allowInternal))) return answer(forbidden(name), []);
      if (options.all) return answer(null, found);
      return answer(null, found[0]!.address, found[0]!.family);
    });
  };

const forbidden = (host: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'delivery.forbidden-address',
    title: 'Nothing is sent to this address',
    detail: `${host}: only http and https; link-local and metadata addresses never, loopback and private ones only while allowInternalReceivers is set.`,
  });

const answerOf = async (answer: IncomingMessage): Promise<GuardedAnswer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, answerBytesMax - size));
    size += chunk.length;
    // The rest is not read: the connection is given up rather than a long answer waited for.
    if (size >= answerBytesMax) break;
  }
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  return { status: answer.statusCode!, headers, text: Buffer.concat(chunks).toString('utf8') };
};
