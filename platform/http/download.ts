import { lookup as lookUpName, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

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

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), isIP(address!) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

/** Never asked: "this network", link-local (cloud metadata), other clouds' metadata, multicast, reserved, IPv6 that hides IPv4 (RFC 6890). */
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
const internal = listOf([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
]);

const isForbidden = (address: string, allowInternal: boolean): boolean => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return never.check(address, family) || (!allowInternal && internal.check(address, family));
};

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
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  if (isIP(host) !== 0 && isForbidden(host, options.allowInternal)) throw forbidden(host);
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
    lookup: guardedLookup(options.allowInternal),
  };
  return new Promise((resolve, reject) => {
    (secure ? overTls : overHttp)(url, prepared, resolve).on('error', reject).end();
  });
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
