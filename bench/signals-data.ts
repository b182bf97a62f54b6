import { latencyEdgesMs, sketchError, sketchQuantiles } from '../modules/telemetry/domain/latency-edges.ts';
import type { ClickHouse } from '../platform/clickhouse/clickhouse.ts';

/** How much is generated. */
export interface Volume {
  readonly services: number;
  readonly operations: number;
  readonly days: number;
  /** Minutes of every operation are kept for fewer days: 43 million rows say nothing that 4 million do not. */
  readonly operationMinuteDays: number;
  readonly spans: number;
  readonly traceSpans: number;
  readonly traceId: string;
}

const sketch = `quantilesDDState(${[sketchError, ...sketchQuantiles].join(', ')})`;
const tables = { '10s': 10, minute: 60, hour: 3_600 } as const;
const insertMs = 600_000;
/** Sketches are large while they are made: small blocks keep them few. */
const smallBlocks =
  'SETTINGS max_block_size = 8192, min_insert_block_size_rows = 100000, min_insert_block_size_bytes = 0, max_threads = 1';

/** Fills the rollup tables straight, as if so many services had sent for so many days. `now` in seconds. */
export const generate = async (
  clickhouse: ClickHouse,
  volume: Volume,
  now: number,
  tell: (line: string) => void,
): Promise<void> => {
  const run = (sql: string): Promise<void> =>
    clickhouse.command(sql, { timeoutMs: insertMs, memoryBytesMax: 4 * 1024 ** 3, lane: 'background' });
  const day = 86_400;
  const first = Math.floor(now / day) * day - (volume.days - 1) * day;
  for (let at = first; at < now; at += day) {
    const end = Math.min(at + day, now);
    for (const level of ['minute', 'hour'] as const) await run(rollupSql('services', level, at, end, volume));
    await run(rollupSql('operations', 'hour', at, end, volume));
    if (at >= now - volume.operationMinuteDays * day) await run(rollupSql('operations', 'minute', at, end, volume));
    await run(edgesSql('hour', at, end, volume));
  }
  // The newest minutes come in many small parts, as deliveries bring them.
  const young = Math.floor(now / 3_600) * 3_600 - 5 * 3_600;
  for (let at = young; at < now; at += 600) {
    for (const family of ['services', 'operations'] as const)
      await run(rollupSql(family, '10s', at, Math.min(at + 600, now), volume));
    await run(edgesSql('10s', at, Math.min(at + 600, now), volume));
  }
  await run(edgesSql('minute', young - 19 * 3_600, now, volume));
  tell(`rollups: ${volume.services} services × ${volume.operations} operations × ${volume.days} days`);
  await run(seriesSql(volume, first, now));
  for (let at = first; at < now; at += 7 * day) await run(samplesSql(volume, at, Math.min(at + 7 * day, now)));
  tell('metric samples: 3 series a service, one a minute');
  await run(spansSql(volume, now));
  await run(traceSql(volume, now));
  tell(`spans: ${volume.spans}, and one trace of ${volume.traceSpans}`);
};

/** About 30 requests a minute and operation: durations around 20 ms with a tail, one in fifty failed. */
const rollupSql = (
  family: 'services' | 'operations',
  level: keyof typeof tables,
  from: number,
  to: number,
  { services, operations }: Volume,
): string => {
  const seconds = tables[level];
  const each = family === 'services' ? services : services * operations;
  const requests = Math.max(1, Math.round((family === 'services' ? 30 * operations : 30) * (seconds / 60)));
  const keys = family === 'services' ? '' : 'operation, kind, ';
  const values =
    family === 'services' ? '' : "concat('GET /resource/', toString(intDiv(n, " + services + "))), 'server', ";
  return `-- Counts of a stretch of time, one row a bucket and ${family === 'services' ? 'service' : 'operation'}.
    INSERT INTO telemetry_${family}_${level} (bucket, service, environment, version, ${keys}requests, errors, duration_ns_sum, duration_ns_max, duration_sketch, within)
    SELECT toDateTime(${from} + intDiv(number, ${each}) * ${seconds}, 'UTC') AS start, concat('shop/service-', toString(n % ${services})), 'production', '1.0.0', ${values}
           ${requests} + n % 7 AS requests, intDiv(requests, 50), requests * 20000000, 900000000,
           arrayReduce('${sketch}', arrayMap(i -> 5 + exp(i / 4 + (number % 13) / 20), range(20)))::AggregateFunction(${sketch.replace('State', '')}, Float64),
           arrayMap(edge -> toUInt64(least(requests, requests * edge / 300)), [${latencyEdgesMs.join(', ')}])
    FROM (SELECT number, number % ${each} AS n FROM numbers(${Math.ceil((to - from) / seconds) * each})) ${smallBlocks}`;
};

const edgesSql = (level: keyof typeof tables, from: number, to: number, { services }: Volume): string => {
  const seconds = tables[level];
  const each = services * 3;
  return `-- Calls of each service to two others and a database.
    INSERT INTO telemetry_edges_${level} (bucket, caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via, calls, errors, duration_ns_sum, duration_ns_max, duration_sketch, within, revision)
    SELECT toDateTime(${from} + intDiv(number, ${each}) * ${seconds}, 'UTC'), 'service', concat('shop/service-', toString(n % ${services})), 'production', if(n < ${services}, 'database', 'service'),
           if(n < ${services}, concat('postgresql: db-', toString(n % 40)), concat('shop/service-', toString((n * 7 + 1) % ${services}))), 'production', if(n < ${services}, 'database', 'http'),
           ${seconds}, intDiv(${seconds}, 50), ${seconds} * 10000000, 900000000, arrayReduce('${sketch}', [5., 8., 13., 40.])::AggregateFunction(${sketch.replace('State', '')}, Float64), [], 1
    FROM (SELECT number, number % ${each} AS n FROM numbers(${Math.ceil((to - from) / seconds) * each})) ${smallBlocks}`;
};

const metrics = "['process.cpu.utilization', 'v8js.memory.heap.used', 'nodejs.eventloop.utilization']";

const seriesSql = (
  { services, days }: Volume,
  first: number,
  _now: number,
): string => `-- Three series a service on each day.
  INSERT INTO telemetry_series (day, series_id, metric, unit, kind, temporality, service, environment, version, origin_id, resource, attributes, segment)
  SELECT toDate(toDateTime(${first}, 'UTC')) + intDiv(number, ${services * 3}), n + 1, ${metrics}[intDiv(n, ${services}) + 1], '1', 'gauge', 'unspecified', concat('shop/service-', toString(n % ${services})), 'production', '1.0.0',
         1, map('host.name', concat('"h', toString(n % ${services}), '"')), map(), 1
  FROM (SELECT number, number % ${services * 3} AS n FROM numbers(${services * 3 * days}))`;

const samplesSql = ({ services }: Volume, from: number, to: number): string => `-- One point a minute of each series.
  INSERT INTO telemetry_samples (series_id, time, started_at, value, is_integer, flags, segment)
  SELECT number % ${services * 3} + 1, toDateTime64(${from} + intDiv(number, ${services * 3}) * 60, 9, 'UTC'), toDateTime64(0, 9, 'UTC'), (number % 97) / 100, 0, 0, 1
  FROM numbers(${Math.ceil((to - from) / 60) * services * 3})`;

const spanColumns =
  'ended_at, duration_ns, trace_id, span_id, parent_span_id, service, environment, version, name, kind, status, origin_id, attributes, is_request, is_error, segment';

const attributes = `map('http.request.method', '"GET"', 'http.route', '"/resource/:id"', 'url.path', concat('"/resource/', toString(number), '"'), 'http.response.status_code', '200', 'server.address', '"service.internal"',
  'network.protocol.version', '"1.1"', 'user_agent.original', '"Mozilla/5.0 (X11; Linux x86_64)"', 'thread.id', toString(number % 64))`;

const spansSql = ({ services, spans }: Volume, now: number): string => `-- Spans of the last hour, four a trace.
  INSERT INTO telemetry_spans (${spanColumns})
  SELECT toDateTime64(${now} - 3600 * number / ${spans}, 9, 'UTC'), toInt64(1000000 * (5 + number % 200)), reinterpretAsFixedString(sipHash128(intDiv(number, 4))), reinterpretAsFixedString(cityHash64(number)),
         if(number % 4 = 0, toFixedString('', 8), reinterpretAsFixedString(cityHash64(number - 1))), concat('shop/service-', toString(number % ${services})), 'production', '1.0.0', concat('GET /resource/', toString(number % 5)),
         'server', if(number % 50 = 0, 'error', 'unset'), 1, ${attributes}, 1, number % 50 = 0, 1
  FROM numbers(${spans})`;

const traceSql = (
  { services, traceSpans, traceId }: Volume,
  now: number,
): string => `-- One large trace, a tree of ten children each.
  INSERT INTO telemetry_spans (${spanColumns})
  SELECT toDateTime64(${now} - 60, 9, 'UTC') + toIntervalMicrosecond(number * 100), toInt64(100000 * (${traceSpans} - number) + 1000000), toFixedString(unhex('${traceId}'), 16), reinterpretAsFixedString(number + 1),
         if(number = 0, toFixedString('', 8), reinterpretAsFixedString(intDiv(number - 1, 10) + 1)), concat('shop/service-', toString(number % ${services})), 'production', '1.0.0', concat('GET /resource/', toString(number % 50)),
         if(number % 2 = 0, 'server', 'client'), 'unset', 1, ${attributes}, number % 2 = 0, 0, 1
  FROM numbers(${traceSpans})`;
