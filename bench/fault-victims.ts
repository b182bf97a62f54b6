import { readdirSync, readFileSync } from 'node:fs';
import { processTree } from './process-tree.ts';
import type { Product } from './product.ts';

/** Whom a kill strikes; `everything` is the supervisor as well, so that nothing starts again by itself. */
export const victims = ['server', 'clickhouse', 'postgres', 'all-three', 'everything'] as const;
export type Victim = (typeof victims)[number];

/** Process ids to kill now. PostgreSQL's own children are left to end by themselves, as after a real kill of it. */
export const processesOf = (product: Product, victim: Victim): number[] => {
  const found = new Map([...processTree(product.pid), ...withData(product.data)].map((pid) => [pid, kindOf(pid)]));
  const of = (...kinds: (string | null)[]): number[] =>
    [...found].filter(([, kind]) => kinds.includes(kind)).map(([pid]) => pid);
  switch (victim) {
    case 'server':
      return of('server');
    case 'clickhouse':
      return of('clickhouse');
    case 'postgres':
      return of('postgres');
    case 'all-three':
      return of('server', 'clickhouse', 'postgres');
    case 'everything':
      return [...of('supervisor'), ...of('server', 'clickhouse', 'postgres')];
  }
};

const kindOf = (pid: number): Exclude<Victim, 'all-three' | 'everything'> | 'supervisor' | null => {
  const words = commandLine(pid);
  const has = (end: string): boolean => words.some((word) => word.endsWith(end));
  if (has('engine/main.ts')) return 'clickhouse';
  if (has('server/main.ts')) return 'server';
  if (has('cli/main.ts')) return 'supervisor';
  return words[0]?.endsWith('/postgres') && words.includes('-D') ? 'postgres' : null;
};

/** Processes that were left behind by a killed parent are found by the folder they work in. */
const withData = (data: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) =>
        pid !== process.pid &&
        (commandLine(pid).some((word) => word.startsWith(data)) || environment(pid).includes(data)),
    );

/** The server is told its folder by the environment only. */
const environment = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
};

const commandLine = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
};
