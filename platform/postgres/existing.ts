import { access } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../kernel/problem.ts';
import type { Configuration } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { connectPostgres } from './connect.ts';
import { lockHolder } from './lock.ts';
import { migratePostgres } from './migrate.ts';
import { inWords, placesOf } from './places.ts';
import { isPostmaster, readPostmasterFile } from './postmaster.ts';
import type { Postgres } from './postgres.ts';
import { everySource } from './sources.ts';
import { embeddedTarget, forCommands, startEmbedded } from './start.ts';

/** A server that holds the folder but has no engine yet is just starting, or its engine is. */
const startingMsMax = 30_000;

/** How a command came to the database. */
export type Way = 'external' | 'running' | 'started';

export interface ExistingOptions {
  /** Leaves a database that was never started as it is; otherwise its schema is made, so that a command can go before the server. */
  readonly asItIs?: boolean;
  /** Refuses data that no server or command ever made, for what only looks at it: nothing is made in a folder named by mistake. */
  readonly mustExist?: boolean;
}

/**
 * For commands on the machine that owns the data: the external database, or the embedded engine of the running server,
 * or, where no server runs, the engine started for as long as the command needs it. Never changes the schema of a
 * database that a server has made.
 */
export const connectExisting = async (
  config: Configuration,
  log: Log,
  options: ExistingOptions = {},
): Promise<Postgres & { readonly way: Way }> => {
  const postgres = await connectSomehow(config, log, options);
  if (options.asItIs || postgres.way === 'running') return postgres;
  try {
    const untouched = await isUntouched(postgres);
    if (untouched && options.mustExist) throw noData('DATABASE_URL');
    if (untouched) await migratePostgres(postgres, await everySource(), log);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
};

const isUntouched = async (postgres: Postgres): Promise<boolean> => {
  const { rows } = await postgres.pool.query<{ made: boolean }>(
    `-- Whether any migration was ever applied here.
     SELECT to_regclass('ground.migration') IS NOT NULL AS made`,
  );
  return !rows[0]!.made;
};

const noData = (where: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'postgres.no-data',
    title: 'There is no data of Leadline here',
    detail: `${where}: no server ever ran on it. Name its folder by --data or LEADLINE_DATA, or its database by DATABASE_URL.`,
  });

const connectSomehow = async (
  config: Configuration,
  log: Log,
  { mustExist }: ExistingOptions,
): Promise<Postgres & { readonly way: Way }> => {
  const { databaseUrl, data } = config.values;
  if (databaseUrl) {
    const postgres = await connectPostgres({ target: { connectionString: databaseUrl }, log, ...forCommands });
    return { ...postgres, way: 'external' };
  }
  const places = placesOf(data);
  if (mustExist && !(await existsAt(places.home))) throw noData(data);
  for (const deadline = performance.now() + startingMsMax; performance.now() < deadline; await wait(50)) {
    // Another command's engine would stop under our feet: starting waits for its end.
    const holder = await lockHolder(places.lock).catch((error: unknown) => {
      throw inWords(error, places);
    });
    if (holder?.purpose !== 'server') break;
    const running = await readPostmasterFile(places.cluster);
    if (running?.state !== 'ready' || !(await isPostmaster(running.pid, places.cluster))) continue;
    const target = embeddedTarget(running.socketFolder);
    return { ...(await connectPostgres({ target, log, ...forCommands })), way: 'running' };
  }
  return { ...(await startEmbedded({ data, log, purpose: 'command' })), way: 'started' };
};

const existsAt = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
