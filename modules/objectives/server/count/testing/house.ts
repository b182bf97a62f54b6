import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../../platform/clickhouse/for-tests.ts';
import { movableClock, type MovableClock } from '../../../../../platform/clock/clock.ts';
import { startJobs } from '../../../../../platform/jobs/start.ts';
import { startLedger } from '../../../../../platform/ledger/start.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import type { Ground } from '../../../../../platform/module/ground.ts';
import { testPostgres } from '../../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../../platform/postgres/postgres.ts';
import { createSecrets } from '../../../../identity/server/secrets.ts';
import { startKeep, type RunningKeep } from '../../../../telemetry/server/keep/start-keep.ts';
import { json, testReceivers, type TestReceivers } from '../../../../telemetry/server/receive/testing/receivers.ts';
import { canonicalIndicator } from '../../../domain/canonical-indicator.ts';
import type { Indicator } from '../../../domain/indicator.ts';
import { startCounting, type Counting, type CountingOptions } from '../start.ts';
import type { CountTables } from '../tables.ts';

/** One row of counts as a test reads it. */
export interface CountRow {
  readonly at: string;
  readonly good: number;
  readonly bad: number;
}

/** Telemetry's way in, its log, both engines and the counting of objectives, on a clock that is moved. */
export interface CountHouse {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly clock: MovableClock;
  counting(): Counting;
  /** Posts OTLP over HTTP; throws where it is not taken. */
  send(signal: 'traces' | 'metrics', body: unknown): Promise<void>;
  indicator(definition: Indicator): Promise<number>;
  /** Everything sent is counted at every level. */
  settled(): Promise<void>;
  counts(number: number, level: '10s' | 'minute' | 'hour'): Promise<CountRow[]>;
  state(number: number): Promise<{ state: string; reason: string | null } | undefined>;
  /** While it is on, nothing is written into the counts: as if the process had been killed before each of its statements. */
  breakCounts(on: boolean): void;
  /** Stops and starts again on the same log. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const migrations = (module: string) => ({
  name: module,
  folder: new URL(`../../../../${module}/server/migrations/`, import.meta.url),
});

export const countHouse = async (now: string, options: CountingOptions = {}): Promise<CountHouse> => {
  const clickhouse = await testClickHouse([migrations('telemetry'), migrations('objectives')]);
  const postgres = await testPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'leadline-count-'));
  const clock = movableClock(now);
  const db = postgres.tables<CountTables>();
  let broken = false;
  const counted: ClickHouse = {
    ...clickhouse,
    command: async (sql, given) => {
      if (broken && sql.includes('INSERT INTO objectives_counts_')) throw new Error('killed');
      return clickhouse.command(sql, given);
    },
  };
  let running = await run({ clickhouse, counted, postgres, clock, folder, options });
  return {
    clickhouse,
    postgres,
    clock,
    counting: () => running.counting,
    send: async (signal, body) => {
      const answer = await running.receivers.post(signal, JSON.stringify(body), json);
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    },
    indicator: async (definition) => {
      const row = await db
        .insertInto('objectives.indicator')
        .values({
          canonical: canonicalIndicator(definition),
          kind: definition.kind,
          definition: JSON.stringify(definition),
          created_at: new Date(clock.now().epochMilliseconds),
          counted_from: null,
          unused_since: null,
        })
        .returning('number')
        .executeTakeFirstOrThrow();
      return row.number;
    },
    settled: () => running.keep.settled(),
    counts: async (number, level) => {
      const rows = await clickhouse.query<{ at: string; good: string; bad: string }>(
        `-- Counts of one indicator.
SELECT formatDateTime(bucket, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at, good, bad FROM objectives_counts_${level} FINAL
WHERE indicator = {number:UInt32} AND good + bad > 0 ORDER BY bucket`,
        { params: { number } },
      );
      return rows.map(({ at, good, bad }) => ({ at, good: Number(good), bad: Number(bad) }));
    },
    state: async (number) =>
      db
        .selectFrom('objectives.source_state')
        .select(['state', 'reason'])
        .where('indicator', '=', number)
        .executeTakeFirst(),
    restart: async () => {
      await running.stop();
      running = await run({ clickhouse, counted, postgres, clock, folder, options });
    },
    breakCounts: (on) => {
      broken = on;
    },
    stop: async () => {
      await running.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

interface Running {
  readonly keep: RunningKeep;
  readonly receivers: TestReceivers;
  readonly counting: Counting;
  stop(): Promise<void>;
}

const run = async (of: {
  clickhouse: ClickHouse;
  /** The same, as counting sees it. */
  counted: ClickHouse;
  postgres: Postgres;
  clock: MovableClock;
  folder: string;
  options: CountingOptions;
}): Promise<Running> => {
  const { clickhouse, postgres, clock } = of;
  const log = createLog('silent');
  const metrics = new Registry();
  const keep = await startKeep({
    folder: of.folder,
    clickhouse,
    clock,
    log,
    metrics,
    diskReserveMb: 16,
    retention: { spans: 8, logs: 14, metrics: 35, rollups: 400 },
    cluster: null,
    seen: async () => undefined,
    holdForDerived: true,
  });
  const receivers = await testReceivers({ clock, keep });
  const ledger = await startLedger(postgres, clock, log, metrics);
  const jobs = await startJobs(postgres, clock, log, metrics, { drainMs: 1_000 });
  const config = {
    values: { rollupsDays: 400, metricsDays: 35, spansDays: 8, allowInternalSources: true },
  } as unknown as Ground['config'];
  const ground = { clickhouse: of.counted, postgres, clock, log, metrics, ledger, jobs, config } as unknown as Ground;
  const counting = startCounting(
    ground,
    {
      telemetry: { deriveFromCounts: (counts) => (keep.derive(counts), true) },
      identity: { secrets: createSecrets(Buffer.alloc(32, 7)) },
    },
    of.options,
  );
  return {
    keep,
    receivers,
    counting,
    stop: async () => {
      await receivers.stop();
      await jobs.stop();
      await keep.stop();
      await ledger.stop();
    },
  };
};

/** A span of kind server as OTLP's JSON has it; one of many that differ in their ids. */
export const otlpSpan = (given: {
  readonly endedAt: string;
  readonly durationMs?: number;
  readonly name?: string;
  readonly failed?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
}): Record<string, unknown> => {
  const end = Temporal.Instant.from(given.endedAt).epochNanoseconds;
  spansMade += 1;
  return {
    traceId: spansMade.toString(16).padStart(32, '0'),
    spanId: spansMade.toString(16).padStart(16, '0'),
    name: given.name ?? 'GET /',
    kind: 2,
    startTimeUnixNano: (end - BigInt(Math.round((given.durationMs ?? 20) * 1e6))).toString(),
    endTimeUnixNano: end.toString(),
    attributes: otlpAttributes(given.attributes ?? {}),
    status: given.failed ? { code: 2 } : {},
  };
};

let spansMade = 0;

export const otlpAttributes = (values: Readonly<Record<string, string | number>>): unknown[] =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));

/** A request with spans of one service. */
export const otlpTraces = (
  service: string,
  spans: readonly Record<string, unknown>[],
  resource: Readonly<Record<string, string>> = {},
): unknown => ({
  resourceSpans: [
    {
      resource: { attributes: otlpAttributes({ 'service.name': service, ...resource }) },
      scopeSpans: [{ spans }],
    },
  ],
});
