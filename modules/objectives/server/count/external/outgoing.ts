import { lookup as lookUpName, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { externalLimits } from './limits.ts';

/** An answer that is no data: its message is shown as the reason. */
export class SourceTrouble extends Error {
  /** True where another query to the same source would end the same way: it is away, slow or refuses us. */
  readonly ofSource: boolean;
  constructor(message: string, ofSource: boolean) {
    super(message);
    this.name = 'SourceTrouble';
    this.ofSource = ofSource;
  }
}

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), isIP(address!) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

/** Never a source: "this network", link-local (cloud metadata stands there), other clouds' metadata, multicast, reserved. */
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
/** Loopback and private networks: where most sources stand, unless the configuration forbids them. */
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

export interface SourceRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SourceAnswer {
  readonly status: number;
  readonly text: string;
}

export type Ask = (address: string, request: SourceRequest) => Promise<SourceAnswer>;

/**
 * Asks a source over HTTP. No redirect is followed; the address is looked at in the connection itself, so that a name which
 * answers differently the second time does not get through. Bounded in time and size. Throws SourceTrouble.
 */
export const createAsk =
  (options: { readonly allowInternal: boolean; readonly requestMs?: number }): Ask =>
  async (address, { method, headers, body }) => {
    const url = new URL(address);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && isForbidden(host, options.allowInternal)) throw forbidden(host);
    const requestMs = options.requestMs ?? externalLimits.requestMs;
    const deadline = AbortSignal.timeout(requestMs);
    const prepared: RequestOptions = {
      method,
      headers: {
        accept: 'application/json',
        ...headers,
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      signal: deadline,
      agent: false,
      lookup: guardedLookup(options.allowInternal),
    };
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const sending = (url.protocol === 'https:' ? overTls : overHttp)(url, prepared, resolve).on('error', reject);
        sending.end(body);
      });
      return { status: answer.statusCode!, text: await textOf(answer) };
    } catch (error) {
      if (error instanceof SourceTrouble) throw error;
      if (deadline.aborted) throw new SourceTrouble(`The source did not answer within ${requestMs / 1_000} s.`, true);
      throw new SourceTrouble(`The source cannot be reached: ${wordsOf(error)}.`, true);
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

const forbidden = (host: string): SourceTrouble =>
  new SourceTrouble(
    `${host} is an address that sources may not stand on: link-local and metadata addresses never, loopback and private ones only while allowInternalSources is set.`,
    true,
  );

/** The code of a connection's failure; a message might repeat what was sent. */
const wordsOf = (error: unknown): string => {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return code ?? cause?.code ?? (error instanceof Error ? error.name : 'unknown');
};

const textOf = async (answer: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > externalLimits.answerBytesMax) {
      answer.destroy();
      throw new SourceTrouble(
        `The answer is larger than ${externalLimits.answerBytesMax / 1024 / 1024} MB: add the series up in the query.`,
        false,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
