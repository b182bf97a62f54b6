import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { scanFrames, type Scan } from './frame.ts';
import type { Quarantine } from './quarantine.ts';
import {
  listFile,
  logFile,
  readList,
  removeSegment,
  summarise,
  syncFolder,
  writeList,
  type Segment,
} from './segment.ts';
import { segmentOfName } from './segment-id.ts';

/** What a start finds in the folder of the log. */
export interface Recovered {
  /** Sealed, perhaps inserted, perhaps not: ClickHouse must be asked. Oldest first. */
  readonly waiting: readonly Segment[];
  /** Inserted and counted before; still here in case a power loss took them from ClickHouse. */
  readonly delivered: readonly Segment[];
  /** Bytes behind the last whole frame, cut short by a crash and never acknowledged. */
  readonly tornBytes: number;
}

/** Opens the folder of the log after whatever happened: a clean stop, a kill, a power loss, a damaged file. */
export const recover = async (
  folder: string,
  quarantine: Quarantine,
  structures: Readonly<Record<string, string>>,
): Promise<Recovered> => {
  await mkdir(folder, { recursive: true });
  const names = await segmentNames(folder);
  const waiting: Segment[] = [];
  const delivered: Segment[] = [];
  let tornBytes = 0;
  for (const file of names) {
    const done = await readList(folder, file.name, 'delivered');
    if (done) {
      delivered.push(done);
      continue;
    }
    const sealed = await readList(folder, file.name, 'sealed');
    if (sealed) {
      waiting.push(sealed);
      continue;
    }
    const bytes = await readFile(logFile(folder, file.name));
    const scan = scanFrames(bytes, file.seed);
    await setDamageAside(quarantine, file.name, file.segment, bytes, scan);
    tornBytes += scan.tornBytes;
    const last = scan.frames.at(-1);
    if (!last) {
      if (scan.tornBytes > 0 && looksWritten(bytes)) await setTornAside(quarantine, file.name, file.segment, bytes);
      await removeSegment(folder, file.name);
      continue;
    }
    const frames = scan.frames.map((frame) => frame.meta);
    const segment = summarise({ id: file.segment, name: file.name, seed: file.seed }, frames, last.to, structures);
    await writeList(folder, segment);
    waiting.push(segment);
  }
  await syncFolder(folder);
  return { waiting, delivered, tornBytes };
};

/** Corruption between whole frames: it was acknowledged and is lost, so it is kept and shown, never passed over in silence. */
export const setDamageAside = async (
  quarantine: Quarantine,
  name: string,
  segment: bigint,
  bytes: Buffer,
  scan: Scan,
): Promise<void> => {
  for (const stretch of scan.damage) {
    await quarantine.put(
      {
        id: `${name}-at-${stretch.from}`,
        segment: segment.toString(),
        reason: 'log-damaged',
        detail: `bytes ${stretch.from} to ${stretch.to} of the log file are not what was written; the batches before and behind them were delivered`,
        table: null,
        day: null,
        rows: null,
      },
      bytes.subarray(stretch.from, stretch.to),
    );
  }
};

/** A file without one whole frame that is longer than a first write could have left torn by itself. */
const setTornAside = (quarantine: Quarantine, name: string, segment: bigint, bytes: Buffer): Promise<void> =>
  quarantine.put(
    {
      id: `${name}-at-0`,
      segment: segment.toString(),
      reason: 'log-damaged',
      detail:
        'no whole batch is in this log file; if a power loss cut its first write short, nothing that was acknowledged is missing',
      table: null,
      day: null,
      rows: null,
    },
    bytes,
  );

/** False for the short or empty file of a first write that was cut off: that is torn, not damaged. */
const looksWritten = (bytes: Buffer): boolean => {
  if (bytes.byteLength < 20 || bytes.toString('latin1', 0, 4) !== 'LDL1') return bytes.some((byte) => byte !== 0);
  return 20 + bytes.readUInt32BE(4) + bytes.readUInt32BE(8) <= bytes.byteLength;
};

const segmentNames = async (folder: string): Promise<{ segment: bigint; seed: number; name: string }[]> => {
  const files = await readdir(folder);
  const logs = new Map<string, { segment: bigint; seed: number; name: string }>();
  for (const file of files) {
    const known = segmentOfName(file);
    if (known && file.endsWith('.log')) logs.set(known.name, known);
  }
  for (const file of files) {
    const known = segmentOfName(file);
    if (file.endsWith('.new') || (known && !logs.has(known.name))) await rm(join(folder, file), { force: true });
  }
  // A crash between the two renames of a mark leaves the newer list; never both.
  for (const name of logs.keys())
    if (files.includes(`${name}.delivered.json`)) await rm(listFile(folder, name, 'sealed'), { force: true });
  return [...logs.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};
