import { lookup as lookUpName, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), isIP(address!) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

/**
 * Never asked, whoever says the address: "this network", link-local (cloud metadata stands there), other clouds' metadata, multicast,
 * reserved, and IPv6 forms that hide an IPv4 address (IANA special-purpose registries, RFC 6890).
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
/** Loopback, private networks and what else is not of the public internet: much of what is asked stands there. */
const internal = listOf([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '::1/128',
  '100::/64',
  'fc00::/7',
]);

export interface AddressRule {
  /** Loopback and private addresses are let through. */
  readonly allowInternal: boolean;
}

/** Whether nothing is sent to this IP address. */
export const isForbidden = (address: string, { allowInternal }: AddressRule): boolean => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return never.check(address, family) || (!allowInternal && internal.check(address, family));
};

/** Whether a host, as it stands in a URL or alone, is a forbidden IP address; what a name stands for is looked at by `guardedLookup`. */
export const isForbiddenHost = (host: string, rule: AddressRule): boolean => {
  const bare = host.replace(/^\[|\]$/gu, '');
  return isIP(bare) !== 0 && isForbidden(bare, rule);
};

/**
 * Looks a name up for one connection and looks at what it stands for there, so that a name which answers differently the second time
 * does not get through. Where any of its addresses is forbidden the connection fails with `refused(name)`.
 */
export const guardedLookup =
  (rule: AddressRule, refused: (name: string) => Error): LookupFunction =>
  (name, options, answer) => {
    lookUpName(name, { ...options, all: true } as LookupAllOptions, (error, found: LookupAddress[]) => {
      if (error) return answer(error, []);
      if (found.some(({ address }) => isForbidden(address, rule))) return answer(refused(name), []);
      if (options.all) return answer(null, found);
      return answer(null, found[0]!.address, found[0]!.family);
    });
  };
