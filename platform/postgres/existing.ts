import { setTimeout as wait } from 'node:timers/promises';
import type { Configuration } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { connectPostgres } from './connect.ts';
import { lockHolder } from './lock.ts';
import { placesOf } from './places.ts';
import { isPostmaster, readPostmasterFile } from './postmaster.ts';
import type { Postgres } from './postgres.ts';
import { embeddedTarget, forCommands, startEmbedded } from './start.ts';

/** A server that holds the folder but has no engine yet is just starting, or its engine is. */
const startingMsMax = 30_000;

/** How a command came to the database. */
export type Way = 'external' | 'running' | 'started';

/**
 * For commands on the machine that owns the data: the external database, or the embedded engine of the running server,
 * or, where no server runs, the engine started for as long as the command needs it.
 */
export const connectExisting = async (config: Configuration, log: Log): Promise<Postgres & { readonly way: Way }> => {
  const { databaseUrl, data } = config.values;
  if (databaseUrl) {
    return {
      ...(await connectPostgres({ target: { connectionString: databaseUrl }, log, ...forCommands })),
      way: 'external',
    };
  }
  const places = placesOf(data);
  for (const deadline = performance.now() + startingMsMax; ; await wait(50)) {
    const running = await readPostmasterFile(places.cluster);
    if (running?.state === 'ready' && (await isPostmaster(running.pid, places.cluster))) {
      return {
        ...(await connectPostgres({ target: embeddedTarget(running.socketFolder), log, ...forCommands })),
        way: 'running',
      };
    }
    const holder = await lockHolder(places.lock);
    if (holder?.purpose !== 'server' || performance.now() > deadline) break;
  }
  return { ...(await startEmbedded({ data, log, purpose: 'command' })), way: 'started' };
};
