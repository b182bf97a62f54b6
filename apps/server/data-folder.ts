import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration } from '../../platform/config/settings.ts';
import type { Log } from '../../platform/log/log.ts';
import { takeLock, type Lock } from '../../platform/postgres/lock.ts';
import { inWords, placesOf } from '../../platform/postgres/places.ts';

/**
 * Holds the data folder for one server: the write-ahead log and the embedded engines have one owner, also where
 * PostgreSQL is one's own. Waits for a server that is stopping and says so; a second server beside a living one is refused.
 */
export const holdDataFolder = async ({ values }: Configuration, log: Log): Promise<Lock> => {
  try {
    await mkdir(values.data, { recursive: true, mode: 0o711 });
    return await takeLock(join(values.data, 'server.lock'), 'server', (pid, msMax) =>
      log.warn(
        { serverPid: pid },
        `the server with process id ${pid} is still stopping on this data folder; waiting for it, at most ${msMax / 1_000} s`,
      ),
    );
  } catch (error) {
    throw inWords(error, placesOf(values.data));
  }
};
