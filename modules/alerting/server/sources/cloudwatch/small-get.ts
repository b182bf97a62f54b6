import { lookup as lookUpName, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { get as overHttp, type IncomingMessage } from 'node:http';
import { get as overTls } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';

/** A certificate has 2 KiB, an answer of SNS as much. */
const bytesMax = 64 * 1_024;
const timeoutMs = 5_000;

/** Link-local (cloud metadata stands there), "this network", multicast: nobody's certificate. */
const never = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  never.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
] as const)
  never.addSubnet(network, bits, 'ipv6');

const isForbidden = (address: string): boolean => never.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const guardedLookup: LookupFunction = (name, options, answer) => {
  lookUpName(name, { ...options, all: true } as LookupAllOptions, (error, found: LookupAddress[]) => {
    if (error) return answer(error, []);
    if (found.some(({ address }) => isForbidden(address)))
      return answer(new Error(`${name} is a forbidden address`), []);
    return options.all ? answer(null, found) : answer(null, found[0]!.address, found[0]!.family);
  });
};

/**
 * Gets something small: follows no redirect, takes no forbidden address, waits at most five seconds. `authorities` (PEM) are trusted
 * beside the roots that Node brings. Throws where it cannot be had or is not answered 200.
 */
export const smallGet = async (address: string, authorities: string | null): Promise<Buffer> => {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  if (isIP(host) !== 0 && isForbidden(host)) throw new Error(`${host} is a forbidden address`);
  const options = {
    agent: false as const,
    lookup: guardedLookup,
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
