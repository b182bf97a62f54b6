import { BlockList, isIP, isIPv4 } from 'node:net';

/** Networks whose `X-Forwarded-For` is believed, from the setting `trustedProxies`: addresses, CIDR networks, `loopback`, `linklocal`, `uniquelocal`. */
export const proxyList = (entries: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const entry of entries.flatMap((each) => named[each] ?? [each])) {
    const [address, prefix] = entry.split('/') as [string, string?];
    const family = familyOf(address);
    if (family === null)
      throw new Error(`trustedProxies: ${JSON.stringify(entry)} is neither an address nor a network`);
    list.addSubnet(address, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family);
  }
  return list;
};

const named: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Who really asks: the nearest address, walking back from the connection through `X-Forwarded-For`, that is not a trusted
 * proxy. From anybody else the header is not believed. A part that is no address ends the walk at the proxy that sent it.
 */
export const clientAddress = (options: {
  readonly remoteAddress: string | undefined;
  readonly forwardedFor: string | readonly string[] | undefined;
  readonly trusted: BlockList;
}): string => {
  let address = plainAddress(options.remoteAddress ?? '');
  const hops = [options.forwardedFor ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((hop) => hop.trim())
    .filter(Boolean);
  while (isTrusted(options.trusted, address)) {
    const hop = plainAddress(hops.pop() ?? '');
    if (familyOf(hop) === null) return address;
    address = hop;
  }
  return address;
};

/** IPv4 inside IPv6 (`::ffff:10.0.0.1`) as IPv4; brackets, ports and zones taken off. */
export const plainAddress = (text: string): string => {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ??
    (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(':')) : text);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return (mapped?.[1] ?? bare).split('%')[0]!;
};

/** What limits count by: an IPv4 address, or the /64 that one customer of an IPv6 provider has. */
export const addressBucket = (address: string): string => {
  if (isIPv4(address) || !address.includes(':')) return address;
  const [head = '', tail] = address.split('::') as [string, string?];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};

export const isLoopback = (address: string): boolean => isTrusted(loopback, plainAddress(address));

const loopback = proxyList(['loopback']);
function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const family = isIP(address);
  return family === 4 ? 'ipv4' : family === 6 ? 'ipv6' : null;
}
function isTrusted(list: BlockList, address: string): boolean {
  const family = familyOf(address);
  return family !== null && list.check(address, family);
}
