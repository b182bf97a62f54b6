import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One notification in Alertmanager's webhook form. */
export interface Notified {
  readonly path: string;
  readonly status: string;
  readonly alertname: string;
  readonly alerts: number;
  readonly atMs: number;
}

/** Receiver of webhooks, as a process of its own. */
const notified: Notified[] = [];
const server = createServer((request, response) => {
  const atMs = Date.now();
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as {
      status: string;
      commonLabels: Record<string, string>;
      alerts: unknown[];
    };
    const alertname = body.commonLabels['alertname'] ?? '';
    notified.push({ path: request.url ?? '', status: body.status, alertname, alerts: body.alerts.length, atMs });
    response.writeHead(200).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () =>
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('message', (message: { from: number }) =>
  process.send!({ notified: notified.slice(message.from), total: notified.length }),
);
process.on('disconnect', () => process.exit(0));
