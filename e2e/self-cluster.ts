import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ClickHouse, QueryOptions } from '../platform/clickhouse/clickhouse.ts';
import { settingsOfServers } from '../platform/clickhouse/client.ts';
import { quote } from '../platform/clickhouse/quote.ts';

/** A cluster for tests: every statement that our own code sends it is explained by the engine as it came, then run. */
export interface SelfCluster {
  readonly clickhouse: ClickHouse;
  /** The statements as they came, each explained; oldest first. */
  readonly sent: readonly string[];
  stop(): void;
}

const name = 'leadline';

/**
 * Starts an engine that is a cluster of so many shards, all of them itself: with one shard counts are right, with two
 * every row is read twice, but what ClickHouse allows over several shards only is really checked.
 * Before a statement is run, `ON CLUSTER 'leadline'` is left out and Replicated tables become plain ones, because both
 * need Keeper, which the embedded engine does not have: that these are understood is shown, that they run is not.
 */
export const startSelfCluster = (shards: number): SelfCluster => {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'self-cluster-process.ts'), `${shards}`],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, UV_THREADPOOL_SIZE: '16' } },
  );
  const spool = mkdtempSync(join(tmpdir(), 'leadline-spool-'));
  const waiting = new Map<number, { done: (rows: unknown[]) => void; failed: (error: Error) => void }>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, rows, error } = JSON.parse(line) as { id: number; rows: unknown[]; error?: string };
    if (error === undefined) waiting.get(id)?.done(rows);
    else waiting.get(id)?.failed(new Error(error));
    waiting.delete(id);
  });
  child.once('exit', (code) => waiting.forEach(({ failed }) => failed(new Error(`The cluster ended with ${code}`))));
  let count = 0;
  const ask = (sql: string): Promise<unknown[]> =>
    new Promise((done, failed) => {
      waiting.set((count += 1), { done, failed });
      child.stdin.write(`${JSON.stringify({ id: count, sql })}\n`);
    });
  const sent: string[] = [];
  const perform = async (sql: string, options: QueryOptions, asRun = (text: string) => text): Promise<unknown[]> => {
    const statement = sql.replace(/^(?:\s|--[^\n]*\n)+/, '');
    const before = preludeOf(options);
    await ask(`${before}EXPLAIN AST ${statement}`).catch((error: Error) => {
      throw new Error(`The engine does not understand: ${statement}`, { cause: error });
    });
    sent.push(statement);
    return ask(before + asRun(withoutKeeper(statement)));
  };
  const clickhouse: ClickHouse = {
    kind: 'external',
    status: () => ({ state: 'up', detail: 'serving' }),
    onUp: () => undefined,
    check: async () => void (await ask('SELECT 1')),
    running: () => Promise.reject(new Error('not asked of a cluster')),
    kill: () => Promise.reject(new Error('not asked of a cluster')),
    query: (sql, options = {}) => perform(sql, options) as never,
    queryBinary: () => Promise.reject(new Error('not asked of a cluster')),
    command: async (sql, options = {}) => void (await perform(sql, options)),
    insert: async ({ sql, format, body, queryId }) => {
      const file = join(spool, `${(count += 1)}`);
      writeFileSync(file, body instanceof Readable ? await buffer(body) : body);
      // The embedded engine takes data from files only; a server reads the same rows from the request.
      const fromFile = (text: string): string =>
        text
          .replace(/\bFROM input\(/, () => `FROM file(${quote(file)}, ${quote(format)}, `)
          .replace(/\s+FORMAT\s+\w+\s*$/, '');
      await perform(sql, queryId ? { queryId } : {}, fromFile);
      rmSync(file);
    },
    stop: async () => undefined,
  };
  return {
    clickhouse,
    sent,
    stop: () => {
      child.stdin.end();
      rmSync(spool, { recursive: true, force: true });
    },
  };
};

const preludeOf = ({ params, queryId }: QueryOptions): string => {
  const settings = [
    ['output_format_json_quote_64bit_integers', '1'],
    ['log_comment', queryId ?? ''],
    ...Object.entries(settingsOfServers),
    ...Object.entries(params ?? {}).map(([key, value]) => [`param_${key}`, textOf(value)] as const),
  ];
  return `SET ${settings.map(([key, value]) => `${key} = ${quote(value!)}`).join(', ')}; `;
};

const textOf = (value: string | number | boolean | readonly (string | number)[]): string =>
  Array.isArray(value)
    ? `[${value.map((one: string | number) => (typeof one === 'string' ? quote(one) : one)).join(', ')}]`
    : String(value);

const withoutKeeper = (statement: string): string =>
  statement
    .replaceAll(` ON CLUSTER '${name}'`, '')
    .replace(/\bReplicated(\w*MergeTree)\('[^']*', '\{replica\}'(?:, )?/, (_all, engine: string) => `${engine}(`);
