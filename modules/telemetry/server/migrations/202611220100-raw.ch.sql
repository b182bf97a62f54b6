-- The raw telemetry: one row for each span, log record and metric data point that was received.
-- Rows arrive as RowBinary in exactly this order of columns, without `segment`, which the delivery adds: it says which
-- segment of the write-ahead log a row came from and is what makes delivery exactly once.
-- Partitions are UTC days, so that retention drops whole partitions and one segment and day is one atomic part.
-- Attribute values are JSON texts, so that every OTLP type reads back as itself: "text", true, 1 (int), 1.0 (double),
-- [..] (array), {"a":1} (kvlist), {"bytes":"<base64>"} (bytes), {"double":"NaN"}, null (an empty value); a kvlist whose only key
-- is bytes, double or kvlist is wrapped as {"kvlist":{..}}. `domain/attribute-value.ts` reads them.
-- `bucket` is the head of each sort key: a query that names a stretch of time should bound it as well (bucket >=
-- toStartOfFiveMinutes(from)), because the engine does not derive that from the finer time (measured by EXPLAIN indexes=1).

-- Spans, by the instant of their end, because a request counts in the minute in which its span ended; the order lets one
-- service and operation in a few minutes be read without touching the rest, the bloom index finds one trace.
CREATE TABLE IF NOT EXISTS {{table telemetry_spans shard segment}}
(
  ended_at DateTime64(9, 'UTC') COMMENT 'End of the span; its start where timing is no-end' CODEC(Delta(8), ZSTD(1)),
  duration_ns Int64 COMMENT 'End minus start; negative only where timing is end-before-start, so rollups take greatest(duration_ns, 0)' CODEC(ZSTD(1)),
  trace_id FixedString(16) COMMENT 'As sent, 16 bytes' CODEC(ZSTD(1)),
  span_id FixedString(8) COMMENT 'As sent, 8 bytes' CODEC(ZSTD(1)),
  parent_span_id FixedString(8) COMMENT 'Eight zero bytes for a root span' CODEC(ZSTD(1)),
  trace_state String COMMENT 'W3C tracestate as sent' CODEC(ZSTD(1)),
  flags UInt32 COMMENT 'OTLP span flags: bits 0-7 W3C trace flags, bit 8 and 9 whether the parent is remote' CODEC(ZSTD(1)),
  service LowCardinality(String) COMMENT 'service.namespace/service.name, or service.name alone, or unknown_service',
  environment LowCardinality(String) COMMENT 'deployment.environment.name, empty when absent',
  version LowCardinality(String) COMMENT 'service.version, empty when absent',
  name LowCardinality(String) COMMENT 'Name of the span as sent',
  kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5) COMMENT 'OTLP span kind',
  status Enum8('unset' = 0, 'ok' = 1, 'error' = 2) COMMENT 'OTLP status code',
  status_message String COMMENT 'OTLP status message' CODEC(ZSTD(1)),
  timing Enum8('ok' = 0, 'no-end' = 1, 'end-before-start' = 2) COMMENT 'What was wrong with the span''s times; no-end never counts as a request',
  origin_id UInt64 COMMENT 'Resource and scope of the span: telemetry_origins' CODEC(ZSTD(1)),
  attributes Map(LowCardinality(String), String) COMMENT 'Attributes, values as JSON' CODEC(ZSTD(1)),
  dropped_attributes UInt32 COMMENT 'Attributes that the sender dropped, and those that Leadline''s limits dropped' CODEC(ZSTD(1)),
  events Array(Tuple(
    time DateTime64(9, 'UTC'),
    name LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    dropped_attributes UInt32)) COMMENT 'Events in the order sent' CODEC(ZSTD(1)),
  dropped_events UInt32 COMMENT 'Events that the sender or Leadline''s limits dropped' CODEC(ZSTD(1)),
  links Array(Tuple(
    trace_id FixedString(16),
    span_id FixedString(8),
    trace_state String,
    attributes Map(LowCardinality(String), String),
    dropped_attributes UInt32,
    flags UInt32)) COMMENT 'Links in the order sent' CODEC(ZSTD(1)),
  dropped_links UInt32 COMMENT 'Links that the sender or Leadline''s limits dropped' CODEC(ZSTD(1)),
  is_request UInt8 COMMENT '1 when the span counts as a request of its service (domain/classify-request.ts)',
  request_reason LowCardinality(String) COMMENT 'Why it counts or not, from the closed set of classify-request.ts',
  is_error UInt8 COMMENT '1 when the span failed; for requests this is what the error ratio counts',
  error_reason LowCardinality(String) COMMENT 'Why it is an error, from the closed set of classify-request.ts; empty when it is none',
  is_folded UInt8 COMMENT '1 when the cardinality guard folds this name: rollups then write the operation _other',
  neighbour_kind LowCardinality(String) COMMENT 'service, database, messaging or external: what a client, producer or consumer span talks to; empty when nothing is known (domain/neighbour.ts)',
  neighbour LowCardinality(String) COMMENT 'Name of what it talks to as the caller knows it: payment, postgresql: orders, kafka: orders, api.example.com; empty when nothing is known',
  neighbour_via LowCardinality(String) COMMENT 'http, rpc, messaging, database or other: how it talks; empty when nothing is known',
  segment UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
  bucket DateTime('UTC') MATERIALIZED toStartOfFiveMinutes(ended_at) COMMENT 'Five minutes that the end lies in; computed at insert' CODEC(Delta(4), ZSTD(1)),
  started_at DateTime64(9, 'UTC') ALIAS fromUnixTimestamp64Nano(toUnixTimestamp64Nano(ended_at) - duration_ns, 'UTC') COMMENT 'Start of the span; computed, not stored',
  INDEX ended_at_range ended_at TYPE minmax GRANULARITY 1,
  INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {{engine MergeTree}}
PARTITION BY toDate(ended_at)
ORDER BY (bucket, service, name, ended_at);

-- Log records, by the time of the event (or of its observation where the sender gave none).
CREATE TABLE IF NOT EXISTS {{table telemetry_logs shard segment}}
(
  time DateTime64(9, 'UTC') COMMENT 'time_unix_nano, else observed_time_unix_nano, else the time of receipt: see time_source' CODEC(Delta(8), ZSTD(1)),
  time_source Enum8('event' = 0, 'observed' = 1, 'received' = 2) COMMENT 'Where `time` came from',
  observed_at DateTime64(9, 'UTC') COMMENT 'observed_time_unix_nano; 1970-01-01 when absent' CODEC(Delta(8), ZSTD(1)),
  trace_id FixedString(16) COMMENT 'Sixteen zero bytes when absent' CODEC(ZSTD(1)),
  span_id FixedString(8) COMMENT 'Eight zero bytes when absent' CODEC(ZSTD(1)),
  flags UInt32 COMMENT 'OTLP log record flags' CODEC(ZSTD(1)),
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  severity_number UInt8 COMMENT 'OTLP severity 1-24; 0 when not given' CODEC(ZSTD(1)),
  severity_text LowCardinality(String) COMMENT 'As sent',
  event_name LowCardinality(String) COMMENT 'As sent; empty when absent',
  body_kind Enum8('none' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'kvlist' = 6, 'bytes' = 7) COMMENT 'OTLP type of the body',
  body String COMMENT 'The text itself for a string body, else the body as JSON (same form as attribute values)' CODEC(ZSTD(1)),
  origin_id UInt64 COMMENT 'Resource and scope: telemetry_origins' CODEC(ZSTD(1)),
  attributes Map(LowCardinality(String), String) COMMENT 'Attributes, values as JSON' CODEC(ZSTD(1)),
  dropped_attributes UInt32 COMMENT 'Attributes that the sender or Leadline''s limits dropped' CODEC(ZSTD(1)),
  segment UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
  bucket DateTime('UTC') MATERIALIZED toStartOfFiveMinutes(time) COMMENT 'Five minutes that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1)),
  INDEX time_range time TYPE minmax GRANULARITY 1,
  INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {{engine MergeTree}}
PARTITION BY toDate(time)
ORDER BY (bucket, service, time);

-- Data points of gauges and sums. Two-hour buckets, then the series, so that one series over days is one short run a bucket
-- and an instant query reads little (measured: 92 to 20 ms). Small granules, because a chart of a month takes one short run out of each bucket.
CREATE TABLE IF NOT EXISTS {{table telemetry_samples shard segment}}
(
  series_id UInt64 COMMENT 'telemetry_series' CODEC(ZSTD(1)),
  time DateTime64(9, 'UTC') COMMENT 'time_unix_nano' CODEC(DoubleDelta, ZSTD(1)),
  started_at DateTime64(9, 'UTC') COMMENT 'start_time_unix_nano; 1970-01-01 when absent' CODEC(DoubleDelta, ZSTD(1)),
  value Float64 COMMENT 'Integers above 2^53 are rounded' CODEC(ZSTD(1)),
  is_integer UInt8 COMMENT '1 when sent as as_int' CODEC(ZSTD(1)),
  flags UInt32 COMMENT 'OTLP data point flags: 1 = no recorded value (the series ended)' CODEC(ZSTD(1)),
  segment UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
  bucket DateTime('UTC') MATERIALIZED toStartOfInterval(toDateTime(time, 'UTC'), INTERVAL 2 HOUR) COMMENT 'Two hours that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine MergeTree}}
PARTITION BY toDate(time)
ORDER BY (bucket, series_id, time)
SETTINGS index_granularity = 1024;

-- Data points of histograms, exponential histograms and summaries; the kind stands in telemetry_series, columns of other kinds are empty.
CREATE TABLE IF NOT EXISTS {{table telemetry_distributions shard segment}}
(
  series_id UInt64 COMMENT 'telemetry_series' CODEC(ZSTD(1)),
  time DateTime64(9, 'UTC') COMMENT 'time_unix_nano' CODEC(DoubleDelta, ZSTD(1)),
  started_at DateTime64(9, 'UTC') COMMENT 'start_time_unix_nano; 1970-01-01 when absent' CODEC(DoubleDelta, ZSTD(1)),
  flags UInt32 COMMENT 'OTLP data point flags: 1 = no recorded value' CODEC(ZSTD(1)),
  count UInt64 COMMENT 'Number of values' CODEC(ZSTD(1)),
  sum Nullable(Float64) COMMENT 'Sum of the values, null when not sent' CODEC(ZSTD(1)),
  min Nullable(Float64) COMMENT 'Least value, null when not sent' CODEC(ZSTD(1)),
  max Nullable(Float64) COMMENT 'Greatest value, null when not sent' CODEC(ZSTD(1)),
  bounds Array(Float64) COMMENT 'Histogram: upper bounds, inclusive, rising; one fewer than bucket_counts' CODEC(ZSTD(1)),
  bucket_counts Array(UInt64) COMMENT 'Histogram: count of each bucket, not cumulated' CODEC(ZSTD(1)),
  scale Int32 COMMENT 'Exponential histogram: base = 2^(2^-scale)' CODEC(ZSTD(1)),
  zero_count UInt64 COMMENT 'Exponential histogram: values in the zero bucket' CODEC(ZSTD(1)),
  zero_threshold Float64 COMMENT 'Exponential histogram: half width of the zero bucket' CODEC(ZSTD(1)),
  positive_offset Int32 COMMENT 'Exponential histogram: index of the first positive bucket' CODEC(ZSTD(1)),
  positive_counts Array(UInt64) COMMENT 'Exponential histogram: counts of positive buckets' CODEC(ZSTD(1)),
  negative_offset Int32 COMMENT 'Exponential histogram: index of the first negative bucket' CODEC(ZSTD(1)),
  negative_counts Array(UInt64) COMMENT 'Exponential histogram: counts of negative buckets' CODEC(ZSTD(1)),
  quantiles Array(Float64) COMMENT 'Summary: quantiles in [0, 1]' CODEC(ZSTD(1)),
  quantile_values Array(Float64) COMMENT 'Summary: value at each quantile' CODEC(ZSTD(1)),
  segment UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
  bucket DateTime('UTC') MATERIALIZED toStartOfInterval(toDateTime(time, 'UTC'), INTERVAL 2 HOUR) COMMENT 'Two hours that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine MergeTree}}
PARTITION BY toDate(time)
ORDER BY (bucket, series_id, time);

-- Exemplars of data points of any kind: the way from a metric to a trace.
CREATE TABLE IF NOT EXISTS {{table telemetry_exemplars shard segment}}
(
  series_id UInt64 COMMENT 'telemetry_series' CODEC(ZSTD(1)),
  point_time DateTime64(9, 'UTC') COMMENT 'Time of the data point it belongs to' CODEC(DoubleDelta, ZSTD(1)),
  time DateTime64(9, 'UTC') COMMENT 'Time of the exemplar itself' CODEC(Delta(8), ZSTD(1)),
  value Float64 COMMENT 'Integers above 2^53 are rounded' CODEC(ZSTD(1)),
  is_integer UInt8 COMMENT '1 when sent as as_int' CODEC(ZSTD(1)),
  trace_id FixedString(16) COMMENT 'Sixteen zero bytes when absent' CODEC(ZSTD(1)),
  span_id FixedString(8) COMMENT 'Eight zero bytes when absent' CODEC(ZSTD(1)),
  attributes Map(LowCardinality(String), String) COMMENT 'Filtered attributes, values as JSON' CODEC(ZSTD(1)),
  segment UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
  bucket DateTime('UTC') MATERIALIZED toStartOfInterval(toDateTime(point_time, 'UTC'), INTERVAL 2 HOUR) COMMENT 'Two hours that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine MergeTree}}
PARTITION BY toDate(point_time)
ORDER BY (bucket, series_id, point_time);

-- What a series id stands for; written at least once for each day on which the series had a point, equal rows replace each other (so a row that came twice is one).
CREATE TABLE IF NOT EXISTS {{table telemetry_series shard series_id}}
(
  day Date COMMENT 'UTC day of the points',
  series_id UInt64 COMMENT 'Hash of metric, kind, unit, temporality, monotonic, attributes and origin; equal for protobuf and JSON',
  metric LowCardinality(String) COMMENT 'Name of the metric as sent',
  unit LowCardinality(String) COMMENT 'UCUM unit as sent',
  description String COMMENT 'As sent' CODEC(ZSTD(1)),
  kind Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential-histogram' = 4, 'summary' = 5) COMMENT 'OTLP data kind; the last three lie in telemetry_distributions',
  temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2) COMMENT 'OTLP aggregation temporality',
  is_monotonic UInt8 COMMENT '1 for a counter',
  is_folded UInt8 COMMENT '1 when the cardinality guard folded several series into this one: add its points of one time',
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  origin_id UInt64 COMMENT 'Resource and scope: telemetry_origins' CODEC(ZSTD(1)),
  resource Map(LowCardinality(String), String) COMMENT 'Attributes of the resource, values as JSON' CODEC(ZSTD(1)),
  attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the data points, values as JSON' CODEC(ZSTD(1)),
  metadata Map(LowCardinality(String), String) COMMENT 'Metadata of the metric, values as JSON' CODEC(ZSTD(1)),
  segment UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree}}
PARTITION BY day
ORDER BY (service, metric, series_id);

-- Where signals came from: one row for each pair of resource and instrumentation scope and day, equal rows replace each other (so a row that came twice is one).
CREATE TABLE IF NOT EXISTS {{table telemetry_origins shard origin_id}}
(
  day Date COMMENT 'UTC day of the signals',
  origin_id UInt64 COMMENT 'Hash of all other columns but day',
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  resource Map(LowCardinality(String), String) COMMENT 'Attributes of the resource, values as JSON' CODEC(ZSTD(1)),
  resource_dropped_attributes UInt32 COMMENT 'Resource attributes that the sender or Leadline''s limits dropped',
  resource_schema_url LowCardinality(String) COMMENT 'Schema URL of the resource',
  resource_entities String COMMENT 'Entity references of the resource as JSON; empty when none' CODEC(ZSTD(1)),
  scope_name LowCardinality(String) COMMENT 'Name of the instrumentation scope',
  scope_version LowCardinality(String) COMMENT 'Version of the instrumentation scope',
  scope_attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the scope, values as JSON' CODEC(ZSTD(1)),
  scope_dropped_attributes UInt32 COMMENT 'Scope attributes that the sender or Leadline''s limits dropped',
  scope_schema_url LowCardinality(String) COMMENT 'Schema URL of the signals in the scope',
  segment UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree}}
PARTITION BY day
ORDER BY origin_id;
