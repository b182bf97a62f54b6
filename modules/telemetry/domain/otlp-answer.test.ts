import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { exportResponse, statusBody, statusWithRetry } from './otlp-answer.ts';

/** The messages of the answer, read by protobufjs. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Response { Partial partial_success = 1; }
  message Partial { int64 rejected = 1; string error_message = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
`);
const read = (name: string, bytes: Uint8Array) => {
  const type = root.lookupType(name);
  return type.toObject(type.decode(bytes), { longs: Number }) as Record<string, unknown>;
};
const text = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

test('full success is an empty message', () => {
  expect(exportResponse('traces', 'protobuf', { rejected: 0, message: '' }).length).toBe(0);
  expect(text(exportResponse('traces', 'json', { rejected: 0, message: '' }))).toEqual({});
});

test('a partial success says how many and why, a warning only why', () => {
  const message = `why not: ${'ü'.repeat(200)}`;
  expect(read('Response', exportResponse('logs', 'protobuf', { rejected: 70_000, message }))).toEqual({
    partialSuccess: { rejected: 70_000, errorMessage: message },
  });
  expect(read('Response', exportResponse('logs', 'protobuf', { rejected: 0, message }))).toEqual({
    partialSuccess: { errorMessage: message },
  });
  expect(text(exportResponse('logs', 'json', { rejected: 0, message }))).toEqual({
    partialSuccess: { errorMessage: message },
  });
});

test.each([
  ['traces', 'rejectedSpans'],
  ['metrics', 'rejectedDataPoints'],
  ['logs', 'rejectedLogRecords'],
] as const)('in JSON what was rejected of %s is called %s', (signal, name) => {
  expect(text(exportResponse(signal, 'json', { rejected: 2, message: 'm' }))).toEqual({
    partialSuccess: { [name]: '2', errorMessage: 'm' },
  });
});

test('a refusal is a google.rpc.Status, with RetryInfo where another try is worth it', () => {
  expect(read('Status', statusBody('protobuf', { code: 3, message: 'no' }))).toEqual({ code: 3, message: 'no' });
  expect(text(statusBody('json', { code: 3, message: 'no' }))).toEqual({ code: 3, message: 'no' });
  const status = read('Status', statusWithRetry({ code: 8, message: 'later', retryAfterSeconds: 1.2 }));
  const [any] = status['details'] as { typeUrl: string; value: Uint8Array }[];
  expect([status['code'], any!.typeUrl]).toEqual([8, 'type.googleapis.com/google.rpc.RetryInfo']);
  expect(read('RetryInfo', any!.value)).toEqual({ retryDelay: { seconds: 2 } });
});
