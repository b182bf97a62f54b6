-- The rollups: counts and durations of requests and of calls between services, by ten seconds (some hours), minute and hour.
-- No row here is ever added to: the delivery computes a bucket anew from what it derives from (ten seconds from the raw spans,
-- minutes from ten seconds or, when those are gone, from raw spans, hours from minutes) and writes it whole, so that a repeat
-- after a crash changes nothing. Newer rows replace older ones of the same key: read with FINAL (partitions never share a key,
-- so do_not_merge_across_partitions_select_final = 1 is safe and cheaper).
-- A span counts in the bucket in which it ended. An hour may lag its minutes by 15 seconds and minutes their ten seconds by 5:
-- read the youngest part of a range from the finest table that still has it (keep/README.md).
-- duration_sketch: quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99, 0.999)(duration_sketch), milliseconds, within 1 % of the true
-- quantile by the algorithm's bound. within: within[i] = requests that took at most the i-th edge, exact; the edges in
-- milliseconds are 1, 2, 5, 10, 20, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000, 1500, 2000, 2500, 3000, 4000,
-- 5000, 7500, 10000, 15000, 20000, 30000, 60000 (domain/latency-edges.ts); add rows up with sumForEach.
-- One service's rows lie in short runs, and a sketch costs more to read than a number: with 1,024 rows a granule a day of minutes
-- of one service cost 139 ms of CPU, with 128 it costs 37 (FINAL, 200 services), at the same size on disk.

-- Requests of each operation by ten seconds, for some hours: the freshest figures; the minute leads the order, so that computing one minute anew and reading one service are both short.
CREATE TABLE IF NOT EXISTS {{table telemetry_operations_10s shard cityHash64(service)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the ten seconds' CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  operation LowCardinality(String) COMMENT 'Name of the span; _other where the cardinality guard folded it',
  kind LowCardinality(String) COMMENT 'server, consumer: the kind of span that was counted',
  requests UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
  INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree(requests)}}
PARTITION BY toStartOfHour(bucket)
ORDER BY (toStartOfMinute(bucket), service, environment, version, operation, kind, bucket)
SETTINGS index_granularity = 128;

-- Requests of each operation by minute; the hour leads the order, so that all services of an hour and one service of a day are both short reads.
CREATE TABLE IF NOT EXISTS {{table telemetry_operations_minute shard cityHash64(service)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the minute' CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  operation LowCardinality(String) COMMENT 'Name of the span; _other where the cardinality guard folded it',
  kind LowCardinality(String) COMMENT 'server, consumer: the kind of span that was counted',
  requests UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
  INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree(requests)}}
PARTITION BY toDate(bucket)
ORDER BY (toStartOfHour(bucket), service, environment, version, operation, kind, bucket)
SETTINGS index_granularity = 128;

-- Requests of each operation by hour: without it a month of 200 services costs 45 CPU seconds instead of one.
CREATE TABLE IF NOT EXISTS {{table telemetry_operations_hour shard cityHash64(service)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the hour' CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  operation LowCardinality(String) COMMENT 'Name of the span; _other where the cardinality guard folded it',
  kind LowCardinality(String) COMMENT 'server, consumer: the kind of span that was counted',
  requests UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
  INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree(requests)}}
PARTITION BY toYYYYMM(bucket)
ORDER BY (service, environment, version, operation, kind, bucket)
SETTINGS index_granularity = 128;

-- Requests of each service by ten seconds, all operations together, so that lists of all services need not add up every operation.
CREATE TABLE IF NOT EXISTS {{table telemetry_services_10s shard cityHash64(service)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the ten seconds' CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  requests UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
  INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree(requests)}}
PARTITION BY toStartOfHour(bucket)
ORDER BY (toStartOfMinute(bucket), service, environment, version, bucket)
SETTINGS index_granularity = 128;

-- Requests of each service by minute, all operations together, so that lists of all services need not add up every operation.
CREATE TABLE IF NOT EXISTS {{table telemetry_services_minute shard cityHash64(service)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the minute' CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  requests UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
  INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree(requests)}}
PARTITION BY toDate(bucket)
ORDER BY (toStartOfHour(bucket), service, environment, version, bucket)
SETTINGS index_granularity = 128;

-- Requests of each service by hour, all operations together, so that lists of all services need not add up every operation.
CREATE TABLE IF NOT EXISTS {{table telemetry_services_hour shard cityHash64(service)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the hour' CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) COMMENT 'As in telemetry_spans',
  environment LowCardinality(String) COMMENT 'As in telemetry_spans',
  version LowCardinality(String) COMMENT 'As in telemetry_spans',
  requests UInt64 COMMENT 'Spans that count as requests (is_request); raw spans only grow, so the row that saw most wins' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Requests that took at most the i-th edge' CODEC(ZSTD(1)),
  INDEX bucket_range bucket TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree(requests)}}
PARTITION BY toYYYYMM(bucket)
ORDER BY (service, environment, version, bucket)
SETTINGS index_granularity = 128;

-- Calls between services and to databases, queues and hosts by ten seconds, as the caller saw them; a row with 0 calls replaces an edge that was resolved to another callee later.
CREATE TABLE IF NOT EXISTS {{table telemetry_edges_10s shard cityHash64(caller)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the ten seconds in which the call ended' CODEC(Delta(4), ZSTD(1)),
  caller_kind LowCardinality(String) COMMENT 'service, or messaging where a consumer takes from a destination',
  caller LowCardinality(String) COMMENT 'Service, or name of the destination',
  caller_environment LowCardinality(String) COMMENT 'Environment of the calling service; of the consumer where the caller is a destination',
  callee_kind LowCardinality(String) COMMENT 'service where the called span was seen or peer.service says so; else database, messaging or external',
  callee LowCardinality(String) COMMENT 'Service, or the neighbour as in telemetry_spans',
  callee_environment LowCardinality(String) COMMENT 'Environment of the called service where its span was seen, else that of the caller',
  via LowCardinality(String) COMMENT 'neighbour_via of the calling span: http, rpc, messaging, database, other; empty when unknown',
  calls UInt64 COMMENT 'Client, producer and consumer spans' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Calls that took at most the i-th edge' CODEC(ZSTD(1)),
  revision UInt64 COMMENT 'Grows with each computation; the newest row wins, because an edge can also become smaller' CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
PARTITION BY toStartOfHour(bucket)
ORDER BY (bucket, caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via)
SETTINGS index_granularity = 1024;

-- Calls between services and to databases, queues and hosts by minute, as the caller saw them; a row with 0 calls replaces an edge that was resolved to another callee later.
CREATE TABLE IF NOT EXISTS {{table telemetry_edges_minute shard cityHash64(caller)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the minute in which the call ended' CODEC(Delta(4), ZSTD(1)),
  caller_kind LowCardinality(String) COMMENT 'service, or messaging where a consumer takes from a destination',
  caller LowCardinality(String) COMMENT 'Service, or name of the destination',
  caller_environment LowCardinality(String) COMMENT 'Environment of the calling service; of the consumer where the caller is a destination',
  callee_kind LowCardinality(String) COMMENT 'service where the called span was seen or peer.service says so; else database, messaging or external',
  callee LowCardinality(String) COMMENT 'Service, or the neighbour as in telemetry_spans',
  callee_environment LowCardinality(String) COMMENT 'Environment of the called service where its span was seen, else that of the caller',
  via LowCardinality(String) COMMENT 'neighbour_via of the calling span: http, rpc, messaging, database, other; empty when unknown',
  calls UInt64 COMMENT 'Client, producer and consumer spans' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Calls that took at most the i-th edge' CODEC(ZSTD(1)),
  revision UInt64 COMMENT 'Grows with each computation; the newest row wins, because an edge can also become smaller' CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
PARTITION BY toDate(bucket)
ORDER BY (bucket, caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via)
SETTINGS index_granularity = 1024;

-- Calls between services and to databases, queues and hosts by hour, as the caller saw them; a row with 0 calls replaces an edge that was resolved to another callee later.
CREATE TABLE IF NOT EXISTS {{table telemetry_edges_hour shard cityHash64(caller)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the hour in which the call ended' CODEC(Delta(4), ZSTD(1)),
  caller_kind LowCardinality(String) COMMENT 'service, or messaging where a consumer takes from a destination',
  caller LowCardinality(String) COMMENT 'Service, or name of the destination',
  caller_environment LowCardinality(String) COMMENT 'Environment of the calling service; of the consumer where the caller is a destination',
  callee_kind LowCardinality(String) COMMENT 'service where the called span was seen or peer.service says so; else database, messaging or external',
  callee LowCardinality(String) COMMENT 'Service, or the neighbour as in telemetry_spans',
  callee_environment LowCardinality(String) COMMENT 'Environment of the called service where its span was seen, else that of the caller',
  via LowCardinality(String) COMMENT 'neighbour_via of the calling span: http, rpc, messaging, database, other; empty when unknown',
  calls UInt64 COMMENT 'Client, producer and consumer spans' CODEC(ZSTD(1)),
  errors UInt64 COMMENT 'Those of them that failed' CODEC(ZSTD(1)),
  duration_ns_sum UInt64 COMMENT 'Nanoseconds; a negative duration counts as 0' CODEC(ZSTD(1)),
  duration_ns_max UInt64 COMMENT 'Longest, nanoseconds' CODEC(ZSTD(1)),
  duration_sketch AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99, 0.999), Float64) COMMENT 'Milliseconds' CODEC(ZSTD(1)),
  within Array(UInt64) COMMENT 'Calls that took at most the i-th edge' CODEC(ZSTD(1)),
  revision UInt64 COMMENT 'Grows with each computation; the newest row wins, because an edge can also become smaller' CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket, caller_kind, caller, caller_environment, callee_kind, callee, callee_environment, via)
SETTINGS index_granularity = 1024;

-- Days of raw telemetry that retention has removed: a bucket of such a day is never computed anew, because what it was counted from is gone.
CREATE TABLE IF NOT EXISTS {{table telemetry_removed_days shard 0}}
(
  table_name LowCardinality(String) COMMENT 'Raw table whose partition was dropped',
  day Date COMMENT 'UTC day of the partition',
  removed_at DateTime('UTC') COMMENT 'When it was dropped'
)
ENGINE = {{engine ReplacingMergeTree}}
ORDER BY (table_name, day);
