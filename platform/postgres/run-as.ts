import { spawnSync } from 'node:child_process';
import { lchown, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The system user that the embedded PostgreSQL runs as. It refuses to run as root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** What Linux gives an unprivileged process that needs no name of its own. */
const nobodyOfLinux: RunAs = { uid: 65_534, gid: 65_534 };

/**
 * Null when the server does not run as root: then PostgreSQL runs as the same user.
 * As root: the owner of data that an ordinary user made before, else `nobody`, so that no user has to be created.
 */
export const chooseRunAs = async (cluster: string): Promise<RunAs | null> => {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(cluster).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return nobody();
};

const nobody = async (): Promise<RunAs> => {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':');
  if (!fields) return nobodyOfLinux;
  // macOS writes -2; the kernel counts it as an unsigned number.
  return { uid: Number(fields[2]) >>> 0, gid: Number(fields[3]) >>> 0 };
};

/** Tries as that user, because mode bits alone know nothing of access lists and mounts. */
export const mayExecute = (path: string, runAs: RunAs | null): boolean =>
  spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], {
    cwd: '/',
    stdio: 'ignore',
    ...runAs,
  }).status === 0;

/** The first folder on the way to `path` that the user cannot pass, or null. */
export const firstClosedFolder = (path: string, runAs: RunAs | null): string | null => {
  const way: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    way.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return way.find((folder) => !mayExecute(folder, runAs)) ?? null;
};

/**
 * A file that root makes in the folder of an ordinary user belongs to that user, who could not start again otherwise
 * (`leadline token create` by root on the data of a server that runs as its own user).
 */
export const giveToFolderOwner = async (path: string): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  if (uid !== 0) await lchown(path, uid, gid);
};
