-- Which service answered at an address that a service called, so that a call which nobody answered (connection refused, a killed
-- server) leads to the service that answered there before. Facts only: a first and a last time, which say the same when they are
-- written twice, so nothing has to be computed anew. Ten minutes, so that a port that changed hands within them shows as shared.
CREATE TABLE IF NOT EXISTS {{table telemetry_addresses shard cityHash64(caller)}}
(
  bucket DateTime('UTC') COMMENT 'Start of the ten minutes in which the calls ended' CODEC(Delta(4), ZSTD(1)),
  caller LowCardinality(String) COMMENT 'Service that called',
  caller_environment LowCardinality(String) COMMENT 'Its environment',
  address String COMMENT 'neighbour of the calling spans, as in telemetry_spans: host and port' CODEC(ZSTD(1)),
  callee LowCardinality(String) COMMENT 'Service whose span answered',
  callee_environment LowCardinality(String) COMMENT 'Its environment',
  first_at SimpleAggregateFunction(min, DateTime64(9, 'UTC')) COMMENT 'End of the first call in these ten minutes that it answered' CODEC(ZSTD(1)),
  last_at SimpleAggregateFunction(max, DateTime64(9, 'UTC')) COMMENT 'End of the last one' CODEC(ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree}}
PARTITION BY toDate(bucket)
ORDER BY (bucket, caller, caller_environment, address, callee, callee_environment)
SETTINGS index_granularity = 1024;

-- How many of the calls of an edge had no answering span and were led to their service by the address.
ALTER TABLE {{table telemetry_edges_10s}} ADD COLUMN IF NOT EXISTS calls_by_address UInt64 DEFAULT 0 COMMENT 'Those of the calls that nobody answered, led to the service that answered at this address before' CODEC(ZSTD(1));

-- The same by minute.
ALTER TABLE {{table telemetry_edges_minute}} ADD COLUMN IF NOT EXISTS calls_by_address UInt64 DEFAULT 0 COMMENT 'Those of the calls that nobody answered, led to the service that answered at this address before' CODEC(ZSTD(1));

-- The same by hour.
ALTER TABLE {{table telemetry_edges_hour}} ADD COLUMN IF NOT EXISTS calls_by_address UInt64 DEFAULT 0 COMMENT 'Those of the calls that nobody answered, led to the service that answered at this address before' CODEC(ZSTD(1));
