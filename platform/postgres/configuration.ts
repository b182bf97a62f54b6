import { chmod, writeFile } from 'node:fs/promises';
import type { Places } from './places.ts';
import { giveToFolderOwner } from './run-as.ts';

/**
 * Settings of the embedded engine: small in memory (the whole product idles below 500 MB), nothing given up for the
 * safety of commits. 60 connections are three times what one server process opens; every backend costs about 5 MB.
 */
const settings = (places: Places, socket: string): Record<string, string> => ({
  hba_file: places.access,
  listen_addresses: '',
  unix_socket_directories: socket,
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '32MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  temp_buffers: '2MB',
  effective_cache_size: '256MB',
  huge_pages: 'off',
  jit: 'off',
  // PostgreSQL 18 would keep three I/O workers; the state is small and lies in memory.
  io_method: 'sync',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  max_replication_slots: '0',
  max_wal_senders: '0',
  autovacuum_max_workers: '2',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  checkpoint_timeout: '15min',
  idle_in_transaction_session_timeout: '60s',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  cluster_name: 'leadline',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  // Values of rows (addresses, hashes) do not belong in a log: no statements, no DETAIL lines.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  logging_collector: 'off',
});

/** Only who may enter the socket's folder (mode 0700) reaches the engine, so the socket itself asks for nothing. */
const accessRules = '# Written by Leadline at each start.\nlocal all all trust\n';

/**
 * Writes `postgres.conf` anew beside the data, so that the cluster's folder holds nothing that the server believes.
 * A person's own settings stand in `postgres.own.conf` and win.
 */
export const writeConfiguration = async (
  places: Places,
  socket: string,
  overrides: Record<string, string> = {},
): Promise<void> => {
  const all = { ...settings(places, socket), ...overrides };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${quote(value)}`);
  const text = [
    '# Written by Leadline at each start; put your own settings into postgres.own.conf.',
    ...lines,
    `include_if_exists = ${quote(places.ownConfiguration)}`,
    '',
  ].join('\n');
  for (const [path, content] of [
    [places.configuration, text],
    [places.access, accessRules],
  ] as const) {
    await writeFile(path, content, { mode: 0o644 });
    await chmod(path, 0o644);
    await giveToFolderOwner(path);
  }
};

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;
