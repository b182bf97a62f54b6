import { expect, it } from 'vitest';
import { guardedLookup, isForbidden, isForbiddenHost } from './address-guard.ts';

/** One guard for everything that Leadline asks at an address which somebody wrote down. */
it.each([
  ['8.8.8.8', false, false],
  ['2606:4700::1111', false, false],
  ['10.0.0.1', true, false],
  ['100.64.0.1', true, false],
  ['127.0.0.1', true, false],
  ['192.168.1.1', true, false],
  ['198.18.0.1', true, false],
  ['::1', true, false],
  ['fd00::1', true, false],
  ['::ffff:10.0.0.1', true, false],
  ['0.0.0.0', true, true],
  ['169.254.169.254', true, true],
  ['::ffff:169.254.169.254', true, true],
  ['100.100.100.200', true, true],
  ['168.63.129.16', true, true],
  ['224.0.0.1', true, true],
  ['255.255.255.255', true, true],
  ['fe80::1', true, true],
  ['fd00:ec2::254', true, true],
  ['64:ff9b::a00:1', true, true],
  ['2002:a00:1::', true, true],
])('%s is forbidden: %s, and %s where internal addresses are allowed', (address, strictly, anyway) => {
  expect(isForbidden(address, { allowInternal: false })).toBe(strictly);
  expect(isForbidden(address, { allowInternal: true })).toBe(anyway);
});

it('looks at addresses as URLs write them, and leaves names to the connection', () => {
  expect(isForbiddenHost(new URL('https://[::ffff:a9fe:a9fe]/').hostname, { allowInternal: true })).toBe(true);
  expect(isForbiddenHost(new URL('https://2852039166/').hostname, { allowInternal: true })).toBe(true);
  expect(isForbiddenHost('localhost', { allowInternal: false })).toBe(false);
});

it('refuses a name by what it stands for', async () => {
  const lookUp = (allowInternal: boolean) =>
    new Promise<Error | null>((resolve) =>
      guardedLookup({ allowInternal }, (name) => new Error(`${name} is refused`))('localhost', { all: true }, (error) =>
        resolve(error),
      ),
    );
  expect(await lookUp(false)).toMatchObject({ message: 'localhost is refused' });
  expect(await lookUp(true)).toBeNull();
});
