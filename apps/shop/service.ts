import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { noFault, type Fault } from './fault.ts';

// The SDK's instrumentations see what is required, not what is imported: for `import` they need a loader thread that
// costs 33 MB a process. So what they instrument is required here, once, for every service.
const require = createRequire(import.meta.url);
const http = require('node:http') as typeof import('node:http');
const { pino } = require('pino') as typeof import('pino');

/** A failure that a service expects and names; the status goes to the caller. */
export class Failure extends Error {
  readonly status: number;
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Failure';
    this.status = status;
  }
}

export interface ShopRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly body: any;
  readonly log: typeof log;
}

/** `GET /products/:id` to what answers it. */
export type Routes = Readonly<Record<string, (request: ShopRequest) => Promise<unknown>>>;

const bodyBytesMax = 16_384;
const callMsMax = 10_000;
const log = pino({ base: null });
let fault: Fault = noFault;

/**
 * Serves one service on a free port of loopback and tells it to the process that started it, which also sets faults
 * by messages. Ends when told to, or when that process is gone.
 */
export const serve = (routes: Routes): void => {
  const server = http.createServer((request, response) => void answer(routes, request, response));
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });
  process.on('message', (message: { fault: Fault }) => {
    fault = message.fault;
  });
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
    if (process.connected) process.disconnect?.();
  };
  // The SDK sends what it still holds when the process has nothing more to do.
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
};

/** Calls another service of the shop; its failure is this service's 502, with the other's words. */
export const call = async (base: string, method: string, path: string, body?: unknown): Promise<any> => {
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(callMsMax),
  });
  const answered = (await response.json()) as { error?: string };
  if (response.ok) return answered;
  throw new Failure(
    response.status < 500 ? response.status : 502,
    answered.error ?? `${method} ${path} answered ${response.status}`,
  );
};

/** Where another service is, as the shop's starter says. */
export const addressOf = (service: string): string => {
  const address = process.env[`SHOP_${service.toUpperCase()}_URL`];
  if (!address)
    throw new Error(`SHOP_${service.toUpperCase()}_URL is not set: services are started by apps/shop/start.ts.`);
  return address;
};

/** A time that looks like work: most near `typicalMs`, a few several times as long (log-normal). */
export const work = (typicalMs: number): Promise<void> => {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return wait(Math.min(typicalMs * Math.exp(0.5 * normal), 20 * typicalMs));
};

const answer = async (routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const found = findRoute(routes, request.method ?? 'GET', request.url ?? '/');
  const span = trace.getActiveSpan();
  if (found) {
    // A plain server has no router that the SDK could ask: the route is told as a framework would.
    span?.setAttribute('http.route', found.path);
    span?.updateName(`${request.method} ${found.path}`);
  }
  try {
    if (!found) throw new Failure(404, `There is no ${request.method} ${request.url}`);
    const body = await readBody(request);
    await suffer(found.name);
    send(response, 200, await found.handle({ params: found.params, body, log }));
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : new Failure(500, error instanceof Error ? error.message : String(error), error);
    if (failure.status >= 500) {
      span?.recordException(failure);
      span?.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
      log.error({ err: failure, 'http.route': found?.path }, failure.message);
    }
    send(response, failure.status, { error: failure.message });
  }
};

/** Requests that should have failed by now and did not: the share holds over dozens of requests, not only over thousands. */
let owed = 0;

/** What the fault of the moment does to a request. */
const suffer = async (route: string): Promise<void> => {
  if (fault.latencyMs > 0) await wait(fault.latencyMs * (0.75 + Math.random() / 2));
  owed = fault.errors === 0 ? 0 : owed + fault.errors;
  if (Math.random() >= owed) return;
  owed -= 1;
  throw new Failure(503, `${process.env['OTEL_SERVICE_NAME']}: the provider did not answer ${route}`);
};

const findRoute = (routes: Routes, method: string, url: string) => {
  const path = new URL(url, 'http://shop').pathname;
  for (const [name, handle] of Object.entries(routes)) {
    const [verb, pattern] = name.split(' ') as [string, string];
    const match = verb === method ? new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(path) : null;
    if (match) return { name, path: pattern, handle, params: { ...match.groups } };
  }
  return null;
};

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Failure(413, `A body has at most ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Failure(400, 'The body is not JSON');
  }
};

const send = (response: ServerResponse, status: number, body: unknown): void => {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
