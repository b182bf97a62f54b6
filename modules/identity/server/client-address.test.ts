import { describe, expect, it } from 'vitest';
import { addressBucket, clientAddress, isLoopback, proxyList } from './client-address.ts';

describe('X-Forwarded-For is believed only from configured proxies', () => {
  const trusted = proxyList(['10.0.0.0/8', '::1', '192.0.2.7']);
  it.each([
    ['no proxy configured for it', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['a trusted proxy', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['a client that writes the header itself', '10.1.2.3', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    ['two trusted proxies', '10.1.2.3', '203.0.113.9, 192.0.2.7', '203.0.113.9'],
    ['a trusted proxy without the header', '10.1.2.3', undefined, '10.1.2.3'],
    ['rubbish in the header', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['IPv4 inside IPv6', '::ffff:10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6 with port', '::1', '[2001:db8::5]:443', '2001:db8::5'],
    ['a socket without an address', undefined, '1.2.3.4', ''],
  ])('%s', (_name, remoteAddress, forwardedFor, expected) => {
    expect(clientAddress({ remoteAddress, forwardedFor, trusted })).toBe(expected);
  });

  it('counts a whole /64 of IPv6 as one', () => {
    expect(addressBucket('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(addressBucket('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(addressBucket('2001:0db8:0001:0002::9')).toBe('2001:db8:1:2::/64');
    expect(addressBucket('192.0.2.1')).toBe('192.0.2.1');
  });

  it('knows loopback in all its spellings', () => {
    for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) expect(isLoopback(address)).toBe(true);
    for (const address of ['10.0.0.1', '', '::2', '128.0.0.1']) expect(isLoopback(address)).toBe(false);
  });

  it('says which entry of the setting is wrong', () => {
    expect(() => proxyList(['proxy.local'])).toThrow(/proxy\.local/);
  });
});
