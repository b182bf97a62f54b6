import { writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';

const mebibyte = 1_048_576;

/**
 * Configuration of the embedded engine. Caches are small because the page cache of the system stands behind them; the
 * whole engine has a bound beside each query's own. An acknowledged insert is on the disk: without the `fsync_…` lines
 * ClickHouse leaves that to the system for up to half a minute (measured cost: 3 ms an insert).
 */
const configuration = (memoryBytesMax: number): string => `<clickhouse>
  <max_server_memory_usage>${memoryBytesMax}</max_server_memory_usage>
  <mark_cache_size>${64 * mebibyte}</mark_cache_size>
  <primary_index_cache_size>${64 * mebibyte}</primary_index_cache_size>
  <index_mark_cache_size>${8 * mebibyte}</index_mark_cache_size>
  <query_condition_cache_size>${8 * mebibyte}</query_condition_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <compiled_expression_cache_size>0</compiled_expression_cache_size>
  <background_schedule_pool_initial_size>1</background_schedule_pool_initial_size>
  <max_thread_pool_free_size>4</max_thread_pool_free_size>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
    <min_rows_to_fsync_after_merge>1</min_rows_to_fsync_after_merge>
  </merge_tree>
</clickhouse>
`;

/** Half of the machine's memory, at most 4 GiB. */
const engineMemoryBytesMax = (): number => Math.floor(Math.min(totalmem() / 2, 4_096 * mebibyte));

/** Arguments of the embedded engine, in the form of `clickhouse local`'s command line; writes the file that they name. */
export const connectionArguments = (folder: string): string[] => {
  const file = join(folder, 'engine.xml');
  writeFileSync(file, configuration(engineMemoryBytesMax()), { mode: 0o600 });
  return [`--config-file=${file}`];
};
