import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { bodyOf, compressed, servicesInLoad, type LoadBody } from './otlp-load.ts';

/** What a sender process is told: JSON in its first argument. */
export interface SenderOrder {
  readonly url: string;
  readonly protocol: 'http' | 'grpc';
  readonly signal: 'traces' | 'metrics' | 'logs';
  /** Requests under way at once. */
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second of this process; 0 sends the next when one is answered. */
  readonly requestsPerSecond: number;
  readonly instance: number;
}

/** What it tells when it ends, over IPC. */
export interface SenderReport {
  readonly acknowledgedItems: number;
  readonly acknowledgedRequests: number;
  readonly refusedRequests: number;
  readonly failedRequests: number;
  /** Milliseconds to the acknowledgement, sorted. */
  readonly latenciesMs: readonly number[];
  readonly wireBytes: number;
}

const grpcMethods = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
} as const;

const run = async (order: SenderOrder): Promise<SenderReport> => {
  const post = order.protocol === 'http' ? httpPost(order) : grpcPost(order);
  const until = Date.now() + order.seconds * 1_000;
  const sum = { acknowledgedItems: 0, acknowledgedRequests: 0, refusedRequests: 0, failedRequests: 0, wireBytes: 0 };
  const latenciesMs: number[] = [];
  let sent = 0;
  const startedMs = Date.now();
  let round = Math.floor(startedMs / 1_000) & 0x7fffff;

  const loop = async (bodies: readonly LoadBody[]): Promise<void> => {
    while (Date.now() < until) {
      for (const body of bodies) {
        if (order.requestsPerSecond > 0)
          await pause(Math.max(0, startedMs + (sent++ * 1_000) / order.requestsPerSecond - Date.now()));
        if (Date.now() >= until) return;
        const bytes =
          order.protocol === 'http'
            ? compressed(body.fill(round, Date.now()))
            : Buffer.from(body.fill(round, Date.now()));
        const from = performance.now();
        const status = await post(bytes).catch(() => 0);
        sum.wireBytes += bytes.byteLength;
        if (status === 200) {
          latenciesMs.push(performance.now() - from);
          sum.acknowledgedItems += body.items;
          sum.acknowledgedRequests += 1;
        } else if (status === 429 || status === 503) {
          sum.refusedRequests += 1;
          await pause(200);
        } else sum.failedRequests += 1;
      }
      round += 1;
    }
  };
  // Each loop sends for some of the services, so that the traces of a round are whole when all have sent.
  const groups = Array.from({ length: order.connections }, (_, group) =>
    Array.from({ length: servicesInLoad }, (_unused, service) => service).filter(
      (service) =>
        service % order.connections === group % servicesInLoad ||
        (order.connections > servicesInLoad && service === group % servicesInLoad),
    ),
  ).filter((services) => services.length > 0);
  await Promise.all(
    groups.map((services, group) =>
      loop(
        services.map((service) =>
          bodyOf[order.signal](service, order.instance * 10 + Math.floor(group / servicesInLoad)),
        ),
      ),
    ),
  );
  return { ...sum, latenciesMs: latenciesMs.sort((a, b) => a - b) };
};

const httpPost = (order: SenderOrder): ((bytes: Buffer) => Promise<number>) => {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const url = new URL(`/v1/${order.signal}`, order.url);
  return (bytes) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method: 'POST',
          agent,
          headers: {
            'content-type': 'application/x-protobuf',
            'content-encoding': 'gzip',
            'content-length': bytes.byteLength,
          },
        },
        (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
          answer.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
};

const grpcPost = (order: SenderOrder): ((bytes: Buffer) => Promise<number>) => {
  const client = new Client(new URL(order.url).host, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': 2,
    'grpc.max_send_message_length': -1,
  });
  return (bytes) =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        grpcMethods[order.signal],
        (value: Buffer) => value,
        (value) => value,
        bytes,
        (error) => resolve(error === null ? 200 : error.code === 8 || error.code === 14 ? 429 : 500),
      );
    });
};

if (import.meta.main) {
  const report = await run(JSON.parse(process.argv[2]!) as SenderOrder);
  await new Promise<void>((resolve) => process.send!(report, () => resolve()));
  process.exit(0);
}
