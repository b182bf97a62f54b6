import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Definitions } from './definitions.ts';
import type { Recounts } from './recounts.ts';
import { sourcesAt } from '../evaluate/window-plan.ts';
import { nextRevision, type CountDb } from './store.ts';
import { replaceCounts, type CountedBucket } from './write-counts.ts';

/** Counts of one minute as another module counted them; the same minute may be handed in again, the last one holds. */
export interface FedMinute {
  /** Any instant of the minute. */
  readonly at: Temporal.Instant;
  readonly good: number;
  readonly bad: number;
}

/** Takes counts from other modules (probes): `feeder` is the module's word, `key` what it counts. */
export type FeedCounts = (fed: {
  readonly feeder: string;
  readonly key: string;
  readonly minutes: readonly FedMinute[];
}) => Promise<boolean>;

const minutesMax = 10_000;

/** False where no objective counts this key: nothing is kept then. Throws while an engine is away: hand it in again. */
export const createFeed =
  (options: {
    readonly db: CountDb;
    readonly clickhouse: ClickHouse;
    readonly now: () => Temporal.Instant;
    readonly definitions: Definitions;
    readonly recounts: Recounts;
    readonly onCounted: () => void;
  }): FeedCounts =>
  async ({ feeder, key, minutes }) => {
    if (minutes.length > minutesMax) throw new RangeError(`at most ${minutesMax} minutes are taken at once`);
    const indicator = (await options.definitions.counted()).find(
      ({ definition }) => definition.kind === 'fed' && definition.feeder === feeder && definition.key === key,
    );
    if (indicator === undefined) return false;
    const rows = new Map<number, CountedBucket>();
    for (const { at, good, bad } of minutes) {
      if (![good, bad].every((count) => Number.isSafeInteger(count) && count >= 0))
        throw new RangeError('good and bad are whole numbers from 0');
      const bucket = Math.floor(at.epochMilliseconds / 60_000) * 60;
      rows.set(bucket, { bucket, good, bad });
    }
    const revision = await nextRevision(options.db);
    const { tenSecondsFrom: fineFrom } = sourcesAt(Math.floor(options.now().epochMilliseconds / 1_000));
    const of = { number: indicator.number, level: 'minute', revision, fineFrom } as const;
    await replaceCounts(options.clickhouse, of, [...rows.values()], options.recounts);
    options.onCounted();
    return true;
  };
