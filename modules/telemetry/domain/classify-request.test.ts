import { expect, test } from 'vitest';
import { classifyRequest, grpcStatusOf, spanKinds, type SpanTraits } from './classify-request.ts';

const aServerSpan = (overrides: Partial<SpanTraits> = {}): SpanTraits => ({
  kind: 'server',
  timing: 'ok',
  status: 'unset',
  httpStatus: null,
  grpcStatus: null,
  ...overrides,
});

test('server and consumer spans count as requests, others do not, and the reason says so', () => {
  const verdicts = spanKinds.map((kind) => [
    kind,
    classifyRequest(aServerSpan({ kind })).isRequest,
    classifyRequest(aServerSpan({ kind })).requestReason,
  ]);
  expect(verdicts).toEqual([
    ['unspecified', false, 'kind-unspecified'],
    ['internal', false, 'internal-span'],
    ['server', true, 'server-span'],
    ['client', false, 'client-span'],
    ['producer', false, 'producer-span'],
    ['consumer', true, 'consumer-span'],
  ]);
});

test('a span without an end has not happened yet; one that ends before it starts has', () => {
  expect(classifyRequest(aServerSpan({ timing: 'no-end' }))).toMatchObject({
    isRequest: false,
    requestReason: 'no-end',
  });
  expect(classifyRequest(aServerSpan({ timing: 'end-before-start' }))).toMatchObject({
    isRequest: true,
    requestReason: 'server-span',
  });
});

test.each<[string, Partial<SpanTraits>, string]>([
  ['nothing wrong', {}, ''],
  ['status ERROR', { status: 'error' }, 'status-error'],
  ['status ERROR of an internal span', { kind: 'internal', status: 'error' }, 'status-error'],
  ['status OK is final, also with a 500', { status: 'ok', httpStatus: 500 }, ''],
  ['a server that answers 500', { httpStatus: 500 }, 'http-5xx'],
  ['a server that answers 404', { httpStatus: 404 }, ''],
  ['a client that got 404', { kind: 'client', httpStatus: 404 }, 'http-4xx'],
  ['a client that got 503', { kind: 'client', httpStatus: 503 }, 'http-5xx'],
  ['a status code that HTTP does not have', { httpStatus: 700 }, ''],
  ['a gRPC server with UNAVAILABLE', { grpcStatus: 14 }, 'rpc-status'],
  ['a gRPC server with NOT_FOUND', { grpcStatus: 5 }, ''],
  ['a gRPC client with NOT_FOUND', { kind: 'client', grpcStatus: 5 }, 'rpc-status'],
  ['gRPC OK over HTTP 200', { grpcStatus: 0, httpStatus: 200 }, ''],
  ['an internal span with a 500', { kind: 'internal', httpStatus: 500 }, ''],
])('%s', (_name, overrides, reason) => {
  const verdict = classifyRequest(aServerSpan(overrides));
  expect([verdict.errorReason, verdict.isError]).toEqual([reason, reason !== '']);
});

test('gRPC status codes are understood by name and number', () => {
  expect(['UNAVAILABLE', 'not_found', '4', 'OK', 'teapot', ''].map(grpcStatusOf)).toEqual([14, 5, 4, 0, null, null]);
});
