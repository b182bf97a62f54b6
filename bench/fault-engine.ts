import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLog } from '../platform/log/log.ts';
import { startClickHouse } from '../platform/clickhouse/start.ts';
import { Refusal } from '../kernel/problem.ts';
import { heavyBesideSmall, type Delays } from './fault-engine-lanes.ts';
import { killTheEngine, type EmbeddedClickHouse } from './fault-engine-kills.ts';
import { cpuSecondsOf, pssMegabytes } from './process-tree.ts';

/**
 * `npm run fault:engine [-- --kills 40 --heavy-seconds 60 --idle-seconds 20]`: the embedded ClickHouse alone, killed under
 * inserts and reads, beside a heavy query, idle, and on a full disk. Prints its figures beside the targets; exits 1 where one is missed.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '40' },
    'heavy-seconds': { type: 'string', default: '60' },
    'idle-seconds': { type: 'string', default: '20' },
  },
});

let missed = 0;
const tell = (what: string, figure: string, target: string, ok: boolean): void => {
  if (!ok) missed += 1;
  process.stdout.write(`${ok ? 'ok    ' : 'MISSED'} ${what.padEnd(46)} ${figure.padEnd(44)} ${target}\n`);
};

const withEngine = async (
  folder: string,
  reserveMb: number,
  run: (clickhouse: EmbeddedClickHouse) => Promise<void>,
): Promise<void> => {
  const config = { values: { data: folder, diskReserveMb: reserveMb } } as Parameters<typeof startClickHouse>[0];
  const clickhouse = (await startClickHouse(
    config,
    createLog((process.env['FAULT_LOG'] ?? 'silent') as never),
  )) as EmbeddedClickHouse;
  try {
    await run(clickhouse);
  } finally {
    await clickhouse.stop();
  }
};

const idle = async (clickhouse: EmbeddedClickHouse): Promise<void> => {
  await clickhouse.query('SELECT 1');
  const seconds = Number(values['idle-seconds']);
  const [pid, cpuBefore] = [clickhouse.enginePid()!, cpuSecondsOf([clickhouse.enginePid()!])];
  await pause(seconds * 1_000);
  const [pss, rss] = [pssMegabytes([pid]), residentMegabytes(pid)];
  const share = ((cpuSecondsOf([pid]) - cpuBefore) / seconds) * 100;
  tell(
    'idle memory (proportional set size)',
    `${pss.toFixed(0)} MB of ${rss.toFixed(0)} MB resident`,
    'about 250 MB',
    pss < 280,
  );
  tell('idle CPU', `${share.toFixed(2)} % of a core`, 'under 1 %', share < 1);
};

/** Beside another engine on this machine the library's pages are shared, and the proportional size looks smaller than it is. */
const residentMegabytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

const lanes = async (clickhouse: EmbeddedClickHouse): Promise<void> => {
  const { alone, beside, heavyMs } = await heavyBesideSmall(clickhouse, Number(values['heavy-seconds']));
  const words = (delays: Delays): string =>
    `p50 ${delays.p50Ms.toFixed(1)}, p99 ${delays.p99Ms.toFixed(1)}, max ${delays.maxMs.toFixed(0)} ms`;
  tell('SELECT 1 alone', words(alone), '', true);
  tell(
    `SELECT 1 beside a query of ${(heavyMs / 1000).toFixed(0)} s`,
    words(beside),
    'p99 at most 100 ms later',
    beside.p99Ms - alone.p99Ms <= 100,
  );
};

const kills = async (clickhouse: EmbeddedClickHouse): Promise<void> => {
  const count = Number(values.kills);
  const figures = await killTheEngine(clickhouse, count);
  const at = (share: number): string =>
    `${Math.round(figures.restartMs[Math.min(count - 1, Math.floor(count * share))]!)}`;
  tell(
    'kills, with inserts under way',
    `${figures.kills}, ${figures.killsWithInsertsUnderWay}`,
    'at least 30, four of five',
    count >= 30 && figures.killsWithInsertsUnderWay >= count * 0.8,
  );
  tell('acknowledged batches (unknown, then settled)', `${figures.acknowledged} (${figures.unknown})`, '', true);
  tell(
    'lost, doubled or partial batches',
    `${figures.lost}, ${figures.doubledOrPartial}`,
    '0, 0',
    figures.lost + figures.doubledOrPartial === 0,
  );
  tell('from a kill to the next answer', `p50 ${at(0.5)}, max ${at(1)} ms`, 'at most 2000 ms', Number(at(1)) <= 2_000);
  tell(
    'failures without a clickhouse.… code',
    `${figures.untyped.length} ${figures.untyped[0] ?? ''}`,
    '0',
    figures.untyped.length === 0,
  );
};

/** A real small file system where this user may mount one; the reserve, which needs no rights, is a test of its own. */
const diskFull = async (root: string): Promise<void> => {
  const folder = join(root, 'small');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=112m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    process.stdout.write(
      '-      a full file system: not tried, this user may not mount one (the reserve is tested in platform/clickhouse/disk-full.db.test.ts)\n',
    );
    return;
  }
  try {
    await withEngine(folder, 16, (clickhouse) => fillUp(clickhouse, folder));
  } finally {
    execFileSync('umount', [folder]);
  }
};

const fillUp = async (clickhouse: EmbeddedClickHouse, folder: string): Promise<void> => {
  await clickhouse.command(
    '-- Rows that do not compress.\nCREATE TABLE filling (part UInt32, s String CODEC(NONE)) ENGINE = MergeTree PARTITION BY part ORDER BY tuple()',
  );
  let acknowledged = 0;
  let refusal: unknown = null;
  while (refusal === null && acknowledged < 100) {
    refusal = await clickhouse
      .command('-- Two megabytes.\nINSERT INTO filling SELECT {part:UInt32}, randomString(1024) FROM numbers(2048)', {
        params: { part: acknowledged },
      })
      .then(
        () => (acknowledged++, null),
        (error: unknown) => error,
      );
  }
  const code = refusal instanceof Refusal ? refusal.problem.code : String(refusal);
  tell('insert into a full file system', code, 'clickhouse.disk-full', code === 'clickhouse.disk-full');
  const [row] = await clickhouse.query<{ n: string }>('SELECT count() AS n FROM filling');
  tell(
    'acknowledged rows are readable',
    `${row!.n} of ${acknowledged * 2048}`,
    'all',
    Number(row!.n) === acknowledged * 2048,
  );
  writeToTheLastByte(join(folder, 'somebody-else'));
  for (let part = 0; part < acknowledged / 2; part += 1)
    await clickhouse.command(`-- Makes room.\nALTER TABLE filling DROP PARTITION ${part}`);
  const again = await untilAccepted(clickhouse);
  tell(
    'room made at the last byte, inserts go on',
    again === null ? 'never' : `after ${again.toFixed(0)} ms`,
    'by itself',
    again !== null,
  );
};

/** What is left of the disk, taken by another program, reserve included. */
const writeToTheLastByte = (path: string): void => {
  for (const size of [1_048_576, 4_096]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size, 1), { flag: 'a' });
    } catch {
      continue;
    }
  }
};

/** Dropped parts are deleted a little later, so the first attempts may still be refused. */
const untilAccepted = async (clickhouse: EmbeddedClickHouse): Promise<number | null> => {
  const startedAt = performance.now();
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const accepted = await clickhouse
      .command('-- One more.\nINSERT INTO filling SELECT 1000, randomString(1024) FROM numbers(2048)')
      .then(
        () => true,
        () => false,
      );
    if (accepted) return performance.now() - startedAt;
    await pause(100);
  }
  return null;
};

const root = mkdtempSync(join(tmpdir(), 'leadline-fault-'));
try {
  await withEngine(join(root, 'a'), 0, async (clickhouse) => {
    await idle(clickhouse);
    await lanes(clickhouse);
  });
  await withEngine(join(root, 'b'), 0, kills);
  await diskFull(root);
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit(missed === 0 ? 0 : 1);
