import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../kernel/problem.ts';
import { firstClosedFolder, type RunAs } from './run-as.ts';

/** Major version of the embedded engine; part of the folder's name so that a later one can stand beside it. */
export const embeddedMajor = 18;

/** Where everything of the embedded engine lies, below the data folder. */
export interface Places {
  readonly data: string;
  /** Owned by the user that PostgreSQL runs as; nothing that the server itself trusts lies in it. */
  readonly home: string;
  readonly cluster: string;
  readonly lock: string;
  readonly configuration: string;
  readonly access: string;
  readonly ownConfiguration: string;
  readonly log: string;
}

export const placesOf = (data: string): Places => {
  const home = join(data, 'postgres');
  return {
    data,
    home,
    cluster: join(home, String(embeddedMajor)),
    lock: join(data, 'postgres.lock'),
    configuration: join(data, 'postgres.conf'),
    access: join(data, 'postgres.access.conf'),
    ownConfiguration: join(data, 'postgres.own.conf'),
    log: join(data, 'postgres.log'),
  };
};

/** `sun_path` holds 107 bytes on Linux and 103 on macOS. */
const socketPathBytesMax = 100;

/** The folder of the Unix socket: below the data, or a short one of its own when the data lies deep. */
export const socketFolder = (places: Places, uid: number): string => {
  const beside = join(places.home, 'socket');
  if (Buffer.byteLength(join(beside, '.s.PGSQL.5432')) <= socketPathBytesMax) return beside;
  const hash = createHash('sha256').update(places.cluster).digest('hex').slice(0, 12);
  return `/tmp/leadline-${uid}-${hash}`;
};

/** Makes the folders, owned by and open to the user that PostgreSQL will run as, and says which parent is closed. */
export const prepareFolders = async (places: Places, socket: string, runAs: RunAs | null): Promise<void> => {
  await mkdir(places.data, { recursive: true, mode: 0o711 });
  if (runAs) {
    const { mode } = await lstat(places.data);
    if ((mode & 0o111) !== 0o111) await chmod(places.data, 0o711);
    refuseClosedParent(places.data, runAs);
  }
  for (const folder of [places.home, socket]) await ownFolder(folder, runAs);
};

const refuseClosedParent = (data: string, runAs: RunAs): void => {
  const closed = firstClosedFolder(data, runAs);
  if (!closed) return;
  throw new Refusal({
    status: 500,
    code: 'postgres.folder-closed',
    title: 'PostgreSQL cannot reach the data folder',
    detail:
      `PostgreSQL refuses to run as root, so it runs as the user with id ${runAs.uid}, who may not pass ${closed}. ` +
      `Choose another folder with --data (for root: /var/lib/leadline), start Leadline as an ordinary user, or run "chmod o+x ${closed}".`,
  });
};

const ownFolder = async (folder: string, runAs: RunAs | null): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let found = await lstat(folder);
  // Made just now, by this process, by another command beside it, or by one that was killed before it could hand it over.
  if (runAs && found.isDirectory() && found.uid === process.getuid?.()) {
    await chown(folder, runAs.uid, runAs.gid);
    found = await lstat(folder);
  }
  const uid = runAs?.uid ?? process.getuid?.() ?? found.uid;
  // In the shared temporary folder somebody else could have made it first, also as a link.
  if (!found.isDirectory() || found.uid !== uid) {
    throw new Refusal({
      status: 500,
      code: 'postgres.folder-foreign',
      title: 'A folder of PostgreSQL belongs to somebody else',
      detail:
        `${folder} ${found.isDirectory() ? `belongs to user ${found.uid}` : 'is not a folder'}, expected one of user ${uid}. ` +
        `Start Leadline as the user who made this data (as root it is used whoever made it), or choose another folder with --data.`,
    });
  }
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700);
};

/** A refusal of the file system as one of ours, that says whose folder it is; anything else as it was. */
export const inWords = (error: unknown, places: Places): unknown => {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return error;
  return new Refusal({
    status: 500,
    code: 'postgres.not-yours',
    title: 'The data folder is not open to you',
    detail:
      `${path ?? places.data} is closed to user ${process.getuid?.()} (${code}). ` +
      `Run this as the user who owns ${places.data}, or choose another folder with --data.`,
  });
};
