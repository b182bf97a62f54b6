import type { Refusal } from '../../../../kernel/problem.ts';
import { grpcCodes } from '../../domain/otlp-answer.ts';
import type { DecodeFailure } from './decode-messages.ts';
import { receiveLimits } from './receive-limits.ts';

/** A refused request, for HTTP and gRPC alike. */
export interface IntakeRefusal {
  readonly httpStatus: number;
  readonly grpcCode: number;
  /** `telemetry.…` or the code of identity's or the log's refusal. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

const { invalidArgument, resourceExhausted, unavailable, unimplemented, internal } = grpcCodes;
const retryAfterSeconds = receiveLimits.retryAfterSeconds;

export const methodNotAllowed: IntakeRefusal = {
  httpStatus: 405,
  grpcCode: unimplemented,
  code: 'telemetry.method-not-allowed',
  message: 'Send telemetry by POST.',
};

export const mediaTypeUnknown: IntakeRefusal = {
  httpStatus: 415,
  grpcCode: invalidArgument,
  code: 'telemetry.media-type-unknown',
  message: 'Content-Type must be application/x-protobuf or application/json.',
};

export const encodingUnknown: IntakeRefusal = {
  httpStatus: 415,
  grpcCode: invalidArgument,
  code: 'telemetry.encoding-unknown',
  message: 'Content-Encoding must be gzip, deflate or identity.',
};

export const overloaded: IntakeRefusal = {
  httpStatus: 503,
  grpcCode: resourceExhausted,
  code: 'telemetry.receiver-full',
  message: 'The receiver holds as many requests as it may; try again.',
  retryAfterSeconds,
};

export const notKept: IntakeRefusal = {
  httpStatus: 503,
  grpcCode: unavailable,
  code: 'telemetry.not-kept',
  message: 'The request could not be kept; try again.',
  retryAfterSeconds,
};

export const failedHere: IntakeRefusal = {
  httpStatus: 503,
  grpcCode: unavailable,
  code: 'telemetry.failed',
  message: 'The request could not be taken; try again.',
  retryAfterSeconds,
};

export const pathUnknown = (prefix: string): IntakeRefusal => ({
  httpStatus: 404,
  grpcCode: unimplemented,
  code: 'telemetry.path-unknown',
  message: `OTLP is received at ${prefix}/v1/traces, ${prefix}/v1/metrics and ${prefix}/v1/logs.`,
});

export const malformed = (detail: string): IntakeRefusal => ({
  httpStatus: 400,
  grpcCode: invalidArgument,
  code: 'telemetry.body-malformed',
  message: `The body is not an OTLP request: ${detail}`,
});

export const tooLarge = (detail: string): IntakeRefusal => ({
  httpStatus: 413,
  grpcCode: resourceExhausted,
  code: 'telemetry.body-too-large',
  message: `The body is too large (${detail}); at most ${receiveLimits.wireBytes} bytes over the wire and ${receiveLimits.decodedBytes} after decompression are taken (JSON: ${receiveLimits.jsonBytes}). Send smaller batches.`,
});

export const refusalOfDecode = ({ reason, detail }: DecodeFailure): IntakeRefusal => {
  switch (reason) {
    case 'malformed':
      return malformed(detail);
    case 'too-large':
      return tooLarge(detail);
    case 'bad-compression':
      return {
        httpStatus: 400,
        grpcCode: invalidArgument,
        code: 'telemetry.compression-broken',
        message: `The body is not what Content-Encoding says: ${detail}`,
      };
    case 'failed':
      return {
        httpStatus: 503,
        grpcCode: unavailable,
        code: 'telemetry.not-decoded',
        message: 'The request could not be decoded now; try again.',
        retryAfterSeconds,
      };
  }
};

/** A full queue or disk: the sender shall come again, which gRPC says by RESOURCE_EXHAUSTED with a delay. */
export const refusalOfKeep = ({ problem }: Refusal): IntakeRefusal => ({
  httpStatus: problem.status,
  grpcCode: problem.status === 429 || problem.status === 503 ? resourceExhausted : internal,
  code: problem.code,
  message: problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`,
  retryAfterSeconds: problem.retryAfterSeconds ?? retryAfterSeconds,
});

/** What the notices list calls them. */
export const refusalTitles: Readonly<Record<string, string>> = {
  'telemetry.body-malformed': 'Requests were refused: the body is not OTLP',
  'telemetry.body-too-large': 'Requests were refused: the body is too large',
  'telemetry.compression-broken': 'Requests were refused: the compressed body is broken',
  'telemetry.media-type-unknown': 'Requests were refused: the content type is neither protobuf nor JSON',
  'telemetry.encoding-unknown': 'Requests were refused: the compression is not known here',
  'telemetry.receiver-full': 'Requests were told to come again: the receiver is full',
  'telemetry.queue-full': 'Requests were told to come again: too much waits for ClickHouse',
  'telemetry.disk-full': 'Requests were told to come again: the disk is full',
  'identity.ingest-token-missing': 'Requests were refused: they came without a token',
};
