import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/**
 * Somebody's first service, for the journeys: under the real SDK (`--import
 * @opentelemetry/auto-instrumentations-node/register`) it answers as many requests as it is told to make of itself,
 * writes one log line for each, and ends. What the SDK instruments is required, because it does not see imports.
 */
const require = createRequire(import.meta.url);
const http = require('node:http') as typeof import('node:http');
const { pino } = require('pino') as typeof import('pino');
const log = pino({ base: null });
const times = Number(process.argv[2] ?? 1);

const server = http.createServer((_request, response) => {
  log.info({ 'ship.name': 'Endeavour' }, 'seven fathoms under the keel');
  response.end('hello');
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  for (let time = 0; time < times; time += 1) await (await fetch(`http://127.0.0.1:${port}/depth`)).text();
  server.close();
  server.closeAllConnections();
});
