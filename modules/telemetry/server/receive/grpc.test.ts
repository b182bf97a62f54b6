import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, expect, test } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Signal } from '../../domain/otlp-decoder.ts';
import { aLogsRequest, aMetricsRequest, anOtlpSpan, aTracesRequest, encodeOtlp, nanosOf } from './testing/otlp.ts';
import { testReceivers } from './testing/receivers.ts';
import { receiveLimits } from './receive-limits.ts';

const receivers = await testReceivers();
const client = new Client(receivers.grpc, credentials.createInsecure(), {
  'grpc.max_send_message_length': -1,
  'grpc.default_compression_algorithm': 2,
} as Record<string, number>);
afterAll(async () => {
  client.close();
  await receivers.stop();
});

const services: Record<Signal, string> = {
  traces: 'trace.v1.TraceService',
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
};

const send = (
  signal: Signal,
  body: Uint8Array,
  through = client,
): Promise<{ error: ServiceError | null; answer: Buffer }> =>
  new Promise((resolve) => {
    through.makeUnaryRequest(
      `/opentelemetry.proto.collector.${services[signal]}/Export`,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      Buffer.from(body),
      new Metadata(),
      (error, answer) => resolve({ error, answer: answer ?? Buffer.alloc(0) }),
    );
  });

const spans = (count: number, overrides = {}) =>
  encodeOtlp('TracesRequest', aTracesRequest(Array.from({ length: count }, () => anOtlpSpan(overrides))));

test('all three services take gzip messages and answer with nothing when all is well', async () => {
  const time = nanosOf(Temporal.Now.instant());
  const answers = [
    await send('traces', spans(5)),
    await send(
      'logs',
      encodeOtlp('LogsRequest', aLogsRequest([{ timeUnixNano: time, body: { stringValue: 'hello' } }])),
    ),
    await send(
      'metrics',
      encodeOtlp(
        'MetricsRequest',
        aMetricsRequest([{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: time, asInt: '3' }] } }]),
      ),
    ),
  ];
  expect(answers.map(({ error, answer }) => [error, answer.length])).toEqual([
    [null, 0],
    [null, 0],
    [null, 0],
  ]);
  expect([
    receivers.keep.count('telemetry_spans'),
    receivers.keep.count('telemetry_logs'),
    receivers.keep.count('telemetry_samples'),
  ]).toEqual([5, 1, 1]);
});

test('a partial success counts what was rejected', async () => {
  const { answer } = await send('traces', spans(2, { traceId: '' }));
  // partial_success { rejected_spans: 2, error_message: … }
  expect([...answer.subarray(2, 4)]).toEqual([8, 2]);
  expect(answer.toString()).toContain('rejected 2: the trace id is not 16 bytes');
});

test('a message that is not OTLP is INVALID_ARGUMENT, one that is too large RESOURCE_EXHAUSTED without a retry', async () => {
  const broken = await send('traces', spans(1).slice(0, -3));
  expect([broken.error?.code, broken.error?.details]).toEqual([3, expect.stringContaining('not an OTLP request')]);
  const large = await send('traces', new Uint8Array(receiveLimits.wireBytes + 10));
  expect([large.error?.code, large.error?.metadata.get('grpc-status-details-bin')]).toEqual([8, []]);
});

test('a full queue is RESOURCE_EXHAUSTED with RetryInfo, which tells the SDK to try again', async () => {
  receivers.keep.refusal = new Refusal({
    status: 429,
    code: 'telemetry.queue-full',
    title: 'Too much waits',
    retryAfterSeconds: 5,
  });
  const { error } = await send('traces', spans(1));
  receivers.keep.refusal = null;
  expect(error?.code).toBe(8);
  const details = error!.metadata.get('grpc-status-details-bin')[0] as Buffer;
  expect(details.toString()).toContain('type.googleapis.com/google.rpc.RetryInfo');
  // retry_delay { seconds: 5 }
  expect(details.toString('hex')).toContain('0a020805');
});

test('who may not send is refused before the message is read', async () => {
  const closed = await testReceivers({
    authorise: async () => ({
      allowed: false,
      reason: 'no-token',
      problem: { status: 401, code: 'identity.ingest-token-missing', title: 'A token is needed' },
    }),
  });
  const stranger = new Client(closed.grpc, credentials.createInsecure());
  const { error } = await send('traces', spans(1), stranger);
  stranger.close();
  expect([error?.code, error?.details]).toEqual([16, 'A token is needed']);
  expect(closed.keep.batches).toEqual([]);
  await closed.stop();
});
