import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { guardedLookup, isForbiddenHost } from '../../../../../platform/http/address-guard.ts';
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
    if (isForbiddenHost(url.hostname, options)) throw forbidden(url.hostname);
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
      lookup: guardedLookup(options, forbidden),
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
