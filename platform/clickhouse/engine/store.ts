import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.ts';
import { limits } from './limits.ts';
import type { Connection, Native } from './native.ts';
import { quote } from '../quote.ts';

export interface Running {
  readonly sql: string;
  readonly prelude: string;
  readonly database: string;
  readonly format: string;
  readonly queryId: string;
  readonly executionMs: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

/** Between two attempts to kill a statement that has not ended yet (it may not have begun when the first one ran). */
const killEveryMs = 100;

/**
 * The engine on one data directory. Each statement has a connection of its own (opening and closing one costs 0.07 ms),
 * so settings, parameters, `USE` and whatever else sticks to a connection end with it. One connection stays open: the
 * last one to close would close the engine.
 */
export class Store {
  readonly #native: Native;
  readonly #folder: string;
  readonly #arguments: readonly string[];
  readonly #control: Connection;
  readonly #queryIds = new Set<string>();
  readonly #kills = new Set<Promise<void>>();

  constructor(native: Native, folder: string, connectionArguments: readonly string[]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#native = native;
    this.#folder = folder;
    this.#arguments = connectionArguments;
    try {
      this.#control = this.#open();
    } catch (error) {
      throw new Error(whyNotOpened(folder, error), { cause: error });
    }
  }

  #open(): Connection {
    const connection = this.#native.CreateConnection(this.#folder, this.#arguments);
    if (!connection) throw new Error('no connection was made');
    return connection;
  }

  /** Runs one statement to its end. Aborting the signal, or outliving its time bound, kills it in the engine. */
  async run(running: Running): Promise<Answer> {
    const { queryId } = running;
    // A kill names the id, so two statements must not share one.
    if (this.#queryIds.has(queryId)) {
      throw new Failure(
        500,
        216,
        'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
        `Query with id = ${queryId} is already running`,
      );
    }
    this.#queryIds.add(queryId);
    try {
      return await this.#runAlone(running);
    } finally {
      this.#queryIds.delete(queryId);
    }
  }

  async #runAlone(running: Running): Promise<Answer> {
    const connection = this.#open();
    const killer = this.#killerOf(running);
    try {
      const use =
        running.database === '' || running.database === 'default' ? '' : `USE ${quoteName(running.database)}; `;
      const result = await this.#native.QueryAsyncConnection(
        connection,
        running.prelude + use + running.sql,
        running.format,
      );
      return {
        bytes: result.bytes,
        rowsRead: result.rowsRead,
        bytesRead: result.bytesRead,
        elapsedSeconds: result.elapsed,
      };
    } finally {
      killer.stop();
      this.#native.CloseConnection(connection);
    }
  }

  #killerOf({ queryId, signal, executionMs }: Running): { stop(): void } {
    let timer: NodeJS.Timeout | undefined;
    let stopped = false;
    const kill = (): void => {
      if (stopped) return;
      this.kill(queryId).finally(() => {
        if (!stopped) timer = setTimeout(kill, killEveryMs);
      });
    };
    const overrun = setTimeout(kill, executionMs + limits.overrunMs);
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    return {
      stop: () => {
        stopped = true;
        clearTimeout(overrun);
        clearTimeout(timer);
        signal.removeEventListener('abort', kill);
      },
    };
  }

  /** Asks the engine to end a statement. (`SYNC` never returns in the embedded engine.) */
  async kill(queryId: string): Promise<void> {
    const killing = this.#kill(queryId);
    this.#kills.add(killing);
    await killing;
    this.#kills.delete(killing);
  }

  /** Never rejects: a kill that failed is tried again by whoever wanted it. */
  async #kill(queryId: string): Promise<void> {
    try {
      const connection = this.#open();
      const sql = `KILL QUERY WHERE Settings['log_comment'] = ${quote(queryId)} ASYNC`;
      await this.#native.QueryAsyncConnection(connection, sql, 'Null').catch(() => undefined);
      this.#native.CloseConnection(connection);
    } catch (error) {
      process.stderr.write(`A statement could not be killed: ${(error as Error).message}\n`);
    }
  }

  /** Closes the directory; no statement may run any more. A kill may: to close beneath it crashes the process. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#kills);
    this.#native.CloseConnection(this.#control);
  }
}

export const quoteName = (name: string): string => {
  if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name))
    throw new Failure(400, 36, 'BAD_ARGUMENTS', 'The name of the database cannot be used');
  return `\`${name}\``;
};

const whyNotOpened = (folder: string, error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const holder = holderOf(folder);
  if (holder !== null)
    return `The data directory ${folder} is in use by process ${holder}: another engine is open on it. Stop that one first, or choose another directory.`;
  return `The data directory ${folder} cannot be opened: ${message}`;
};

/** The live process that wrote ClickHouse's own `status` file, or null. */
export const holderOf = (folder: string): number | null => {
  try {
    const pid = Number(/PID: (\d+)/.exec(readFileSync(join(folder, 'status'), 'utf8'))?.[1]);
    if (!Number.isInteger(pid) || pid === process.pid) return null;
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
};
