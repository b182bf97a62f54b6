import { createRequire } from 'node:module';

/** A connection of the embedded engine; opaque. */
export interface Connection {
  readonly __connection: unique symbol;
}

interface NativeResult {
  readonly bytes: Uint8Array;
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

/**
 * The part of chdb's addon that is used. Not chdb's `Session`: its `close()` waits until no statement of any session
 * runs, so that a minute's query would keep every connection that was opened meanwhile.
 */
export interface Native {
  CreateConnection(folder: string, connectionArguments: readonly string[]): Connection | undefined;
  CloseConnection(connection: Connection): void;
  QueryAsyncConnection(connection: Connection, sql: string, format: string): Promise<NativeResult>;
  EngineVersion(): string;
}

const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@chdb/lib-darwin-arm64',
  'darwin-x64': '@chdb/lib-darwin-x64',
  'linux-x64': '@chdb/lib-linux-x64-gnu',
  'linux-arm64': '@chdb/lib-linux-arm64-gnu',
};

/** Loads the addon from the package that npm installed for this platform (0.7 s, 145 MB of mapped file). */
export const loadNative = (): Native => {
  const name = packages[`${process.platform}-${process.arch}`];
  if (!name)
    throw new Error(
      `The embedded ClickHouse runs on Linux and macOS (x64, arm64), not on ${process.platform}-${process.arch}: set CLICKHOUSE_URL.`,
    );
  const ofChdb = createRequire(createRequire(import.meta.url).resolve('chdb'));
  try {
    return ofChdb(name) as Native;
  } catch (error) {
    throw new Error(
      `The embedded ClickHouse (${name}) cannot be loaded: ${(error as Error).message}. Run npm ci again, or set CLICKHOUSE_URL.`,
      { cause: error },
    );
  }
};
