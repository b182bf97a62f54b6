import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { afterAll, expect, test } from 'vitest';
import { addressForTests } from '../platform/clickhouse/for-tests.ts';
import { createTalk } from '../platform/clickhouse/client.ts';
import { testServerVariable } from '../platform/postgres/for-tests.ts';
import { freshDatabases } from './fresh-databases.ts';

// Promise: on servers of one's own every product under test begins on empty databases, and leaves none behind.

const address = addressForTests();
/** The run's engine may listen on a Unix socket; an address of one's own is always a URL. */
const door = createServer((incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const onward = request({
    ...('socket' in address ? { socketPath: address.socket } : {}),
    method,
    path: url,
    headers,
  });
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward);
});
await new Promise<void>((done) => door.listen(0, '127.0.0.1', done));
afterAll(() => void door.close());

const servers = {
  DATABASE_URL: process.env[testServerVariable]!,
  CLICKHOUSE_URL: 'url' in address ? address.url : `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
};
const pathOf = (url: string | undefined): string => new URL(url!).pathname.slice(1);

const postgresHas = async (name: string): Promise<boolean> => {
  const client = new Client({ connectionString: servers.DATABASE_URL });
  await client.connect();
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  await client.end();
  return rowCount === 1;
};
const clickHouseHas = async (name: string): Promise<boolean> => {
  const talk = createTalk(address, { embedded: true });
  const found = await talk.query('SELECT 1 FROM system.databases WHERE name = {name:String}', { params: { name } });
  await talk.close();
  return found.length === 1;
};

test('each product gets its own on both servers, and they go with it', async () => {
  const [one, other] = [await freshDatabases(servers), await freshDatabases(servers)];
  const names = [one, other].map(({ environment }) => pathOf(environment['DATABASE_URL']));
  expect(new Set(names).size).toBe(2);
  for (const [at, { environment, drop }] of [one, other].entries()) {
    expect(pathOf(environment['CLICKHOUSE_URL'])).toBe(names[at]);
    expect([await postgresHas(names[at]!), await clickHouseHas(names[at]!)]).toEqual([true, true]);
    await drop();
    expect([await postgresHas(names[at]!), await clickHouseHas(names[at]!)]).toEqual([false, false]);
  }
});

test('without servers of one’s own there is nothing to tell the product', async () => {
  expect((await freshDatabases({})).environment).toEqual({});
});

test('what was made is removed again when the second server refuses', async () => {
  let asked = '';
  const refusing = createServer((incoming, outgoing) => {
    incoming.on('data', (chunk: Buffer) => (asked += chunk.toString()));
    incoming.on('end', () => outgoing.writeHead(500).end('no'));
  });
  await new Promise<void>((done) => refusing.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
  await expect(freshDatabases({ ...servers, CLICKHOUSE_URL: url })).rejects.toThrow();
  refusing.close();
  refusing.closeAllConnections();
  const [name] = /leadline_e2e_[0-9a-f]+/.exec(asked)!;
  expect(await postgresHas(name)).toBe(false);
});
