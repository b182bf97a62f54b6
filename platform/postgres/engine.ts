import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, open, rm, stat, truncate } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../kernel/problem.ts';
import type { Log } from '../log/log.ts';
import { prepareBinaries } from './binaries.ts';
import { logTail, prepareCluster, quietEnvironment } from './cluster.ts';
import { writeConfiguration } from './configuration.ts';
import { takeLock, type Lock, type LockPurpose } from './lock.ts';
import { inWords, placesOf, prepareFolders, socketFolder, type Places } from './places.ts';
import { clearOrphan, readPostmasterFile, stopPostmaster } from './postmaster.ts';
import { chooseRunAs, giveToFolderOwner, type RunAs } from './run-as.ts';

/** The embedded PostgreSQL as a supervised child process. */
export interface Engine {
  /** Folder of its Unix socket. */
  readonly socket: string;
  /** The postmaster's process id while it lives. */
  pid(): number | undefined;
  /** How often it was started again since the first time. */
  restarts(): number;
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly data: string;
  readonly log: Log;
  readonly purpose: LockPurpose;
  /** Settings of PostgreSQL that win over ours; for tests. */
  readonly settings?: Record<string, string>;
}

/** Recovery of a large log after a crash takes its time; while the child lives it is waited for this long. */
const readyMsMax = 120_000;
const restartMs = { first: 50, most: 5_000, forgottenAfter: 60_000 };
const logBytesMax = 16 * 1024 * 1024;
const logCheckMs = 10 * 60_000;

/** Starts the engine of a data folder: resolves when it takes connections, refuses when another server holds the folder. */
export const startEngine = async (options: EngineOptions): Promise<Engine> => {
  const places = placesOf(options.data);
  const runAs = await chooseRunAs(places.cluster);
  const socket = socketFolder(places, runAs?.uid ?? process.getuid?.() ?? 0);
  const lock = await ownData(places, socket, runAs, options.purpose);
  try {
    await (await open(places.log, 'a', 0o600)).close();
    await giveToFolderOwner(places.log);
    await clearOrphan(places.cluster, options.log);
    const binaries = await prepareBinaries(places.data, runAs);
    await prepareCluster(places, binaries, runAs, options.log);
    await writeConfiguration(places, socket, options.settings);
    const supervised = await supervise(() => launch(binaries.postgres, places, runAs), places, options.log);
    return {
      socket,
      pid: supervised.pid,
      restarts: supervised.restarts,
      stop: async () => {
        await supervised.stop();
        if (!socket.startsWith(places.home)) await rm(socket, { recursive: true, force: true });
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
};

const ownData = async (places: Places, socket: string, runAs: RunAs | null, purpose: LockPurpose): Promise<Lock> => {
  try {
    await prepareFolders(places, socket, runAs);
    return await takeLock(places.lock, purpose);
  } catch (error) {
    throw inWords(error, places);
  }
};

interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

/**
 * In a session of its own, so that Ctrl-C reaches Leadline alone and it can finish what it began; with a file for its
 * output, because an inherited pipe would keep the parent waiting for every backend.
 */
const launch = async (postgres: string, places: Places, runAs: RunAs | null): Promise<Launched> => {
  const output = await open(places.log, 'a', 0o600);
  try {
    const child = spawn(postgres, ['-D', places.cluster, '-c', `config_file=${places.configuration}`], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: quietEnvironment(),
      ...runAs,
    });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
    return { child, ended };
  } finally {
    await output.close();
  }
};

const supervise = async (
  start: () => Promise<Launched>,
  places: Places,
  log: Log,
): Promise<{ pid(): number | undefined; restarts(): number; stop(): Promise<void> }> => {
  let current = await start();
  let ended: string | null = null;
  let stopping = false;
  let restarts = 0;
  const giveUp = new AbortController();
  await untilReady(current, places);

  const watch = async (): Promise<void> => {
    let pauseMs = restartMs.first;
    for (;;) {
      const startedAt = performance.now();
      ended = null;
      ended = await current.ended;
      if (stopping) return;
      if (performance.now() - startedAt > restartMs.forgottenAfter) pauseMs = restartMs.first;
      log.error({ reason: ended, pauseMs, log: places.log }, 'the embedded PostgreSQL ended; starting it again');
      await wait(pauseMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
      if (stopping) return;
      pauseMs = Math.min(pauseMs * 2, restartMs.most);
      await clearOrphan(places.cluster, log);
      restarts += 1;
      current = await start();
    }
  };
  const watched = watch();
  const rotation = setInterval(
    () => void limitLog(places.log).catch((error) => log.warn({ error }, 'log not shortened')),
    logCheckMs,
  );
  rotation.unref();

  return {
    pid: () => (ended === null ? current.child.pid : undefined),
    restarts: () => restarts,
    stop: async () => {
      stopping = true;
      clearInterval(rotation);
      giveUp.abort();
      const { child } = current;
      if (child.pid !== undefined) {
        await stopPostmaster(child.pid, () => child.exitCode !== null || child.signalCode !== null);
      }
      await watched;
    },
  };
};

const untilReady = async (launched: Launched, places: Places): Promise<void> => {
  let ended: string | null = null;
  void launched.ended.then((reason) => (ended = reason));
  for (const deadline = performance.now() + readyMsMax; performance.now() < deadline; await wait(10)) {
    if (ended !== null) throw failedToStart(places.log, ended, await logTail(places.log));
    const file = await readPostmasterFile(places.cluster);
    if (file?.pid === launched.child.pid && file?.state === 'ready') return;
  }
  if (launched.child.pid !== undefined) await stopPostmaster(launched.child.pid, () => ended !== null);
  throw failedToStart(places.log, `not ready after ${readyMsMax / 1000} s`, await logTail(places.log));
};

/** The child appends, so cutting the file to nothing is safe while it writes. One older file is kept. */
const limitLog = async (path: string): Promise<void> => {
  if ((await stat(path)).size <= logBytesMax) return;
  await copyFile(path, `${path}.1`);
  await truncate(path);
};

const failedToStart = (path: string, reason: string, tail: string): Refusal =>
  new Refusal({
    status: 500,
    code: 'postgres.start-failed',
    title: 'The embedded PostgreSQL did not start',
    detail: `It ended (${reason}). Its last words (whole text in ${path}):\n${tail}`,
  });
