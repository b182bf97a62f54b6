import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { QuarantineEntry } from './keep.ts';
import { syncFolder } from './segment.ts';

/** Where rows lie that could not be delivered: shown, counted, never deleted by the program. */
export interface Quarantine {
  list(): readonly QuarantineEntry[];
  /** True when an entry of this id is there already (a start repeats what a former one did). */
  has(id: string): boolean;
  /** Sets bytes aside and says so; the same id twice is once. */
  put(entry: Omit<QuarantineEntry, 'file' | 'bytes' | 'atMs'>, bytes: Uint8Array): Promise<void>;
}

export interface QuarantineOptions {
  readonly folder: string;
  readonly filesMax: number;
  readonly nowMs: () => number;
  readonly tell: (entry: QuarantineEntry) => void;
}

export const openQuarantine = async (options: QuarantineOptions): Promise<Quarantine> => {
  await mkdir(options.folder, { recursive: true });
  const entries = await readEntries(options.folder);
  return {
    list: () => [...entries.values()].sort((a, b) => b.atMs - a.atMs),
    has: (id) => entries.has(id),
    put: async (entry, bytes) => {
      if (entries.has(entry.id)) return;
      const file = join(options.folder, `${entry.id}.rows`);
      const whole = { ...entry, atMs: options.nowMs(), bytes: bytes.byteLength, file };
      entries.set(entry.id, whole);
      options.tell(whole);
      if (entries.size > options.filesMax) return;
      await writeFile(file, bytes);
      await writeFile(join(options.folder, `${entry.id}.json`), JSON.stringify(whole));
      await syncFolder(options.folder);
    },
  };
};

const readEntries = async (folder: string): Promise<Map<string, QuarantineEntry>> => {
  const entries = new Map<string, QuarantineEntry>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue;
    try {
      const entry = JSON.parse(await readFile(join(folder, name), 'utf8')) as QuarantineEntry;
      entries.set(entry.id, entry);
    } catch {
      // A description that a crash cut short: its rows are set aside again from the segment, which is still there.
    }
  }
  return entries;
};
