import { setTimeout as wait } from 'node:timers/promises';
import { Pool, type PoolClient, type PoolConfig } from 'pg';

const pauseMs = 50;

/**
 * A pool that waits `patienceMs` for a PostgreSQL that is just being started again. Only making the connection is repeated, never a
 * statement: what was sent may have been done.
 */
export const waitingPool = (config: PoolConfig, patienceMs: number): Pool => {
  const pool = new Pool(config);
  // The pool listens to idle connections only. One that dies between two statements of a transaction would end the process
  // by an error nobody listens to; its next statement is refused anyway.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
  const patient = async (): Promise<PoolClient> => {
    for (const deadline = performance.now() + patienceMs; ; await wait(pauseMs)) {
      try {
        return await connect();
      } catch (error) {
        if (!isAway(error) || performance.now() > deadline || pool.ending) throw error;
      }
    }
  };
  pool.connect = ((callback?: Callback) => (callback ? answerTo(callback, patient()) : patient())) as Pool['connect'];
  return pool;
};

type Callback = (error: Error | undefined, client: PoolClient | undefined, release: (error?: Error) => void) => void;

/** `pool.query` of the driver connects by callback. */
const answerTo = async (callback: Callback, connecting: Promise<PoolClient>): Promise<void> => {
  let client: PoolClient;
  try {
    client = await connecting;
  } catch (error) {
    callback(error as Error, undefined, () => undefined);
    return;
  }
  callback(undefined, client, (error) => client.release(error));
};

/** Nobody listens on the socket, or the server says that it starts, stops or recovers (SQLSTATE 57P03). */
export const isAway = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ECONNRESET' || code === '57P03') return true;
  return message === 'Connection terminated unexpectedly';
};
