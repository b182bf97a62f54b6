import { Agent } from 'node:http';
import { createConnection } from 'node:net';
import { Readable, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { ClickHouse, QueryOptions } from './clickhouse.ts';
import { asRefusal } from './away.ts';

/** Where statements go. */
export type Address = { readonly socket: string } | { readonly url: string };

/** The part of ClickHouse that talks to it; supervision and status are added by `start.ts`. */
export type Talk = Pick<ClickHouse, 'query' | 'queryBinary' | 'command' | 'insert' | 'running' | 'kill' | 'check'> & {
  close(): Promise<void>;
};

export const defaultTimeoutMs = 10_000;
export const defaultMemoryBytesMax = 512 * 1_048_576;
const insertTimeoutMs = 60_000;
/** The engine ends a statement at its bound; the client gives up on the connection this much later. */
const graceMs = 5_000;
const checkMs = 2_000;
const killPatienceMs = 10_000;
const connectionsMax = 64;

/**
 * What a server is asked for with every statement; of consequence on a cluster only, where tables are Distributed. An
 * insert is in its shard when it is answered: counts of minutes are made of the counts of ten seconds written just before.
 * A subquery over a second table runs once for all shards instead of being refused.
 */
export const settingsOfServers = { distributed_foreground_insert: '1', distributed_product_mode: 'global' } as const;

/** Statements over `@clickhouse/client`, the same for the embedded engine (`embedded`) and for a server. */
export const createTalk = (
  address: Address,
  options: { readonly database?: string; readonly embedded: boolean },
): Talk => {
  const agent = 'socket' in address ? new SocketAgent(address.socket) : null;
  const client = createClient({
    url: 'socket' in address ? 'http://engine' : address.url,
    ...(options.database ? { database: options.database } : {}),
    ...(agent ? { http_agent: agent } : {}),
    request_timeout: 3_700_000,
    max_open_connections: connectionsMax,
    keep_alive: { enabled: true, idle_socket_ttl: 5_000 },
    compression: { request: false, response: !options.embedded },
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1, date_time_output_format: 'simple' },
  });
  const perform = performer(options.embedded);
  const talk: Talk = {
    query: (sql, given = {}) =>
      perform(given, async (common) =>
        (await client.query({ ...common, query: sql, format: 'JSONEachRow' })).json(),
      ) as never,
    queryBinary: (sql, given = {}) =>
      perform(given, async (common) =>
        buffer((await client.exec({ ...common, query: `${sql}\nFORMAT RowBinary` })).stream),
      ),
    command: (sql, given = {}) =>
      perform(given, async (common) => void (await client.command({ ...common, query: sql }))),
    insert: ({ sql, format, body, queryId, timeoutMs = insertTimeoutMs }) =>
      perform({ timeoutMs, lane: 'background', ...(queryId ? { queryId } : {}) }, async (common) => {
        const values =
          body instanceof Readable
            ? body
            : Readable.from([Buffer.from(body.buffer, body.byteOffset, body.byteLength)], { objectMode: false });
        const { stream } = await client.exec({
          ...common,
          query: /\bFORMAT\s+\w+\s*$/i.test(sql) ? sql : `${sql}\nFORMAT ${format}`,
          values,
        });
        for await (const _rest of stream) {
          /* an INSERT answers nothing */
        }
      }),
    running: async (queryId) => {
      const [row] = await talk.query<{ count: string }>(
        "-- Whether a statement still runs.\nSELECT count() AS count FROM system.processes WHERE Settings['log_comment'] = {id:String} OR query_id = {id:String}",
        { params: { id: queryId } },
      );
      return row?.count !== '0';
    },
    kill: (queryId) => killAndWait(talk, queryId),
    check: async () => void (await talk.query('-- Serves at all.\nSELECT 1', { timeoutMs: checkMs })),
    close: async () => {
      await client.close();
      agent?.destroy();
    },
  };
  return talk;
};

type Common = Parameters<ClickHouseClient['command']>[0];

/** Puts the bounds, the lane and the abort signal on a request, and names what may go wrong. */
const performer =
  (embedded: boolean) =>
  async <Value>(options: QueryOptions, run: (common: Omit<Common, 'query'>) => Promise<Value>): Promise<Value> => {
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const late = AbortSignal.timeout(timeoutMs + graceMs);
    const signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
    try {
      options.signal?.throwIfAborted();
      return await run({
        abort_signal: signal,
        ...(options.queryId ? { query_id: options.queryId } : {}),
        ...(options.params ? { query_params: options.params as Record<string, unknown> } : {}),
        http_headers: { 'X-Leadline-Lane': options.lane ?? 'interactive' },
        clickhouse_settings: {
          // A fraction of a second is taken by servers as well (SettingFieldSeconds).
          max_execution_time: timeoutMs / 1000,
          max_memory_usage: String(options.memoryBytesMax ?? defaultMemoryBytesMax),
          ...(options.queryId ? { log_comment: options.queryId } : {}),
          ...(embedded ? {} : settingsOfServers),
          ...(options.lane === 'background' && !embedded ? { priority: '10' } : {}),
        },
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw asRefusal(error, { late: late.aborted, timeoutMs, embedded });
    }
  };

/** `KILL … SYNC` never returns in the embedded engine, so the end is awaited here. */
const killAndWait = async (talk: Talk, queryId: string): Promise<void> => {
  const until = performance.now() + killPatienceMs;
  do {
    await talk.command(
      "-- Ends a statement whose outcome is no longer wanted.\nKILL QUERY WHERE Settings['log_comment'] = {id:String} OR query_id = {id:String} ASYNC",
      { params: { id: queryId } },
    );
    if (!(await talk.running(queryId))) return;
  } while (performance.now() < until);
  throw new Error(`The statement ${queryId} did not end within ${killPatienceMs / 1000} s of being killed.`);
};

/** HTTP over a Unix socket: the address in the URL is not looked at. */
class SocketAgent extends Agent {
  readonly #path: string;
  constructor(path: string) {
    super({ keepAlive: true, maxSockets: connectionsMax });
    this.#path = path;
  }
  override createConnection(): Duplex {
    return createConnection({ path: this.#path });
  }
}
