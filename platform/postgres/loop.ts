import { setTimeout as wait } from 'node:timers/promises';

export interface Loop {
  /** Runs a round now, or once more when one is running. */
  wake(): void;
  /** Resolves when the running round has ended; none begins after it. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  /** Longest pause between rounds: a wake-up that got lost costs no more than this. */
  readonly everyMs: number;
  /**
   * One round of work. Gives back how long it may rest at most; `more` begins the next at once.
   * What it throws is told to `onError`, and the pause then grows to ten times `everyMs`.
   */
  readonly round: () => Promise<number | 'more' | 'rest'>;
  readonly onError: (error: Error) => void;
}

const pauseFactorMax = 10;

/** Rounds that run one at a time, woken by notifications and, since those can get lost, by time. */
export const startLoop = ({ everyMs, round, onError }: LoopOptions): Loop => {
  const ending = new AbortController();
  let woken = false;
  let sleeping: AbortController | null = null;

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!ending.signal.aborted) {
      woken = false;
      let pauseMs = everyMs;
      try {
        const wanted = await round();
        failures = 0;
        if (wanted === 'more') continue;
        if (wanted !== 'rest') pauseMs = Math.min(everyMs, Math.max(wanted, 1));
      } catch (error) {
        failures += 1;
        pauseMs = everyMs * Math.min(failures, pauseFactorMax);
        onError(error as Error);
      }
      if (ending.signal.aborted || woken) continue;
      sleeping = new AbortController();
      await wait(pauseMs, undefined, { signal: sleeping.signal }).catch(() => undefined);
      sleeping = null;
    }
  };
  const wake = (): void => {
    woken = true;
    sleeping?.abort();
  };
  const running = run();
  return {
    wake,
    stop: async () => {
      ending.abort();
      wake();
      await running;
    },
  };
};
