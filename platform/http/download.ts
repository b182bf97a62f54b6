import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { guardedLookup, isForbiddenHost } from './address-guard.ts';

/** What a server elsewhere gave, or what was wrong with it in words for people. */
export type Downloaded =
  | { readonly kind: 'changed'; readonly text: string; readonly etag: string | null }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'trouble'; readonly reason: string };

export interface DownloadOptions {
  /** Loopback and private addresses are let through. */
  readonly allowInternal: boolean;
  readonly bytesMax: number;
  readonly timeoutMs: number;
  /** ETag of what is known already. */
  readonly etag: string | null;
  readonly accept: string;
}

const redirectsMax = 3;

/**
 * Reads a text that somebody named the address of. Each address, also of each redirect, is looked at in the connection itself, so that a
 * name which answers differently the second time does not get through; bounded in time, size and redirects. Throws nothing.
 */
export const download = async (address: string, options: DownloadOptions): Promise<Downloaded> => {
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    let url = new URL(address.replace(/^webcal(s?):/u, (_all, secure) => (secure ? 'https:' : 'http:')));
    for (let hop = 0; hop <= redirectsMax; hop += 1) {
      const answer = await ask(url, options, signal);
      const status = answer.statusCode!;
      if (status === 304) return { kind: 'unchanged' };
      if (status === 200)
        return { kind: 'changed', text: await textOf(answer, options.bytesMax), etag: answer.headers.etag ?? null };
      answer.destroy();
      const { location } = answer.headers;
      if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
        throw new Trouble(`It answers ${status}.`);
      const next = new URL(location, url);
      if (url.protocol === 'https:' && next.protocol !== 'https:') throw new Trouble('It leads from https to http.');
      url = next;
    }
    throw new Trouble(`It leads on and on: more than ${redirectsMax} redirects.`);
  } catch (error) {
    if (signal.aborted) return { kind: 'trouble', reason: `It did not answer within ${options.timeoutMs / 1_000} s.` };
    if (error instanceof Trouble) return { kind: 'trouble', reason: error.message };
    return { kind: 'trouble', reason: `It cannot be reached: ${wordsOf(error)}.` };
  }
};

class Trouble extends Error {}

const ask = (url: URL, options: DownloadOptions, signal: AbortSignal): Promise<IncomingMessage> => {
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') throw new Trouble('Only http and https are read.');
  if (isForbiddenHost(url.hostname, options)) throw forbidden(url.hostname);
  const prepared: RequestOptions = {
    method: 'GET',
    headers: {
      accept: options.accept,
      'user-agent': 'Leadline',
      'accept-encoding': 'identity',
      ...(options.etag === null ? {} : { 'if-none-match': options.etag }),
    },
    signal,
    agent: false,
    lookup: guardedLookup(options, forbidden),
  };
  return new Promise((resolve, reject) => {
    (secure ? overTls : overHttp)(url, prepared, resolve).on('error', reject).end();
  });
};

const forbidden = (host: string): Trouble =>
  new Trouble(
    `${host} is an address that is not read: link-local and metadata addresses never, loopback and private ones only while allowInternalSources is set.`,
  );

const textOf = async (answer: IncomingMessage, bytesMax: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) {
      answer.destroy();
      throw new Trouble(`It is larger than ${Math.round(bytesMax / 1024)} KiB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** The code of a connection's failure; a message might repeat a secret of the address. */
const wordsOf = (error: unknown): string => {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return code ?? cause?.code ?? (error instanceof Error ? error.name : 'unknown');
};
