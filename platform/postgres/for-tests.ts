import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { createLog } from '../log/log.ts';
import { connectPostgres } from './connect.ts';
import { startEngine } from './engine.ts';
import { migratePostgres } from './migrate.ts';
import { readMigrations } from './migration-files.ts';
import type { Postgres } from './postgres.ts';
import { everySource, groundSource, type MigrationSource } from './sources.ts';

/** Set by the global set-up: where the one server of a test run is. */
export const testServerVariable = 'LEADLINE_TEST_POSTGRES_URL';
/** Prefix of every database of a run; set by the global set-up, which drops them all at the end. */
export const testPrefixVariable = 'LEADLINE_TEST_POSTGRES_PREFIX';

const connectionsMax = 8;
const templateLock = 7_810_758_017;

/** As whom the test connects, where that matters. */
export interface TestOptions {
  readonly applicationName?: string;
  /** A server of the test's own, which it starts anew while the test runs; absent: that of the run. */
  readonly server?: Pick<TestServer, 'url' | 'prefix'>;
}

/**
 * A fresh database of its own with the migrations applied: of `sources`, or of the whole checkout.
 * Stop it in `afterAll`; that drops the database. Works on the server of the global set-up, on `DATABASE_URL`, and, when
 * a file is run without the set-up, on an embedded server of its own.
 */
export const testPostgres = async (
  sources?: readonly MigrationSource[],
  options: TestOptions = {},
): Promise<Postgres> => {
  const { server, ...connection } = options;
  const own = server !== undefined || process.env[testServerVariable] ? null : await startTestServer();
  const serverUrl = server?.url ?? own?.url ?? process.env[testServerVariable]!;
  const prefix = server?.prefix ?? own?.prefix ?? process.env[testPrefixVariable]!;
  const template = await templateOf(serverUrl, prefix, sources ?? (await everySource()));
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  await asAdmin(serverUrl, (client) => createFrom(client, name, template));
  return connectPostgres({
    target: { connectionString: databaseOf(serverUrl, name) },
    log: createLog('silent'),
    connectionsMax,
    ...connection,
    onStop: async () => {
      await asAdmin(serverUrl, (client) =>
        client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`),
      );
      await own?.stop();
    },
  });
};

/** Address of a database of a test's own, for a second connection or process: `postgres.url` is not part of the handle. */
export const urlOf = async (postgres: Postgres): Promise<string> => {
  const { rows } = await postgres.pool.query('SELECT current_database() AS name');
  const options = postgres.pool.options as { connectionString?: string };
  return databaseOf(options.connectionString ?? process.env[testServerVariable]!, rows[0].name);
};

export interface TestServer {
  readonly url: string;
  readonly prefix: string;
  stop(): Promise<void>;
}

/** `DATABASE_URL` when it is set, else an embedded server in a temporary folder, without fsync: it need not survive anything. */
export const startTestServer = async (): Promise<TestServer> => {
  const prefix = `leadline_test_${randomBytes(4).toString('hex')}_`;
  const external = process.env['DATABASE_URL'];
  if (external) return { url: external, prefix, stop: () => dropAll(external, prefix) };
  const data = await mkdtemp(join('/tmp', 'leadline-test-'));
  const engine = await startEngine({
    data,
    log: createLog('warn'),
    purpose: 'server',
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  return {
    url: `postgresql://leadline@localhost/postgres?host=${encodeURIComponent(engine.socket)}`,
    prefix,
    stop: async () => {
      await engine.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
};

/** One template for each set of migrations: a test file then waits for a copy, not for the migrations. */
const templateOf = async (serverUrl: string, prefix: string, sources: readonly MigrationSource[]): Promise<string> => {
  const files = await readMigrations([groundSource, ...sources]);
  const hash = createHash('sha256').update(files.map((file) => `${file.name} ${file.hash}`).join('\n'));
  const template = `${prefix}template_${hash.digest('hex').slice(0, 12)}`;
  await asAdmin(serverUrl, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount !== 0) return;
    const making = `${prefix}making_${randomBytes(4).toString('hex')}`;
    await createFrom(client, making, 'template0');
    const postgres = await connectPostgres({
      target: { connectionString: databaseOf(serverUrl, making) },
      log: createLog('silent'),
      connectionsMax: 1,
    });
    try {
      await migratePostgres(postgres, sources, createLog('silent'));
    } finally {
      await postgres.stop();
    }
    await client.query(`ALTER DATABASE ${escapeIdentifier(making)} RENAME TO ${escapeIdentifier(template)}`);
  });
  return template;
};

const createFrom = async (client: Client, name: string, template: string): Promise<void> => {
  await client.query(
    `CREATE DATABASE ${escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE ${escapeIdentifier(template)}`,
  );
};

/** One at a time over all test processes: a template must not be in use while it is copied. */
const asAdmin = async <Value>(serverUrl: string, work: (client: Client) => Promise<Value>): Promise<Value> => {
  const client = new Client({ connectionString: serverUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]);
    return await work(client);
  } finally {
    await client.end();
  }
};

const dropAll = (serverUrl: string, prefix: string): Promise<void> =>
  asAdmin(serverUrl, async (client) => {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [prefix]);
    for (const { datname } of rows)
      await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(datname)} WITH (FORCE)`);
  });

const databaseOf = (serverUrl: string, name: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
};

/** Moves the clock of leases and due times forward, for every connection of this database. */
export const moveClock = async (postgres: Postgres, by: string): Promise<void> => {
  await postgres.pool.query('UPDATE ground.clock SET moved = moved + $1::interval', [by]);
};
