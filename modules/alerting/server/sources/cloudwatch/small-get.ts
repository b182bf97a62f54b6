import { get as overHttp, type IncomingMessage } from 'node:http';
import { get as overTls } from 'node:https';
import { rootCertificates } from 'node:tls';
import { guardedLookup, isForbiddenHost } from '../../../../../platform/http/address-guard.ts';

/** A certificate has 2 KiB, an answer of SNS as much. */
const bytesMax = 64 * 1_024;
const timeoutMs = 5_000;
/** A stand-in of AWS may stand on the own network. */
const rule = { allowInternal: true } as const;

const forbidden = (host: string): Error => new Error(`${host} is a forbidden address`);

/**
 * Gets something small: follows no redirect, takes no forbidden address, waits at most five seconds. `authorities` (PEM) are trusted
 * beside the roots that Node brings. Throws where it cannot be had or is not answered 200.
 */
export const smallGet = async (address: string, authorities: string | null): Promise<Buffer> => {
  const url = new URL(address);
  if (isForbiddenHost(url.hostname, rule)) throw forbidden(url.hostname);
  const options = {
    agent: false as const,
    lookup: guardedLookup(rule, forbidden),
    signal: AbortSignal.timeout(timeoutMs),
    headers: { 'user-agent': 'Leadline', 'accept-encoding': 'identity' },
    ...(authorities === null ? {} : { ca: [...rootCertificates, authorities] }),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    (url.protocol === 'https:' ? overTls : overHttp)(url, options, resolve).on('error', reject);
  });
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new Error(`${url.host} answered ${answer.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw new Error(`${url.host} answered more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
