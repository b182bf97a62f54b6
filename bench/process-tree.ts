import { readdirSync, readFileSync } from 'node:fs';

interface ProcessStat {
  readonly parent: number;
  /** User and system time of the process and of its children that have ended, in ticks. */
  readonly ticks: number;
  readonly name: string;
}

const ticksPerSecond = 100;

/** Reads /proc: every process of this tree, without the ones in `except` and below. */
export const processTree = (root: number, except: readonly number[] = []): number[] => {
  const stats = allStats();
  const members: number[] = [];
  const visit = (pid: number): void => {
    if (except.includes(pid) || !stats.has(pid)) return;
    members.push(pid);
    for (const [child, { parent }] of stats) if (parent === pid) visit(child);
  };
  visit(root);
  return members;
};

/** CPU seconds that the tree has used since it began, ended children included. */
export const cpuSecondsOf = (pids: readonly number[]): number => {
  const stats = allStats();
  return pids.reduce((sum, pid) => sum + (stats.get(pid)?.ticks ?? 0), 0) / ticksPerSecond;
};

/** CPU seconds by process, for a look at who uses them. */
export const cpuByProcess = (pids: readonly number[]): Map<string, number> => {
  const stats = allStats();
  return new Map(pids.map((pid) => [`${commandOf(pid)} ${pid}`, (stats.get(pid)?.ticks ?? 0) / ticksPerSecond]));
};

/** Proportional set size of the tree in MB: shared pages are counted once over all who share them. */
export const pssMegabytes = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    try {
      const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
      return sum + Number(match?.[1] ?? 0) / 1_024;
    } catch {
      return sum;
    }
  }, 0);

export const commandOf = (pid: number): string => {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    const script = words.find((word) => /\.(ts|js)$/.test(word));
    return (script ?? words[0] ?? '?').split('/').slice(-2).join('/').slice(0, 60);
  } catch {
    return '?';
  }
};

const allStats = (): Map<number, ProcessStat> => {
  const stats = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const [user, system, childUser, childSystem] = [11, 12, 13, 14].map((at) => Number(fields[at]));
      stats.set(Number(name), {
        parent: Number(fields[1]),
        ticks: user! + system! + childUser! + childSystem!,
        name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
      });
    } catch {
      // It ended meanwhile.
    }
  }
  return stats;
};
