import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../log/log.ts';
import type { Configuration } from '../config/settings.ts';
import { createTalk, type Talk } from './client.ts';
import { socketIn } from './start.ts';
import { ping, superviseEngine } from './supervise.ts';

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; empty where all is well. */
  readonly todo: string;
}

const serverVersionMin = 24.8;
const startWaitMs = 10_000;
/** A server that takes longer to say anything is away, for the person who asks. */
const answerMsMax = 2_000;
/** Parts of one partition above which merges are behind (ClickHouse slows inserts at 1,000 and refuses at 3,000). */
const partsMax = 300;
const freeRatioMin = 0.1;

/**
 * Looks at the telemetry engine and says what to do. Where the embedded engine does not run (no server on this data
 * folder), it is started for the questions and stopped again, which shows that it can open its directory.
 */
export const checkClickHouse = async (config: Pick<Configuration, 'values'>): Promise<Finding[]> => {
  const url = config.values.clickhouseUrl;
  if (url)
    return withTalk(createTalk({ url }, { embedded: false }), (talk) =>
      ask(talk, null, `the server at ${new URL(url).host}`),
    );
  const folder = join(config.values.data, 'clickhouse');
  if (!existsSync(folder))
    return [
      {
        name: 'clickhouse',
        ok: true,
        detail: 'no telemetry yet: the embedded engine is made at the first start',
        todo: '',
      },
    ];
  const socket = socketIn(folder);
  if (await ping(socket))
    return withTalk(createTalk({ socket }, { embedded: true }), (talk) =>
      ask(talk, folder, 'the running embedded engine'),
    );
  const engine = superviseEngine({ data: folder, socket }, createLog('silent'));
  try {
    await engine.settled(startWaitMs);
    if (engine.status().state !== 'up') return [unreachable('the embedded engine', engine.status().detail)];
    return await withTalk(createTalk({ socket }, { embedded: true }), (talk) =>
      ask(talk, folder, 'the embedded engine, started for this check'),
    );
  } finally {
    await engine.stop();
  }
};

const withTalk = async (talk: Talk, run: (talk: Talk) => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await run(talk);
  } finally {
    await talk.close();
  }
};

const ask = async (talk: Talk, folder: string | null, what: string): Promise<Finding[]> => {
  try {
    await answers(talk);
    return [
      await version(talk, what),
      folder === null ? await serverDisk(talk) : folderDisk(folder),
      await merges(talk),
      await fsync(talk),
    ];
  } catch (error) {
    // Some errors of the network (an AggregateError over several addresses) have a code and no words.
    const { message, code } = error as Error & { code?: string };
    return [unreachable(what, message || code || 'it ended the connection')];
  }
};

/** Rejects with the reason when nothing comes back, also where an address swallows every packet. */
const answers = async (talk: Talk): Promise<void> => {
  const late = AbortSignal.timeout(answerMsMax);
  try {
    await talk.query('-- Serves at all.\nSELECT 1', { timeoutMs: answerMsMax, signal: late });
  } catch (error) {
    throw late.aborted ? new Error(`nothing came back within ${answerMsMax / 1_000} s`) : error;
  }
};

const unreachable = (what: string, why: string): Finding => ({
  name: 'clickhouse',
  ok: false,
  detail: `${what} does not answer: ${why}`,
  todo: what.includes('embedded')
    ? 'Read the reason; stop a second process on this data folder, or run `npm ci` again where the engine cannot be loaded.'
    : 'Check CLICKHOUSE_URL, the network and the account.',
});

const version = async (talk: Talk, what: string): Promise<Finding> => {
  const [row] = await talk.query<{ version: string }>(
    '-- The version, because older servers lack functions that rollups use.\nSELECT version() AS version',
  );
  const ok = Number.parseFloat(row!.version) >= serverVersionMin;
  return {
    name: 'clickhouse',
    ok,
    detail: `ClickHouse ${row!.version}, ${what}`,
    todo: ok ? '' : `Use ClickHouse ${serverVersionMin} or newer.`,
  };
};

const diskFinding = (where: string, freeBytes: number, totalBytes: number): Finding => {
  const ok = totalBytes > 0 && freeBytes / totalBytes >= freeRatioMin;
  return {
    name: 'clickhouse disk',
    ok,
    detail: `${Math.round(freeBytes / 1_048_576)} of ${Math.round(totalBytes / 1_048_576)} MiB free at ${where}`,
    todo: ok ? '' : 'Make room or keep telemetry for fewer days: merges need free space as large as what they merge.',
  };
};

const folderDisk = (folder: string): Finding => {
  const stat = statfsSync(folder);
  return diskFinding(folder, stat.bavail * stat.bsize, stat.blocks * stat.bsize);
};

const serverDisk = async (talk: Talk): Promise<Finding> => {
  const [row] = await talk.query<{ name: string; free: string; total: string }>(
    '-- The fullest disk of the server.\nSELECT name, free_space AS free, total_space AS total FROM system.disks ORDER BY free_space / greatest(total_space, 1) LIMIT 1',
  );
  return diskFinding(`disk ${row?.name ?? '?'}`, Number(row?.free ?? 0), Number(row?.total ?? 0));
};

const merges = async (talk: Talk): Promise<Finding> => {
  const [row] = await talk.query<{ table: string; parts: string }>(
    '-- The partition with the most parts: many mean that merges do not keep up.\nSELECT table, count() AS parts FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table, partition ORDER BY parts DESC LIMIT 1',
  );
  const parts = Number(row?.parts ?? 0);
  const ok = parts <= partsMax;
  return {
    name: 'clickhouse merges',
    ok,
    detail: row ? `at most ${parts} parts in a partition (${row.table})` : 'no parts yet',
    todo: ok ? '' : `More than ${partsMax}: merges are behind. Give the machine more disk speed or CPU, or send less.`,
  };
};

const fsync = async (talk: Talk): Promise<Finding> => {
  const [row] = await talk.query<{ value: string }>(
    "-- Whether an acknowledged insert is on the disk.\nSELECT value FROM system.merge_tree_settings WHERE name = 'fsync_after_insert'",
  );
  const ok = row?.value === '1';
  return {
    name: 'clickhouse fsync',
    ok,
    detail: ok
      ? 'inserts are synced to the disk'
      : 'inserts are not synced: a power cut can lose the last half minute of a server without replicas',
    todo: ok
      ? ''
      : 'Set <merge_tree><fsync_after_insert>1</fsync_after_insert><fsync_part_directory>1</fsync_part_directory></merge_tree> on the server, or run replicas.',
  };
};
