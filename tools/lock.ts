/** One entry of `packages` in package-lock.json (version 3), as far as it is read here. */
export interface LockEntry {
  version?: string;
  resolved?: string;
  integrity?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
  [other: string]: unknown;
}

export interface Lock {
  packages: Record<string, LockEntry>;
  [other: string]: unknown;
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix'];
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32'];

/**
 * The platform that a native package is made for, read from its name: `@oxlint/binding-linux-x64-musl`.
 * Null where the name tells none: then the entry cannot be written without the registry.
 */
export const platformOfName = (name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | null => {
  const words = name.split(/[/-]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => processors.includes(word));
  if (cpu === 'wasm32') return { cpu: ['wasm32'] };
  if (!os || !cpu) return null;
  const abi = words.at(-1) ?? '';
  const libc = abi.startsWith('musl') ? 'musl' : abi.startsWith('gnu') ? 'glibc' : null;
  return { os: [os], cpu: [cpu], ...(os === 'linux' && libc ? { libc: [libc] } : {}) };
};

const enclosing = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));

/** Where Node finds `name` from the package at `path`, or null. */
const found = (lock: Lock, path: string, name: string): string | null => {
  for (let folder = path; ; folder = enclosing(folder)) {
    const candidate = `${folder ? `${folder}/` : ''}node_modules/${name}`;
    if (lock.packages[candidate]) return candidate;
    if (folder === '') return null;
  }
};

/** Optional dependencies that some package names and the lock does not hold; `npm ci` refuses a lock that has any. */
export const missingOptional = (lock: Lock): { name: string; version: string; parent: string }[] =>
  Object.entries(lock.packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => found(lock, parent, name) === null)
      .map(([name, version]) => ({ name, version, parent })),
  );

/** Entries that still tell where a package was fetched from; a lock with addresses ties the project to one registry. */
export const addressed = (lock: Lock): string[] =>
  Object.entries(lock.packages).flatMap(([path, entry]) => (entry.resolved === undefined ? [] : [path]));

/**
 * The lock with every missing optional platform package and without addresses. What npm finds not offered by the
 * registry of the day it leaves out, and `npm ci` then refuses the lock everywhere. The added entries have no
 * integrity, because their bytes were never seen: npm takes the version from the registry on those platforms.
 */
export const complete = (lock: Lock): Lock => {
  const packages: Record<string, LockEntry> = {};
  for (const [path, { resolved: _resolved, ...entry }] of Object.entries(lock.packages)) packages[path] = entry;
  for (const { name, version, parent } of missingOptional(lock)) {
    const platform = platformOfName(name);
    if (!platform || !/^\d+\.\d+\.\d+/.test(version)) {
      throw new Error(`Cannot tell the platform or the version of ${name}@${version} from its parent.`);
    }
    // As npm writes them: what only a development tool needs is left out by `npm ci --omit=dev`.
    const dev = lock.packages[parent]?.dev ? { dev: true } : {};
    packages[`node_modules/${name}`] = { version, ...dev, optional: true, ...platform };
  }
  const sorted = Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
};
