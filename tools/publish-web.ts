import { globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** In the served folder: when its build began (its time of change) and which files are of that build (its lines). */
const stampName = '.built';

/** Files younger than this are left: another builder may have just put them there. */
const youngMsMax = 10 * 60_000;

/** When the build in this folder began, in milliseconds of the epoch; null where there is none that is whole. */
export const builtAt = (folder: string): number | null =>
  statSync(join(folder, stampName), { throwIfNoEntry: false })?.mtimeMs ?? null;

/**
 * Moves a finished build to where a running server reads it, so that whoever asks meanwhile gets a whole page: first the
 * files whose names hold their hash, then the rest, `index.html` last; each appears at once, by a rename in one file
 * system. The files of the build before stay for the pages that are open in browsers; those before them go.
 */
export const publishWeb = (built: string, served: string, begunMs: number): void => {
  const files = filesIn(built).toSorted((one, other) => rankOf(one) - rankOf(other));
  const before = new Set(stampOf(served));
  for (const file of files) {
    mkdirSync(dirname(join(served, file)), { recursive: true });
    renameSync(join(built, file), join(served, file));
  }
  const kept = new Set([...files, ...before, stampName]);
  const oldMs = Date.now() - youngMsMax;
  for (const file of filesIn(served)) {
    const stat = statSync(join(served, file), { throwIfNoEntry: false });
    if (!kept.has(file) && stat && stat.mtimeMs < oldMs) rmSync(join(served, file), { force: true });
  }
  const stamp = join(served, stampName);
  writeFileSync(`${stamp}.new`, files.join('\n'));
  utimesSync(`${stamp}.new`, begunMs / 1_000, begunMs / 1_000);
  renameSync(`${stamp}.new`, stamp);
  rmSync(built, { recursive: true, force: true });
};

/** Hashed files are named by others, `index.html` (compressed or not) names them. */
const rankOf = (file: string): number => (file.startsWith('assets/') ? 0 : file.startsWith('index.html') ? 2 : 1);

const filesIn = (folder: string): string[] =>
  globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replace(/^\//, ''));

const stampOf = (folder: string): string[] => {
  try {
    return readFileSync(join(folder, stampName), 'utf8').split('\n');
  } catch {
    return [];
  }
};
