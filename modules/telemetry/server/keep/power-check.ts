import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { DeliveredSegments } from './delivered-segments.ts';
import type { KnownTables } from './known-tables.ts';
import { missingSegments, powerLossSince } from './recheck.ts';
import { markUndelivered, type Segment } from './segment.ts';

/** Looks after a possible power loss whether ClickHouse still holds what it confirmed. */
export interface PowerCheck {
  /** Resolves when it was looked, or need not be. */
  done(): Promise<void>;
  /** A server came back: it may have lost power, too. */
  again(): void;
}

export interface PowerCheckOptions {
  readonly clickhouse: ClickHouse;
  readonly folder: string;
  readonly bootFile: string;
  readonly tables: KnownTables;
  readonly delivered: DeliveredSegments;
  readonly log: Log;
  readonly onMissing: (segment: Segment) => void;
  /** Its rows are there, but what was counted from them may be what was lost. */
  readonly onPresent: (segment: Segment) => void;
}

export const createPowerCheck = async (options: PowerCheckOptions): Promise<PowerCheck> => {
  const { clickhouse, tables, delivered } = options;
  const powerLoss = await powerLossSince(options.bootFile);
  let isDue = powerLoss.possible || clickhouse.kind === 'external';
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    const segments = delivered.done();
    const missing = new Set(await missingSegments(clickhouse, segments, tables.structures().replacing));
    // On disk first: a crash from here on finds them as not delivered.
    for (const segment of missing) await markUndelivered(options.folder, segment);
    isDue = false;
    if (missing.size > 0) {
      const text = 'ClickHouse had lost delivered telemetry; it is delivered again from the log';
      options.log.warn({ segments: missing.size }, text);
    }
    delivered.forget(missing);
    for (const segment of segments) (missing.has(segment) ? options.onMissing : options.onPresent)(segment);
    await powerLoss.lookedAfter();
  };
  return {
    done: async () => {
      if (!isDue) return;
      looking ??= look().finally(() => {
        looking = null;
      });
      await looking;
    },
    again: () => {
      isDue = true;
    },
  };
};
