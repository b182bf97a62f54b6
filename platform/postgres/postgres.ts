import type { Kysely, Transaction } from 'kysely';
import type { Pool } from 'pg';

/**
 * PostgreSQL, embedded or external: the place of everything that counts.
 * Each module declares its own table types with schema-qualified keys and narrows the handle:
 * `const db = postgres.db as Kysely<IdentityTables>` is done once per module by `postgres.tables<IdentityTables>()`.
 */
export interface Postgres {
  readonly pool: Pool;
  /** The handle, typed with the tables that the module declares. */
  tables<Tables>(): Kysely<Tables>;
  /**
   * Runs `work` in one transaction at READ COMMITTED and gives back its result after the commit, never before.
   * Retries serialisation failures and deadlocks at most three times.
   */
  transaction<Tables, Value>(work: (tx: Transaction<Tables>) => Promise<Value>): Promise<Value>;
  /** A connection of its own that LISTENs; reconnects by itself. `onNotify` gets the payload. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<{ stop(): Promise<void> }>;
  /** Resolves when a trivial query answers within two seconds; rejects with the reason. */
  check(): Promise<void>;
  /**
   * The same database through connections of its own: what must never wait (pages that leave) does not stand behind requests.
   * Stopped together with this handle. `byKey` is for small statements that find their rows by key, many a second: they are prepared,
   * and never scan or hash a table.
   */
  reserve(connections: number, options?: { readonly byKey?: boolean }): Postgres;
  stop(): Promise<void>;
}
