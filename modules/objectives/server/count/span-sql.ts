import { quote } from '../../../../platform/clickhouse/quote.ts';
import type { TrafficFilter } from '../../domain/indicator.ts';
import { badSpanSql, spanFilterSql } from './span-condition.ts';
import type { RawSpans, SimpleSpans } from './span-plan.ts';

export type Level = '10s' | 'minute' | 'hour';

/** Which buckets: exactly these starts, or all within [from, to); epoch seconds. */
export type Stretch = { readonly buckets: readonly number[] } | { readonly from: number; readonly to: number };

export const levelSeconds: Readonly<Record<Level, number>> = { '10s': 10, minute: 60, hour: 3_600 };

/** One thread and no compilation, as telemetry's own rollups: the sum of CPU is least. */
export const countSettings =
  "SETTINGS max_threads = 1, max_insert_threads = 1, compile_expressions = 0, compile_aggregate_expressions = 0, do_not_merge_across_partitions_select_final = 1, use_skip_indexes_if_final = 1, join_algorithm = 'hash'";

const columns: Readonly<Record<Level, string>> = {
  '10s': '(bucket, indicator, good, bad, revision)',
  minute: '(bucket, indicator, good, bad, revision)',
  hour: '(bucket, indicator, good, bad, minutes, revision)',
};

/**
 * Counts of all given indicators from the rollups, in one statement. Of an hour that is older than the minutes nobody knows how
 * many of its minutes had an event: all of them are taken for seen.
 */
export const simpleCounts = (level: Level, stretch: Stretch, simple: readonly SimpleSpans[]): string => {
  const services = [...new Set(simple.map(({ service }) => service))].map(quote).join(', ');
  const operations = [...new Set(simple.flatMap(({ operation }) => operation ?? []))].map(quote).join(', ');
  const where = `service IN (${services}) AND ${stretchOf(level, stretch)}`;
  const parts = [];
  if (simple.some(({ operation }) => operation === null))
    parts.push(
      `SELECT bucket, service, '*' AS scope, environment, requests, errors, within FROM telemetry_services_${level} FINAL WHERE ${where}`,
    );
  if (operations !== '')
    parts.push(
      `SELECT bucket, service, concat('=', operation) AS scope, environment, requests, errors, within FROM telemetry_operations_${level} FINAL WHERE ${where} AND operation IN (${operations})`,
    );
  return `-- Good and bad requests of indicators, counted anew from the requests of services and operations.
INSERT INTO objectives_counts_${level} ${columns[level]}
SELECT bucket, number, toUInt64(total - bad), bad, ${level === 'hour' ? '60, ' : ''}total
FROM (
  SELECT bucket, number, sum(requests) AS total, sum(multiIf(edge = 0, toUInt64(0), edge = 1, errors, toUInt64(requests - within[edge - 1]))) AS bad
  FROM (${parts.join(' UNION ALL ')}) AS counted
  INNER JOIN (
    SELECT item.1 AS number, item.2 AS service, item.3 AS scope, item.4 AS any_environment, item.5 AS wanted, item.6 AS edge
    FROM (SELECT arrayJoin(CAST([${simple.map(listed).join(', ')}], 'Array(Tuple(UInt32, String, String, UInt8, String, UInt8))')) AS item)
  ) AS list USING (service, scope)
  WHERE any_environment OR environment = wanted
  GROUP BY bucket, number
)
WHERE total > 0
${countSettings}`;
};

/** `edge`: 0 nothing is bad, 1 errors are, from 2 on what took longer than the (edge − 1)-th edge. */
const listed = ({ number, service, environment, operation, bad }: SimpleSpans): string => {
  const edge = bad === 'nothing' ? 0 : bad === 'errors' ? 1 : bad.slowerThanEdge + 1;
  return `(${number}, ${quote(service)}, ${quote(operation === null ? '*' : `=${operation}`)}, ${environment === null ? 1 : 0}, ${quote(environment ?? '')}, ${edge})`;
};

/** Counts of several indicators of one service in one pass over its spans. */
export const rawCounts = (level: '10s' | 'minute', stretch: Stretch, raw: readonly RawSpans[]): string => {
  const seconds = levelSeconds[level];
  const items = raw.map(({ number, definition: { of, bad, without } }) => {
    const conditions = selects(of);
    if (without) conditions.push(`NOT (${selects(without).join(' AND ')})`);
    const counts = conditions.length === 0 ? '1' : conditions.join(' AND ');
    return `(toUInt32(${number}), countIf(${counts}), countIf((${counts}) AND ${badSpanSql(bad)}))`;
  });
  return `-- Good and bad requests of some indicators of one service, counted anew from its spans.
INSERT INTO objectives_counts_${level} ${columns[level]}
SELECT toDateTime(start, 'UTC'), item.1, toUInt64(item.2 - item.3), item.3, item.2
FROM (
  SELECT start, arrayJoin([${items.join(',\n    ')}]) AS item
  FROM (
    SELECT toUInt32(intDiv(toUnixTimestamp64Nano(ended_at), ${seconds}000000000) * ${seconds}) AS start, environment, name, is_error, toUInt64(greatest(duration_ns, 0)) AS duration, attributes, origin_id
    FROM telemetry_spans
    WHERE is_request AND service = ${quote(raw[0]!.definition.of.service)} AND ${endedIn(seconds, stretch)}
  )
  GROUP BY start
)
WHERE item.2 > 0
${countSettings}`;
};

const selects = (of: TrafficFilter): string[] => [
  ...(of.environment === null ? [] : [`environment = ${quote(of.environment)}`]),
  ...(of.operation === null ? [] : [`name = ${quote(of.operation)}`]),
  ...of.attributes.map(spanFilterSql),
];

/** Services in which the guard of cardinality folded operations: their rollups do not know every operation by its name. */
export const foldedServices = (
  level: '10s' | 'minute',
  stretch: Stretch,
  services: readonly string[],
): string => `-- Services with folded operations in some buckets.
SELECT DISTINCT service FROM telemetry_operations_${level}
WHERE operation = '_other' AND service IN (${services.map(quote).join(', ')}) AND ${stretchOf(level, stretch)}
LIMIT 100000
SETTINGS max_threads = 1`;

/** Minutes from ten seconds, hours from minutes, of these indicators only: others have a way of their own. */
export const coarserCounts = (level: 'minute' | 'hour', stretch: Stretch, numbers: readonly number[]): string => {
  const finer = level === 'hour' ? 'minute' : '10s';
  const start = level === 'hour' ? 'toStartOfHour(bucket)' : 'toStartOfMinute(bucket)';
  const { from, to } = rangeOf(stretch, levelSeconds[level]);
  const exactly = 'buckets' in stretch ? ` AND ${start} IN (${stretch.buckets.join(', ')})` : '';
  return `-- Some ${level}s of counts, added up anew from the finer level.
INSERT INTO objectives_counts_${level} ${columns[level]}
SELECT ${start} AS start, indicator, sum(good), sum(bad), ${level === 'hour' ? 'countIf(good + bad > 0), ' : ''}sum(revision)
FROM objectives_counts_${finer} FINAL
WHERE bucket >= toDateTime(${from}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')${exactly} AND indicator IN (${numbers.join(', ')})
GROUP BY start, indicator
${countSettings}`;
};

const rangeOf = (stretch: Stretch, seconds: number): { from: number; to: number } =>
  'buckets' in stretch ? { from: Math.min(...stretch.buckets), to: Math.max(...stretch.buckets) + seconds } : stretch;

/** The head of the rollups' sort key is named beside the buckets. */
const stretchOf = (level: Level, stretch: Stretch): string => {
  const head = { '10s': 'toStartOfMinute', minute: 'toStartOfHour', hour: null }[level];
  const wide = level === '10s' ? 60 : 3_600;
  if ('buckets' in stretch) {
    const heads = [...new Set(stretch.buckets.map((bucket) => Math.floor(bucket / wide) * wide))];
    return `bucket IN (${stretch.buckets.join(', ')})${head ? ` AND ${head}(bucket) IN (${heads.join(', ')})` : ''}`;
  }
  const { from, to } = stretch;
  const aligned = Math.floor(from / wide) * wide;
  return `bucket >= toDateTime(${from}, 'UTC') AND bucket < toDateTime(${to}, 'UTC')${head ? ` AND ${head}(bucket) >= toDateTime(${aligned}, 'UTC') AND ${head}(bucket) < toDateTime(${to}, 'UTC')` : ''}`;
};

/** The raw table's day, its five-minute sort bucket and its index on the end, all named. */
const endedIn = (seconds: number, stretch: Stretch): string => {
  const { from, to } = rangeOf(stretch, seconds);
  const within = `ended_at >= toDateTime64(${from}, 9, 'UTC') AND ended_at < toDateTime64(${to}, 9, 'UTC')`;
  if (!('buckets' in stretch))
    return `bucket >= toDateTime(${Math.floor(from / 300) * 300}, 'UTC') AND bucket < toDateTime(${to}, 'UTC') AND ${within}`;
  const five = [...new Set(stretch.buckets.map((bucket) => Math.floor(bucket / 300) * 300))];
  return `bucket IN (${five.join(', ')}) AND ${within} AND start IN (${stretch.buckets.join(', ')})`;
};
