import type { Log } from '../../../../platform/log/log.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { addCounts, insertPayloads, type Count, type NewPayload } from './payload-store.ts';
import type { Db } from './store.ts';

/** Keeps what came. */
export interface Payloads {
  /** A faulty one is written when this resolves; a good one within a second, and only the last ones of it. */
  keep(payload: NewPayload): Promise<void>;
  /** Counts what was refused and is not kept. */
  countRefused(integration: string): void;
  /** Writes what is still in memory. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Good payloads are written behind the sender's answer, the last ones of each integration once a second: the alert is on disk
 * before it, and what is only looked at must not cost as much as what counts. Of faulty ones the first few of a second are written
 * before the answer.
 */
export const startPayloads = (db: Db, log: Log): Payloads => {
  const buffer = new PayloadBuffer();
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const { payloads, counts } = buffer.take();
    await addCounts(db, counts);
    await insertPayloads(db, payloads);
  };
  const flush = (): Promise<void> => {
    writing = writing.then(write, write);
    return writing;
  };
  const quietly = (): Promise<void> =>
    flush().catch((error: unknown) => log.warn({ err: error }, 'payloads of integrations could not be kept'));
  const timer = setInterval(() => void (buffer.isEmpty() ? undefined : quietly()), integrationLimits.flushMs);
  timer.unref();

  return {
    keep: async (payload) => {
      buffer.count(payload.integration, payload.faulty);
      if (payload.faulty && buffer.mayWriteNow(payload.integration)) return insertPayloads(db, [payload]);
      buffer.add(payload);
      if (buffer.isFull()) await quietly();
    },
    countRefused: (integration) => buffer.count(integration, true),
    flush,
    stop: async () => {
      clearInterval(timer);
      await quietly();
    },
  };
};

/** What waits to be written: the last ones of each integration, good and faulty apart. */
class PayloadBuffer {
  private waiting = new Map<string, NewPayload[]>();
  private counts = new Map<string, { received: number; faulty: number }>();
  private writtenNow = new Map<string, number>();
  /** Whose good ones were as many bytes in the second before as they may be in this one. */
  private busy = new Set<string>();
  private bytes = 0;

  count(integration: string, faulty: boolean): void {
    const count = this.counts.get(integration) ?? { received: 0, faulty: 0 };
    count.received += 1;
    if (faulty) count.faulty += 1;
    this.counts.set(integration, count);
  }

  mayWriteNow(integration: string): boolean {
    const written = this.writtenNow.get(integration) ?? 0;
    this.writtenNow.set(integration, written + 1);
    return written < integrationLimits.faultyAtOnce;
  }

  add(payload: NewPayload): void {
    const name = `${payload.integration} ${payload.faulty}`;
    const before = this.waiting.get(name) ?? [];
    const kept = lastOf([...before, payload], !payload.faulty && this.busy.has(name));
    this.bytes += bytesOf(kept) - bytesOf(before);
    this.waiting.set(name, kept);
  }

  isFull(): boolean {
    return this.bytes > integrationLimits.waitingBytes;
  }

  isEmpty(): boolean {
    return this.counts.size === 0;
  }

  take(): { readonly payloads: readonly NewPayload[]; readonly counts: readonly Count[] } {
    const payloads = [...this.waiting.values()].flat();
    const counts = [...this.counts]
      .map(([integration, count]) => ({ integration, ...count }))
      .sort((one, other) => (one.integration < other.integration ? -1 : 1));
    const isBusy = ([, each]: [string, NewPayload[]]): boolean =>
      bytesOf(each) > integrationLimits.busyBytesAtOnce - integrationLimits.payloadBytes;
    this.busy = new Set([...this.waiting].flatMap((each) => (isBusy(each) ? [each[0]] : [])));
    this.waiting = new Map();
    this.counts = new Map();
    this.writtenNow = new Map();
    this.bytes = 0;
    return { payloads, counts };
  }
}

/** As many as are kept, and no more bytes than one write may have; the newest whatever it has. */
const lastOf = (payloads: readonly NewPayload[], isBusy: boolean): NewPayload[] => {
  const kept = payloads.slice(-integrationLimits.payloads);
  const bytesMax = isBusy ? integrationLimits.busyBytesAtOnce : Infinity;
  while (kept.length > 1 && bytesOf(kept) > bytesMax) kept.shift();
  return kept;
};

const bytesOf = (payloads: readonly NewPayload[]): number => payloads.reduce((sum, { body }) => sum + body.length, 0);
