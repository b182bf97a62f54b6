import type { Log } from '../../../../platform/log/log.ts';
import { errorCode, type Attempt } from './deliver-segment.ts';
import type { KeepLimits } from './limits.ts';
import type { Segment } from './segment.ts';

/** Segments on their way into ClickHouse, one at a time, oldest first; one that is refused does not hold up the others. */
export interface DeliveryQueue {
  add(segment: Segment, mayBeThere: boolean): void;
  /** ClickHouse serves again: try now. */
  wake(): void;
  idle(): boolean;
  bytes(): number;
  count(): number;
  /** Unix milliseconds of the oldest batch that waits; null when none does. */
  oldestMs(): number | null;
  problem(): string | null;
  /** Finishes the insert under way and stops. */
  stop(): Promise<void>;
}

export interface DeliveryQueueOptions {
  readonly deliver: (segment: Segment, attempt: Attempt) => Promise<void>;
  readonly onDelivered: (segment: Segment) => void;
  readonly onIdle: () => void;
  readonly limits: Pick<KeepLimits, 'retryMs'>;
  readonly log: Log;
}

interface Waiting {
  readonly segment: Segment;
  mayBeThere: boolean;
  attempts: number;
  notBeforeMs: number;
  /** How many others had been delivered when this one was first refused. */
  deliveredBefore: number;
}

/** Refusals with others going through meanwhile, after which a segment is held to be wrong in itself. */
const refusalsMax = 20;

export const createDeliveryQueue = (options: DeliveryQueueOptions): DeliveryQueue => new OneByOne(options);

class OneByOne implements DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #delivered = 0;
  #problem: string | null = null;
  #stopped = false;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  add(segment: Segment, mayBeThere: boolean): void {
    this.#waiting.push({ segment, mayBeThere, attempts: 0, notBeforeMs: 0, deliveredBefore: this.#delivered });
    this.#bytes += segment.bytes;
    this.#kick();
  }

  wake(): void {
    for (const entry of this.#waiting) entry.notBeforeMs = 0;
    this.#kick();
  }

  idle(): boolean {
    return this.#waiting.length === 0 && this.#running === null;
  }

  bytes(): number {
    return this.#bytes;
  }

  count(): number {
    return this.#waiting.length;
  }

  oldestMs(): number | null {
    return this.#waiting.reduce<number | null>(
      (least, { segment }) => (least === null ? segment.oldestMs : Math.min(least, segment.oldestMs)),
      null,
    );
  }

  problem(): string | null {
    return this.#problem;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  #kick(): void {
    if (this.#running || this.#stopped) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#stopped) return;
      const next = Math.min(...this.#waiting.map(({ notBeforeMs }) => notBeforeMs));
      if (Number.isFinite(next))
        this.#timer = setTimeout(() => this.#kick(), Math.max(0, next - performance.now())).unref();
      else this.#options.onIdle();
    });
  }

  async #run(): Promise<void> {
    for (let next = this.#due(); next && !this.#stopped; next = this.#due()) {
      try {
        const last = next.attempts >= refusalsMax && this.#delivered > next.deliveredBefore;
        await this.#options.deliver(next.segment, { mayBeThere: next.mayBeThere, last });
        this.#waiting.splice(this.#waiting.indexOf(next), 1);
        this.#bytes -= next.segment.bytes;
        this.#delivered += 1;
        this.#problem = null;
        this.#options.onDelivered(next.segment);
      } catch (error) {
        this.#refused(next, error);
      }
    }
  }

  #due(): Waiting | undefined {
    return this.#waiting.find(({ notBeforeMs }) => notBeforeMs <= performance.now());
  }

  #refused(entry: Waiting, error: unknown): void {
    const [firstMs, lastMs] = this.#options.limits.retryMs;
    if (entry.attempts === 0) entry.deliveredBefore = this.#delivered;
    entry.mayBeThere = true;
    entry.attempts += 1;
    const pauseMs = Math.min(lastMs, firstMs * 2 ** Math.min(20, entry.attempts - 1));
    // No number of ClickHouse: it is away or the connection broke, and every segment would fail alike.
    const all = errorCode(error) === null ? this.#waiting : [entry];
    for (const one of all) one.notBeforeMs = Math.max(one.notBeforeMs, performance.now() + pauseMs);
    this.#problem = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    this.#options.log.warn(
      { segment: entry.segment.name, attempts: entry.attempts, pauseMs, error: this.#problem },
      'telemetry was not delivered to ClickHouse; it stays in the log and is tried again',
    );
  }
}
