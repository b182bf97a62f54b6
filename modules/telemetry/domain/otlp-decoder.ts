import type { CardinalityLimits } from './cardinality.ts';
import { epochDayOf, type DecodedRows } from './day-rows.ts';
import { createDecodeContext, type DecodeContext } from './decode-context.ts';
import { LogDecoder } from './decode-logs.ts';
import { MetricDecoder } from './decode-metrics.ts';
import { OriginDecoder } from './decode-origin.ts';
import { SpanDecoder } from './decode-spans.ts';
import { partialSuccessMessage, type Notice } from './otlp-notice.ts';
import { walkRequest } from './otlp-walk.ts';
import { createRedaction, type RedactionRule } from './redaction.ts';

export const signals = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof signals)[number];

export interface DecodeOptions {
  readonly redactionRules: readonly RedactionRule[];
  readonly limits?: CardinalityLimits;
}

/** One export request, decoded. */
export interface Decoded {
  readonly rows: DecodedRows[];
  /** Spans, data points or log records that are kept. */
  readonly accepted: number;
  readonly rejected: number;
  /** For `partial_success.error_message`; '' when all is well. */
  readonly message: string;
  readonly notices: Notice[];
}

/**
 * Turns OTLP protobuf requests into rows of the raw tables. One decoder serves all requests of a thread: it remembers
 * resources, series and names between them. Nothing of a request that turns out malformed is kept.
 */
export class OtlpDecoder {
  private readonly context: DecodeContext;
  private readonly origins: OriginDecoder;
  private readonly spans: SpanDecoder;
  private readonly logs: LogDecoder;
  private readonly metrics: MetricDecoder;

  constructor(options: DecodeOptions) {
    this.context = createDecodeContext(createRedaction(options.redactionRules), options.limits);
    this.origins = new OriginDecoder(this.context);
    this.spans = new SpanDecoder(this.context);
    this.logs = new LogDecoder(this.context);
    this.metrics = new MetricDecoder(this.context);
  }

  /**
   * Decodes one body. `request` is a number for `confirm`; throws `MalformedOtlp` where the body is not the message.
   * `nowSeconds` is the clock here, `retentionDays` how long the signal is kept, `isRepaired` tells that a text was not UTF-8.
   */
  decode(options: {
    readonly signal: Signal;
    readonly bytes: Uint8Array;
    readonly nowSeconds: number;
    readonly retentionDays: number;
    readonly request: number;
    readonly isRepaired?: boolean;
  }): Decoded {
    const { context } = this;
    this.begin(options.bytes, options.nowSeconds, options.retentionDays);
    if (options.isRepaired) context.tally.add('text-not-utf8');
    try {
      const items = this.walk(options.signal);
      context.known.wait(options.request);
      const notices = context.tally.take();
      const { rejected } = context.tally;
      return {
        rows: context.sorter.take(),
        accepted: items - rejected,
        rejected,
        message: partialSuccessMessage(notices),
        notices,
      };
    } finally {
      context.sorter.clear();
      context.known.drop();
      context.reader.load(empty);
    }
  }

  /** The rows of a request are safe: what they explained need not be explained again. */
  confirm(request: number): void {
    this.context.known.confirm(request);
  }

  /** The rows of a request were not kept. */
  forget(request: number): void {
    this.context.known.forget(request);
  }

  /** What the cardinality guard let in since the last call, for `learn` of other threads' decoders. */
  takeAdmissions(): Uint32Array<ArrayBuffer> {
    return this.context.guard.takeAdmissions();
  }

  learn(admissions: Uint32Array): void {
    this.context.guard.learn(admissions);
  }

  private begin(bytes: Uint8Array, nowSeconds: number, retentionDays: number): void {
    const { context } = this;
    context.reader.load(bytes);
    context.tally.clear();
    context.written.clear();
    context.nowSeconds = Math.floor(nowSeconds);
    context.retentionDays = retentionDays;
    if (context.guard.rotate(epochDayOf(context.nowSeconds))) {
      this.origins.forget();
      context.oldDays.clear();
      context.known.restart();
    }
    this.spans.begin();
    this.logs.begin();
    this.metrics.begin();
  }

  private walk(signal: Signal): number {
    let items = 0;
    walkRequest(this.context, this.origins, (origin, from, to) => {
      if (signal === 'metrics') items += this.metrics.decode(origin, from, to);
      else {
        items++;
        if (signal === 'traces') this.spans.decode(origin, from, to);
        else this.logs.decode(origin, from, to);
      }
    });
    return items;
  }
}

const empty = new Uint8Array(0);
