import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Frame } from './frame.ts';
import { keepLimits } from './limits.ts';
import { openQuarantine, type Quarantine } from './quarantine.ts';
import { recover } from './recovery.ts';
import { segmentIds } from './segment-id.ts';
import type { Segment } from './segment.ts';
import { createWriteAheadLog, type WriteAheadLog } from './write-ahead-log.ts';

let folder: string;
let quarantine: Quarantine;
let sealed: Segment[];
let logs: WriteAheadLog[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadline-log-'));
  quarantine = await openQuarantine({
    folder: join(folder, 'quarantine'),
    filesMax: 10,
    nowMs: Date.now,
    tell: () => {},
  });
  sealed = [];
  logs = [];
});
afterEach(async () => {
  for (const wal of logs) await wal.seal();
  await rm(folder, { recursive: true, force: true });
});

const log = (segmentBytes: number = keepLimits.segmentBytes): WriteAheadLog => {
  const wal = createWriteAheadLog({
    folder: join(folder, 'log'),
    limits: { segmentBytes, groupBytes: keepLimits.groupBytes },
    nextId: segmentIds(Date.now),
    structures: () => ({ telemetry_spans: '`a` UInt8', other: '`b` UInt8' }),
    onSealed: (segment) => sealed.push(segment),
    onTrouble: (error) => {
      throw error;
    },
  });
  logs.push(wal);
  return wal;
};
const open = () => recover(join(folder, 'log'), quarantine, {});
const frame = (hash: string, day = '2026-11-22'): Frame => ({
  meta: { hash, atMs: 5, parts: [{ table: 'telemetry_spans', day, count: 2, bytes: 4, tenSeconds: [10, 20] }] },
  payload: [Buffer.from('rows')],
});
const logFiles = async (): Promise<string[]> =>
  (await readdir(join(folder, 'log'))).filter((name) => name.endsWith('.log')).map((name) => join(folder, 'log', name));

describe('what was acknowledged is found again', () => {
  test('batches of many senders at once lie in one sealed segment that says what it holds', async () => {
    await open();
    const wal = log();
    await Promise.all(['a', 'b', 'c'].map((hash) => wal.append(frame(hash))));
    await wal.append(frame('d', '2026-11-23'));
    await wal.seal();
    expect(sealed).toHaveLength(1);
    expect(sealed[0]).toMatchObject({
      frames: 4,
      tenSeconds: [10, 20],
      parts: [
        { table: 'telemetry_spans', day: '2026-11-22', count: 6 },
        { table: 'telemetry_spans', day: '2026-11-23', count: 2 },
      ],
      structures: { telemetry_spans: '`a` UInt8' },
    });
    expect(sealed[0]!.bodies.map(([hash]) => hash)).toEqual(['a', 'b', 'c', 'd']);
    expect(await open()).toMatchObject({ waiting: sealed, delivered: [], tornBytes: 0 });
  });

  test('a segment is sealed by itself when it is full', async () => {
    await open();
    const wal = log(100);
    for (const hash of ['a', 'b', 'c']) await wal.append(frame(hash));
    await wal.seal();
    expect(sealed.length).toBeGreaterThan(1);
    expect(new Set(sealed.map(({ id }) => id)).size).toBe(sealed.length);
  });

  test('a segment that was not sealed is read back, without the write that was cut short', async () => {
    await open();
    const wal = log();
    await wal.append(frame('a'));
    await wal.append(frame('b'));
    const [file] = await logFiles();
    await appendFile(file!, (await readFile(file!)).subarray(0, 31));
    const recovered = await open();
    expect(recovered.tornBytes).toBe(31);
    expect(recovered.waiting[0]!.bodies.map(([hash]) => hash)).toEqual(['a', 'b']);
    expect(quarantine.list()).toEqual([]);
    // A second start finds the same, now by the list.
    expect((await open()).waiting).toEqual(recovered.waiting);
  });

  test('damage in the middle is set aside and shown; the batches around it are kept', async () => {
    await open();
    const wal = log();
    for (const hash of ['a', 'b', 'c']) await wal.append(frame(hash));
    const [file] = await logFiles();
    const bytes = await readFile(file!);
    bytes[Math.floor(bytes.byteLength / 2)]! ^= 1;
    await writeFile(file!, bytes);
    expect((await open()).waiting[0]!.bodies.map(([hash]) => hash)).toEqual(['a', 'c']);
    expect(quarantine.list()).toMatchObject([{ reason: 'log-damaged' }]);
    const again = await openQuarantine({
      folder: join(folder, 'quarantine'),
      filesMax: 10,
      nowMs: Date.now,
      tell: () => {},
    });
    expect(again.list()).toEqual(quarantine.list());
  });

  test.each([
    ['empty', Buffer.alloc(0), 0],
    ['zeros that a power loss left', Buffer.alloc(500), 0],
    ['noise', Buffer.alloc(500, 'noise'), 1],
  ])('a file of %s does not stop the start', async (_name, bytes, asides) => {
    await open();
    await writeFile(join(folder, 'log', '00001000000000000000-0000002a.log'), bytes);
    expect((await open()).waiting).toEqual([]);
    expect(quarantine.list()).toHaveLength(asides);
  });

  test('a list that a power loss emptied is made anew from the segment', async () => {
    await open();
    const wal = log();
    await wal.append(frame('a'));
    await wal.seal();
    await writeFile(join(folder, 'log', `${sealed[0]!.name}.json`), '');
    expect((await open()).waiting[0]!.bodies.map(([hash]) => hash)).toEqual(['a']);
  });
});

test('ids of segments grow, also when the clock is set back and over a restart', () => {
  let now = 1_000_000;
  const first = segmentIds(() => now);
  const ids = [first(), first()];
  now -= 500;
  ids.push(first());
  const second = segmentIds(() => now, ids.at(-1));
  ids.push(second(), second());
  for (let at = 1; at < ids.length; at += 1) expect(ids[at]! > ids[at - 1]!).toBe(true);
  expect(ids.every((id) => id % 4_096n === 0n)).toBe(true);
});
