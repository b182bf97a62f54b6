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

export const createDeliveryQueue = (options: DeliveryQueueOptions): DeliveryQueue => {
  const waiting: Waiting[] = [];
  let bytes = 0;
  let delivered = 0;
  let problem: string | null = null;
  let stopped = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  const kick = (): void => {
    if (running || stopped) return;
    if (timer) clearTimeout(timer);
    timer = null;
    running = run().finally(() => {
      running = null;
      if (stopped) return;
      const next = Math.min(...waiting.map(({ notBeforeMs }) => notBeforeMs));
      if (Number.isFinite(next)) timer = setTimeout(kick, Math.max(0, next - performance.now())).unref();
      else options.onIdle();
    });
  };

  const run = async (): Promise<void> => {
    for (let next = due(); next && !stopped; next = due()) {
      try {
        const last = next.attempts >= refusalsMax && delivered > next.deliveredBefore;
        await options.deliver(next.segment, { mayBeThere: next.mayBeThere, last });
        waiting.splice(waiting.indexOf(next), 1);
        bytes -= next.segment.bytes;
        delivered += 1;
        problem = null;
        options.onDelivered(next.segment);
      } catch (error) {
        refused(next, error);
      }
    }
  };

  const due = (): Waiting | undefined => waiting.find(({ notBeforeMs }) => notBeforeMs <= performance.now());

  const refused = (entry: Waiting, error: unknown): void => {
    const [firstMs, lastMs] = options.limits.retryMs;
    if (entry.attempts === 0) entry.deliveredBefore = delivered;
    entry.mayBeThere = true;
    entry.attempts += 1;
    const pauseMs = Math.min(lastMs, firstMs * 2 ** Math.min(20, entry.attempts - 1));
    // No number of ClickHouse: it is away or the connection broke, and every segment would fail alike.
    const all = errorCode(error) === null ? waiting : [entry];
    for (const one of all) one.notBeforeMs = Math.max(one.notBeforeMs, performance.now() + pauseMs);
    problem = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    options.log.warn({ segment: entry.segment.name, attempts: entry.attempts, pauseMs, error: problem }, 'telemetry was not delivered to ClickHouse; it stays in the log and is tried again');
  };

  return {
    add: (segment, mayBeThere) => {
      waiting.push({ segment, mayBeThere, attempts: 0, notBeforeMs: 0, deliveredBefore: delivered });
      bytes += segment.bytes;
      kick();
    },
    wake: () => {
      for (const entry of waiting) entry.notBeforeMs = 0;
      kick();
    },
    idle: () => waiting.length === 0 && running === null,
    bytes: () => bytes,
    count: () => waiting.length,
    oldestMs: () => waiting.reduce<number | null>((least, { segment }) => (least === null ? segment.oldestMs : Math.min(least, segment.oldestMs)), null),
    problem: () => problem,
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
};
