import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serveScreens } from './screens.ts';

let base: string;
let server: FastifyInstance;
const said: string[] = [];
beforeEach(async () => {
  said.length = 0;
  base = mkdtempSync('/tmp/leadline-screens-');
  const logger = { level: 'warn', stream: { write: (line: string) => void said.push(line) } };
  server = fastify({ logger });
  server.get('/api/v1/services/:name', async () => ({}));
  await serveScreens(server, join(base, 'cache', 'web'));
  await server.ready();
});
afterEach(async () => {
  await server.close();
  rmSync(base, { recursive: true, force: true });
});

it('A first start says nothing of screens that are still being built, and serves them once they are there', async () => {
  expect(said).toEqual([]);
  expect((await server.inject('/')).statusCode).toBe(503);
  writeFileSync(join(base, 'cache', 'web', 'index.html'), '<title>Leadline</title>');
  expect((await server.inject('/')).body).toContain('Leadline');
  expect((await server.inject({ url: '/services/a', headers: { accept: 'text/html' } })).body).toContain('Leadline');
});

it('An address of the API that does not exist is no file, however long it is', async () => {
  expect((await server.inject('/api/v1/services/a')).statusCode).toBe(200);
  const answer = await server.inject(`/api/v1/services/${'a'.repeat(5_000)}`);
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'http.not-found']);
});
