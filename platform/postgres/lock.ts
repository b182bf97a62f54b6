import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../kernel/problem.ts';
import { giveToFolderOwner } from './run-as.ts';

/** Who holds the data folder's engine: the server for its whole life, or a command for a moment. */
export type LockPurpose = 'server' | 'command';

interface Holder {
  readonly pid: number;
  /** Tells a later process with the same number apart, also after a reboot and in a new container. */
  readonly birth: string;
  readonly purpose: LockPurpose;
  /** Tells two holders in one process apart. */
  readonly id: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** A command is expected to be done within this time; a starting server waits that long for it. */
const commandMsMax = 30_000;

/** A server that was killed a moment ago may still be giving its memory back; a new start must not be refused for that. */
const dyingMsMax = 2_000;

/**
 * Takes the file `path` for this process, also from a holder that died. A second server is refused with the number of
 * the first; while a command (`leadline token create`) holds it, the caller waits.
 */
export const takeLock = async (path: string, purpose: LockPurpose): Promise<Lock> => {
  const mine: Holder = { pid: process.pid, birth: birthOf(process.pid) ?? '', purpose, id: randomUUID() };
  const own = `${path}.${mine.id}`;
  const text = JSON.stringify(mine);
  // Readable for all: a command of another user shall say who holds it, and nothing in it is secret.
  await writeFile(own, text, { mode: 0o644 });
  await giveToFolderOwner(own);
  try {
    const deadline = performance.now() + commandMsMax;
    const dyingUntil = performance.now() + dyingMsMax;
    for (;;) {
      // A link to a whole file: others never see half of it, and only one can make it.
      const made = await link(own, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (made) return { release: () => releaseLock(path, text) };
      const found = await holderOf(path);
      if (found === null) continue;
      if (!isAlive(found.holder)) await clearStale(path, found.text);
      else if (performance.now() > (found.holder.purpose === 'server' ? dyingUntil : deadline))
        throw inUse(path, found.holder);
      else await wait(50);
    }
  } finally {
    await rm(own, { force: true });
  }
};

/** The living process that holds the lock, or null. */
export const lockHolder = async (path: string): Promise<{ pid: number; purpose: LockPurpose } | null> => {
  const found = await holderOf(path);
  return found && isAlive(found.holder) ? found.holder : null;
};

const releaseLock = async (path: string, text: string): Promise<void> => {
  if ((await readFile(path, 'utf8').catch(() => null)) === text) await rm(path, { force: true });
};

const holderOf = async (path: string): Promise<{ holder: Holder; text: string } | null> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return { holder: JSON.parse(text) as Holder, text };
  } catch {
    return { holder: { pid: -1, birth: '', purpose: 'server', id: '' }, text };
  }
};

/** Moved away, then looked at: where two clear at once, the one that moved a fresh lock puts it back. */
const clearStale = async (path: string, staleText: string): Promise<void> => {
  const aside = `${path}.${randomUUID()}.stale`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== staleText) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
};

const isAlive = (holder: Holder): boolean => {
  if (!Number.isInteger(holder.pid) || holder.pid <= 0) return false;
  const birth = birthOf(holder.pid);
  return birth !== null && birth === holder.birth;
};

/** Boot and start time of a process, or null where there is none with this number. */
const birthOf = (pid: number): string | null => {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold spaces; start time is field 22, the 20th after it (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // Dead, and only not yet fetched by its parent, which may never come.
      if (fields[0] === 'Z' || fields[0] === 'X') return null;
      const startTicks = fields[19];
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${startTicks}`;
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
};

const inUse = (path: string, holder: Holder): Refusal =>
  new Refusal({
    status: 409,
    code: 'postgres.in-use',
    title: 'Another Leadline uses this data folder',
    detail:
      holder.purpose === 'server'
        ? `The server with process id ${holder.pid} holds ${path}. Stop it first, or choose another folder with --data.`
        : `A command with process id ${holder.pid} has held ${path} for over ${commandMsMax / 1000} s. Wait for it or stop it.`,
  });
