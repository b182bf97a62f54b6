import type { Readable } from 'node:stream';

/** ClickHouse over its HTTP interface: the embedded engine process or a cluster, the same statements for both. */
export interface ClickHouse {
  /**
   * Rows of one SELECT. Parameters as `{name:Type}` in the SQL. Every query is bounded: `timeoutMs` becomes
   * `max_execution_time`, `memoryBytesMax` becomes `max_memory_usage`, both stay with this query.
   * 64-bit integers arrive as strings unless the SQL casts them; use `toUInt64` sums with care and parse by BigInt or Number.
   */
  query<Row>(sql: string, options?: QueryOptions): Promise<Row[]>;
  /**
   * The answer of one SELECT as ClickHouse's RowBinary: columns of fixed width (`UInt32`, little-endian) lie one after another
   * without names, so that millions of numbers are looked at without being parsed. Whole in memory: ask in pieces.
   * Bounded as `query` is.
   */
  queryBinary(sql: string, options?: QueryOptions): Promise<Uint8Array>;
  /** Runs one statement that returns nothing (DDL, ALTER, INSERT … SELECT, KILL). */
  command(sql: string, options?: QueryOptions): Promise<void>;
  /**
   * Inserts rows that are already encoded. `sql` is `INSERT INTO t SELECT …, 'x' FROM input('col Type, …')`,
   * the body is in `format`. The embedded engine spools the body to a file and reads it from there (inline data is unsafe in it).
   */
  insert(options: {
    readonly sql: string;
    readonly format: 'RowBinary' | 'Native' | 'JSONEachRow';
    readonly body: Readable | Uint8Array;
    readonly queryId?: string;
    readonly timeoutMs?: number;
  }): Promise<void>;
  /** True while a statement with this `queryId` runs in the engine; ask before repeating an insert whose answer was lost. */
  running(queryId: string): Promise<boolean>;
  /** Ends a statement and resolves when it is gone (at most 10 s). */
  kill(queryId: string): Promise<void>;
  /** `embedded` until `CLICKHOUSE_URL` names another. */
  readonly kind: 'embedded' | 'external';
  /** `up`, or why not; telemetry degrades while it is down, paging goes on. */
  status(): { readonly state: 'up' | 'starting' | 'down'; readonly detail: string };
  /** Called when the engine serves again after having been away. */
  onUp(listener: () => void): void;
  /** Resolves when `SELECT 1` answers within two seconds; rejects with the reason. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

export interface QueryOptions {
  readonly params?: Record<string, string | number | boolean | readonly string[] | readonly number[]>;
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** Default 512 MiB. */
  readonly memoryBytesMax?: number;
  /** `interactive` (default) has reserved sessions in the embedded engine; `background` never delays it. */
  readonly lane?: 'interactive' | 'background';
  readonly queryId?: string;
  /** Aborting kills the query in the engine. */
  readonly signal?: AbortSignal;
}
