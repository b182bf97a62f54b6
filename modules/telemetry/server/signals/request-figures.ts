import type { QueryOptions } from '../../../../platform/clickhouse/clickhouse.ts';
import { latencyEdgesMs, sketchError, sketchQuantiles } from '../../domain/latency-edges.ts';
import type { Piece } from '../../domain/rollup-pieces.ts';

type Params = NonNullable<QueryOptions['params']>;

/** The relative distance from the true quantile that the sketch's algorithm promises (DDSketch, https://arxiv.org/abs/1908.10693). */
export const latencyErrorBound = sketchError;
const sketchArguments = [sketchError, ...sketchQuantiles].join(', ');
export const stateFunction = `quantilesDDState(${sketchArguments})`;
export const mergeFunction = `quantilesDDMerge(${sketchArguments})`;

/** What rows are restricted to; absent means all. */
export interface RequestFilter {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly operation?: string | undefined;
}

/** Aggregates over the rows of `requestRows`; the same columns wherever figures are made. */
export const figureColumns = `sum(requests) AS requests, sum(errors) AS errors, ${mergeFunction}(sketch) AS quantiles`;

export interface FigureRow {
  readonly requests: string | number;
  readonly errors: string | number;
  /** p50, p90, p95, p99, p99.9 in milliseconds. */
  readonly quantiles: readonly (number | null)[];
}

/** Columns by which rows can be told apart; those asked for must be known to the tables: the operation costs the finer table. */
export type By = 'service' | 'environment' | 'version' | 'operation' | 'kind';

/**
 * A subquery over the pieces of a plan: one row a bucket and whatever the tables tell apart, with columns `second`, those of
 * `by`, `requests`, `errors`, `nanoseconds`, `sketch`, `within`. Every value of the request is a parameter.
 */
export const requestRows = (
  pieces: readonly Piece[],
  filter: RequestFilter,
  by: readonly By[],
): { sql: string; params: Params } => {
  const perOperation = filter.operation !== undefined || by.includes('operation') || by.includes('kind');
  const { params } = conditions(filter);
  const selects = pieces.map((piece, index) => {
    if (piece.table === 'spans') {
      params[`from${index}`] = piece.fromNs.toString();
      params[`to${index}`] = piece.toNs.toString();
      return spansSql(index, filter, by);
    }
    params[`from${index}`] = piece.from;
    params[`to${index}`] = piece.to;
    return bucketsSql(`telemetry_${perOperation ? 'operations' : 'services'}_${piece.table}`, index, filter, by);
  });
  return { sql: selects.length > 0 ? selects.join('\nUNION ALL\n') : nothingSql(by), params };
};

const filterNames = ['service', 'environment', 'version', 'operation'] as const;

/** The conditions of a filter and their parameters. */
export const conditions = (filter: RequestFilter): { where: string[]; params: Params } => {
  const given = filterNames.flatMap((name) => (filter[name] === undefined ? [] : [[name, filter[name]] as const]));
  return { where: given.map(([name]) => `${name} = {${name}:String}`), params: Object.fromEntries(given) };
};

/**
 * FINAL: newer rows replace older ones of a key; partitions never share a key. PREWHERE, which the engine does not choose by
 * itself beside FINAL: all conditions are on columns of the key, so it is safe, and sketches of other services that lie in the same
 * granules are not read.
 */
const bucketsSql = (table: string, index: number, filter: RequestFilter, by: readonly By[]): string => `
  SELECT toUInt32(bucket) AS second, ${columnsOf(by)}requests, errors, duration_ns_sum AS nanoseconds, duration_sketch AS sketch, within
  FROM ${table} FINAL
  PREWHERE ${[`bucket >= toDateTime({from${index}:UInt32}, 'UTC')`, `bucket < toDateTime({to${index}:UInt32}, 'UTC')`, ...leadingKey(table, index), ...conditions(filter).where].join(' AND ')}`;

/** The sort keys begin with a coarser time, which the engine does not derive from the finer one. */
const leadingKey = (table: string, index: number): string[] => {
  const start = table.endsWith('_10s') ? 'toStartOfMinute' : table.endsWith('_minute') ? 'toStartOfHour' : null;
  if (start === null) return [];
  return [
    `${start}(bucket) >= ${start}(toDateTime({from${index}:UInt32}, 'UTC'))`,
    `${start}(bucket) <= toDateTime({to${index}:UInt32}, 'UTC')`,
  ];
};

/** The same columns from the spans themselves, for less than ten seconds at an end of the range. */
const spansSql = (index: number, filter: RequestFilter, by: readonly By[]): string => `
  SELECT second, ${columnsOf(by)}toUInt64(count()) AS requests, countIf(failed) AS errors, sum(duration) AS nanoseconds, ${stateFunction}(duration / 1e6) AS sketch,
         [${latencyEdgesMs.map((edge) => `countIf(duration <= ${edge}000000)`).join(', ')}] AS within
  FROM (
    SELECT toUInt32(intDiv(toUnixTimestamp(toDateTime(ended_at, 'UTC')), 10) * 10) AS second, service, environment, version,
           if(is_folded, '_other', name) AS operation, CAST(kind, 'String') AS kind, is_error = 1 AS failed, toUInt64(greatest(duration_ns, 0)) AS duration
    FROM telemetry_spans
    WHERE bucket >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({from${index}:Int64}, 'UTC')) AND bucket <= fromUnixTimestamp64Nano({to${index}:Int64}, 'UTC')
      AND ended_at >= fromUnixTimestamp64Nano({from${index}:Int64}, 'UTC') AND ended_at < fromUnixTimestamp64Nano({to${index}:Int64}, 'UTC')
      AND is_request = 1
  ) WHERE ${['1', ...conditions(filter).where].join(' AND ')}
  GROUP BY ${['second', ...by].join(', ')}`;

const nothingSql = (by: readonly By[]): string => `
  SELECT toUInt32(0) AS second, ${by.map((name) => `'' AS ${name}, `).join('')}toUInt64(0) AS requests, toUInt64(0) AS errors, toUInt64(0) AS nanoseconds,
         ${stateFunction}(0.) AS sketch, emptyArrayUInt64() AS within FROM numbers(0) GROUP BY second`;

const columnsOf = (by: readonly By[]): string => by.map((name) => `toString(${name}) AS ${name}, `).join('');
