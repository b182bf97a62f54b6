import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { deliverSegment, type Attempt } from './deliver-segment.ts';
import type { DerivedCounts } from './derived-rollups.ts';
import { createDeliveredSegments, type DeliveredSegments } from './delivered-segments.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import type { KeepFigures } from './figures.ts';
import { createKnownTables, type KnownTables } from './known-tables.ts';
import type { KeepLimits } from './limits.ts';
import { createPowerCheck, type PowerCheck } from './power-check.ts';
import type { Quarantine } from './quarantine.ts';
import type { Recovered } from './recovery.ts';
import { dropOld, type DroppedPartition, type RetentionDays } from './retention.ts';
import { createRollups, type Rollups } from './rollups.ts';
import { createSeenTeller, type SeenTeller } from './seen-teller.ts';
import type { Seen } from './seen.ts';
import type { Segment } from './segment.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

/** The way of a sealed segment: into ClickHouse, into the counts, told, and after a while gone. */
export interface Deliverer {
  begin(recovered: Recovered, wal: WriteAheadLog): void;
  sealed(segment: Segment): void;
  /** A batch is safe: its segment may have to be sealed soon. */
  appended(): void;
  columns(): Readonly<Record<string, string>>;
  readonly queue: Pick<DeliveryQueue, 'bytes' | 'count' | 'oldestMs' | 'problem'>;
  dirty(): Readonly<Record<string, number>>;
  settled(): Promise<void>;
  tidy(): Promise<void>;
  dropOld(): Promise<readonly DroppedPartition[]>;
  derive(counts: DerivedCounts): void;
  stop(): Promise<void>;
}

export interface DelivererOptions {
  readonly folder: string;
  readonly bootFile: string;
  readonly columnsFile: string;
  readonly clickhouse: ClickHouse;
  readonly cluster: string | null;
  readonly log: Log;
  readonly limits: KeepLimits;
  readonly nowMs: () => number;
  readonly quarantine: Quarantine;
  readonly retention: Pick<RetentionDays, 'spans' | 'logs' | 'metrics' | 'rollups'>;
  readonly seen: (seen: Seen) => Promise<void>;
  readonly figures: () => KeepFigures;
  readonly holdForDerived?: boolean;
}

/** Recovers nothing by itself: `begin` hands in what the log found. */
export const createDeliverer = async (options: DelivererOptions): Promise<Deliverer> => {
  const tables = createKnownTables(options.clickhouse, options.columnsFile);
  const delivered = createDeliveredSegments({
    ...options,
    keptMs: options.limits.deliveredMs,
    onFresh: (ageMs) => options.figures().freshness.observe(ageMs / 1_000),
  });
  const way = new Way(options, tables, delivered);
  way.powerCheck = await createPowerCheck({
    ...options,
    tables,
    delivered,
    onMissing: (segment) => way.queue.add(segment, true),
    onPresent: (segment) => way.rollups.delivered(segment.tenSeconds, segment.pointTenSeconds),
  });
  return way;
};

class Way implements Deliverer {
  readonly queue: DeliveryQueue;
  readonly rollups: Rollups;
  powerCheck: PowerCheck | null = null;
  readonly #options: DelivererOptions;
  readonly #tables: KnownTables;
  readonly #delivered: DeliveredSegments;
  readonly #teller: SeenTeller;
  readonly #dropping: NodeJS.Timeout;
  #wal: WriteAheadLog | null = null;
  readonly #holding: NodeJS.Timeout | null;
  #sealTimer: { readonly timer: NodeJS.Timeout; readonly isSoon: boolean } | null = null;
  #watchers: (() => void)[] = [];
  #stopped = false;

  constructor(options: DelivererOptions, tables: KnownTables, delivered: DeliveredSegments) {
    this.#options = options;
    this.#tables = tables;
    this.#delivered = delivered;
    const common = { ...options, monotonicMs: () => performance.now(), onProgress: () => this.#progress() };
    this.rollups = createRollups({
      ...common,
      mayCompute: (level, bucket) => tables.mayCompute(level, bucket),
      onEdges: (buckets) => this.#teller.edges(buckets),
    });
    this.#teller = createSeenTeller({ ...common, pauseMs: options.limits.seenPauseMs, tell: options.seen });
    this.queue = createDeliveryQueue({
      limits: options.limits,
      log: options.log,
      deliver: (segment, attempt) => this.#deliver(segment, attempt),
      onDelivered: (segment) => this.#onDelivered(segment),
      onIdle: () => {
        this.appended();
        this.#tellWatchers();
      },
    });
    const notDropped = (error: unknown): void =>
      options.log.warn({ error: String(error) }, 'old telemetry was not removed; it is tried again');
    this.#holding = options.holdForDerived
      ? setTimeout(() => this.rollups.deriveNothing(), options.limits.derivedHoldMs).unref()
      : null;
    this.#dropping = setInterval(() => void this.dropOld().catch(notDropped), options.limits.retentionMs).unref();
  }

  begin(recovered: Recovered, wal: WriteAheadLog): void {
    this.#wal = wal;
    // Known as delivered: kept for their bodies until their time is over, and looked for when power may have been lost.
    for (const segment of recovered.delivered) this.#delivered.add(segment, null);
    for (const segment of recovered.waiting) this.queue.add(segment, true);
    this.#options.clickhouse.onUp(() => {
      if (this.#options.clickhouse.kind === 'external') this.powerCheck?.again();
      this.queue.wake();
      this.rollups.wake();
      this.#lookSoon();
    });
    this.#lookSoon();
  }

  sealed(segment: Segment): void {
    this.queue.add(segment, false);
  }

  /** Seals once the first batch is old enough and ClickHouse is ready for more; under load segments grow to their full size. */
  appended(): void {
    if (this.#wal === null || this.#stopped) return;
    const open = this.#wal.open();
    if (open === null || !this.queue.idle()) return;
    const { segmentMs, segmentSmallMs, segmentSmallBytes } = this.#options.limits;
    const isSmall = open.bytes < segmentSmallBytes;
    if (this.#sealTimer !== null && (isSmall || this.#sealTimer.isSoon)) return;
    if (this.#sealTimer !== null) clearTimeout(this.#sealTimer.timer);
    const agedMs = isSmall ? segmentSmallMs : segmentMs;
    const waitMs = Math.min(agedMs, Math.max(0, open.oldestMs + agedMs - this.#options.nowMs()));
    const timer = setTimeout(() => {
      this.#sealTimer = null;
      if (this.queue.idle()) void this.#wal?.seal();
    }, waitMs).unref();
    this.#sealTimer = { timer, isSoon: !isSmall };
  }

  columns(): Readonly<Record<string, string>> {
    return this.#tables.structures().columns;
  }

  derive(counts: DerivedCounts): void {
    this.rollups.derive(counts);
  }

  dirty(): Readonly<Record<string, number>> {
    return this.rollups.dirty();
  }

  async settled(): Promise<void> {
    await this.#wal?.seal();
    this.#hurry(true);
    await this.#until(() => this.queue.idle() && this.#delivered.allDone());
    await this.#delivered.marked();
    this.#hurry(false);
  }

  tidy(): Promise<void> {
    return this.#delivered.tidy();
  }

  async dropOld(): Promise<readonly DroppedPartition[]> {
    const { clickhouse, cluster, limits, log, nowMs, retention } = this.#options;
    await this.#tables.ready();
    await this.#tables.refresh();
    const dropped = await dropOld(clickhouse, {
      days: { ...retention, minutesMax: limits.minutesDaysMax, tenSecondsHours: limits.tenSecondsHours + 2 },
      nowMs: nowMs(),
      cluster,
      removed: this.#tables.removed(),
      untouchedSeconds: limits.untouchedSeconds,
      quiet: () => this.rollups.quiet(),
    });
    if (dropped.length > 0) log.info({ dropped }, 'telemetry older than it is kept was removed');
    return dropped;
  }

  async stop(): Promise<void> {
    const late = new AbortController();
    const enough = pause(this.#options.limits.stopMs, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([this.#until(() => this.queue.idle()), enough]);
    late.abort();
    this.#stopped = true;
    if (this.#sealTimer) clearTimeout(this.#sealTimer.timer);
    clearInterval(this.#dropping);
    if (this.#holding) clearTimeout(this.#holding);
    await this.queue.stop();
    await Promise.all([this.rollups.stop(), this.#teller.stop()]);
    await this.#delivered.marked();
  }

  async #deliver(segment: Segment, attempt: Attempt): Promise<void> {
    await this.#tables.ready();
    await this.powerCheck?.done();
    await deliverSegment({ ...this.#options, structures: () => this.#tables.structures() }, segment, attempt);
  }

  #onDelivered(segment: Segment): void {
    const number = this.rollups.delivered(segment.tenSeconds, segment.pointTenSeconds);
    this.#teller.delivered(segment, number);
    this.#delivered.add(segment, number);
    for (const { table, count } of segment.parts) this.#options.figures().inserted.inc({ table }, count);
    this.#progress();
  }

  #progress(): void {
    this.#delivered.covered(this.rollups.freshCovered(), Math.min(this.rollups.covered(), this.#teller.covered()));
    this.#tellWatchers();
  }

  #hurry(on: boolean): void {
    this.rollups.hurry(on);
    this.#teller.hurry(on);
  }

  /** Also where nothing waits for delivery, what was delivered is looked after. */
  #lookSoon(): void {
    if (this.#stopped) return;
    this.#tables
      .ready()
      .then(() => this.powerCheck?.done())
      .catch((error: unknown) => {
        const text = 'ClickHouse could not be asked what it holds; it is tried again';
        this.#options.log.warn({ error: String(error).slice(0, 500) }, text);
        setTimeout(() => this.#lookSoon(), this.#options.limits.retryMs[1]).unref();
      });
  }

  async #until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const watcher = (): void => {
        if (!condition()) return;
        this.#watchers = this.#watchers.filter((one) => one !== watcher);
        resolve();
      };
      this.#watchers.push(watcher);
    });
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
