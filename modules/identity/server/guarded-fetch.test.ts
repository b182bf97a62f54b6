import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForbidden } from '../../../platform/http/address-guard.ts';
import { guardedFetch } from './guarded-fetch.ts';

const server = createServer((request, response) => {
  if (request.url === '/moved') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  else if (request.url === '/huge') response.end(Buffer.alloc(2 * 1024 * 1024));
  else
    response
      .setHeader('content-type', 'text/plain')
      .end(`${request.method} ${request.headers['content-length'] ?? '-'}`);
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
const get = { method: 'GET', headers: {} };

describe('An issuer is fetched from the public internet only, unless allowed', () => {
  it.each([
    'http://1.1.1.1/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://169.254.169.254/',
    'https://10.0.0.1/',
    'https://localhost/',
  ])('refuses %s', async (url) => {
    await expect(guardedFetch({ allowInternal: false })(url, get)).rejects.toMatchObject({
      problem: { code: 'identity.issuer-internal' },
    });
  });

  it.each([
    ['8.8.8.8', false],
    ['2606:4700::1111', false],
    ['100.64.0.1', true],
    ['192.168.1.1', true],
    ['fd00::1', true],
    ['fe80::1', true],
    ['::ffff:10.0.0.1', true],
    ['64:ff9b::a00:1', true],
  ])('%s internal: %s', (address, expected) => {
    expect(isForbidden(address, { allowInternal: false })).toBe(expected);
  });

  it('where it is allowed, sends what it is given, follows nothing and takes in no more than a megabyte', async () => {
    const fetch = guardedFetch({ allowInternal: true });
    expect(
      await (
        await fetch(`http://${base}/`, { method: 'POST', headers: {}, body: new URLSearchParams({ a: 'b' }) })
      ).text(),
    ).toBe('POST 3');
    expect((await fetch(`http://${base}/moved`, get)).status).toBe(302);
    await expect(fetch(`http://${base}/huge`, get)).rejects.toThrow(/larger/);
  });
});
