import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createTalk } from '../platform/clickhouse/client.ts';

/** Databases that belong to one product under test. */
export interface FreshDatabases {
  /** What the product and its commands must find in their environment; empty where it brings its own engines. */
  readonly environment: Readonly<Record<string, string>>;
  /** Removes them; call it when nothing uses them any more. */
  drop(): Promise<void>;
}

const dropMsMax = 60_000;

/**
 * Where `DATABASE_URL` or `CLICKHOUSE_URL` names a server, a database of its own on each for one product: every journey
 * begins with an installation that nobody has set up. Where neither is set the product starts its embedded engines.
 */
export const freshDatabases = async (given: NodeJS.ProcessEnv = process.env): Promise<FreshDatabases> => {
  const name = `leadline_e2e_${randomBytes(6).toString('hex')}`;
  const made: { variable: string; url: string; drop: () => Promise<void> }[] = [];
  const drop = async (): Promise<void> => {
    for (const one of made.splice(0).reverse()) await one.drop();
  };
  try {
    for (const [variable, make] of [
      ['DATABASE_URL', onPostgres],
      ['CLICKHOUSE_URL', onClickHouse],
    ] as const) {
      const server = given[variable];
      if (server) made.push({ variable, url: below(server, name), drop: await make(server, name) });
    }
  } catch (error) {
    await drop();
    throw error;
  }
  return { environment: Object.fromEntries(made.map(({ variable, url }) => [variable, url])), drop };
};

/** Both drivers read the database from the path of the address. */
const below = (server: string, database: string): string => {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
};

const onPostgres = async (server: string, name: string): Promise<() => Promise<void>> => {
  const asAdmin = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await asAdmin(
    `-- A state of one product's own; template0 has no sessions that would be in the way.
     CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`,
  );
  return () => asAdmin(`-- The product has ended.\nDROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
};

const onClickHouse = async (server: string, name: string): Promise<() => Promise<void>> => {
  const asAdmin = async (sql: string): Promise<void> => {
    const talk = createTalk({ url: server }, { embedded: false });
    try {
      await talk.command(sql, { timeoutMs: dropMsMax });
    } finally {
      await talk.close();
    }
  };
  await asAdmin(`-- Telemetry of one product's own.\nCREATE DATABASE ${name} ENGINE = Atomic`);
  return () => asAdmin(`-- The product has ended.\nDROP DATABASE IF EXISTS ${name}`);
};
