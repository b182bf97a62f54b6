import { Refusal } from '../../../../kernel/problem.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { countLimits } from './limits.ts';
import { leftOutNumbers, setState, type CountDb } from './store.ts';

/** Indicators that cannot be counted from the spans for now: too dear, or refused by the engine. */
export interface LeftOut {
  numbers(): Promise<ReadonlySet<number>>;
  /** Throws where the engine is at fault and not the indicator. */
  failed(number: number, error: unknown): Promise<void>;
  succeeded(numbers: readonly number[]): void;
}

/** What says something about the statement rather than about the engine. */
const tooDear = new Set(['clickhouse.too-slow', 'clickhouse.too-heavy']);

export const createLeftOut = (options: {
  readonly db: CountDb;
  readonly log: Log;
  readonly now: () => Temporal.Instant;
  readonly rawMs: number;
}): LeftOut => {
  const failures = new Map<number, number>();
  const leave = async (number: number, state: 'too-dear' | 'refused', reason: string): Promise<void> => {
    await setState(options.db, [number], state, { reason, at: options.now() });
    failures.delete(number);
    options.log.warn({ indicator: number, reason }, 'an indicator is left out of the counting');
  };
  return {
    numbers: () => leftOutNumbers(options.db),
    failed: async (number, error) => {
      if (error instanceof Refusal && !tooDear.has(error.problem.code)) throw error;
      if (!(error instanceof Refusal)) {
        await leave(number, 'refused', `The engine refused to count it: ${firstLine(error)}`);
        return;
      }
      const count = (failures.get(number) ?? 0) + 1;
      failures.set(number, count);
      if (count < countLimits.failuresMax) throw error;
      await leave(
        number,
        'too-dear',
        `Counting it from the spans took more than ${options.rawMs / 1_000} s or ${countLimits.memoryBytesMax / 1024 / 1024} MB, ${count} times in a row. Narrow it by an operation or an environment, or drop attribute conditions. It is tried again every ${countLimits.againMs / 60_000} minutes.`,
      );
    },
    succeeded: (numbers) => {
      for (const number of numbers) failures.delete(number);
    },
  };
};

/** Of a message of the engine its first sentence; it quotes the statement behind that. */
export const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .split('\n')[0]!
    .slice(0, 300);
