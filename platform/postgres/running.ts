import { setTimeout as wait } from 'node:timers/promises';
import type { Configuration } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { connectPostgres } from './connect.ts';
import { placesOf } from './places.ts';
import { isPostmaster, readPostmasterFile } from './postmaster.ts';
import type { Postgres } from './postgres.ts';
import { embeddedTarget } from './start.ts';

const lookMs = 500;

/**
 * Connects to the database that a server on this data folder uses, its own or one elsewhere, and never starts one: for a process
 * that watches the server from beside it. Waits until there is one; the handle outlives restarts of both.
 */
export const connectRunning = async (
  { values }: Configuration,
  log: Log,
  options: { readonly connectionsMax: number; readonly applicationName: string },
): Promise<Postgres> => {
  for (;;) {
    try {
      const { databaseUrl, data } = values;
      if (databaseUrl) return await connectPostgres({ target: { connectionString: databaseUrl }, log, ...options });
      const { cluster } = placesOf(data);
      const running = await readPostmasterFile(cluster);
      if (running?.state === 'ready' && (await isPostmaster(running.pid, cluster)))
        return await connectPostgres({ target: embeddedTarget(running.socketFolder), log, ...options });
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'no database to watch yet; waiting');
    }
    await wait(lookMs);
  }
};
