import { setTimeout as wait } from 'node:timers/promises';
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import type { ClientConfig, Pool } from 'pg';
import { Refusal } from '../../kernel/problem.ts';
import type { Log } from '../log/log.ts';
import { startListener } from './listener.ts';
import { byKeyOptions, prepareStatements } from './by-key.ts';
import type { Postgres } from './postgres.ts';
import { isAway, waitingPool } from './waiting-pool.ts';

export interface ConnectOptions {
  /** `{ connectionString }` or the folder of a Unix socket as `host`. */
  readonly target: ClientConfig;
  readonly log: Log;
  /** Most connections of this process's pool; one more listens. */
  readonly connectionsMax?: number;
  /** How long a server that does not answer yet is waited for at the start. */
  readonly startMsMax?: number;
  /** Shown in `pg_stat_activity`; a restore finds running servers by it. */
  readonly applicationName?: string;
  /** Runs after the pool is closed: the embedded engine stops here. */
  readonly onStop?: () => Promise<void>;
}

/** By this name a server's sessions are known; commands call themselves `leadline-command`. */
export const serverApplicationName = 'leadline';

const limits = {
  connections: 16,
  statementMs: 30_000,
  transactionIdleMs: 60_000,
  connectMs: 10_000,
  /** A restart of the engine takes well under a second; a request is better late than refused. */
  reconnectMs: 5_000,
  startMs: 10_000,
  checkMs: 2_000,
};
const versionMin = 150_000;
const transactionTries = 4;
/**
 * serialization_failure and deadlock_detected: the transaction was undone whole, so it can be done again. feature_not_supported is what
 * a prepared statement says whose columns a migration of another process has changed; the next try plans it anew.
 */
const retriedStates = new Set(['40001', '40P01', '0A000']);

/** Connects, refuses a server that is too old or of another encoding, and gives the handle that every module uses. */
export const connectPostgres = async (options: ConnectOptions): Promise<Postgres> => {
  const { log, startMsMax = limits.startMs } = options;
  const target: ClientConfig = {
    application_name: options.applicationName ?? serverApplicationName,
    connectionTimeoutMillis: Math.min(limits.connectMs, startMsMax),
    ...options.target,
  };
  const openPool = (max: number, byKey = false) => {
    const opened = waitingPool(
      {
        ...target,
        ...(byKey ? byKeyOptions : {}),
        max,
        statement_timeout: limits.statementMs,
        idle_in_transaction_session_timeout: limits.transactionIdleMs,
        idleTimeoutMillis: 30_000,
      },
      Math.min(limits.reconnectMs, startMsMax),
    );
    // Without a listener a connection that dies idle ends the process.
    opened.on('error', (error) => {
      // The engine that is stopped together with its pool may be quicker than the last goodbye.
      if (!opened.ending) log.warn({ error: error.message }, 'an idle connection to PostgreSQL was lost');
    });
    if (byKey) prepareStatements(opened);
    return opened;
  };
  const pool = openPool(options.connectionsMax ?? limits.connections);
  const query = async (text: string): Promise<ServerFacts> => (await pool.query(text)).rows[0];
  try {
    const unsuitable = whyUnsuitable(await firstAnswer(query, startMsMax, placeOf(options.target)));
    if (unsuitable) throw unsuitable;
  } catch (error) {
    await pool.end();
    throw error;
  }
  const listener = startListener(target, log);
  const reserved: Pool[] = [];
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> =>
    (stopped ??= (async () => {
      await listener.stop();
      await Promise.all([pool, ...reserved].map((each) => each.end()));
      await options.onStop?.();
    })());
  const handleOf = (own: Pool): Postgres => {
    const db = new Kysely<any>({ dialect: new PostgresDialect({ pool: own }) });
    return {
      pool: own,
      tables: <Tables>() => db as Kysely<Tables>,
      transaction: (work) => inTransaction(db, work),
      listen: listener.listen,
      check: () => checkAnswer(query),
      reserve: (connections, { byKey = false } = {}) => {
        const opened = openPool(connections, byKey);
        reserved.push(opened);
        return handleOf(opened);
      },
      stop,
    };
  };
  return handleOf(pool);
};

const inTransaction = async <Tables, Value>(
  db: Kysely<any>,
  work: (tx: Transaction<Tables>) => Promise<Value>,
): Promise<Value> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().setIsolationLevel('read committed').execute(work);
    } catch (error) {
      if (attempt >= transactionTries || !retriedStates.has((error as { code?: string }).code ?? '')) throw error;
      await wait(Math.random() * 20 * attempt);
    }
  }
};

const checkAnswer = async (query: (text: string) => Promise<unknown>): Promise<void> => {
  const late = new AbortController();
  try {
    await Promise.race([
      query('SELECT 1'),
      wait(limits.checkMs, undefined, { signal: late.signal }).then(() => {
        throw new Error(`PostgreSQL did not answer within ${limits.checkMs} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
};

/** What a server says of itself. */
export interface ServerFacts {
  /** `server_version_num`: 150004 for 15.4. */
  readonly number: string;
  readonly version: string;
  readonly encoding: string;
}

/** Why Leadline cannot stand on such a server, or null. */
export const whyUnsuitable = (found: ServerFacts): Refusal | null => {
  if (Number(found.number) < versionMin) {
    return new Refusal({
      status: 500,
      code: 'postgres.too-old',
      title: 'This PostgreSQL is too old',
      detail: `DATABASE_URL names a server of version ${found.version}; Leadline needs 15 or newer.`,
    });
  }
  if (found.encoding !== 'UTF8') {
    return new Refusal({
      status: 500,
      code: 'postgres.wrong-encoding',
      title: 'The database does not hold Unicode',
      detail: `Its encoding is ${found.encoding}. Make one with: CREATE DATABASE leadline ENCODING 'UTF8' TEMPLATE template0`,
    });
  }
  return null;
};

/** Where the server is, without the password. */
const placeOf = ({ connectionString, host }: ClientConfig): string => {
  if (!connectionString) return String(host);
  try {
    const url = new URL(connectionString);
    const named = url.searchParams.get('host') ?? url.hostname;
    return `${named || 'localhost'}${named.startsWith('/') ? '' : `:${url.port || 5_432}`}${url.pathname}`;
  } catch {
    return 'the address in DATABASE_URL';
  }
};

const firstAnswer = async (
  query: (text: string) => Promise<ServerFacts>,
  startMsMax: number,
  place: string,
): Promise<ServerFacts> => {
  const begun = performance.now();
  for (const deadline = begun + startMsMax; ; await wait(100)) {
    try {
      return await query(
        `-- Version and encoding of the server, to refuse what Leadline cannot stand on.
         SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
                current_setting('server_encoding') AS encoding`,
      );
    } catch (error) {
      if (isAway(error) && performance.now() < deadline) continue;
      throw new Refusal({
        status: 500,
        code: 'postgres.unreachable',
        title: 'PostgreSQL does not answer',
        detail: `Tried ${place} for ${((performance.now() - begun) / 1_000).toFixed(1)} s: ${(error as Error).message || String(error)}. Check DATABASE_URL, the network and the server's own log.`,
      });
    }
  }
};
