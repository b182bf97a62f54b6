import type { RawTable } from './day-rows.ts';

const attributes = 'Map(LowCardinality(String), String)';
const time = "DateTime64(9, 'UTC')";
const identity = ['service LowCardinality(String)', 'environment LowCardinality(String)', 'version LowCardinality(String)'];

/**
 * The columns of each raw table as its rows are written, without `segment`: the structure that `input(...)` or
 * `file(..., RowBinary, ...)` is given. A test compares it with what the migration makes.
 */
export const rawColumns: Readonly<Record<RawTable, readonly string[]>> = {
  telemetry_spans: [
    `ended_at ${time}`, 'duration_ns Int64', 'trace_id FixedString(16)', 'span_id FixedString(8)', 'parent_span_id FixedString(8)',
    'trace_state String', 'flags UInt32', ...identity, 'name LowCardinality(String)',
    "kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5)",
    "status Enum8('unset' = 0, 'ok' = 1, 'error' = 2)", 'status_message String',
    "timing Enum8('ok' = 0, 'no-end' = 1, 'end-before-start' = 2)", 'origin_id UInt64', `attributes ${attributes}`, 'dropped_attributes UInt32',
    `events Array(Tuple(time ${time}, name LowCardinality(String), attributes ${attributes}, dropped_attributes UInt32))`, 'dropped_events UInt32',
    `links Array(Tuple(trace_id FixedString(16), span_id FixedString(8), trace_state String, attributes ${attributes}, dropped_attributes UInt32, flags UInt32))`,
    'dropped_links UInt32', 'is_request UInt8', 'request_reason LowCardinality(String)', 'is_error UInt8', 'error_reason LowCardinality(String)',
    'is_folded UInt8', 'neighbour_kind LowCardinality(String)', 'neighbour LowCardinality(String)', 'neighbour_via LowCardinality(String)',
  ],
  telemetry_logs: [
    `time ${time}`, "time_source Enum8('event' = 0, 'observed' = 1, 'received' = 2)", `observed_at ${time}`, 'trace_id FixedString(16)', 'span_id FixedString(8)',
    'flags UInt32', ...identity, 'severity_number UInt8', 'severity_text LowCardinality(String)', 'event_name LowCardinality(String)',
    "body_kind Enum8('none' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'kvlist' = 6, 'bytes' = 7)",
    'body String', 'origin_id UInt64', `attributes ${attributes}`, 'dropped_attributes UInt32',
  ],
  telemetry_samples: ['series_id UInt64', `time ${time}`, `started_at ${time}`, 'value Float64', 'is_integer UInt8', 'flags UInt32'],
  telemetry_distributions: [
    'series_id UInt64', `time ${time}`, `started_at ${time}`, 'flags UInt32', 'count UInt64', 'sum Nullable(Float64)', 'min Nullable(Float64)', 'max Nullable(Float64)',
    'bounds Array(Float64)', 'bucket_counts Array(UInt64)', 'scale Int32', 'zero_count UInt64', 'zero_threshold Float64', 'positive_offset Int32',
    'positive_counts Array(UInt64)', 'negative_offset Int32', 'negative_counts Array(UInt64)', 'quantiles Array(Float64)', 'quantile_values Array(Float64)',
  ],
  telemetry_exemplars: [
    'series_id UInt64', `point_time ${time}`, `time ${time}`, 'value Float64', 'is_integer UInt8', 'trace_id FixedString(16)', 'span_id FixedString(8)', `attributes ${attributes}`,
  ],
  telemetry_series: [
    'day Date', 'series_id UInt64', 'metric LowCardinality(String)', 'unit LowCardinality(String)', 'description String',
    "kind Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential-histogram' = 4, 'summary' = 5)",
    "temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2)", 'is_monotonic UInt8', 'is_folded UInt8', ...identity, 'origin_id UInt64',
    `resource ${attributes}`, `attributes ${attributes}`, `metadata ${attributes}`,
  ],
  telemetry_origins: [
    'day Date', 'origin_id UInt64', ...identity, `resource ${attributes}`, 'resource_dropped_attributes UInt32', 'resource_schema_url LowCardinality(String)',
    'resource_entities String', 'scope_name LowCardinality(String)', 'scope_version LowCardinality(String)', `scope_attributes ${attributes}`,
    'scope_dropped_attributes UInt32', 'scope_schema_url LowCardinality(String)',
  ],
};

/** `rawColumns` as one text: `a UInt64, b String`. */
export const rawStructure = (table: RawTable): string => rawColumns[table].join(', ');
