import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one call brought: which page, under which key, when. */
export interface Call {
  readonly page: string;
  readonly key: string;
  readonly path: string;
  readonly atMs: number;
}

/** People's webhooks, as a process of its own: what comes is kept with the instant at which it came. */
const calls: Call[] = [];
const server = createServer((request, response) => {
  const atMs = Date.now();
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as { data?: { page?: { id?: string } } };
    const key = String(request.headers['idempotency-key']);
    calls.push({ page: body.data?.page?.id ?? '', key, path: request.url ?? '', atMs });
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () =>
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('message', (message: { from: number }) => process.send!({ calls: calls.slice(message.from) }));
process.on('disconnect', () => process.exit(0));
