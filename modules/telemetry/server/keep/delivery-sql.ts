import { columnNames } from './structures.ts';
import { lastPartOf, type SegmentId } from './segment-id.ts';

/**
 * One insert becomes one block and so, in one partition, one atomic part: rows are parsed by one thread into blocks larger
 * than any segment, and blocks are not split again. A token for deduplication is not used: it was seen to lose a
 * partition when the engine was killed between noting the token and placing the part.
 */
const oneBlock = [
  'max_threads = 1',
  'max_insert_threads = 1',
  'input_format_parallel_parsing = 0',
  'max_block_size = 100000000',
  'preferred_block_size_bytes = 0',
  'max_insert_block_size = 100000000',
  'min_insert_block_size_rows = 100000000',
  'min_insert_block_size_bytes = 100000000000',
  'max_partitions_per_insert_block = 1',
  'async_insert = 0',
  'insert_deduplicate = 0',
  'fsync_metadata = 1',
  'distributed_foreground_insert = 1',
].join(', ');

/** Inserts the rows of one segment, table and day; the body is RowBinary in the order of `structure`. */
export const insertSql = (table: string, structure: string, segment: SegmentId): string => {
  const names = columnNames(structure);
  const literal = structure.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `INSERT INTO ${table} (${names}, segment) SELECT ${names}, toUInt64('${segment}') FROM input('${literal}') SETTINGS ${oneBlock} FORMAT RowBinary`;
};

/** How many rows of this segment (or of its parts, where it was split) a table holds for a day. */
export const countSql = (table: string, dayColumn: string): string =>
  `-- Rows that a segment has brought to one day: 0 says that it is not there yet.
   SELECT toUInt32(count()) AS rows, toUInt32(countIf(segment != {segment:UInt64})) AS fromParts
   FROM ${table} WHERE ${dayColumn} AND segment BETWEEN {segment:UInt64} AND {last:UInt64}`;

export const segmentRange = (segment: SegmentId): { segment: string; last: string } => ({
  segment: segment.toString(),
  last: lastPartOf(segment).toString(),
});

/** What restricts each raw table to one day so that only its partition is read. */
export const dayCondition = (table: string): string => {
  const column = dayColumns[table];
  if (column === 'day') return 'day = {day:Date}';
  return `toDate(${column ?? 'time'}) = {day:Date}`;
};

const dayColumns: Readonly<Record<string, string>> = {
  telemetry_spans: 'ended_at',
  telemetry_logs: 'time',
  telemetry_samples: 'time',
  telemetry_distributions: 'time',
  telemetry_exemplars: 'point_time',
  telemetry_series: 'day',
  telemetry_origins: 'day',
};
