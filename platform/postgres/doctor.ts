import { Refusal } from '../../kernel/problem.ts';
import type { Configuration } from '../config/settings.ts';
import { createLog } from '../log/log.ts';
import { connectExisting } from './existing.ts';
import { appliedMigrations, missingOf } from './migrate.ts';
import { readMigrations } from './migration-files.ts';
import type { Postgres } from './postgres.ts';
import { everySource, groundSource } from './sources.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; empty where all is well. */
  readonly todo: string;
}

const good = (name: string, detail: string): Finding => ({ name, ok: true, detail, todo: '' });
const bad = (name: string, detail: string, todo: string): Finding => ({ name, ok: false, detail, todo });

const limits = { skewMs: 2_000, commitMs: 200, connectionsUsed: 0.8, pendingSeconds: 60 };

/** Looks at the state's PostgreSQL: reachable, version, what makes commits safe, clock, connections, migrations, ledger. */
export const checkPostgres = async (config: Configuration): Promise<Finding[]> => {
  let postgres;
  try {
    postgres = await connectExisting(config, createLog('silent'), { asItIs: true });
  } catch (error) {
    return [failure('postgres', error)];
  }
  try {
    const how = { external: 'external', running: 'embedded, running', started: 'embedded, started for this check' }[
      postgres.way
    ];
    return [
      await version(postgres, how),
      await safety(postgres),
      await commitTime(postgres),
      await clock(postgres),
      await connections(postgres),
      await migrations(postgres),
      await sealing(postgres),
    ];
  } finally {
    await postgres.stop();
  }
};

/** The last sentence of a refusal says what to do, those before it what was found or tried. */
const failure = (name: string, error: unknown): Finding => {
  if (!(error instanceof Refusal))
    return bad(
      name,
      error instanceof Error ? error.message : String(error),
      'Look into postgres.log in the data folder.',
    );
  const { title, detail = '' } = error.problem;
  const [, found, todo] = /^([^\n]*)\. (.+)$/s.exec(detail) ?? [];
  return found ? bad(name, `${title}: ${found}`, todo!) : bad(name, title, detail);
};

const one = async (postgres: Postgres, sql: string): Promise<Record<string, any>> =>
  (await postgres.pool.query(sql)).rows[0];

const version = async (postgres: Postgres, how: string): Promise<Finding> => {
  const { found } = await one(
    postgres,
    `-- Version as people know it.
    SELECT current_setting('server_version') AS found`,
  );
  return good('postgres', `PostgreSQL ${found} (${how})`);
};

/** With any of these off, a commit that was acknowledged can be gone after a power loss. */
const safety = async (postgres: Postgres): Promise<Finding> => {
  const found = await one(
    postgres,
    `-- The settings that make an acknowledged commit safe.
    SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
      current_setting('synchronous_commit') AS synchronous_commit`,
  );
  const off = Object.entries(found)
    .filter(([, value]) => value === 'off')
    .map(([name]) => name);
  return off.length === 0
    ? good('postgres fsync', 'fsync, full_page_writes and synchronous_commit are on')
    : bad(
        'postgres fsync',
        `${off.join(', ')} off: a power loss can take acknowledged data`,
        `Set ${off.map((name) => `${name} = on`).join(', ')}.`,
      );
};

/** One commit of a transaction id, without a table: what every write waits for at least. */
const commitTime = async (postgres: Postgres): Promise<Finding> => {
  const startedAt = performance.now();
  await postgres.pool.query('SELECT pg_current_xact_id()');
  const ms = Math.round(performance.now() - startedAt);
  return ms <= limits.commitMs
    ? good('postgres commit', `A commit takes ${ms} ms`)
    : bad('postgres commit', `A commit takes ${ms} ms`, 'The disk is slow or busy: every change waits for it.');
};

const clock = async (postgres: Postgres): Promise<Finding> => {
  const before = Date.now();
  const { ms } = await one(
    postgres,
    `-- The database's clock, by which leases go.
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  );
  const skewMs = Math.round(Math.abs(ms - (before + Date.now()) / 2));
  return skewMs <= limits.skewMs
    ? good('postgres clock', `The database's clock differs by ${skewMs} ms`)
    : bad('postgres clock', `The database's clock differs by ${skewMs} ms`, 'Keep both machines on NTP.');
};

const connections = async (postgres: Postgres): Promise<Finding> => {
  const { used, most } = await one(
    postgres,
    `-- Sessions of clients against the server's bound.
    SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
      current_setting('max_connections')::int AS most`,
  );
  const detail = `${used} of ${most} connections are used`;
  return used <= most * limits.connectionsUsed
    ? good('postgres connections', detail)
    : bad(
        'postgres connections',
        detail,
        'Raise max_connections or give Leadline a server of its own: a server opens up to 27, its auditor 5.',
      );
};

const migrations = async (postgres: Postgres): Promise<Finding> => {
  const client = await postgres.pool.connect();
  try {
    const files = await readMigrations([groundSource, ...(await everySource())]);
    const missing = missingOf(files, await appliedMigrations(client));
    return good(
      'postgres schema',
      missing.length === 0
        ? `All ${files.length} migrations are applied`
        : `${missing.length} migrations will be applied at the next start`,
    );
  } catch (error) {
    return failure('postgres schema', error);
  } finally {
    client.release();
  }
};

const sealing = async (postgres: Postgres): Promise<Finding> => {
  const { made } = await one(
    postgres,
    `-- Whether the ledger was made already.
    SELECT to_regclass('ledger.pending') IS NOT NULL AS made`,
  );
  if (!made) return good('ledger', 'Nothing was written yet');
  const { count, seconds } = await one(
    postgres,
    `-- Committed events that the sealer has not come to.
    SELECT count(*)::int AS count, coalesce(extract(epoch FROM ground.now() - min(at)), 0)::int AS seconds FROM ledger.pending`,
  );
  return seconds <= limits.pendingSeconds
    ? good('ledger', `${count} events wait for their place`)
    : bad(
        'ledger',
        `${count} events wait for their place, the oldest for ${seconds} s`,
        'They are sealed while a server runs; if one does, look into its log.',
      );
};
