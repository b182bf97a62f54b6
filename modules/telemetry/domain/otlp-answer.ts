import type { Signal } from './otlp-decoder.ts';
import { encodeUtf8, RowWriter } from './row-writer.ts';
import { wireBytes, wireVarint } from './wire-reader.ts';

export type OtlpEncoding = 'protobuf' | 'json';

/** gRPC status codes that the receivers answer with (https://grpc.io/docs/guides/status-codes/). */
export const grpcCodes = {
  ok: 0,
  invalidArgument: 3,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const rejectedNames: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};

/**
 * `Export…ServiceResponse`: empty on full success; with `rejected` 0 and a message it is a warning
 * (https://opentelemetry.io/docs/specs/otlp/#partial-success-1).
 */
export const exportResponse = (
  signal: Signal,
  encoding: OtlpEncoding,
  outcome: { readonly rejected: number; readonly message: string },
): Uint8Array<ArrayBuffer> => {
  const { rejected, message } = outcome;
  const isComplete = rejected === 0 && message === '';
  if (encoding === 'json') {
    const partialSuccess = {
      ...(rejected > 0 ? { [rejectedNames[signal]]: String(rejected) } : {}),
      errorMessage: message,
    };
    return encodeUtf8(JSON.stringify(isComplete ? {} : { partialSuccess }));
  }
  if (isComplete) return new Uint8Array(0);
  const partial = new RowWriter(256);
  if (rejected > 0) putVarint(partial, 1, rejected);
  putText(partial, 2, message);
  return wrapped(1, partial);
};

/** `google.rpc.Status`, the body of every refusal (https://opentelemetry.io/docs/specs/otlp/#failures-1). */
export const statusBody = (
  encoding: OtlpEncoding,
  status: { readonly code: number; readonly message: string },
): Uint8Array<ArrayBuffer> => {
  if (encoding === 'json') return encodeUtf8(JSON.stringify(status));
  const out = new RowWriter(256);
  putVarint(out, 1, status.code);
  putText(out, 2, status.message);
  return out.take();
};

/** `google.rpc.Status` with `google.rpc.RetryInfo`: the trailer `grpc-status-details-bin` of a refusal that may be tried again. */
export const statusWithRetry = (status: {
  readonly code: number;
  readonly message: string;
  readonly retryAfterSeconds: number;
}): Uint8Array<ArrayBuffer> => {
  const duration = new RowWriter(32);
  putVarint(duration, 1, Math.max(1, Math.ceil(status.retryAfterSeconds)));
  const any = new RowWriter(128);
  putText(any, 1, 'type.googleapis.com/google.rpc.RetryInfo');
  putBytes(any, 2, wrapped(1, duration));
  const out = new RowWriter(256);
  putVarint(out, 1, status.code);
  putText(out, 2, status.message);
  putBytes(out, 3, any.take());
  return out.take();
};

const putVarint = (out: RowWriter, field: number, value: number): void => {
  out.varint((field << 3) | wireVarint);
  out.varint(value);
};

const putText = (out: RowWriter, field: number, value: string): void => {
  out.varint((field << 3) | wireBytes);
  out.text(value);
};

const putBytes = (out: RowWriter, field: number, value: Uint8Array): void => {
  out.varint((field << 3) | wireBytes);
  out.varint(value.length);
  out.raw(value, 0, value.length);
};

const wrapped = (field: number, content: RowWriter): Uint8Array<ArrayBuffer> => {
  const out = new RowWriter(content.length + 8);
  putBytes(out, field, content.take());
  return out.take();
};
