import { Failure } from './failure.ts';

export type Lane = 'interactive' | 'background';

export interface QueueBounds {
  readonly runningMax: number;
  readonly runningBackgroundMax: number;
  readonly waitingMax: number;
  readonly waitMs: number;
}

interface Waiting {
  readonly lane: Lane;
  start(): void;
}

/**
 * Places for running statements. Background work may take a part of them only, so an interactive statement finds a
 * place while a dozen rollups wait; among those who wait the interactive ones go first.
 */
export class Queue {
  readonly #bounds: QueueBounds;
  readonly #waiting: Waiting[] = [];
  #running = { interactive: 0, background: 0 };

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get running(): number {
    return this.#running.interactive + this.#running.background;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with the function that gives the place back. Throws 202 where too many wait or it waited too long. */
  async enter(lane: Lane, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.#free(lane)) await this.#wait(lane, signal);
    else this.#running[lane] += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#running[lane] -= 1;
      this.#next();
    };
  }

  #free(lane: Lane): boolean {
    if (this.running >= this.#bounds.runningMax) return false;
    return lane === 'interactive' || this.#running.background < this.#bounds.runningBackgroundMax;
  }

  async #wait(lane: Lane, signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#bounds.waitingMax)
      throw busy(`${this.#bounds.waitingMax} statements already wait for a place`);
    await new Promise<void>((resolve, reject) => {
      const leave = (reason: Error): void => {
        const at = this.#waiting.indexOf(entry);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        settle();
        reject(reason);
      };
      const timer = setTimeout(
        () => leave(busy(`no place was free within ${this.#bounds.waitMs / 1000} s`)),
        this.#bounds.waitMs,
      );
      const onAbort = (): void => leave(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const entry: Waiting = { lane, start: () => (settle(), resolve()) };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
    });
  }

  /** Starts whoever may start now; the place is taken here, so that nobody slips in before the promise runs. */
  #next(): void {
    for (const lane of ['interactive', 'background'] as const) {
      let at = this.#waiting.findIndex((entry) => entry.lane === lane);
      while (at >= 0 && this.#free(lane)) {
        const [entry] = this.#waiting.splice(at, 1);
        this.#running[lane] += 1;
        entry!.start();
        at = this.#waiting.findIndex((other) => other.lane === lane);
      }
    }
  }
}

const busy = (why: string): Failure =>
  new Failure(503, 202, 'TOO_MANY_SIMULTANEOUS_QUERIES', `The engine is busy: ${why}`);
