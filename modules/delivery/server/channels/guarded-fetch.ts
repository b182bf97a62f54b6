import { Agent as HttpAgent, request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as overTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { Refusal } from '../../../../kernel/problem.ts';
import { guardedLookup, isForbiddenHost } from '../../../../platform/http/address-guard.ts';
import type { GuardedAnswer, GuardedFetch } from './channel.ts';

/** What is kept of an answer: enough to find an error inside. */
export const answerBytesMax = 64 * 1024;
/** Connections to one host that are kept open, and how long one that rests is kept. */
const socketsMax = { open: 100, resting: 16 };
const restMs = 4_000;

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
    lookup: guardedLookup(options, forbidden),
  };
  const agents = { http: new HttpAgent(connection), https: new TlsAgent(connection) };
  const call: GuardedFetch = async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    const secure = url.protocol === 'https:';
    if (!secure && url.protocol !== 'http:') throw forbidden(url.protocol);
    if (isForbiddenHost(url.hostname, options)) throw forbidden(url.hostname);
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
  if (isForbiddenHost(to.host, options)) throw forbidden(to.host);
  const socket = connect({ ...to, lookup: guardedLookup(options, forbidden), keepAlive: true, noDelay: true });
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
