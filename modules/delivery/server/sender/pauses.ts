import type { Clock } from '../../../../platform/clock/clock.ts';
import { pausedLanes } from '../store/results.ts';
import type { Db } from '../store/tables.ts';

/** Lanes that are left alone, as this process knows them. The database knows better and is asked before each call. */
export interface Pauses {
  set(lane: string, seconds: number): void;
  /** Seconds that are left; 0 for a lane that is not paused. */
  of(lane: string): number;
  /** The database knew of a pause that this process did not. */
  doubt(): void;
  /** Reads them anew, when that is due. */
  refresh(): Promise<void>;
}

const freshMs = 1_000;

export const createPauses = (db: Db, clock: Clock): Pauses => {
  let until = new Map<string, number>();
  let readAtMs = -Infinity;
  return {
    set: (lane, seconds) => void until.set(lane, clock.monotonicMs() + seconds * 1_000),
    of: (lane) => Math.max(0, ((until.get(lane) ?? 0) - clock.monotonicMs()) / 1_000),
    doubt: () => {
      readAtMs = -Infinity;
    },
    refresh: async () => {
      const nowMs = clock.monotonicMs();
      if (nowMs - readAtMs < freshMs) return;
      readAtMs = nowMs;
      until = new Map([...(await pausedLanes(db))].map(([lane, seconds]) => [lane, nowMs + seconds * 1_000]));
    },
  };
};
