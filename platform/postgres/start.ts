import { Client, escapeIdentifier, type ClientConfig } from 'pg';
import type { Configuration } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { embeddedDatabase, embeddedUser } from './cluster.ts';
import { connectPostgres } from './connect.ts';
import { startEngine, type Engine } from './engine.ts';
import type { LockPurpose } from './lock.ts';
import type { Postgres } from './postgres.ts';

/** The state's PostgreSQL of a server: `databaseUrl`, or the embedded engine in the data folder, which this process then holds. */
export const startPostgres = async (config: Configuration, log: Log): Promise<Postgres> =>
  config.values.databaseUrl
    ? connectPostgres({ target: { connectionString: config.values.databaseUrl }, log })
    : startEmbedded({ data: config.values.data, log, purpose: 'server' });

export interface EmbeddedOptions {
  readonly data: string;
  readonly log: Log;
  readonly purpose: LockPurpose;
  readonly settings?: Record<string, string>;
}

/** A command needs few connections, and the person who typed it does not wait long for a server that is away. */
export const forCommands = { connectionsMax: 4, applicationName: 'leadline-command', startMsMax: 2_000 };

/** Starts the embedded engine and connects; stopping the handle stops the engine. */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Postgres & { readonly engine: Engine }> => {
  const engine = await startEngine(options);
  try {
    await createDatabase(engine.socket);
    const postgres = await connectPostgres({
      target: embeddedTarget(engine.socket),
      log: options.log,
      ...(options.purpose === 'command' ? forCommands : {}),
      onStop: engine.stop,
    });
    return { ...postgres, engine };
  } catch (error) {
    await engine.stop();
    throw error;
  }
};

export const embeddedTarget = (socket: string, database = embeddedDatabase): ClientConfig => ({
  host: socket,
  port: 5432,
  user: embeddedUser,
  password: '',
  database,
});

const createDatabase = async (socket: string): Promise<void> => {
  const client = new Client(embeddedTarget(socket, 'postgres'));
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query(
      `-- One row when Leadline's own database was made at an earlier start.
       SELECT 1 FROM pg_database WHERE datname = $1`,
      [embeddedDatabase],
    );
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(embeddedDatabase)}`);
  } finally {
    await client.end();
  }
};
