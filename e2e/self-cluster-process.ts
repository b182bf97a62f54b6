import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadNative } from '../platform/clickhouse/engine/native.ts';

/**
 * ClickHouse as a cluster named `leadline` whose shards (their number is the argument) are all itself: Distributed tables
 * over it are really written and read. One JSON line in (`{id, sql}`), one out (`{id, rows}` or `{id, error}`); ends with
 * its input. Keeper is not in the embedded engine, so Replicated tables and ON CLUSTER cannot run (self-cluster.ts).
 */
const shards = Number(process.argv[2] ?? 1);
const folder = mkdtempSync(join(tmpdir(), 'leadline-shard-'));
const file = join(folder, 'shard.xml');
const shard =
  '<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>9000</port></replica></shard>';
writeFileSync(
  file,
  `<clickhouse><tcp_port>9000</tcp_port><remote_servers><leadline>
   ${shard.repeat(shards)}
   </leadline></remote_servers></clickhouse>`,
);
const native = loadNative();
const open = () => native.CreateConnection(join(folder, 'data'), [`--config-file=${file}`])!;
// Held for as long as the process lives: the engine closes its folder with the last connection.
const first = open();

const answer = async ({ id, sql }: { id: number; sql: string }): Promise<void> => {
  // A connection of its own for each: settings stay with it.
  const connection = open();
  try {
    const { bytes } = await native.QueryAsyncConnection(connection, sql, 'JSONEachRow');
    const text = Buffer.from(bytes).toString().trim();
    const rows = text === '' ? [] : text.split('\n').map((row) => JSON.parse(row) as unknown);
    process.stdout.write(`${JSON.stringify({ id, rows })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, error: (error as Error).message })}\n`);
  } finally {
    native.CloseConnection(connection);
  }
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void answer(JSON.parse(line) as { id: number; sql: string }));
lines.on('close', () => {
  native.CloseConnection(first);
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
