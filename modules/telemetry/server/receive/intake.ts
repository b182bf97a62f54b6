import { Refusal } from '../../../../kernel/problem.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { grpcCodes, type OtlpEncoding } from '../../domain/otlp-answer.ts';
import type { Signal } from '../../domain/otlp-decoder.ts';
import type { NoticeList } from '../../domain/notice-list.ts';
import { noticeCodes } from '../../domain/otlp-notice.ts';
import type { Keep } from '../keep/keep.ts';
import type { Compression, DecodedBody, DecodeFailure } from './decode-messages.ts';
import type { DecodePool } from './decode-pool.ts';
import type { ReceiveMetrics } from './receive-metrics.ts';
import { receiveLimits } from './receive-limits.ts';

/** A refused request, for HTTP and gRPC alike. */
export interface IntakeRefusal {
  readonly httpStatus: number;
  readonly grpcCode: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

export type IntakeOutcome =
  | { readonly kind: 'answered'; readonly rejected: number; readonly message: string }
  | { readonly kind: 'refused'; readonly refusal: IntakeRefusal };

export interface IntakeRequest {
  readonly signal: Signal;
  readonly encoding: OtlpEncoding;
  readonly compression: Compression;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly sender: string;
  readonly protocol: 'http' | 'grpc';
}

/** The one way in for a whole body: decode in a thread, keep, answer. */
export interface Intake {
  take(request: IntakeRequest): Promise<IntakeOutcome>;
  /** Books bytes that arrive; false when the server holds as much as it may. */
  hold(bytes: number): boolean;
  release(bytes: number): void;
  /** Counts a request that was refused before its body was whole. */
  refused(signal: Signal, protocol: 'http' | 'grpc', refusal: IntakeRefusal, sender: string): void;
  heldBytes(): number;
}

export const malformed = (detail: string): IntakeRefusal => ({
  httpStatus: 400,
  grpcCode: grpcCodes.invalidArgument,
  code: 'telemetry.body-malformed',
  message: `The body is not an OTLP request: ${detail}`,
});

export const tooLarge = (detail: string): IntakeRefusal => ({
  httpStatus: 413,
  grpcCode: grpcCodes.resourceExhausted,
  code: 'telemetry.body-too-large',
  message: `The body is too large (${detail}); at most ${receiveLimits.wireBytes} bytes over the wire and ${receiveLimits.decodedBytes} after decompression are taken (JSON: ${receiveLimits.jsonBytes}). Send smaller batches.`,
});

export const overloaded = (): IntakeRefusal => ({
  httpStatus: 503,
  grpcCode: grpcCodes.resourceExhausted,
  code: 'telemetry.receiver-full',
  message: 'The receiver holds as many requests as it may; try again.',
  retryAfterSeconds: receiveLimits.retryAfterSeconds,
});

export const createIntake = (options: {
  readonly pool: DecodePool;
  readonly keep: Keep;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ReceiveMetrics;
  readonly notices: NoticeList;
  readonly retentionDays: Readonly<Record<Signal, number>>;
}): Intake => {
  const { pool, keep, clock, log, metrics, notices } = options;
  let held = 0;

  const refused: Intake['refused'] = (signal, protocol, refusal, sender) => {
    metrics.requests.inc({ signal, protocol, outcome: refusal.code });
    notices.add(
      {
        code: refusal.code,
        title: titles[refusal.code] ?? 'A request was refused',
        detail: `${sender}: ${refusal.message}`,
        service: null,
        count: 1,
      },
      clock.now(),
    );
  };

  const note = (signal: Signal, decoded: DecodedBody): void => {
    const at = clock.now();
    for (const { code, service, detail, count } of decoded.notices) {
      const [effect, title] = noticeCodes[code];
      notices.add({ code, title, detail, service: service === '' ? null : service, count }, at);
      metrics.items.inc({ signal, outcome: effect, reason: code }, count);
    }
  };

  const keepRows = async (decoded: DecodedBody): Promise<'kept' | 'repeated' | IntakeRefusal> => {
    if (decoded.rows.length === 0) return 'kept';
    try {
      return await keep.append({ rows: decoded.rows, bodyHash: decoded.bodyHash });
    } catch (error) {
      if (error instanceof Refusal) return refusalOfKeep(error);
      log.error({ err: error }, 'telemetry could not be kept');
      return {
        httpStatus: 503,
        grpcCode: grpcCodes.unavailable,
        code: 'telemetry.not-kept',
        message: 'The request could not be kept; try again.',
        retryAfterSeconds: receiveLimits.retryAfterSeconds,
      };
    }
  };

  return {
    take: async ({ signal, encoding, compression, body, sender, protocol }) => {
      const refuse = (refusal: IntakeRefusal): IntakeOutcome => {
        refused(signal, protocol, refusal, sender);
        return { kind: 'refused', refusal };
      };
      if (pool.waiting() >= receiveLimits.waitingRequests) return refuse(overloaded());
      metrics.bytes.inc({ signal, form: 'wire' }, body.length);
      const nowSeconds = Math.floor(clock.now().epochMilliseconds / 1_000);
      const { answer, settle } = await pool.decode({
        signal,
        encoding,
        compression,
        body,
        sender,
        nowSeconds,
        retentionDays: options.retentionDays[signal],
      });
      if (!answer.ok) {
        if (answer.reason === 'failed') log.error({ detail: answer.detail }, 'a body could not be decoded');
        return refuse(refusalOfDecode(answer));
      }
      metrics.bytes.inc({ signal, form: 'decoded' }, answer.decodedBytes);
      metrics.decodeSeconds.observe({ signal }, answer.decodeMs / 1_000);
      const kept = await keepRows(answer);
      settle(typeof kept === 'string');
      if (typeof kept !== 'string') return refuse(kept);
      note(signal, answer);
      metrics.items.inc({ signal, outcome: kept === 'kept' ? 'accepted' : 'repeated', reason: '' }, answer.accepted);
      metrics.requests.inc({ signal, protocol, outcome: kept });
      return { kind: 'answered', rejected: answer.rejected, message: answer.message };
    },
    hold: (bytes) => {
      if (held + bytes > receiveLimits.inFlightBytes) return false;
      held += bytes;
      return true;
    },
    release: (bytes) => {
      held -= bytes;
    },
    refused,
    heldBytes: () => held,
  };
};

const titles: Readonly<Record<string, string>> = {
  'telemetry.body-malformed': 'Requests were refused: the body is not OTLP',
  'telemetry.body-too-large': 'Requests were refused: the body is too large',
  'telemetry.compression-broken': 'Requests were refused: the compressed body is broken',
  'telemetry.receiver-full': 'Requests were told to come again: the receiver is full',
  'telemetry.queue-full': 'Requests were told to come again: too much waits for ClickHouse',
  'telemetry.disk-full': 'Requests were told to come again: the disk is full',
};

const refusalOfDecode = ({ reason, detail }: DecodeFailure): IntakeRefusal => {
  switch (reason) {
    case 'malformed':
      return malformed(detail);
    case 'too-large':
      return tooLarge(detail);
    case 'bad-compression':
      return {
        httpStatus: 400,
        grpcCode: grpcCodes.invalidArgument,
        code: 'telemetry.compression-broken',
        message: `The body is not what Content-Encoding says: ${detail}`,
      };
    case 'failed':
      return {
        httpStatus: 503,
        grpcCode: grpcCodes.unavailable,
        code: 'telemetry.not-decoded',
        message: 'The request could not be decoded now; try again.',
        retryAfterSeconds: receiveLimits.retryAfterSeconds,
      };
  }
};

/** A full queue or disk: the sender shall come again, which gRPC says by RESOURCE_EXHAUSTED with a delay. */
const refusalOfKeep = ({ problem }: Refusal): IntakeRefusal => ({
  httpStatus: problem.status,
  grpcCode: problem.status === 429 || problem.status === 503 ? grpcCodes.resourceExhausted : grpcCodes.internal,
  code: problem.code,
  message: problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`,
  retryAfterSeconds: problem.retryAfterSeconds ?? receiveLimits.retryAfterSeconds,
});
