import { latencyEdgesMs, type TelemetryDoor } from '../../../telemetry/server/public.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { createBackfill } from './backfill.ts';
import { createDefinitions } from './definitions.ts';
import { derivedSpans } from './derived-spans.ts';
import { createLeftOut } from './left-out.ts';
import { countLimits } from './limits.ts';
import { createSpanCounts, type SpanCounts } from './span-counts.ts';
import type { CountTables } from './tables.ts';

/** The counting of all indicators, as it runs. */
export interface Counting {
  /** Called in this process soon after counts moved. */
  onCounted(listener: () => void): void;
  /** Looks for new indicators at once; by itself it does so when an objective was described, and every minute. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

export interface CountingOptions {
  readonly limits?: { readonly [Name in keyof typeof countLimits]?: number };
}

/** Begins to count; call it once, in the start of the module. */
export const startCounting = (
  ground: Ground,
  doors: { readonly telemetry: Pick<TelemetryDoor, 'deriveFromCounts'> },
  options: CountingOptions = {},
): Counting => {
  const { clickhouse, clock, log, postgres } = ground;
  const limits: { readonly [Name in keyof typeof countLimits]: number } = { ...countLimits, ...options.limits };
  const db = postgres.tables<CountTables>();
  const listeners: (() => void)[] = [];
  const onCounted = (): void => listeners.forEach((listener) => listener());
  const definitions = createDefinitions(db, {
    nowMs: () => clock.now().epochMilliseconds,
    unusedGraceMs: countLimits.unusedGraceMs,
  });
  const spanCounts = (
    rawMs: number,
    simpleMs: number,
  ): { counts: SpanCounts; leftOut: ReturnType<typeof createLeftOut> } => {
    const leftOut = createLeftOut({ db, log, now: () => clock.now(), rawMs });
    const counts = createSpanCounts({
      clickhouse,
      latencyEdgesMs,
      simpleMs,
      rawMs,
      onRawFailure: (number, error) => leftOut.failed(number, error),
      onRawSuccess: (numbers) => leftOut.succeeded(numbers),
      leftOut: () => leftOut.numbers(),
    });
    return { counts, leftOut };
  };
  const live = spanCounts(limits.rawMs, limits.simpleMs);
  const history = spanCounts(countLimits.backfillMs, countLimits.backfillMs);
  const backfill = createBackfill({
    ground,
    clickhouse,
    db,
    definitions,
    latencyEdgesMs,
    counts: history.counts,
    leftOut: history.leftOut,
    others: async () => undefined,
    onCounted,
  });
  doors.telemetry.deriveFromCounts(
    derivedSpans({ definitions, counts: live.counts, points: async () => undefined, onCounted }),
  );
  ground.ledger.react('objectives.count', ['objective.described'], () => backfill.sweep());
  ground.jobs.every('objectives.count-sweep', countLimits.sweepSeconds, () => backfill.sweep());
  return {
    onCounted: (listener) => void listeners.push(listener),
    sweep: () => backfill.sweep(),
    stop: async () => undefined,
  };
};
