/** OTLP span kinds, by number. */
export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof spanKinds)[number];

/** OTLP status codes, by number. */
export const spanStatuses = ['unset', 'ok', 'error'] as const;
export type SpanStatus = (typeof spanStatuses)[number];

/** What was wrong with a span's times, by the number that is stored. */
export const spanTimings = ['ok', 'no-end', 'end-before-start'] as const;
export type SpanTiming = (typeof spanTimings)[number];

export type RequestReason =
  | 'server-span'
  | 'consumer-span'
  | 'no-end'
  | 'internal-span'
  | 'client-span'
  | 'producer-span'
  | 'kind-unspecified';
export type ErrorReason = '' | 'status-error' | 'http-5xx' | 'http-4xx' | 'rpc-status';

export interface SpanTraits {
  readonly kind: SpanKind;
  readonly timing: SpanTiming;
  readonly status: SpanStatus;
  /** `http.response.status_code`, or `http.status_code` of older SDKs. */
  readonly httpStatus: number | null;
  /** Numeric gRPC status code, from `rpc.grpc.status_code` or the name in `rpc.response.status_code`. */
  readonly grpcStatus: number | null;
}

export interface RequestVerdict {
  readonly isRequest: boolean;
  readonly requestReason: RequestReason;
  readonly isError: boolean;
  readonly errorReason: ErrorReason;
}

/**
 * Says whether a span counts as a request of its service, whether it is an error, and why.
 * - Requests are the spans in which a service answers somebody: SERVER and CONSUMER
 *   (https://opentelemetry.io/docs/specs/otel/trace/api/#spankind). A span without an end has not happened yet.
 * - An explicit status OK is final, ERROR is an error (https://opentelemetry.io/docs/specs/otel/trace/api/#set-status).
 * - With the status left unset the protocol decides: for a server HTTP 5xx, for a client 4xx and 5xx
 *   (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status); for a gRPC server the codes that are its own
 *   fault, for a client every code but OK (https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#grpc-status).
 */
export const classifyRequest = (span: SpanTraits): RequestVerdict => {
  const requestReason = reasonOf(span);
  const errorReason = errorOf(span);
  return {
    isRequest: requestReason === 'server-span' || requestReason === 'consumer-span',
    requestReason,
    isError: errorReason !== '',
    errorReason,
  };
};

const reasonOf = ({ kind, timing }: SpanTraits): RequestReason => {
  switch (kind) {
    case 'server':
      return timing === 'no-end' ? 'no-end' : 'server-span';
    case 'consumer':
      return timing === 'no-end' ? 'no-end' : 'consumer-span';
    case 'internal':
      return 'internal-span';
    case 'client':
      return 'client-span';
    case 'producer':
      return 'producer-span';
    case 'unspecified':
      return 'kind-unspecified';
  }
};

/** UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const grpcFaultsOfServer: readonly number[] = [2, 4, 12, 13, 14, 15];

const errorOf = ({ kind, status, httpStatus, grpcStatus }: SpanTraits): ErrorReason => {
  if (status === 'ok') return '';
  if (status === 'error') return 'status-error';
  const answers = kind === 'server' || kind === 'consumer';
  if (!answers && kind !== 'client') return '';
  if (grpcStatus !== null)
    return (answers ? grpcFaultsOfServer.includes(grpcStatus) : grpcStatus > 0) ? 'rpc-status' : '';
  if (httpStatus !== null && httpStatus >= 500 && httpStatus < 600) return 'http-5xx';
  return httpStatus !== null && httpStatus >= 400 && httpStatus < 500 && !answers ? 'http-4xx' : '';
};

const grpcNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** The number of a gRPC status that is sent by name or as digits (`rpc.response.status_code`); null for anything else. */
export const grpcStatusOf = (text: string): number | null => {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const index = grpcNames.indexOf(text.toUpperCase());
  return index < 0 ? null : index;
};
