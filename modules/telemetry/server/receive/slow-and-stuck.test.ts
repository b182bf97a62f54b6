import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../../../platform/clock/clock.ts';
import { NoticeList } from '../../domain/notice-list.ts';
import { DecodePool } from './decode-pool.ts';
import { startGrpcServer } from './grpc-receiver.ts';
import { startHttpServer } from './http-server.ts';
import { Intake } from './intake.ts';
import { receiveLimits } from './receive-limits.ts';
import { createReceiveMetrics } from './receive-metrics.ts';
import { anOtlpSpan, aTracesRequest, encodeOtlp } from './testing/otlp.ts';

const log = pino({ level: 'silent' });
const pool = new DecodePool({ threads: 1, redactsSecrets: false, log });
const metrics = createReceiveMetrics(new Registry(), { heldBytes: () => 0, waiting: () => 0 });
const intake = new Intake({
  pool,
  keep: { append: async () => 'kept' },
  clock: systemClock,
  log,
  metrics,
  notices: new NoticeList(),
  retentionDays: { traces: 8, metrics: 8, logs: 8 },
});
const authorise = async () => ({ allowed: true, reason: 'loopback', sender: 'loopback' }) as const;
const place = { host: '127.0.0.1', port: 0, requestMs: 250 };
const http = await startHttpServer({ intake, authorise, log }, place);
const grpc = await startGrpcServer({ intake, authorise, log }, place);
afterAll(() => Promise.all([http.stop(), grpc.stop(), pool.stop()]));

const job = (body: Uint8Array<ArrayBuffer>, encoding: 'protobuf' | 'json') =>
  ({
    signal: 'traces',
    encoding,
    compression: 'identity',
    body,
    sender: 'test',
    nowSeconds: Date.now() / 1_000,
    retentionDays: 8,
  }) as const;

test('a sender that drips its body is told 408 and let go, its bytes are no longer held', async () => {
  const socket = connect(http.port, '127.0.0.1');
  socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n');
  const drip = setInterval(() => socket.write('{'), 20);
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  await new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined));
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  await expect.poll(() => intake.heldBytes).toBe(0);
});

test('a gRPC call whose message does not come is ended with DEADLINE_EXCEEDED', async () => {
  const session = connectHttp2(`http://127.0.0.1:${grpc.port}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.write(Buffer.from([0, 0, 0, 1, 0, 10]));
  const status = await new Promise((resolve) => {
    stream.on('response', (headers) => headers['grpc-status'] !== undefined && resolve(headers['grpc-status']));
    stream.on('trailers', (headers) => resolve(headers['grpc-status']));
    stream.resume();
  });
  session.destroy();
  expect(status).toBe('4');
});

test('while the receiver holds as many bytes as it may, both protocols tell to come again', async () => {
  const body = encodeOtlp('TracesRequest', aTracesRequest([anOtlpSpan()]));
  const post = () =>
    fetch(`http://127.0.0.1:${http.port}/v1/traces`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-protobuf' },
    });
  const client = new Client(`127.0.0.1:${grpc.port}`, credentials.createInsecure());
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  const asIs = (bytes: Buffer): Buffer => bytes;
  const call = (): Promise<number> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(path, asIs, asIs, Buffer.from(body), (error) => resolve(error?.code ?? 0));
    });
  const almostAll = receiveLimits.inFlightBytes - 10;
  intake.hold(almostAll);
  const full = await post();
  expect([full.status, full.headers.get('retry-after'), await call()]).toEqual([503, '1', 8]);
  intake.release(almostAll);
  expect([(await post()).status, await call()]).toEqual([200, 0]);
  expect(intake.heldBytes).toBe(0);
  client.close();
});

test('a decoding thread that is stuck is replaced: its request is to be sent again, the next one is taken', async () => {
  const impatient = new DecodePool({ threads: 1, redactsSecrets: false, log, decodeMs: 200 });
  const heavy = new Uint8Array(Buffer.from(`[${'[1],'.repeat(7_500_000)}1]`));
  const good = (): Uint8Array<ArrayBuffer> => encodeOtlp('TracesRequest', aTracesRequest([anOtlpSpan()]));
  const stuck = await impatient.decode(job(heavy, 'json'));
  expect(stuck.answer).toMatchObject({ ok: false, reason: 'failed' });
  await expect
    .poll(async () => (await impatient.decode(job(good(), 'protobuf'))).answer.ok, { timeout: 10_000 })
    .toBe(true);
  await impatient.stop();
});

test('what waits for a thread when the server stops is answered, not forgotten', async () => {
  const stopping = new DecodePool({ threads: 1, redactsSecrets: false, log });
  const waiting = Array.from({ length: 5 }, () => stopping.decode(job(new Uint8Array(8), 'protobuf')));
  await stopping.stop();
  const answers = await Promise.all(waiting);
  expect(answers.map(({ answer }) => answer.ok)).toEqual(Array(5).fill(false));
});
