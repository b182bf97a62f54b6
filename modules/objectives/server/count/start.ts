import { latencyEdgesMs, type TelemetryDoor } from '../../../telemetry/server/public.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import { createBackfill } from './backfill.ts';
import { createDefinitions } from './definitions.ts';
import { derivedSpans } from './derived-spans.ts';
import { readDynatrace } from './external/dynatrace.ts';
import { externalLimits } from './external/limits.ts';
import { createAsk } from './external/outgoing.ts';
import { readPrometheus } from './external/prometheus.ts';
import { createExternalCounts } from './external/read-external.ts';
import { createSources } from './external/sources.ts';
import { readSplunk } from './external/splunk.ts';
import { createFeed, type FeedCounts } from './fed.ts';
import { createLeftOut, type LeftOut } from './left-out.ts';
import { countLimits } from './limits.ts';
import { createMetricCounts } from './metric-counts.ts';
import { dropOldCounts } from './retention.ts';
import { createRecounts, type Recounts } from './recounts.ts';
import { createSpanCounts, type SpanCounts } from './span-counts.ts';
import { setCountedFrom, type CountDb } from './store.ts';
import type { CountTables } from './tables.ts';

/** The counting of all indicators, as it runs. */
export interface Counting {
  /** Called in this process soon after counts moved. */
  onCounted(listener: () => void): void;
  /** For the door: other modules' counts. */
  readonly feed: FeedCounts;
  /** Reads outside sources, now. */
  readExternal(): Promise<void>;
  /** Drops what is older than it is kept, now. */
  dropOld(): Promise<string[]>;
  /** Looks for new indicators at once; by itself it does so when an objective was described, and every minute. */
  sweep(): Promise<void>;
}

export interface CountingOptions {
  /** How long a request to an outside source may take. */
  readonly requestMs?: number;
  /** How long one pass over raw spans may take. */
  readonly rawMs?: number;
}

/** Begins to count; call it once, in the start of the module. */
export const startCounting = (
  ground: Ground,
  doors: {
    readonly telemetry: Pick<TelemetryDoor, 'deriveFromCounts'>;
    readonly identity: Pick<IdentityDoor, 'secrets'>;
  },
  options: CountingOptions = {},
): Counting => {
  const { clock, jobs } = ground;
  const { clickhouse, db, definitions, onCounted, recounts, listeners, external, metrics, live, backfill } = counters(
    ground,
    doors,
    options,
  );
  doors.telemetry.deriveFromCounts(
    derivedSpans({ definitions, counts: live, points: (tenSeconds) => metrics.points(tenSeconds), onCounted }),
  );
  const dropOld = (): Promise<string[]> =>
    dropOldCounts({
      clickhouse,
      db,
      cluster: ground.config.values.clickhouseCluster ?? null,
      nowMs: clock.now().epochMilliseconds,
      rollupsDays: ground.config.values.rollupsDays,
    });
  ground.ledger.react('objectives.count', ['objective.described', 'correction.proposed', 'correction.approved'], () =>
    backfill.sweep(),
  );
  jobs.every('objectives.count-sweep', countLimits.sweepSeconds, () => backfill.sweep());
  jobs.every('objectives.external', externalLimits.everySeconds, () => external.round());
  jobs.every('objectives.count-retention', countLimits.retentionSeconds, async () => void (await dropOld()));
  return {
    feed: createFeed({ db, clickhouse, now: () => clock.now(), definitions, onCounted, recounts }),
    readExternal: () => external.round(),
    dropOld,
    onCounted: (listener) => void listeners.push(listener),
    sweep: () => backfill.sweep(),
  };
};

type Doors = Parameters<typeof startCounting>[1];

/** Everything that counts, put together. */
const counters = (ground: Ground, doors: Doors, options: CountingOptions) => {
  const { clickhouse, clock, log, postgres } = ground;
  const { allowInternalSources, metricsDays } = ground.config.values;
  const db = postgres.tables<CountTables>();
  const listeners: (() => void)[] = [];
  const onCounted = (): void => listeners.forEach((listener) => listener());
  const now = (): Temporal.Instant => clock.now();
  const definitions = createDefinitions(db, {
    nowMs: () => now().epochMilliseconds,
    unusedGraceMs: countLimits.unusedGraceMs,
  });
  const recounts = createRecounts({ db, now });
  const common = { db, clickhouse, log, now, definitions, onCounted, recounts };
  const live = spansOf(common, options.rawMs ?? countLimits.rawMs, countLimits.simpleMs);
  const history = spansOf(common, countLimits.backfillMs, countLimits.backfillMs);
  const sources = createSources({ db, secrets: doors.identity.secrets });
  const requestMs = options.requestMs ?? externalLimits.requestMs;
  const ask = createAsk({ allowInternal: allowInternalSources, requestMs });
  const external = createExternalCounts({
    ...common,
    sources,
    readers: { prometheus: readPrometheus(ask), splunk: readSplunk(ask), dynatrace: readDynatrace(ask) },
    backfillDays: externalLimits.backfillDays,
  });
  const metrics = createMetricCounts({ ...common, metricsDays });
  const backfill = createBackfill({
    ...common,
    ground,
    latencyEdgesMs,
    counts: history.counts,
    leftOut: history.leftOut,
    others: async (indicator, progress) => {
      if (indicator.kind === 'external') return external.history(indicator, progress);
      if (indicator.kind.startsWith('metric-')) return metrics.history(indicator, progress);
      // Counts that are handed in begin when somebody hands them in.
      await setCountedFrom(db, indicator.number, now());
      return true;
    },
  });
  return {
    clickhouse,
    db,
    definitions,
    onCounted,
    recounts,
    listeners,
    external,
    metrics,
    live: live.counts,
    backfill,
  };
};

const spansOf = (
  of: {
    readonly clickhouse: ClickHouse;
    readonly db: CountDb;
    readonly log: Log;
    readonly now: () => Temporal.Instant;
    readonly recounts: Recounts;
  },
  rawMs: number,
  simpleMs: number,
): { counts: SpanCounts; leftOut: LeftOut } => {
  const leftOut = createLeftOut({ ...of, rawMs });
  const counts = createSpanCounts({
    clickhouse: of.clickhouse,
    latencyEdgesMs,
    simpleMs,
    rawMs,
    onRawFailure: (number, error) => leftOut.failed(number, error),
    onRawSuccess: (numbers) => leftOut.succeeded(numbers),
    leftOut: () => leftOut.numbers(),
    recounts: of.recounts,
  });
  return { counts, leftOut };
};
