import { tellRecount, type CountDb } from './store.ts';

/**
 * Tells evaluation when counts of older time are made anew. It remembers sums of what is settled, in whichever process it runs
 * (evaluate/settled-counts.ts), and reads them again when it is told: so that late telemetry, a backfill or a repaired gap
 * corrects a budget in the next cycle. What is younger than these bounds is read in every cycle and need not be told.
 */
export interface Recounts {
  /** Tells before and after the work: what is read meanwhile may hold half of it. `oldest`: start of the oldest bucket. */
  around<Value>(level: '10s' | 'minute' | 'hour', oldest: number, work: () => Promise<Value>): Promise<Value>;
}

/** Sums of minutes are remembered from eight minutes on, those of hours from two hours on: a minute and ten are left for clocks. */
const recentSeconds = 7 * 60;
const oldSeconds = 110 * 60;

export const createRecounts = ({
  db,
  now,
}: {
  readonly db: CountDb;
  readonly now: () => Temporal.Instant;
}): Recounts => ({
  around: async (level, oldest, work) => {
    const ageSeconds = now().epochMilliseconds / 1_000 - oldest - (level === 'hour' ? 3_600 : 0);
    const old = ageSeconds > oldSeconds;
    // Hours are remembered only with those that are over since long.
    if (!old && (level === 'hour' || ageSeconds <= recentSeconds)) return work();
    await tellRecount(db, old ? 'old' : 'recent');
    try {
      return await work();
    } finally {
      await tellRecount(db, old ? 'old' : 'recent');
    }
  },
});
