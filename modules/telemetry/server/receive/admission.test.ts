import Fastify from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import { systemClock } from '../../../../platform/clock/clock.ts';
import type { Configuration } from '../../../../platform/config/settings.ts';
import type { IngestSender } from '../../../identity/server/public.ts';
import { anOtlpSpan, aTracesRequest, encodeOtlp } from './testing/otlp.ts';
import { json, testReceivers } from './testing/receivers.ts';
import { startReceivers } from './start.ts';

const good = (): Uint8Array<ArrayBuffer> => encodeOtlp('TracesRequest', aTracesRequest([anOtlpSpan()]));
const protobuf = { 'content-type': 'application/x-protobuf' };

test('identity is told all it needs to know a sender, and that a proxy stands before it', async () => {
  const senders: IngestSender[] = [];
  const receivers = await testReceivers({
    authorise: async (sender) => {
      senders.push(sender);
      return { allowed: true, reason: 'loopback', sender: 'loopback' };
    },
  });
  await receivers.post('traces', good(), { ...protobuf, authorization: 'Bearer ll_x' });
  await receivers.post('traces', good(), { ...protobuf, 'x-forwarded-for': '203.0.113.7' });
  await receivers.post('traces', good(), { ...protobuf, via: '1.1 proxy' });
  await receivers.stop();
  expect(senders).toEqual([
    { authorization: 'Bearer ll_x', remoteAddress: '127.0.0.1', forwardedFor: undefined, forwarded: false },
    { authorization: undefined, remoteAddress: '127.0.0.1', forwardedFor: '203.0.113.7', forwarded: false },
    { authorization: undefined, remoteAddress: '127.0.0.1', forwardedFor: undefined, forwarded: true },
  ]);
});

test.each<
  [
    string,
    () =>
      | Promise<never>
      | {
          allowed: false;
          reason: 'no-token' | 'wrong-scope' | 'too-many-tries';
          problem: { status: number; code: string; title: string; retryAfterSeconds?: number };
        },
    number,
    string | null,
  ]
>([
  [
    'no token',
    () => ({
      allowed: false,
      reason: 'no-token',
      problem: { status: 401, code: 'identity.ingest-token-missing', title: 'A token is needed' },
    }),
    401,
    null,
  ],
  [
    'a token of the wrong scope',
    () => ({
      allowed: false,
      reason: 'wrong-scope',
      problem: { status: 403, code: 'identity.ingest-scope-missing', title: 'The token may not send' },
    }),
    403,
    null,
  ],
  [
    'too many wrong tokens',
    () => ({
      allowed: false,
      reason: 'too-many-tries',
      problem: { status: 429, code: 'identity.too-many-tries', title: 'Too many tries', retryAfterSeconds: 9 },
    }),
    429,
    '9',
  ],
  [
    'a database that does not answer',
    () =>
      Promise.reject(
        new Refusal({ status: 503, code: 'identity.unreachable', title: 'Not now', retryAfterSeconds: 3 }),
      ),
    503,
    '3',
  ],
  ['a fault in finding out', () => Promise.reject(new Error('boom')), 503, '2'],
])('%s is answered as the status says, and nothing is read', async (_name, decision, status, retryAfter) => {
  const receivers = await testReceivers({ authorise: async () => decision() });
  const answer = await receivers.post('traces', '{}', json);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
  expect(answer.headers.get('www-authenticate')).toBe(
    status === 401 ? 'Bearer realm="leadline", Basic realm="leadline"' : null,
  );
  expect(Object.keys(JSON.parse(answer.text))).toEqual(['code', 'message']);
  expect(receivers.keep.batches).toEqual([]);
  await receivers.stop();
});

test('the main port takes the same below /otlp, with the limits of the receivers', async () => {
  const fastify = Fastify({ bodyLimit: 1_024 });
  const kept: number[] = [];
  const receivers = await startReceivers({
    config: {
      values: {
        otlpHost: '127.0.0.1',
        otlpHttpPort: 0,
        otlpGrpcPort: 0,
        spansDays: 8,
        logsDays: 14,
        metricsDays: 35,
        attributeRedaction: false,
      },
    } as unknown as Configuration,
    log: pino({ level: 'silent' }),
    clock: systemClock,
    keep: {
      append: async ({ rows }) => {
        kept.push(rows.find(({ table }) => table === 'telemetry_spans')!.count);
        return 'kept';
      },
    },
    authorise: async () => ({ allowed: true, reason: 'loopback', sender: 'loopback' }),
    metrics: new Registry(),
    fastify,
  });
  const url = await fastify.listen({ host: '127.0.0.1', port: 0 });
  const body = encodeOtlp('TracesRequest', aTracesRequest(Array.from({ length: 50 }, () => anOtlpSpan())));
  const answers = await Promise.all([
    fetch(`${url}/otlp/v1/traces`, { method: 'POST', body, headers: protobuf }),
    fetch(`${url}/otlp/v1/traces`, { method: 'POST', body: '{', headers: json }),
    fetch(`${url}/otlp/v1/traces`, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
    fetch(`${url}/otlp/v1/profiles`, { method: 'POST', body: 'x' }),
    fetch(`${url}/otlp/v1/traces`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 415, 404, 405]);
  expect(kept).toEqual([50]);
  await fastify.close();
  await receivers.stop();
});

test('a port that is taken is an error that names it, and nothing stays open', async () => {
  const first = await testReceivers();
  await expect(testReceivers({ settings: { otlpGrpcPort: first.grpcPort } })).rejects.toThrow(String(first.grpcPort));
  await expect(testReceivers({ settings: { otlpHttpPort: first.httpPort } })).rejects.toThrow(/EADDRINUSE/);
  await first.stop();
});
