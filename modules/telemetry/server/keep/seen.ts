import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';

/** Which services and dependencies telemetry came from; told at least once, seldom again while nothing changes. */
export interface Seen {
  readonly services: readonly SeenService[];
  readonly dependencies: readonly SeenDependency[];
}

export interface SeenService {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** Unix milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface SeenDependency {
  readonly callerKind: 'service' | 'messaging';
  readonly caller: string;
  readonly callerEnvironment: string;
  readonly calleeKind: 'service' | 'database' | 'messaging' | 'external';
  readonly callee: string;
  readonly calleeEnvironment: string;
  readonly via: string;
  /** Unix milliseconds, start of the ten seconds. */
  readonly lastMs: number;
}

/** What was delivered since services were last looked for. */
export interface SeenWork {
  /** Ten-second buckets with spans. */
  readonly spanBuckets: ReadonlySet<number>;
  /** Segments that brought rows to these tables, with the days and the time of receipt. */
  readonly segments: readonly {
    readonly id: bigint;
    readonly tables: ReadonlySet<string>;
    readonly days: readonly string[];
    readonly atMs: number;
  }[];
}

const rowsMax = 20_000;

/** Services in spans of the touched buckets, in logs and in the origins that the segments brought. */
export const servicesSeen = async (clickhouse: ClickHouse, work: SeenWork): Promise<SeenService[]> => {
  const found: SeenService[] = [];
  const run = async (sql: string): Promise<void> => {
    const rows = await clickhouse.query<{
      service: string;
      environment: string;
      version: string;
      first: number;
      last: number;
    }>(sql, { lane: 'background', timeoutMs: 30_000 });
    for (const row of rows)
      found.push({
        service: row.service,
        environment: row.environment,
        version: row.version,
        firstMs: Number(row.first),
        lastMs: Number(row.last),
      });
  };
  const buckets = [...work.spanBuckets].sort((a, b) => a - b);
  for (let at = 0; at < buckets.length; at += bucketsPerQuery)
    await run(inSpans(buckets.slice(at, at + bucketsPerQuery)));
  const logs = work.segments.filter(({ tables }) => tables.has('telemetry_logs'));
  if (logs.length > 0) await run(inLogs(logs));
  const origins = work.segments.filter(({ tables }) => tables.has('telemetry_origins'));
  if (origins.length > 0) await run(inOrigins(origins));
  return found;
};

const bucketsPerQuery = 360;

const inSpans = (buckets: readonly number[]): string => `-- Services whose spans ended in some ten-second buckets.
SELECT service, environment, version, toUnixTimestamp64Milli(min(ended_at))::Float64 AS first, toUnixTimestamp64Milli(max(ended_at))::Float64 AS last
FROM telemetry_spans
WHERE bucket IN (${[...new Set(buckets.map((at) => Math.floor(at / 300) * 300))].join(', ')}) AND ended_at >= toDateTime64(${buckets[0]}, 9, 'UTC') AND ended_at < toDateTime64(${buckets.at(-1)! + 10}, 9, 'UTC')
GROUP BY service, environment, version LIMIT ${rowsMax} SETTINGS max_threads = 1`;

/** Old log records that come late are found by their origin instead: reading a whole day for them would cost too much. */
const inLogs = (
  segments: SeenWork['segments'],
): string => `-- Services whose log records the segments brought, as far as they are of the last minutes.
SELECT service, environment, version, toUnixTimestamp64Milli(min(time))::Float64 AS first, toUnixTimestamp64Milli(max(time))::Float64 AS last
FROM telemetry_logs
WHERE bucket >= toDateTime(${Math.floor(Math.min(...segments.map(({ atMs }) => atMs)) / 1_000) - 900}, 'UTC') AND bucket < toDateTime(${Math.floor(Math.max(...segments.map(({ atMs }) => atMs)) / 1_000) + 900}, 'UTC') AND segment IN (${ids(segments)})
GROUP BY service, environment, version LIMIT ${rowsMax} SETTINGS max_threads = 1`;

const inOrigins = (segments: SeenWork['segments']): string => {
  const days = [...new Set(segments.flatMap((one) => one.days))];
  const atMs = Math.max(...segments.map((one) => one.atMs));
  return `-- Services that the segments brought for the first time on a day, of any signal.
SELECT service, environment, version, least(${atMs}, (toUnixTimestamp(max(day)) + 86400) * 1000)::Float64 AS first, least(${atMs}, (toUnixTimestamp(max(day)) + 86400) * 1000)::Float64 AS last
FROM telemetry_origins
WHERE day IN (${days.map((day) => `'${day}'`).join(', ')}) AND segment IN (${ids(segments)})
GROUP BY service, environment, version LIMIT ${rowsMax} SETTINGS max_threads = 1`;
};

const ids = (segments: SeenWork['segments']): string => segments.map(({ id }) => id.toString()).join(', ');

/** Dependencies in some ten-second buckets of the rollup. */
export const dependenciesSeen = async (
  clickhouse: ClickHouse,
  buckets: readonly number[],
): Promise<SeenDependency[]> => {
  const rows = await clickhouse.query<Omit<SeenDependency, 'lastMs'> & { last: number }>(
    `-- Neighbours that called each other in some ten-second buckets.
SELECT caller_kind AS callerKind, caller, caller_environment AS callerEnvironment, callee_kind AS calleeKind, callee, callee_environment AS calleeEnvironment, via, toUnixTimestamp(max(bucket)) AS last
FROM telemetry_edges_10s FINAL
WHERE bucket IN (${buckets.join(', ')}) AND calls > 0
GROUP BY ALL LIMIT ${rowsMax} SETTINGS max_threads = 1`,
    { lane: 'background', timeoutMs: 30_000 },
  );
  return rows.map(({ last, ...row }) => ({ ...row, lastMs: Number(last) * 1_000 }));
};

/** Keeps back what was told already and has hardly changed. */
export interface SeenFilter {
  fresh(seen: Seen): Seen;
  told(seen: Seen): void;
}

/** A service that goes on sending is told again at most this often. */
const againMs = 60_000;
const rememberedMax = 100_000;

export const createSeenFilter = (): SeenFilter => {
  const told = new Map<string, { firstMs: number; lastMs: number }>();
  const isFresh = (key: string, firstMs: number, lastMs: number): boolean => {
    const before = told.get(key);
    return before === undefined || firstMs < before.firstMs || lastMs >= before.lastMs + againMs;
  };
  const remember = (key: string, firstMs: number, lastMs: number): void => {
    if (told.size >= rememberedMax) told.clear();
    const before = told.get(key);
    told.set(key, {
      firstMs: Math.min(firstMs, before?.firstMs ?? firstMs),
      lastMs: Math.max(lastMs, before?.lastMs ?? lastMs),
    });
  };
  return {
    fresh: (seen) => ({
      services: merged(seen.services).filter((one) => isFresh(keyOfService(one), one.firstMs, one.lastMs)),
      dependencies: seen.dependencies.filter((one) =>
        isFresh(keyOfDependency(one), Number.MAX_SAFE_INTEGER, one.lastMs),
      ),
    }),
    told: (seen) => {
      for (const one of seen.services) remember(keyOfService(one), one.firstMs, one.lastMs);
      for (const one of seen.dependencies) remember(keyOfDependency(one), Number.MAX_SAFE_INTEGER, one.lastMs);
    },
  };
};

const keyOfService = (one: SeenService): string => JSON.stringify([one.service, one.environment, one.version]);
const keyOfDependency = (one: SeenDependency): string =>
  JSON.stringify([
    one.callerKind,
    one.caller,
    one.callerEnvironment,
    one.calleeKind,
    one.callee,
    one.calleeEnvironment,
    one.via,
  ]);

const merged = (services: readonly SeenService[]): SeenService[] => {
  const byKey = new Map<string, SeenService>();
  for (const one of services) {
    const before = byKey.get(keyOfService(one));
    byKey.set(
      keyOfService(one),
      before
        ? { ...one, firstMs: Math.min(one.firstMs, before.firstMs), lastMs: Math.max(one.lastMs, before.lastMs) }
        : one,
    );
  }
  return [...byKey.values()];
};
