import { Refusal } from '../../../../kernel/problem.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { OtlpEncoding } from '../../domain/otlp-answer.ts';
import type { Signal } from '../../domain/otlp-decoder.ts';
import type { NoticeList } from '../../domain/notice-list.ts';
import { noticeCodes } from '../../domain/otlp-notice.ts';
import type { Keep } from '../keep/keep.ts';
import type { Compression, DecodedBody } from './decode-messages.ts';
import type { DecodePool } from './decode-pool.ts';
import {
  notKept,
  overloaded,
  refusalOfDecode,
  refusalOfKeep,
  refusalTitles,
  type IntakeRefusal,
} from './intake-refusals.ts';
import type { ReceiveMetrics } from './receive-metrics.ts';
import { receiveLimits } from './receive-limits.ts';

export type IntakeOutcome =
  | { readonly kind: 'answered'; readonly rejected: number; readonly message: string }
  | { readonly kind: 'refused'; readonly refusal: IntakeRefusal };

export interface IntakeRequest {
  readonly signal: Signal;
  readonly encoding: OtlpEncoding;
  readonly compression: Compression;
  /** Handed over: not to be used after. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly sender: string;
  readonly protocol: Protocol;
}

type Protocol = 'http' | 'grpc';

interface IntakeParts {
  readonly pool: DecodePool;
  readonly keep: Keep;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ReceiveMetrics;
  readonly notices: NoticeList;
  readonly retentionDays: Readonly<Record<Signal, number>>;
}

/** The one way in for a whole body: decode in a thread, keep, answer. */
export class Intake {
  private readonly parts: IntakeParts;
  private held = 0;

  constructor(parts: IntakeParts) {
    this.parts = parts;
  }

  /** Bytes of the requests that are being received, decoded or kept. */
  get heldBytes(): number {
    return this.held;
  }

  /** Books bytes that arrive; false when the server holds as much as it may. */
  hold(bytes: number): boolean {
    if (this.held + bytes > receiveLimits.inFlightBytes) return false;
    this.held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }

  /** Counts a refused request and puts it where people see it. */
  refused(signal: Signal, protocol: Protocol, refusal: IntakeRefusal, sender: string): void {
    const { metrics, notices, clock } = this.parts;
    const { code, message } = refusal;
    metrics.requests.inc({ signal, protocol, outcome: code });
    const title = refusalTitles[code] ?? 'Requests were refused';
    notices.add({ code, title, detail: `${sender}: ${message}`, service: null, count: 1 }, clock.now());
  }

  async take(request: IntakeRequest): Promise<IntakeOutcome> {
    const { signal, protocol, sender } = request;
    const outcome = await this.decodeAndKeep(request);
    if (outcome.kind === 'refused') this.refused(signal, protocol, outcome.refusal, sender);
    return outcome;
  }

  private async decodeAndKeep(request: IntakeRequest): Promise<IntakeOutcome> {
    const { pool, metrics, clock, log, retentionDays } = this.parts;
    const { signal, encoding, compression, body, sender, protocol } = request;
    if (pool.waiting() >= receiveLimits.waitingRequests) return { kind: 'refused', refusal: overloaded };
    metrics.bytes.inc({ signal, form: 'wire' }, body.length);
    const nowSeconds = Math.floor(clock.now().epochMilliseconds / 1_000);
    const job = { signal, encoding, compression, body, sender, nowSeconds, retentionDays: retentionDays[signal] };
    const { answer, settle } = await pool.decode(job);
    if (!answer.ok) {
      if (answer.reason === 'failed') log.error({ detail: answer.detail }, 'a body could not be decoded');
      return { kind: 'refused', refusal: refusalOfDecode(answer) };
    }
    metrics.bytes.inc({ signal, form: 'decoded' }, answer.decodedBytes);
    metrics.decodeSeconds.observe({ signal }, answer.decodeMs / 1_000);
    const kept = await this.keepRows(answer);
    // A repeat was not written, so what it explains is known only if it was known before.
    settle(kept === 'kept');
    if (typeof kept !== 'string') return { kind: 'refused', refusal: kept };
    this.note(signal, answer);
    const outcome = kept === 'kept' ? 'accepted' : 'repeated';
    metrics.items.inc({ signal, outcome, reason: '' }, answer.accepted);
    metrics.requests.inc({ signal, protocol, outcome: kept });
    return { kind: 'answered', rejected: answer.rejected, message: answer.message };
  }

  private async keepRows({ rows, bodyHash }: DecodedBody): Promise<'kept' | 'repeated' | IntakeRefusal> {
    if (rows.length === 0) return 'kept';
    try {
      return await this.parts.keep.append({ rows, bodyHash });
    } catch (error) {
      if (error instanceof Refusal) return refusalOfKeep(error);
      this.parts.log.error({ err: error }, 'telemetry could not be kept');
      return notKept;
    }
  }

  private note(signal: Signal, decoded: DecodedBody): void {
    const { notices, metrics, clock } = this.parts;
    for (const { code, service, detail, count } of decoded.notices) {
      const [effect, title] = noticeCodes[code];
      notices.add({ code, title, detail, service: service === '' ? null : service, count }, clock.now());
      metrics.items.inc({ signal, outcome: effect, reason: code }, count);
    }
  }
}
