import { latencyEdgesMs, type TelemetryDoor } from '../../../telemetry/server/public.ts';
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
import { createSources, type Sources } from './external/sources.ts';
import { readSplunk } from './external/splunk.ts';
import { createFeed, type FeedCounts } from './fed.ts';
import { createLeftOut } from './left-out.ts';
import { countLimits } from './limits.ts';
import { dropOldCounts } from './retention.ts';
import { createSpanCounts, type SpanCounts } from './span-counts.ts';
import type { CountTables } from './tables.ts';

/** The counting of all indicators, as it runs. */
export interface Counting {
  /** Called in this process soon after counts moved. */
  onCounted(listener: () => void): void;
  /** For the door: other modules' counts. */
  readonly feed: FeedCounts;
  /** Outside sources and their secrets. */
  readonly sources: Sources;
  /** Reads outside sources, now. */
  readExternal(): Promise<void>;
  /** Drops what is older than it is kept, now. */
  dropOld(): Promise<string[]>;
  /** Looks for new indicators at once; by itself it does so when an objective was described, and every minute. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

export interface CountingOptions {
  /** How long a request to an outside source may take. */
  readonly requestMs?: number;
  readonly limits?: { readonly [Name in keyof typeof countLimits]?: number };
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
  const { rollupsDays, clickhouseCluster, allowInternalSources } = ground.config.values;
  const sources = createSources({ db, secrets: doors.identity.secrets, now: () => clock.now() });
  const ask = createAsk({
    allowInternal: allowInternalSources,
    requestMs: options.requestMs ?? externalLimits.requestMs,
  });
  const external = createExternalCounts({
    db,
    clickhouse,
    log,
    now: () => clock.now(),
    definitions,
    sources,
    readers: { prometheus: readPrometheus(ask), splunk: readSplunk(ask), dynatrace: readDynatrace(ask) },
    backfillDays: externalLimits.backfillDays,
    onCounted,
  });
  const backfill = createBackfill({
    ground,
    clickhouse,
    db,
    definitions,
    latencyEdgesMs,
    counts: history.counts,
    leftOut: history.leftOut,
    others: (indicator, progress) =>
      indicator.kind === 'external' ? external.history(indicator, progress) : Promise.resolve(true),
    onCounted,
  });
  doors.telemetry.deriveFromCounts(
    derivedSpans({ definitions, counts: live.counts, points: async () => undefined, onCounted }),
  );
  ground.ledger.react('objectives.count', ['objective.described'], () => backfill.sweep());
  ground.jobs.every('objectives.count-sweep', countLimits.sweepSeconds, () => backfill.sweep());
  const dropOld = (): Promise<string[]> =>
    dropOldCounts({
      clickhouse,
      db,
      cluster: clickhouseCluster ?? null,
      nowMs: clock.now().epochMilliseconds,
      rollupsDays,
    });
  ground.jobs.every('objectives.external', externalLimits.everySeconds, () => external.round());
  ground.jobs.every('objectives.count-retention', limits.retentionSeconds, async () => void (await dropOld()));
  return {
    feed: createFeed({ db, clickhouse, definitions, onCounted }),
    sources,
    readExternal: () => external.round(),
    dropOld,
    onCounted: (listener) => void listeners.push(listener),
    sweep: () => backfill.sweep(),
    stop: async () => undefined,
  };
};
