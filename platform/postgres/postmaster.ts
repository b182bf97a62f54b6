import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../log/log.ts';

/** What `postmaster.pid` in the cluster's folder says (lines as in PostgreSQL's `miscadmin.h`). */
export interface PostmasterFile {
  readonly pid: number;
  readonly socketFolder: string;
  /** `starting`, `stopping`, `ready` or `standby`. */
  readonly state: string;
}

export const readPostmasterFile = async (cluster: string): Promise<PostmasterFile | null> => {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number.parseInt(lines[0] ?? '', 10), socketFolder: lines[4] ?? '', state: (lines[7] ?? '').trim() };
};

/** How long each way of stopping is given before the next harder one. */
const stopMs = { fast: 20_000, immediate: 5_000, kill: 5_000 };

/** Backends notice the death of their postmaster at once, save in the middle of a long computation. */
const backendsMsMax = 10_000;

/** How long a dead postmaster may wait for its parent before its pid file is removed. */
const collectedMsMax = 200;

/**
 * Makes way for a start: stops a postmaster that outlived its Leadline (kill -9 of Node leaves it running), waits for
 * backends whose postmaster died, and removes a pid file whose number meanwhile belongs to some other program, because
 * PostgreSQL would take that for a running server. Any other pid file stays: it holds the key of the shared memory by
 * which PostgreSQL itself finds out whether somebody still writes.
 */
export const clearOrphan = async (cluster: string, log: Log): Promise<void> => {
  const file = await readPostmasterFile(cluster);
  if (!file) return;
  if (await isPostmaster(file.pid, cluster)) {
    log.warn({ pid: file.pid }, 'stopping a PostgreSQL that outlived the Leadline that started it');
    await stopPostmaster(file.pid, () => !isRunning(file.pid));
  }
  for (const deadline = performance.now() + backendsMsMax; ; await wait(20)) {
    const left = await processesIn(cluster);
    if (left.length === 0) break;
    if (performance.now() < deadline) continue;
    log.warn({ pids: left }, 'killing backends whose PostgreSQL died');
    for (const pid of left) process.kill(pid, 'SIGKILL');
  }
  if (!Number.isInteger(file.pid) || file.pid <= 0) return;
  // A postmaster that was killed and is not collected yet still takes signals, and PostgreSQL would take it for alive.
  for (
    const deadline = performance.now() + collectedMsMax;
    takesSignals(file.pid) && isZombie(file.pid);
    await wait(20)
  ) {
    if (performance.now() > deadline) break;
  }
  if (!takesSignals(file.pid)) return;
  log.warn(
    { pid: file.pid },
    'removing a stale pid file of PostgreSQL: its number belongs to another program or to a dead one',
  );
  await rm(join(cluster, 'postmaster.pid'), { force: true });
  await removeSocketLock(file);
};

/** The socket has a lock file of its own with the same number, by which PostgreSQL would take the dead one for alive again. */
const removeSocketLock = async ({ pid, socketFolder }: PostmasterFile): Promise<void> => {
  if (socketFolder === '') return;
  for (const name of await readdir(socketFolder).catch(() => [])) {
    if (!/^\.s\.PGSQL\.\d+\.lock$/.test(name)) continue;
    const text = await readFile(join(socketFolder, name), 'utf8').catch(() => '');
    // The number of a postmaster that was started by hand is negative.
    if (Math.abs(Number.parseInt(text, 10)) !== pid) continue;
    await rm(join(socketFolder, name), { force: true });
    await rm(join(socketFolder, name.slice(0, -'.lock'.length)), { force: true });
  }
};

/** Every PostgreSQL process that works in the cluster's folder. Known on Linux only; elsewhere PostgreSQL's own check stands. */
const processesIn = async (cluster: string): Promise<number[]> => {
  if (process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (Number.isInteger(pid) && (await isPostmaster(pid, cluster))) found.push(pid);
  }
  return found;
};

/** SIGINT ends sessions and writes a checkpoint; SIGQUIT leaves recovery to the next start; both keep every commit. */
export const stopPostmaster = async (pid: number, isGone: () => boolean): Promise<void> => {
  for (const [signal, ms] of [
    ['SIGINT', stopMs.fast],
    ['SIGQUIT', stopMs.immediate],
    ['SIGKILL', stopMs.kill],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const deadline = performance.now() + ms; performance.now() < deadline; await wait(10)) {
      if (isGone()) return;
    }
  }
};

/** True when that process is a PostgreSQL of this very cluster: all its processes work in the cluster's folder. */
export const isPostmaster = async (pid: number, cluster: string): Promise<boolean> => {
  if (!Number.isInteger(pid) || pid <= 0 || !isRunning(pid)) return false;
  if (process.platform === 'linux') {
    const [folder, program] = await Promise.all([
      readlink(`/proc/${pid}/cwd`).catch(() => null),
      readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
    ]);
    return folder === (await realpath(cluster)) && program.startsWith('postgres');
  }
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(cluster);
  } catch {
    return false;
  }
};

const isRunning = (pid: number): boolean => takesSignals(pid) && !isZombie(pid);

const takesSignals = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A container's first process often does not collect what it inherits; such a dead process still takes signals. */
const isZombie = (pid: number): boolean => {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
};
