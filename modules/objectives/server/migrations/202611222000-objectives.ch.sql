-- Good and bad events of every indicator: ten seconds for the last hours, minutes and hours beyond. No row is added to: a bucket
-- is counted anew from what it derives from and written whole, the row with the greatest revision wins: read with FINAL
-- (partitions never share a key, so do_not_merge_across_partitions_select_final = 1 is safe and cheaper).
-- A bucket without events has no row, or one with 0 good and 0 bad that took the place of another: both are no data, not zero.
-- `bad` is stored beside `good`, so nothing unsigned is subtracted.
-- revision asks no clock: for spans it is the number of events (raw spans only grow, so the row that saw most is right), for
-- other kinds a number of objectives.count_revision; a coarser level adds up that of the finer. It costs 1.1 bytes a row.

-- By ten seconds, for some hours: the freshest counts, from which burning budgets are seen; time leads, because an evaluation reads all indicators of few buckets.
CREATE TABLE IF NOT EXISTS {{table objectives_counts_10s shard indicator}}
(
  bucket DateTime('UTC') COMMENT 'Start of the ten seconds' CODEC(Delta(4), ZSTD(1)),
  indicator UInt32 COMMENT 'objectives.indicator.number' CODEC(Delta(4), ZSTD(1)),
  good UInt64 COMMENT 'Events that kept the promise' CODEC(T64, ZSTD(1)),
  bad UInt64 COMMENT 'Events that did not' CODEC(T64, ZSTD(1)),
  revision UInt64 COMMENT 'Grows with every new count of the bucket; the greatest wins' CODEC(T64, ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
PARTITION BY toStartOfHour(bucket)
ORDER BY (bucket, indicator);

-- By minute; time leads, because the evaluation reads all indicators of the minutes that no whole hour covers.
CREATE TABLE IF NOT EXISTS {{table objectives_counts_minute shard indicator}}
(
  bucket DateTime('UTC') COMMENT 'Start of the minute' CODEC(Delta(4), ZSTD(1)),
  indicator UInt32 COMMENT 'objectives.indicator.number' CODEC(Delta(4), ZSTD(1)),
  good UInt64 COMMENT 'Events that kept the promise' CODEC(T64, ZSTD(1)),
  bad UInt64 COMMENT 'Events that did not' CODEC(T64, ZSTD(1)),
  revision UInt64 COMMENT 'Grows with every new count of the bucket; the greatest wins' CODEC(T64, ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
PARTITION BY toDate(bucket)
ORDER BY (bucket, indicator);

-- By hour; the indicator leads, because a chart reads one indicator over weeks, and a window of weeks reads few hours of each.
CREATE TABLE IF NOT EXISTS {{table objectives_counts_hour shard indicator}}
(
  bucket DateTime('UTC') COMMENT 'Start of the hour' CODEC(Delta(4), ZSTD(1)),
  indicator UInt32 COMMENT 'objectives.indicator.number' CODEC(Delta(4), ZSTD(1)),
  good UInt64 COMMENT 'Events that kept the promise' CODEC(T64, ZSTD(1)),
  bad UInt64 COMMENT 'Events that did not' CODEC(T64, ZSTD(1)),
  minutes UInt8 COMMENT 'Minutes of the hour in which there was an event: the rest is no data' CODEC(ZSTD(1)),
  revision UInt64 COMMENT 'Grows with every new count of the bucket; the greatest wins' CODEC(T64, ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
PARTITION BY toYYYYMM(bucket)
ORDER BY (indicator, bucket);
