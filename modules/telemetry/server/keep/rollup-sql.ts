import { addressesFromSpans, addressesKnown, isKnownAt } from './address-sql.ts';
import { latencyEdgesMs, sketchError, sketchQuantiles } from '../../domain/latency-edges.ts';

/** One statement that computes buckets of one level anew and writes them whole. */
export type Family = 'operations' | 'edges';
export type Level = '10s' | 'minute' | 'hour';

export const levelSeconds: Readonly<Record<Level, number>> = { '10s': 10, minute: 60, hour: 3_600 };

const sketch = `quantilesDD|(${[sketchError, ...sketchQuantiles].join(', ')})`;
const sketchState = (suffix: string): string => sketch.replace('|', suffix);

/**
 * One thread: the sum of CPU is least, and interactive queries keep the other cores. Compiling the expressions costs more than
 * it saves on some ten thousand rows (edges of 100,000 spans: 147 ms of CPU with it, 92 without).
 */
const settings =
  "SETTINGS max_threads = 1, max_insert_threads = 1, compile_expressions = 0, compile_aggregate_expressions = 0, do_not_merge_across_partitions_select_final = 1, use_skip_indexes_if_final = 1, join_algorithm = 'hash'";

const operationKeys = 'service, environment, version, operation, kind';
const serviceKeys = 'service, environment, version';
const edgeKeys = 'caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via';
const durations = 'duration_ns_sum, duration_ns_max, duration_sketch, within';

/** Requests of operations, from the raw spans; `buckets` are epoch seconds of whole buckets of `level`. */
export const operationsFromSpans = (level: '10s' | 'minute', buckets: readonly number[]): string => {
  const seconds = levelSeconds[level];
  const within = latencyEdgesMs.map((edge) => `countIf(duration <= ${edge}000000)`).join(', ');
  return `-- Requests of each operation in some buckets, counted anew from the spans that ended in them.
INSERT INTO telemetry_operations_${level} (bucket, ${operationKeys}, requests, errors, ${durations})
SELECT toDateTime(start, 'UTC'), ${operationKeys}, count(), countIf(is_error), sum(duration), max(duration), ${sketchState('State')}(duration / 1e6), [${within}]
FROM (
  SELECT ${startOf(seconds)} AS start, service, environment, version, if(is_folded, '_other', name) AS operation, kind, is_error, toUInt64(greatest(duration_ns, 0)) AS duration
  FROM telemetry_spans
  WHERE is_request AND ${endedIn(buckets, seconds, 0)} AND start IN (${buckets.join(', ')})
)
GROUP BY start, ${operationKeys}
${settings}`;
};

/** What the buckets' calls say of addresses; to be written before their edges are computed. */
export const addressesOfCalls = (level: '10s' | 'minute', buckets: readonly number[]): string => {
  const seconds = levelSeconds[level];
  return addressesFromSpans({
    calls: `${endedIn(buckets, seconds, 0)} AND ${startOf(seconds)} IN (${buckets.join(', ')})`,
    answers: endedIn(buckets, seconds, calledSlackSeconds),
    settings,
  });
};

/**
 * Calls, from the raw spans: a client's or producer's span whose called span was seen (its parent is this one) leads to that
 * service; one that nobody answered, to the service that answered at its address before; else to what the span itself names.
 * A consumer's leads from the destination to its service. Rows that are there already take part with 0 calls, so that an
 * edge which is resolved otherwise now does not stay as it was.
 */
export const edgesFromSpans = (level: '10s' | 'minute', buckets: readonly number[]): string => {
  const seconds = levelSeconds[level];
  const within = latencyEdgesMs.map((edge) => `countIf(fresh AND duration <= ${edge}000000)`).join(', ');
  const list = buckets.join(', ');
  return `-- Calls between neighbours in some buckets, counted anew from the spans that ended in them.
INSERT INTO telemetry_edges_${level} (bucket, ${edgeKeys}, calls, calls_by_address, errors, ${durations}, revision)
SELECT toDateTime(start, 'UTC'), ${edgeKeys}, countIf(fresh), countIf(fresh AND by_address), countIf(fresh AND failed), sumIf(duration, fresh), maxIf(duration, fresh), ${sketchState('StateIf')}(duration / 1e6, fresh), [${within}], greatest(max(before) + 1, toUInt64(toUnixTimestamp64Nano(now64(9))))
FROM (
  SELECT start, consumes ? 'messaging' : 'service' AS caller_kind, consumes ? neighbour : service AS caller, environment AS caller_environment,
    multiIf(consumes OR called != '' OR by_address, 'service', neighbour_kind) AS callee_kind, multiIf(consumes, service, called != '', called, by_address, addressed, neighbour) AS callee,
    multiIf(consumes, environment, called != '', called_environment, by_address, addressed_environment, environment) AS callee_environment,
    neighbour_via AS via, is_error AS failed, duration, 1 AS fresh, by_address, toUInt64(0) AS before
  FROM (
    SELECT known_calls.*, addressed, addressed_environment, addressed != '' AND ${isKnownAt('ended_at', 'seen_at')} AS by_address
    FROM (
      SELECT *, (kind = 'client' AND neighbour_kind = 'external' AND called = '') ? toString(neighbour) : '' AS unanswered
      FROM (
        SELECT ${startOf(seconds)} AS start, ended_at, trace_id, span_id, kind, service, environment, neighbour_kind, neighbour, neighbour_via, is_error, kind = 'consumer' AS consumes, toUInt64(greatest(duration_ns, 0)) AS duration
        FROM telemetry_spans
        WHERE (kind IN ('client', 'producer') OR (kind = 'consumer' AND neighbour_kind = 'messaging' AND neighbour != '')) AND ${endedIn(buckets, seconds, 0)} AND start IN (${list})
      ) AS calls
      ANY LEFT JOIN (
        SELECT trace_id, parent_span_id AS span_id, service AS called, environment AS called_environment
        FROM telemetry_spans
        WHERE kind IN ('server', 'consumer') AND parent_span_id != toFixedString('', 8) AND NOT (kind = 'consumer' AND neighbour_kind = 'messaging' AND neighbour != '') AND ${endedIn(buckets, seconds, calledSlackSeconds)}
      ) AS seen USING (trace_id, span_id)
    ) AS known_calls
    ASOF LEFT JOIN (${addressesKnown(Math.min(...buckets), Math.max(...buckets) + seconds)}
    ) AS addresses ON known_calls.service = addresses.service AND known_calls.environment = addresses.environment AND known_calls.unanswered = addresses.unanswered AND known_calls.ended_at >= addresses.seen_at
  )
  WHERE callee != '' AND caller != ''
  UNION ALL
  SELECT toUnixTimestamp(bucket) AS start, ${edgeKeys}, 0, toUInt64(0), 0, 0, revision
  FROM telemetry_edges_${level} FINAL
  WHERE bucket IN (${list})
)
GROUP BY start, ${edgeKeys}
${settings}`;
};

/** A called span ends before its caller's, unless clocks differ or the call was not waited for. */
const calledSlackSeconds = 15;

/** Requests of services, all operations together, from the operations of the same level. */
export const servicesFromOperations = (
  level: Level,
  buckets: readonly number[],
): string => `-- Requests of each service in some buckets, added up from its operations.
INSERT INTO telemetry_services_${level} (bucket, ${serviceKeys}, requests, errors, ${durations})
SELECT bucket, ${serviceKeys}, sum(requests), sum(errors), ${mergedDurations}
FROM telemetry_operations_${level} FINAL
WHERE ${bucketIn(level, buckets)}
GROUP BY bucket, ${serviceKeys}
${settings}`;

/** Coarser buckets from the finer level: minutes from ten seconds, hours from minutes. */
export const coarser = (family: Family | 'services', level: 'minute' | 'hour', buckets: readonly number[]): string => {
  const finer: Level = level === 'hour' ? 'minute' : '10s';
  const keys = { operations: operationKeys, services: serviceKeys, edges: edgeKeys }[family];
  const count = family === 'edges' ? 'calls' : 'requests';
  const more =
    family === 'edges'
      ? { names: ', calls_by_address, revision', values: ', sum(calls_by_address), max(revision)' }
      : { names: '', values: '' };
  return `-- Some ${level}s of ${family}, added up anew from the finer level.
INSERT INTO telemetry_${family}_${level} (bucket, ${keys}, ${count}, errors, ${durations}${more.names})
SELECT toStartOf${level === 'hour' ? 'Hour' : 'Minute'}(bucket) AS start, ${keys}, sum(${count}), sum(errors), ${mergedDurations}${more.values}
FROM telemetry_${family}_${finer} FINAL
WHERE ${within(buckets, levelSeconds[level])}
GROUP BY start, ${keys}
${settings}`;
};

const mergedDurations = `sum(duration_ns_sum), max(duration_ns_max), ${sketchState('MergeState')}(duration_sketch), sumForEach(within)`;

const startOf = (seconds: number): string =>
  `toUInt32(intDiv(toUnixTimestamp64Nano(ended_at), ${seconds}000000000) * ${seconds})`;

/** The raw table's day, its five-minute sort bucket and its index on the end, all named: the engine derives none from another. */
const endedIn = (buckets: readonly number[], seconds: number, slack: number): string => {
  const from = Math.min(...buckets) - slack;
  const to = Math.max(...buckets) + seconds + slack;
  const five = new Set(
    buckets.flatMap((bucket) => [bucket - slack, bucket + seconds + slack - 1].map((at) => Math.floor(at / 300) * 300)),
  );
  return `bucket IN (${[...five].sort((a, b) => a - b).join(', ')}) AND ended_at >= toDateTime64(${from}, 9, 'UTC') AND ended_at < toDateTime64(${to}, 9, 'UTC')`;
};

const leading: Readonly<Record<Level, string | null>> = {
  '10s': 'toStartOfMinute',
  minute: 'toStartOfHour',
  hour: null,
};

/** Exactly these buckets of a rollup table; the head of its sort key is named beside them. */
const bucketIn = (level: Level, buckets: readonly number[]): string => {
  const head = leading[level];
  const wide = level === '10s' ? 60 : 3_600;
  const heads = [...new Set(buckets.map((bucket) => Math.floor(bucket / wide) * wide))];
  return `bucket IN (${buckets.join(', ')})${head ? ` AND ${head}(bucket) IN (${heads.join(', ')})` : ''}`;
};

/** All finer buckets within these coarser ones. */
const within = (coarse: readonly number[], seconds: number): string => {
  const from = Math.min(...coarse);
  const to = Math.max(...coarse) + seconds;
  const start = `toStartOf${seconds === 3_600 ? 'Hour' : 'Minute'}(bucket)`;
  return `bucket >= toDateTime(${from}, 'UTC') AND bucket < toDateTime(${to}, 'UTC') AND ${start} IN (${coarse.join(', ')})`;
};
