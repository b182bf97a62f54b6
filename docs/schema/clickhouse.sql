-- The whole schema of the telemetry, made by the tests from the migrations; do not edit.

CREATE TABLE leadline_migrations
(
    `name` String COMMENT 'source/file',
    `hash` String COMMENT 'SHA-256 of the file',
    `applied_at` DateTime64(3) DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY name
SETTINGS index_granularity = 8192;

CREATE TABLE objectives_counts_10s
(
    `bucket` DateTime('UTC') COMMENT 'Start of the ten seconds' CODEC(Delta(4), ZSTD(1)),
    `indicator` UInt32 COMMENT 'objectives.indicator.number' CODEC(Delta(4), ZSTD(1)),
    `good` UInt64 COMMENT 'Events that kept the promise' CODEC(T64, ZSTD(1)),
    `bad` UInt64 COMMENT 'Events that did not' CODEC(T64, ZSTD(1)),
    `revision` UInt64 COMMENT 'Grows with every new count of the bucket; the greatest wins' CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toStartOfHour(bucket)
ORDER BY (bucket, indicator)
SETTINGS index_granularity = 8192;

CREATE TABLE objectives_counts_hour
(
    `bucket` DateTime('UTC') COMMENT 'Start of the hour' CODEC(Delta(4), ZSTD(1)),
    `indicator` UInt32 COMMENT 'objectives.indicator.number' CODEC(Delta(4), ZSTD(1)),
    `good` UInt64 COMMENT 'Events that kept the promise' CODEC(T64, ZSTD(1)),
    `bad` UInt64 COMMENT 'Events that did not' CODEC(T64, ZSTD(1)),
    `minutes` UInt8 COMMENT 'Minutes of the hour in which there was an event: the rest is no data' CODEC(ZSTD(1)),
    `revision` UInt64 COMMENT 'Grows with every new count of the bucket; the greatest wins' CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toYYYYMM(bucket)
ORDER BY (indicator, bucket)
SETTINGS index_granularity = 8192;

CREATE TABLE objectives_counts_minute
(
    `bucket` DateTime('UTC') COMMENT 'Start of the minute' CODEC(Delta(4), ZSTD(1)),
    `indicator` UInt32 COMMENT 'objectives.indicator.number' CODEC(Delta(4), ZSTD(1)),
    `good` UInt64 COMMENT 'Events that kept the promise' CODEC(T64, ZSTD(1)),
    `bad` UInt64 COMMENT 'Events that did not' CODEC(T64, ZSTD(1)),
    `revision` UInt64 COMMENT 'Grows with every new count of the bucket; the greatest wins' CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toDate(bucket)
ORDER BY (bucket, indicator)
SETTINGS index_granularity = 8192;

CREATE TABLE telemetry_addresses
(
    `bucket` DateTime('UTC') COMMENT 'Start of the ten minutes in which the calls ended' CODEC(Delta(4), ZSTD(1)),
    `caller` LowCardinality(String) COMMENT 'Service that called',
    `caller_environment` LowCardinality(String) COMMENT 'Its environment',
    `address` String COMMENT 'neighbour of the calling spans, as in telemetry_spans: host and port' CODEC(ZSTD(1)),
    `callee` LowCardinality(String) COMMENT 'Service whose span answered',
    `callee_environment` LowCardinality(String) COMMENT 'Its environment',
    `first_at` SimpleAggregateFunction(min, DateTime64(9, 'UTC')) COMMENT 'End of the first call in these ten minutes that it answered' CODEC(ZSTD(1)),
    `last_at` SimpleAggregateFunction(max, DateTime64(9, 'UTC')) COMMENT 'End of the last one' CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (bucket, caller, caller_environment, address, callee, callee_environment)
SETTINGS index_granularity = 1024;

CREATE TABLE telemetry_distributions
(
    `series_id` UInt64 COMMENT 'telemetry_series' CODEC(ZSTD(1)),
    `time` DateTime64(9, 'UTC') COMMENT 'time_unix_nano' CODEC(DoubleDelta, ZSTD(1)),
    `started_at` DateTime64(9, 'UTC') COMMENT 'start_time_unix_nano; 1970-01-01 when absent' CODEC(DoubleDelta, ZSTD(1)),
    `flags` UInt32 COMMENT 'OTLP data point flags: 1 = no recorded value' CODEC(ZSTD(1)),
    `count` UInt64 COMMENT 'Number of values' CODEC(ZSTD(1)),
    `sum` Nullable(Float64) COMMENT 'Sum of the values, null when not sent' CODEC(ZSTD(1)),
    `min` Nullable(Float64) COMMENT 'Least value, null when not sent' CODEC(ZSTD(1)),
    `max` Nullable(Float64) COMMENT 'Greatest value, null when not sent' CODEC(ZSTD(1)),
    `bounds` Array(Float64) COMMENT 'Histogram: upper bounds, inclusive, rising; one fewer than bucket_counts' CODEC(ZSTD(1)),
    `bucket_counts` Array(UInt64) COMMENT 'Histogram: count of each bucket, not cumulated' CODEC(ZSTD(1)),
    `scale` Int32 COMMENT 'Exponential histogram: base = 2^(2^-scale)' CODEC(ZSTD(1)),
    `zero_count` UInt64 COMMENT 'Exponential histogram: values in the zero bucket' CODEC(ZSTD(1)),
    `zero_threshold` Float64 COMMENT 'Exponential histogram: half width of the zero bucket' CODEC(ZSTD(1)),
    `positive_offset` Int32 COMMENT 'Exponential histogram: index of the first positive bucket' CODEC(ZSTD(1)),
    `positive_counts` Array(UInt64) COMMENT 'Exponential histogram: counts of positive buckets' CODEC(ZSTD(1)),
    `negative_offset` Int32 COMMENT 'Exponential histogram: index of the first negative bucket' CODEC(ZSTD(1)),
    `negative_counts` Array(UInt64) COMMENT 'Exponential histogram: counts of negative buckets' CODEC(ZSTD(1)),
    `quantiles` Array(Float64) COMMENT 'Summary: quantiles in [0, 1]' CODEC(ZSTD(1)),
    `quantile_values` Array(Float64) COMMENT 'Summary: value at each quantile' CODEC(ZSTD(1)),
    `segment` UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') MATERIALIZED toStartOfInterval(toDateTime(time, 'UTC'), toIntervalHour(2)) COMMENT 'Two hours that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (bucket, series_id, time)
SETTINGS index_granularity = 8192;

CREATE TABLE telemetry_edges_10s
(
    `bucket` DateTime('UTC') COMMENT 'Start of the ten seconds in which the call ended' CODEC(Delta(4), ZSTD(1)),
    `caller_kind` LowCardinality(String) COMMENT 'service, or messaging where a consumer takes from a destination',
    `caller` LowCardinality(String) COMMENT 'Service, or name of the destination',
    `caller_environment` LowCardinality(String) COMMENT 'Environment of the calling service; of the consumer where the caller is a destination',
    `callee_kind` LowCardinality(String) COMMENT 'service where the called span was seen or peer.service says so; else database, messaging or external',
    `callee` LowCardinality(String) COMMENT 'Service, or the neighbour as in telemetry_spans',
    `callee_environment` LowCardinality(String) COMMENT 'Environment of the called service where its span was seen, else that of the caller',
    `via` LowCardinality(String) COMMENT 'neighbour_via of the calling span: http, rpc, messaging, database, other; empty when unknown',
    `calls` UInt64 COMMENT 'Client, producer and consumer spans' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Calls that took at most the i-th edge' CODEC(ZSTD(1)),
    `revision` UInt64 COMMENT 'Grows with each computation; the newest row wins, because an edge can also become smaller' CODEC(ZSTD(1)),
    `calls_by_address` UInt64 DEFAULT 0 COMMENT 'Those of the calls that nobody answered, led to the service that answered at this address before' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toStartOfHour(bucket)
ORDER BY (bucket, caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via)
SETTINGS index_granularity = 1024;

CREATE TABLE telemetry_edges_hour
(
    `bucket` DateTime('UTC') COMMENT 'Start of the hour in which the call ended' CODEC(Delta(4), ZSTD(1)),
    `caller_kind` LowCardinality(String) COMMENT 'service, or messaging where a consumer takes from a destination',
    `caller` LowCardinality(String) COMMENT 'Service, or name of the destination',
    `caller_environment` LowCardinality(String) COMMENT 'Environment of the calling service; of the consumer where the caller is a destination',
    `callee_kind` LowCardinality(String) COMMENT 'service where the called span was seen or peer.service says so; else database, messaging or external',
    `callee` LowCardinality(String) COMMENT 'Service, or the neighbour as in telemetry_spans',
    `callee_environment` LowCardinality(String) COMMENT 'Environment of the called service where its span was seen, else that of the caller',
    `via` LowCardinality(String) COMMENT 'neighbour_via of the calling span: http, rpc, messaging, database, other; empty when unknown',
    `calls` UInt64 COMMENT 'Client, producer and consumer spans' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Calls that took at most the i-th edge' CODEC(ZSTD(1)),
    `revision` UInt64 COMMENT 'Grows with each computation; the newest row wins, because an edge can also become smaller' CODEC(ZSTD(1)),
    `calls_by_address` UInt64 DEFAULT 0 COMMENT 'Those of the calls that nobody answered, led to the service that answered at this address before' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket, caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via)
SETTINGS index_granularity = 1024;

CREATE TABLE telemetry_edges_minute
(
    `bucket` DateTime('UTC') COMMENT 'Start of the minute in which the call ended' CODEC(Delta(4), ZSTD(1)),
    `caller_kind` LowCardinality(String) COMMENT 'service, or messaging where a consumer takes from a destination',
    `caller` LowCardinality(String) COMMENT 'Service, or name of the destination',
    `caller_environment` LowCardinality(String) COMMENT 'Environment of the calling service; of the consumer where the caller is a destination',
    `callee_kind` LowCardinality(String) COMMENT 'service where the called span was seen or peer.service says so; else database, messaging or external',
    `callee` LowCardinality(String) COMMENT 'Service, or the neighbour as in telemetry_spans',
    `callee_environment` LowCardinality(String) COMMENT 'Environment of the called service where its span was seen, else that of the caller',
    `via` LowCardinality(String) COMMENT 'neighbour_via of the calling span: http, rpc, messaging, database, other; empty when unknown',
    `calls` UInt64 COMMENT 'Client, producer and consumer spans' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Calls that took at most the i-th edge' CODEC(ZSTD(1)),
    `revision` UInt64 COMMENT 'Grows with each computation; the newest row wins, because an edge can also become smaller' CODEC(ZSTD(1)),
    `calls_by_address` UInt64 DEFAULT 0 COMMENT 'Those of the calls that nobody answered, led to the service that answered at this address before' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toDate(bucket)
ORDER BY (bucket, caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via)
SETTINGS index_granularity = 1024;

CREATE TABLE telemetry_exemplars
(
    `series_id` UInt64 COMMENT 'telemetry_series' CODEC(ZSTD(1)),
    `point_time` DateTime64(9, 'UTC') COMMENT 'Time of the data point it belongs to' CODEC(DoubleDelta, ZSTD(1)),
    `time` DateTime64(9, 'UTC') COMMENT 'Time of the exemplar itself' CODEC(Delta(8), ZSTD(1)),
    `value` Float64 COMMENT 'Integers above 2^53 are rounded' CODEC(ZSTD(1)),
    `is_integer` UInt8 COMMENT '1 when sent as as_int' CODEC(ZSTD(1)),
    `trace_id` FixedString(16) COMMENT 'Sixteen zero bytes when absent' CODEC(ZSTD(1)),
    `span_id` FixedString(8) COMMENT 'Eight zero bytes when absent' CODEC(ZSTD(1)),
    `attributes` Map(LowCardinality(String), String) COMMENT 'Filtered attributes, values as JSON' CODEC(ZSTD(1)),
    `segment` UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') MATERIALIZED toStartOfInterval(toDateTime(point_time, 'UTC'), toIntervalHour(2)) COMMENT 'Two hours that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(point_time)
ORDER BY (bucket, series_id, point_time)
SETTINGS index_granularity = 8192;

CREATE TABLE telemetry_logs
(
    `time` DateTime64(9, 'UTC') COMMENT 'time_unix_nano, else observed_time_unix_nano, else the time of receipt: see time_source' CODEC(Delta(8), ZSTD(1)),
    `time_source` Enum8('event' = 0, 'observed' = 1, 'received' = 2) COMMENT 'Where `time` came from',
    `observed_at` DateTime64(9, 'UTC') COMMENT 'observed_time_unix_nano; 1970-01-01 when absent' CODEC(Delta(8), ZSTD(1)),
    `trace_id` FixedString(16) COMMENT 'Sixteen zero bytes when absent' CODEC(ZSTD(1)),
    `span_id` FixedString(8) COMMENT 'Eight zero bytes when absent' CODEC(ZSTD(1)),
    `flags` UInt32 COMMENT 'OTLP log record flags' CODEC(ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `severity_number` UInt8 COMMENT 'OTLP severity 1-24; 0 when not given' CODEC(ZSTD(1)),
    `severity_text` LowCardinality(String) COMMENT 'As sent',
    `event_name` LowCardinality(String) COMMENT 'As sent; empty when absent',
    `body_kind` Enum8('none' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'kvlist' = 6, 'bytes' = 7) COMMENT 'OTLP type of the body',
    `body` String COMMENT 'The text itself for a string body, else the body as JSON (same form as attribute values)' CODEC(ZSTD(1)),
    `origin_id` UInt64 COMMENT 'Resource and scope: telemetry_origins' CODEC(ZSTD(1)),
    `attributes` Map(LowCardinality(String), String) COMMENT 'Attributes, values as JSON' CODEC(ZSTD(1)),
    `dropped_attributes` UInt32 COMMENT 'Attributes that the sender or Leadline\'s limits dropped' CODEC(ZSTD(1)),
    `segment` UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') MATERIALIZED toStartOfFiveMinutes(time) COMMENT 'Five minutes that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1)),
    INDEX time_range time TYPE minmax GRANULARITY 1,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (bucket, service, time)
SETTINGS index_granularity = 8192;

CREATE TABLE telemetry_operations_10s
(
    `bucket` DateTime('UTC') COMMENT 'Start of the ten seconds' CODEC(Delta(4), ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `operation` LowCardinality(String) COMMENT 'Name of the span; _other where the cardinality guard folded it',
    `kind` LowCardinality(String) COMMENT 'server, consumer: the kind of span that was counted',
    `requests` UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
    INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(requests)
PARTITION BY toStartOfHour(bucket)
ORDER BY (toStartOfMinute(bucket), service, environment, version, operation, kind, bucket)
SETTINGS index_granularity = 128;

CREATE TABLE telemetry_operations_hour
(
    `bucket` DateTime('UTC') COMMENT 'Start of the hour' CODEC(Delta(4), ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `operation` LowCardinality(String) COMMENT 'Name of the span; _other where the cardinality guard folded it',
    `kind` LowCardinality(String) COMMENT 'server, consumer: the kind of span that was counted',
    `requests` UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
    INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(requests)
PARTITION BY toYYYYMM(bucket)
ORDER BY (service, environment, version, operation, kind, bucket)
SETTINGS index_granularity = 128;

CREATE TABLE telemetry_operations_minute
(
    `bucket` DateTime('UTC') COMMENT 'Start of the minute' CODEC(Delta(4), ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `operation` LowCardinality(String) COMMENT 'Name of the span; _other where the cardinality guard folded it',
    `kind` LowCardinality(String) COMMENT 'server, consumer: the kind of span that was counted',
    `requests` UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
    INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(requests)
PARTITION BY toDate(bucket)
ORDER BY (toStartOfHour(bucket), service, environment, version, operation, kind, bucket)
SETTINGS index_granularity = 128;

CREATE TABLE telemetry_origins
(
    `day` Date COMMENT 'UTC day of the signals',
    `origin_id` UInt64 COMMENT 'Hash of all other columns but day',
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `resource` Map(LowCardinality(String), String) COMMENT 'Attributes of the resource, values as JSON' CODEC(ZSTD(1)),
    `resource_dropped_attributes` UInt32 COMMENT 'Resource attributes that the sender or Leadline\'s limits dropped',
    `resource_schema_url` LowCardinality(String) COMMENT 'Schema URL of the resource',
    `resource_entities` String COMMENT 'Entity references of the resource as JSON; empty when none' CODEC(ZSTD(1)),
    `scope_name` LowCardinality(String) COMMENT 'Name of the instrumentation scope',
    `scope_version` LowCardinality(String) COMMENT 'Version of the instrumentation scope',
    `scope_attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the scope, values as JSON' CODEC(ZSTD(1)),
    `scope_dropped_attributes` UInt32 COMMENT 'Scope attributes that the sender or Leadline\'s limits dropped',
    `scope_schema_url` LowCardinality(String) COMMENT 'Schema URL of the signals in the scope',
    `segment` UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY origin_id
SETTINGS index_granularity = 8192;

CREATE TABLE telemetry_removed_days
(
    `table_name` LowCardinality(String) COMMENT 'Raw table whose partition was dropped',
    `day` Date COMMENT 'UTC day of the partition',
    `removed_at` DateTime('UTC') COMMENT 'When it was dropped'
)
ENGINE = ReplacingMergeTree
ORDER BY (table_name, day)
SETTINGS index_granularity = 8192;

CREATE TABLE telemetry_samples
(
    `series_id` UInt64 COMMENT 'telemetry_series' CODEC(ZSTD(1)),
    `time` DateTime64(9, 'UTC') COMMENT 'time_unix_nano' CODEC(DoubleDelta, ZSTD(1)),
    `started_at` DateTime64(9, 'UTC') COMMENT 'start_time_unix_nano; 1970-01-01 when absent' CODEC(DoubleDelta, ZSTD(1)),
    `value` Float64 COMMENT 'Integers above 2^53 are rounded' CODEC(ZSTD(1)),
    `is_integer` UInt8 COMMENT '1 when sent as as_int' CODEC(ZSTD(1)),
    `flags` UInt32 COMMENT 'OTLP data point flags: 1 = no recorded value (the series ended)' CODEC(ZSTD(1)),
    `segment` UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') MATERIALIZED toStartOfInterval(toDateTime(time, 'UTC'), toIntervalHour(2)) COMMENT 'Two hours that the time lies in; computed at insert' CODEC(Delta(4), ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (bucket, series_id, time)
SETTINGS index_granularity = 1024;

CREATE TABLE telemetry_series
(
    `day` Date COMMENT 'UTC day of the points',
    `series_id` UInt64 COMMENT 'Hash of metric, kind, unit, temporality, monotonic, attributes and origin; equal for protobuf and JSON',
    `metric` LowCardinality(String) COMMENT 'Name of the metric as sent',
    `unit` LowCardinality(String) COMMENT 'UCUM unit as sent',
    `description` String COMMENT 'As sent' CODEC(ZSTD(1)),
    `kind` Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential-histogram' = 4, 'summary' = 5) COMMENT 'OTLP data kind; the last three lie in telemetry_distributions',
    `temporality` Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2) COMMENT 'OTLP aggregation temporality',
    `is_monotonic` UInt8 COMMENT '1 for a counter',
    `is_folded` UInt8 COMMENT '1 when the cardinality guard folded several series into this one: add its points of one time',
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `origin_id` UInt64 COMMENT 'Resource and scope: telemetry_origins' CODEC(ZSTD(1)),
    `resource` Map(LowCardinality(String), String) COMMENT 'Attributes of the resource, values as JSON' CODEC(ZSTD(1)),
    `attributes` Map(LowCardinality(String), String) COMMENT 'Attributes of the data points, values as JSON' CODEC(ZSTD(1)),
    `metadata` Map(LowCardinality(String), String) COMMENT 'Metadata of the metric, values as JSON' CODEC(ZSTD(1)),
    `segment` UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (service, metric, series_id)
SETTINGS index_granularity = 8192;

CREATE TABLE telemetry_services_10s
(
    `bucket` DateTime('UTC') COMMENT 'Start of the ten seconds' CODEC(Delta(4), ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `requests` UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
    INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(requests)
PARTITION BY toStartOfHour(bucket)
ORDER BY (toStartOfMinute(bucket), service, environment, version, bucket)
SETTINGS index_granularity = 128;

CREATE TABLE telemetry_services_hour
(
    `bucket` DateTime('UTC') COMMENT 'Start of the hour' CODEC(Delta(4), ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `requests` UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
    INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(requests)
PARTITION BY toYYYYMM(bucket)
ORDER BY (service, environment, version, bucket)
SETTINGS index_granularity = 128;

CREATE TABLE telemetry_services_minute
(
    `bucket` DateTime('UTC') COMMENT 'Start of the minute' CODEC(Delta(4), ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `environment` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `version` LowCardinality(String) COMMENT 'As in telemetry_spans',
    `requests` UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
    `errors` UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
    `duration_ns_sum` UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
    `duration_ns_max` UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
    `duration_sketch` AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
    `within` Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
    INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(requests)
PARTITION BY toDate(bucket)
ORDER BY (toStartOfHour(bucket), service, environment, version, bucket)
SETTINGS index_granularity = 128;

CREATE TABLE telemetry_spans
(
    `ended_at` DateTime64(9, 'UTC') COMMENT 'End of the span; its start where timing is no-end' CODEC(Delta(8), ZSTD(1)),
    `duration_ns` Int64 COMMENT 'End minus start; negative only where timing is end-before-start, so rollups take greatest(duration_ns, 0)' CODEC(ZSTD(1)),
    `trace_id` FixedString(16) COMMENT 'As sent, 16 bytes' CODEC(ZSTD(1)),
    `span_id` FixedString(8) COMMENT 'As sent, 8 bytes' CODEC(ZSTD(1)),
    `parent_span_id` FixedString(8) COMMENT 'Eight zero bytes for a root span' CODEC(ZSTD(1)),
    `trace_state` String COMMENT 'W3C tracestate as sent' CODEC(ZSTD(1)),
    `flags` UInt32 COMMENT 'OTLP span flags: bits 0-7 W3C trace flags, bit 8 and 9 whether the parent is remote' CODEC(ZSTD(1)),
    `service` LowCardinality(String) COMMENT 'service.namespace/service.name, or service.name alone, or unknown_service',
    `environment` LowCardinality(String) COMMENT 'deployment.environment.name, empty when absent',
    `version` LowCardinality(String) COMMENT 'service.version, empty when absent',
    `name` LowCardinality(String) COMMENT 'Name of the span as sent',
    `kind` Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5) COMMENT 'OTLP span kind',
    `status` Enum8('unset' = 0, 'ok' = 1, 'error' = 2) COMMENT 'OTLP status code',
    `status_message` String COMMENT 'OTLP status message' CODEC(ZSTD(1)),
    `timing` Enum8('ok' = 0, 'no-end' = 1, 'end-before-start' = 2) COMMENT 'What was wrong with the span\'s times; no-end never counts as a request',
    `origin_id` UInt64 COMMENT 'Resource and scope of the span: telemetry_origins' CODEC(ZSTD(1)),
    `attributes` Map(LowCardinality(String), String) COMMENT 'Attributes, values as JSON' CODEC(ZSTD(1)),
    `dropped_attributes` UInt32 COMMENT 'Attributes that the sender dropped, and those that Leadline\'s limits dropped' CODEC(ZSTD(1)),
    `events` Array(Tuple(
        time DateTime64(9, 'UTC'),
        name LowCardinality(String),
        attributes Map(LowCardinality(String), String),
        dropped_attributes UInt32)) COMMENT 'Events in the order sent' CODEC(ZSTD(1)),
    `dropped_events` UInt32 COMMENT 'Events that the sender or Leadline\'s limits dropped' CODEC(ZSTD(1)),
    `links` Array(Tuple(
        trace_id FixedString(16),
        span_id FixedString(8),
        trace_state String,
        attributes Map(LowCardinality(String), String),
        dropped_attributes UInt32,
        flags UInt32)) COMMENT 'Links in the order sent' CODEC(ZSTD(1)),
    `dropped_links` UInt32 COMMENT 'Links that the sender or Leadline\'s limits dropped' CODEC(ZSTD(1)),
    `is_request` UInt8 COMMENT '1 when the span counts as a request of its service (domain/classify-request.ts)',
    `request_reason` LowCardinality(String) COMMENT 'Why it counts or not, from the closed set of classify-request.ts',
    `is_error` UInt8 COMMENT '1 when the span failed; for requests this is what the error ratio counts',
    `error_reason` LowCardinality(String) COMMENT 'Why it is an error, from the closed set of classify-request.ts; empty when it is none',
    `is_folded` UInt8 COMMENT '1 when the cardinality guard folds this name: rollups then write the operation _other',
    `neighbour_kind` LowCardinality(String) COMMENT 'service, database, messaging or external: what a client, producer or consumer span talks to; empty when nothing is known (domain/neighbour.ts)',
    `neighbour` LowCardinality(String) COMMENT 'Name of what it talks to as the caller knows it: payment, postgresql: orders, kafka: orders, api.example.com; empty when nothing is known',
    `neighbour_via` LowCardinality(String) COMMENT 'http, rpc, messaging, database or other: how it talks; empty when nothing is known',
    `segment` UInt64 COMMENT 'Segment of the write-ahead log that brought the row' CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') MATERIALIZED toStartOfFiveMinutes(ended_at) COMMENT 'Five minutes that the end lies in; computed at insert' CODEC(Delta(4), ZSTD(1)),
    `started_at` DateTime64(9, 'UTC') ALIAS fromUnixTimestamp64Nano(toUnixTimestamp64Nano(ended_at) - duration_ns, 'UTC') COMMENT 'Start of the span; computed, not stored',
    INDEX ended_at_range ended_at TYPE minmax GRANULARITY 1,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(ended_at)
ORDER BY (bucket, service, name, ended_at)
SETTINGS index_granularity = 8192;
