import { connect } from 'node:net';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import { anOtlpSpan, aTracesRequest, encodeOtlp } from './testing/otlp.ts';
import { json, testReceivers } from './testing/receivers.ts';
import { receiveLimits } from './receive-limits.ts';

const receivers = await testReceivers();
afterAll(() => receivers.stop());
const protobuf = { 'content-type': 'application/x-protobuf' };
const good = (): Uint8Array<ArrayBuffer> => encodeOtlp('TracesRequest', aTracesRequest([anOtlpSpan()]));
const random = Uint8Array.from({ length: 4_096 }, (_, index) => (index * 197 + (index >> 3) * 31) & 0xff);

test.each<[string, Uint8Array | string, Record<string, string>, number, RegExp]>([
  [
    'a truncated body',
    good().slice(0, -7),
    protobuf,
    400,
    /not an OTLP request: a field of \d+ bytes where \d+ are left at byte/,
  ],
  ['random bytes', random, protobuf, 400, /not an OTLP request/],
  ['broken JSON', '{"resourceSpans": [', json, 400, /not JSON/],
  ['JSON of another shape', '{"resourceSpans": {"a": 1}}', json, 400, /an array is expected at resourceSpans/],
  [
    'a wrong type deep in JSON',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"x"}]}]}]}',
    json,
    400,
    /an integer is expected at resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.kind/,
  ],
  ['a JSON body that is only a list', '[]', json, 400, /an object is expected at the root/],
  [
    'bytes that are not gzip',
    good(),
    { ...protobuf, 'content-encoding': 'gzip' },
    400,
    /not what Content-Encoding says/,
  ],
  [
    'a truncated gzip body',
    gzipSync(good()).subarray(0, 40),
    { ...protobuf, 'content-encoding': 'gzip' },
    400,
    /not what Content-Encoding says/,
  ],
  ['an unknown compression', good(), { ...protobuf, 'content-encoding': 'br' }, 415, /gzip, deflate or identity/],
  [
    'an unknown content type',
    good(),
    { 'content-type': 'text/plain' },
    415,
    /application\/x-protobuf or application\/json/,
  ],
  [
    'a gzip bomb',
    gzipSync(new Uint8Array(receiveLimits.decodedBytes + 1)),
    { ...protobuf, 'content-encoding': 'gzip' },
    413,
    /more than 67108864 bytes after decompression/,
  ],
  [
    'a JSON gzip bomb',
    gzipSync(' '.repeat(receiveLimits.jsonBytes + 1)),
    { ...json, 'content-encoding': 'gzip' },
    413,
    /more than 33554432 bytes after decompression/,
  ],
  ['an oversized body', new Uint8Array(receiveLimits.wireBytes + 1), protobuf, 413, /too large/],
])('%s is answered clearly, and the next request is taken', async (_name, body, headers, status, message) => {
  const answer = await receivers.post('traces', body, headers);
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(message);
  expect(answer.headers.get('content-type')).toBe(
    headers['content-type'] === protobuf['content-type'] ? 'application/x-protobuf' : 'application/json',
  );
  const before = receivers.keep.count('telemetry_spans');
  expect((await receivers.post('traces', good())).status).toBe(200);
  expect(receivers.keep.count('telemetry_spans')).toBe(before + 1);
});

test('the answer to a refused JSON request is a google.rpc.Status in JSON', async () => {
  const answer = await receivers.post('logs', '{', json);
  expect(JSON.parse(answer.text)).toEqual({ code: 3, message: expect.stringMatching(/not JSON/) });
});

test.each<[string, (body: Uint8Array) => Uint8Array, string]>([
  ['gzip', gzipSync, 'gzip'],
  ['deflate', deflateSync, 'deflate'],
  ['deflate without its frame', deflateRawSync, 'deflate'],
  ['nothing', (body) => body, 'identity'],
])('a body compressed by %s is taken', async (_name, compress, encoding) => {
  const before = receivers.keep.count('telemetry_spans');
  const answer = await receivers.post('traces', compress(good()), { ...protobuf, 'content-encoding': encoding });
  expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
  expect(receivers.keep.count('telemetry_spans')).toBe(before + 1);
});

test('other methods and paths are told what is received here', async () => {
  const get = await fetch(`${receivers.http}/v1/traces`);
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  const elsewhere = await receivers.post('profiles', good());
  expect(elsewhere.status).toBe(404);
  expect(elsewhere.text).toContain('/v1/traces, /v1/metrics and /v1/logs');
});

test('a chunked body that grows past the limit is refused, not collected', async () => {
  const chunk = new Uint8Array(1024 * 1024);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += chunk.length;
      controller.enqueue(chunk);
      if (sent > receiveLimits.wireBytes + 4 * chunk.length) controller.close();
    },
  });
  const response = await fetch(`${receivers.http}/v1/traces`, {
    method: 'POST',
    body,
    headers: protobuf,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(413);
});

test('a sender that goes away in the middle of a body leaves nothing behind', async () => {
  const held = async (): Promise<number> =>
    Number((await receivers.metrics.getSingleMetric('leadline_otlp_held_bytes')!.get()).values[0]!.value);
  const socket = connect(receivers.httpPort, '127.0.0.1');
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100000\r\n\r\n${'x'.repeat(5_000)}`,
  );
  await expect.poll(held).toBe(5_000);
  socket.destroy();
  await expect.poll(held).toBe(0);
});

test('a full queue answers 429 with Retry-After, and the same request is taken when there is room again', async () => {
  const body = good();
  receivers.keep.refusal = new Refusal({
    status: 429,
    code: 'telemetry.queue-full',
    title: 'Too much waits',
    retryAfterSeconds: 7,
  });
  const refused = await receivers.post('traces', body);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
  receivers.keep.refusal = null;
  const before = receivers.keep.batches.length;
  expect((await receivers.post('traces', body)).status).toBe(200);
  expect(receivers.keep.batches[before]!.rows.map(({ table }) => table)).toContain('telemetry_spans');
});

test('an identical body is a repeat: acknowledged again, kept once', async () => {
  const body = good();
  const before = receivers.keep.count('telemetry_spans');
  expect((await receivers.post('traces', body)).status).toBe(200);
  expect((await receivers.post('traces', gzipSync(body), { ...protobuf, 'content-encoding': 'gzip' })).status).toBe(
    200,
  );
  expect(receivers.keep.count('telemetry_spans')).toBe(before + 1);
  expect(await receivers.metrics.metrics()).toMatch(
    /leadline_otlp_items_total\{signal="traces",outcome="repeated",reason=""\} 1/,
  );
});

test('what was refused stands in the notices', () => {
  const codes = receivers.notices().map(({ code }) => code);
  for (const code of [
    'telemetry.body-malformed',
    'telemetry.body-too-large',
    'telemetry.compression-broken',
    'telemetry.encoding-unknown',
    'telemetry.media-type-unknown',
    'telemetry.queue-full',
  ])
    expect(codes).toContain(code);
});
