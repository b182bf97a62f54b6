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
  /** Who started it. A server whose supervisor is gone is about to stop. */
  readonly parent?: { readonly pid: number; readonly birth: string };
  /** It has begun to stop. */
  readonly leaving?: boolean;
}

export interface Lock {
  /** Says that this process has begun to stop: whoever wants the lock then waits instead of being refused. */
  leave(): Promise<void>;
  release(): Promise<void>;
}

/** A command is expected to be done within this time; a starting server waits that long for it. */
const commandMsMax = 30_000;

/** A server that was killed a moment ago may still be giving its memory back; a new start must not be refused for that. */
const dyingMsMax = 2_000;

/** A server that stops is given this long by a new start: its own bound is 25 s. */
const leavingMsMax = 30_000;

/**
 * Takes the file `path` for this process, also from a holder that died. A second server is refused with the number of
 * the first; while a command (`leadline token create`) holds it, or a server that is stopping, the caller waits.
 * `tell` hears once of a server that is waited for, with its process id and the longest wait in milliseconds.
 */
export const takeLock = async (
  path: string,
  purpose: LockPurpose,
  tell: (pid: number, msMax: number) => void = () => undefined,
): Promise<Lock> => {
  const mine: Holder = {
    pid: process.pid,
    birth: birthOf(process.pid) ?? '',
    purpose,
    id: randomUUID(),
    parent: { pid: process.ppid, birth: birthOf(process.ppid) ?? '' },
  };
  const own = `${path}.${mine.id}`;
  const text = JSON.stringify(mine);
  // Readable for all: a command of another user shall say who holds it, and nothing in it is secret.
  await writeFile(own, text, { mode: 0o644 });
  await giveToFolderOwner(own);
  try {
    const begun = performance.now();
    let told = false;
    for (;;) {
      // A link to a whole file: others never see half of it, and only one can make it.
      const made = await link(own, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (made) return { leave: () => markLeaving(path, mine), release: () => releaseLock(path, mine) };
      const found = await holderOf(path);
      if (found === null) continue;
      const { holder } = found;
      if (!isAlive(holder)) {
        await clearStale(path, found.text);
        continue;
      }
      if (performance.now() - begun > patienceWith(holder)) throw inUse(path, holder);
      if (!told && isLeaving(holder)) {
        told = true;
        tell(holder.pid, leavingMsMax);
      }
      await wait(50);
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

const patienceWith = (holder: Holder): number => {
  if (holder.purpose === 'command') return commandMsMax;
  return isLeaving(holder) ? leavingMsMax : dyingMsMax;
};

/** A server ends by itself when its supervisor is gone; it may not have come to saying so yet. */
const isLeaving = ({ purpose, leaving, parent }: Holder): boolean =>
  purpose === 'server' && (leaving === true || (parent !== undefined && (birthOf(parent.pid) ?? '') !== parent.birth));

/** Whole at every moment for whoever reads it, because it is renamed into its place. */
const markLeaving = async (path: string, mine: Holder): Promise<void> => {
  if ((await holderOf(path))?.holder.id !== mine.id) return;
  const marked = `${path}.${mine.id}`;
  await writeFile(marked, JSON.stringify({ ...mine, leaving: true }), { mode: 0o644 });
  await giveToFolderOwner(marked);
  await rename(marked, path);
};

const releaseLock = async (path: string, mine: Holder): Promise<void> => {
  if ((await holderOf(path))?.holder.id === mine.id) await rm(path, { force: true });
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
        ? `The server with process id ${holder.pid} holds ${path}${isLeaving(holder) ? ` and has not stopped within ${leavingMsMax / 1000} s` : ''}. Stop it first, or choose another folder with --data.`
        : `A command with process id ${holder.pid} has held ${path} for over ${commandMsMax / 1000} s. Wait for it or stop it.`,
  });
