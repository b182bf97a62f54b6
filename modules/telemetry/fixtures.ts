import { randomBytes } from 'node:crypto';
import type { ClickHouse } from '../../platform/clickhouse/clickhouse.ts';
import {
  addressesOfCalls,
  coarser,
  edgesFromSpans,
  operationsFromSpans,
  servicesFromOperations,
} from './server/keep/rollup-sql.ts';

/** One span as a test says it; times in nanoseconds. */
export interface SpanGiven {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly name: string;
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
  readonly endedNs: bigint;
  readonly durationNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  readonly isRequest: boolean;
  readonly originId: string;
  readonly neighbour: { readonly kind: string; readonly name: string; readonly via: string } | null;
}

/** A good request to `shop/checkout` of 10 ms that ended at the given instant. */
export const aSpan = (given: Partial<SpanGiven> & { readonly endedNs: bigint }): SpanGiven => {
  const kind = given.kind ?? 'server';
  return {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: '0000000000000000',
    service: 'shop/checkout',
    environment: 'production',
    version: '1.0.0',
    name: 'POST /checkout',
    kind,
    status: given.isError ? 'error' : 'unset',
    statusMessage: '',
    durationNs: 10_000_000n,
    attributes: {},
    isError: given.status === 'error',
    isRequest: kind === 'server' || kind === 'consumer',
    originId: '1',
    neighbour: null,
    ...given,
  };
};

const spanInput = `ended_ns Int64, duration_ns Int64, trace_id String, span_id String, parent_span_id String, service String, environment String, version String, name String, kind String,
  status String, status_message String, origin_id UInt64, attributes Map(String, String), is_request UInt8, is_error UInt8, neighbour_kind String, neighbour String, neighbour_via String`;

/** Writes spans into the raw table as a delivery would, a block a day. */
export const insertSpans = async (clickhouse: ClickHouse, spans: readonly SpanGiven[], segment = 1): Promise<void> => {
  for (const day of Map.groupBy(spans, (span) => span.endedNs / 86_400_000_000_000n).values()) {
    const body = day.map((span) => JSON.stringify(rowOf(span))).join('\n');
    await clickhouse.insert({
      sql: `INSERT INTO telemetry_spans (ended_at, duration_ns, trace_id, span_id, parent_span_id, service, environment, version, name, kind, status, status_message, origin_id,
              attributes, is_request, is_error, neighbour_kind, neighbour, neighbour_via, segment)
            SELECT fromUnixTimestamp64Nano(ended_ns, 'UTC'), duration_ns, toFixedString(unhex(trace_id), 16), toFixedString(unhex(span_id), 8), toFixedString(unhex(parent_span_id), 8), service,
              environment, version, name, CAST(kind, 'Enum8(\\'unspecified\\' = 0, \\'internal\\' = 1, \\'server\\' = 2, \\'client\\' = 3, \\'producer\\' = 4, \\'consumer\\' = 5)'),
              CAST(status, 'Enum8(\\'unset\\' = 0, \\'ok\\' = 1, \\'error\\' = 2)'), status_message, origin_id, attributes, is_request, is_error, neighbour_kind, neighbour, neighbour_via, ${segment}
            FROM input('${spanInput.replaceAll('\n', ' ')}') FORMAT JSONEachRow`,
      format: 'JSONEachRow',
      body: Buffer.from(body),
    });
  }
};

const rowOf = (span: SpanGiven): Record<string, unknown> => ({
  ended_ns: span.endedNs.toString(),
  duration_ns: span.durationNs.toString(),
  trace_id: span.traceId,
  span_id: span.spanId,
  parent_span_id: span.parentSpanId,
  service: span.service,
  environment: span.environment,
  version: span.version,
  name: span.name,
  kind: span.kind,
  status: span.status,
  status_message: span.statusMessage,
  origin_id: span.originId,
  attributes: Object.fromEntries(Object.entries(span.attributes).map(([key, value]) => [key, JSON.stringify(value)])),
  is_request: span.isRequest ? 1 : 0,
  is_error: span.isError ? 1 : 0,
  neighbour_kind: span.neighbour?.kind ?? '',
  neighbour: span.neighbour?.name ?? '',
  neighbour_via: span.neighbour?.via ?? '',
});

/** Computes every rollup that the spans touch, by the statements of the delivery. */
export const rollUp = async (clickhouse: ClickHouse, spans: readonly SpanGiven[]): Promise<void> => {
  const starts = (seconds: number): number[] =>
    [...new Set(spans.map((span) => Math.floor(Number(span.endedNs / 1_000_000_000n) / seconds) * seconds))].sort(
      (a, b) => a - b,
    );
  const run = async (sql: string): Promise<void> => clickhouse.command(sql, { timeoutMs: 60_000 });
  for (const part of chunks(starts(10))) {
    await run(operationsFromSpans('10s', part));
    await run(addressesOfCalls('10s', part));
    await run(edgesFromSpans('10s', part));
    await run(servicesFromOperations('10s', part));
  }
  for (const [level, seconds] of [
    ['minute', 60],
    ['hour', 3_600],
  ] as const) {
    for (const part of chunks(starts(seconds)))
      for (const family of ['operations', 'services', 'edges'] as const) await run(coarser(family, level, part));
  }
};

const chunks = (items: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(items.length / 360) }, (_, index) => items.slice(index * 360, (index + 1) * 360));

/** One log record as a test says it. */
export interface LogGiven {
  readonly timeNs: bigint;
  readonly service: string;
  readonly environment: string;
  readonly severityNumber: number;
  readonly body: string;
  readonly bodyKind: 'none' | 'string' | 'int' | 'kvlist';
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An INFO record of `shop/checkout`. */
export const aLog = (given: Partial<LogGiven> & { readonly timeNs: bigint }): LogGiven => ({
  service: 'shop/checkout',
  environment: 'production',
  severityNumber: 9,
  body: 'an order was placed',
  bodyKind: 'string',
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  attributes: {},
  ...given,
});

const logInput =
  'time_ns Int64, service String, environment String, severity_number UInt8, body String, body_kind String, trace_id String, span_id String, attributes Map(String, String)';

/** Writes log records of one day into the raw table as a delivery would. */
export const insertLogs = async (
  clickhouse: ClickHouse,
  logs: readonly LogGiven[],
  segment: bigint | number = 1,
): Promise<void> => {
  const rows = logs.map((log) =>
    JSON.stringify({
      time_ns: log.timeNs.toString(),
      service: log.service,
      environment: log.environment,
      severity_number: log.severityNumber,
      body: log.body,
      body_kind: log.bodyKind,
      trace_id: log.traceId,
      span_id: log.spanId,
      attributes: Object.fromEntries(
        Object.entries(log.attributes).map(([key, value]) => [key, JSON.stringify(value)]),
      ),
    }),
  );
  await clickhouse.insert({
    sql: `INSERT INTO telemetry_logs (time, time_source, service, environment, severity_number, body_kind, body, trace_id, span_id, attributes, origin_id, segment)
          SELECT fromUnixTimestamp64Nano(time_ns, 'UTC'), 'event', service, environment, severity_number,
            CAST(body_kind, 'Enum8(\\'none\\' = 0, \\'string\\' = 1, \\'bool\\' = 2, \\'int\\' = 3, \\'double\\' = 4, \\'array\\' = 5, \\'kvlist\\' = 6, \\'bytes\\' = 7)'), body,
            toFixedString(unhex(trace_id), 16), toFixedString(unhex(span_id), 8), attributes, 1, ${segment}
          FROM input('${logInput}') FORMAT JSONEachRow`,
    format: 'JSONEachRow',
    body: Buffer.from(rows.join('\n')),
  });
};
