import { combine, type Hash64 } from './hash64.ts';
import { IdSet } from './id-set.ts';

const idsMax = 262_144;

/**
 * Remembers for which (id, day) the row that explains an id is safe already, so that it is not sent with every request.
 * An id counts as known only after the write-ahead log has it (`confirm`): a request that was refused must not make
 * later ones rely on rows that were never kept. When full it starts anew, which only costs rows that replace each other.
 */
export class KnownIds {
  private readonly safe = new IdSet(idsMax);
  private readonly waiting = new Map<number, number[]>();
  private pending: number[] = [];
  private readonly key: Hash64 = { low: 0, high: 0 };

  has(low: number, high: number, epochDay: number): boolean {
    this.key.low = low;
    this.key.high = high;
    combine(this.key, epochDay, 0x2545f491);
    return this.safe.has(this.key.low, this.key.high);
  }

  /** The request at hand carries the row that explains the id. */
  write(low: number, high: number, epochDay: number): void {
    this.key.low = low;
    this.key.high = high;
    combine(this.key, epochDay, 0x2545f491);
    this.pending.push(this.key.low, this.key.high);
  }

  /** Ends a request: what it wrote waits for `confirm` or `forget` under this number. */
  wait(request: number): void {
    if (this.pending.length > 0) this.waiting.set(request, this.pending);
    this.pending = [];
  }

  confirm(request: number): void {
    const ids = this.waiting.get(request);
    if (ids === undefined) return;
    this.waiting.delete(request);
    for (let at = 0; at < ids.length; at += 2) {
      if (this.safe.add(ids[at]!, ids[at + 1]!)) continue;
      this.safe.clear();
      this.safe.add(ids[at]!, ids[at + 1]!);
    }
  }

  forget(request: number): void {
    this.waiting.delete(request);
  }

  /** Forgets what is safe: the days that it was said for may have been cleaned up since. */
  restart(): void {
    this.safe.clear();
  }

  /** The request at hand came to nothing. */
  drop(): void {
    this.pending = [];
  }
}
