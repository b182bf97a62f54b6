import { Client, credentials } from '@grpc/grpc-js';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { OtlpDecoder } from '../modules/telemetry/domain/otlp-decoder.ts';
import { receiveLimits } from '../modules/telemetry/server/receive/receive-limits.ts';
import { encodeOtlp, realisticTraces } from '../modules/telemetry/server/receive/testing/otlp.ts';
import { testReceivers } from '../modules/telemetry/server/receive/testing/receivers.ts';

/**
 * npm run bench:decode: what decoding costs a thread, and how long bodies of every kind block the serving event loop.
 * Senders are a thread of their own; rows are dropped where the log would keep them, so this is the receivers alone.
 */
const targets = { spansPerCpuSecond: 100_000, eventLoopMs: 50 } as const;
const spansPerRequest = 512;
const roundMs = 4_000;

interface Sending {
  readonly url: string;
  readonly body: Uint8Array;
  /** Null over gRPC. */
  readonly headers: Record<string, string> | null;
  readonly lanes: number;
  readonly forMs: number;
}

const main = async (): Promise<void> => {
  const body = encodeOtlp('TracesRequest', realisticTraces(spansPerRequest));
  console.log(`Body: ${spansPerRequest} spans, ${body.length} bytes, ${gzipSync(body).length} gzip.`);
  decodeOnly(body);
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const json = { 'content-type': 'application/json' };
  const zipped = (headers: Record<string, string>) => ({ ...headers, 'content-encoding': 'gzip' });
  const text = Buffer.from(JSON.stringify(realisticTraces(spansPerRequest)));
  await blocking('20 senders of 512 spans, gzip', gzipSync(body), zipped(protobuf), 20);
  await blocking('20 senders of 512 spans, JSON', text, json, 20);
  await blocking('4 senders of 20 MB requests', repeated(body, receiveLimits.wireBytes), protobuf, 4);
  await blocking(
    '4 senders of 64 MB in gzip',
    gzipSync(repeated(body, receiveLimits.decodedBytes)),
    zipped(protobuf),
    4,
  );
  await blocking('20 senders of 512 spans over gRPC', body, null, 20);
  await blocking('4 senders of 20 MB over gRPC', repeated(body, receiveLimits.wireBytes), null, 4);
  await blocking(
    '4 senders of gzip bombs',
    gzipSync(new Uint8Array(receiveLimits.decodedBytes * 4)),
    zipped(protobuf),
    4,
  );
  await blocking('4 senders of 20 MB of broken JSON', Buffer.alloc(receiveLimits.wireBytes, '[{"a":'), json, 4);
};

/** Concatenated requests are one valid request: as many as fit into `bytes`. */
const repeated = (body: Uint8Array, bytes: number): Uint8Array =>
  Buffer.concat(Array.from({ length: Math.floor(bytes / body.length) }, () => body));

const decodeOnly = (bytes: Uint8Array): void => {
  const decoder = new OtlpDecoder({ redactionRules: [] });
  const nowSeconds = Date.now() / 1_000;
  let spans = 0;
  let cpu = process.cpuUsage();
  for (let phase = 0; phase < 2; phase++) {
    spans = 0;
    cpu = process.cpuUsage();
    const until = performance.now() + roundMs / 2;
    while (performance.now() < until) {
      spans += decoder.decode({ signal: 'traces', bytes, nowSeconds, retentionDays: 8, request: 1 }).accepted;
      decoder.confirm(1);
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = Math.round(spans / ((user + system) / 1e6));
  console.log(
    `decode alone: ${perSecond.toLocaleString('en')} spans a CPU-second (target ${targets.spansPerCpuSecond.toLocaleString('en')}): ${perSecond >= targets.spansPerCpuSecond ? 'met' : 'MISSED'}`,
  );
};

/** Sends for some seconds from another thread and tells how long the serving loop stood still at worst. */
const blocking = async (
  what: string,
  body: Uint8Array,
  headers: Record<string, string> | null,
  lanes: number,
): Promise<void> => {
  let spans = 0;
  const receivers = await testReceivers({
    keep: {
      append: async ({ rows }) => {
        spans += rows.reduce((sum, { table, count }) => sum + (table === 'telemetry_spans' ? count : 0), 0);
        return 'kept';
      },
    },
  });
  const sending: Sending = {
    url: headers === null ? receivers.grpc : `${receivers.http}/v1/traces`,
    body,
    headers,
    lanes,
    forMs: roundMs,
  };
  const sender = new Worker(new URL(import.meta.url), { workerData: sending });
  await new Promise((resolve) => sender.once('online', resolve));
  const turns = watchTurns();
  const statuses = await new Promise<Record<string, number>>((resolve, reject) => {
    sender.once('message', resolve);
    sender.once('error', reject);
  });
  const { busyMs, lateMs } = turns.stop();
  await receivers.stop();
  const answers = Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
  const rate = Math.round(spans / (roundMs / 1_000)).toLocaleString('en');
  const verdict = busyMs <= targets.eventLoopMs ? 'met' : 'MISSED';
  console.log(
    `${what}: ${answers}; ${rate} spans/s; longest turn of the event loop ${busyMs.toFixed(1)} ms of processor (target ${targets.eventLoopMs}): ${verdict}; latest timer ${lateMs.toFixed(1)} ms`,
  );
};

/**
 * Watches how much processor time the serving thread takes between two firings of a timer: that is how long it blocks,
 * also on a machine whose other work keeps it waiting (which the lateness in wall time shows).
 */
const watchTurns = (): { stop(): { busyMs: number; lateMs: number } } => {
  const everyMs = 1;
  let cpu = process.threadCpuUsage();
  let at = performance.now();
  let busyMs = 0;
  let lateMs = 0;
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(cpu);
    busyMs = Math.max(busyMs, (user + system) / 1_000);
    lateMs = Math.max(lateMs, performance.now() - at - everyMs);
    cpu = process.threadCpuUsage();
    at = performance.now();
  }, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return { busyMs, lateMs };
    },
  };
};

const send = async ({ url, body, headers, lanes, forMs }: Sending): Promise<void> => {
  const statuses: Record<string, number> = {};
  const until = performance.now() + forMs;
  const client = new Client(url, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const sendOne = headers === null ? callsOf(client) : posts(url, headers);
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const status = await sendOne(body);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  client.close();
  parentPort!.postMessage(statuses);
};

type SendOne = (body: Uint8Array) => Promise<string>;

const posts =
  (url: string, headers: Record<string, string>): SendOne =>
  async (body) => {
    const response = await fetch(url, { method: 'POST', body, headers } as RequestInit);
    await response.arrayBuffer();
    return String(response.status);
  };

const callsOf = (client: Client): SendOne => {
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  const asIs = (bytes: Buffer): Buffer => bytes;
  return (body) =>
    new Promise((resolve) => {
      client.makeUnaryRequest(path, asIs, asIs, Buffer.from(body), (error) => resolve(`gRPC ${error?.code ?? 0}`));
    });
};

if (isMainThread) await main();
else await send(workerData as Sending);
