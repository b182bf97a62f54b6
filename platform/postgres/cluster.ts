import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../kernel/problem.ts';
import type { Log } from '../log/log.ts';
import type { Binaries } from './binaries.ts';
import { embeddedMajor, type Places } from './places.ts';
import type { RunAs } from './run-as.ts';

/** The only user and the database of the embedded engine. */
export const embeddedUser = 'leadline';
export const embeddedDatabase = 'leadline';

/**
 * Makes the cluster at the first start. It is made under another name and moved when whole, so that a start that was
 * cut short leaves nothing that looks like data. The collation is the builtin C.UTF-8: the same order on every machine.
 */
export const prepareCluster = async (
  places: Places,
  binaries: Binaries,
  runAs: RunAs | null,
  log: Log,
): Promise<void> => {
  for (const name of await readdir(places.home)) {
    if (name.endsWith('.unfinished')) await rm(join(places.home, name), { recursive: true, force: true });
  }
  const major = await readFile(join(places.cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  if (major === null) await initialise(places, binaries, runAs, log);
  else if (major.trim() !== String(embeddedMajor)) throw wrongMajor(places.cluster, major.trim());
};

const clusterOptions = [
  '--auth=trust',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--no-instructions',
  // initdb tries sizes out with a server each; these are the ones that will be used.
  '--set=shared_buffers=32MB',
  '--set=max_connections=60',
];

const initialise = async (places: Places, binaries: Binaries, runAs: RunAs | null, log: Log): Promise<void> => {
  const unfinished = `${places.cluster}.unfinished`;
  log.info({ cluster: places.cluster }, 'making the embedded PostgreSQL for the first time');
  const output = await open(places.log, 'a', 0o600);
  try {
    const child = spawn(binaries.initdb, [`--pgdata=${unfinished}`, `--username=${embeddedUser}`, ...clusterOptions], {
      cwd: '/',
      stdio: ['ignore', output.fd, output.fd],
      env: quietEnvironment(),
      ...runAs,
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw failedToInitialise(places.log, await logTail(places.log));
  } finally {
    await output.close();
  }
  await rename(unfinished, places.cluster);
};

/** The server's own environment may hold PG* variables that are meant for an external database. */
export const quietEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LANG: 'C',
  LC_ALL: 'C',
  TZ: 'UTC',
});

const logTailBytes = 2_000;

export const logTail = async (path: string): Promise<string> =>
  (await readFile(path, 'utf8').catch(() => '')).slice(-logTailBytes).trim();

const failedToInitialise = (path: string, tail: string): Refusal =>
  new Refusal({
    status: 500,
    code: 'postgres.init-failed',
    title: 'The embedded PostgreSQL could not be made',
    detail: tail.includes('could not look up effective user ID')
      ? 'The user that Leadline runs as has no entry in /etc/passwd, which PostgreSQL asks for. Add one, or set DATABASE_URL.'
      : `initdb said (whole text in ${path}):\n${tail}`,
  });

const wrongMajor = (cluster: string, major: string): Refusal =>
  new Refusal({
    status: 500,
    code: 'postgres.wrong-version',
    title: 'The data was made by another PostgreSQL',
    detail: `${cluster} is of version ${major}, this Leadline brings ${embeddedMajor}. Make a backup with the Leadline that wrote it and restore it here.`,
  });
