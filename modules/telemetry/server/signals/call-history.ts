import { quote } from '../../../../platform/clickhouse/quote.ts';
import { latencyEdgesMs } from '../../domain/latency-edges.ts';
import { planOf } from '../../domain/rollup-pieces.ts';
import { instantOf, sourcesNow, type Reads } from './reads.ts';
import type { HistoryStretch } from './request-history.ts';

/** Calls that a service made to one neighbour, as it saw them. */
export interface CallShare {
  readonly kind: string;
  readonly name: string;
  readonly calls: number;
  readonly failed: number;
}

/** A version that a service had not had before. */
export interface FirstVersion {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly at: Temporal.Instant;
}

export interface CallHistory {
  /** What a service called in the stretch, with how many calls failed, or took longer than a latency edge; most of those first. */
  callShares(
    question: HistoryStretch & {
      readonly service: string;
      readonly environment?: string | undefined;
      /** Null: those that failed. */
      readonly slowerThanMs: number | null;
      readonly limit: number;
    },
  ): Promise<readonly CallShare[]>;
  /** Versions of services that were seen for the first time within the stretch, to ten seconds or, further back, a minute. */
  firstVersions(
    question: HistoryStretch & { readonly services: readonly string[]; readonly limit: number },
  ): Promise<readonly FirstVersion[]>;
}

export const createCallHistory = (reads: Reads): CallHistory => ({
  callShares: async ({ service, environment, slowerThanMs, limit, from, to }) => {
    const sources = sourcesNow(reads, false);
    const { pieces } = planOf({ fromNs: from.epochNanoseconds, toNs: to.epochNanoseconds }, null, sources);
    const edge = slowerThanMs === null ? 0 : latencyEdgesMs.indexOf(slowerThanMs) + 1;
    if (slowerThanMs !== null && edge === 0)
      throw new RangeError(`${slowerThanMs} ms is none of telemetry's latency edges`);
    const failed = edge === 0 ? 'errors' : `toUInt64(calls - within[${edge}])`;
    const selects = pieces.flatMap((piece) =>
      piece.table === 'spans'
        ? []
        : [
            `SELECT callee_kind, callee, calls, ${failed} AS lost FROM telemetry_edges_${piece.table} FINAL
             WHERE bucket >= toDateTime(${piece.from}, 'UTC') AND bucket < toDateTime(${piece.to}, 'UTC') AND calls > 0
               AND caller_kind = 'service' AND caller = {service:String}${environment === undefined ? '' : ' AND caller_environment = {environment:String}'}`,
          ],
    );
    if (selects.length === 0) return [];
    const rows = await reads.engine.read<{ kind: string; name: string; calls: number; failed: number }>(
      `-- What a service called, with the calls that went wrong.
       SELECT toString(callee_kind) AS kind, toString(callee) AS name, toFloat64(sum(calls)) AS calls, toFloat64(sum(lost)) AS failed
       FROM (${selects.join('\nUNION ALL\n')}) GROUP BY kind, name ORDER BY failed DESC, calls DESC, name LIMIT {most:UInt32}
       SETTINGS do_not_merge_across_partitions_select_final = 1`,
      { service, most: limit, ...(environment === undefined ? {} : { environment }) },
    );
    return rows.map((row) => ({ ...row, calls: Number(row.calls), failed: Number(row.failed) }));
  },
  firstVersions: async ({ services, limit, from, to }) => {
    if (services.length === 0) return [];
    const [start, end] = [Math.floor(from.epochMilliseconds / 1_000), Math.ceil(to.epochMilliseconds / 1_000)];
    const rows = await reads.engine.read<{ service: string; environment: string; version: string; at: number }>(
      firstVersionsSql(services, { start, end }),
      { most: limit },
    );
    return rows.map(({ at, ...row }) => ({ ...row, at: Temporal.Instant.from(instantOf(at)) }));
  },
});

/**
 * Hours reach back over everything that is kept and say whether a version is new; minutes and ten seconds of the stretch say
 * when. Rows that were replaced say the same, so nothing needs to be FINAL.
 */
const firstVersionsSql = (services: readonly string[], { start, end }: { start: number; end: number }): string => {
  const who = `service IN (${services.map(quote).join(', ')}) AND version != '' AND requests > 0`;
  const hour = Math.floor(start / 3_600) * 3_600;
  const within = (head: string): string =>
    `bucket >= toDateTime(${hour}, 'UTC') AND bucket < toDateTime(${end}, 'UTC') AND ${head}(bucket) >= toDateTime(${hour}, 'UTC') AND ${head}(bucket) < toDateTime(${end}, 'UTC')`;
  const first = (table: string, level: number, where: string): string =>
    `SELECT toString(service) AS service, toString(environment) AS environment, toString(version) AS version, toUInt32(min(bucket)) AS first, ${level} AS level
     FROM telemetry_services_${table} WHERE ${who} AND ${where} GROUP BY service, environment, version`;
  return `-- When each version of some services was seen first, of those first seen within the stretch.
    SELECT service, environment, version,
      minIf(first, level = 3600) AS hours, minIf(first, level = 60) AS minutes, minIf(first, level = 10) AS tens,
      multiIf(countIf(level = 3600) > 0 AND hours < ${hour}, hours, countIf(level = 10) > 0 AND (countIf(level = 60) = 0 OR tens < minutes + 60), tens, countIf(level = 60) > 0, minutes, hours) AS at
    FROM (
      ${first('hour', 3_600, `bucket < toDateTime(${end}, 'UTC')`)}
      UNION ALL ${first('minute', 60, within('toStartOfHour'))}
      UNION ALL ${first('10s', 10, within('toStartOfMinute'))}
    ) GROUP BY service, environment, version HAVING at >= ${start} AND at < ${end}
    ORDER BY at DESC, service, version LIMIT {most:UInt32}`;
};
