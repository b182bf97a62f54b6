import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import { clearOrphan } from './postmaster.ts';

let folder: string;
let parent: ChildProcess;
/** A process that is dead and that nobody collects, as the postmaster is in a container whose first process collects nothing. */
let dead: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leadline-postmaster-'));
  // By the time that it ends the shell is `sleep`, which never asks after a child.
  parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(parent.stdout!, 'data')) as [Buffer];
  dead = Number(String(text).trim());
});
afterAll(() => {
  parent.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const clusterOf = (name: string, lockedBy: number): { cluster: string; socket: string } => {
  const [cluster, socket] = [join(folder, name), join(folder, `${name}-socket`)];
  mkdirSync(cluster);
  mkdirSync(socket);
  writeFileSync(
    join(cluster, 'postmaster.pid'),
    `${dead}\n${cluster}\n1700000000\n5432\n${socket}\n\n  1 2\nready   \n`,
  );
  writeFileSync(join(socket, '.s.PGSQL.5432.lock'), `${lockedBy}\n${cluster}\n`);
  writeFileSync(join(socket, '.s.PGSQL.5432'), '');
  return { cluster, socket };
};

it('the pid file and the lock of the socket of a postmaster that is dead and not collected do not keep the next from starting', async () => {
  const { cluster, socket } = clusterOf('dead', dead);
  await clearOrphan(cluster, createLog('error'));
  expect(existsSync(join(cluster, 'postmaster.pid'))).toBe(false);
  expect(existsSync(join(socket, '.s.PGSQL.5432.lock'))).toBe(false);
});

it('a socket that somebody else holds is left alone', async () => {
  const { cluster, socket } = clusterOf('held', process.pid);
  await clearOrphan(cluster, createLog('error'));
  expect(existsSync(join(socket, '.s.PGSQL.5432.lock'))).toBe(true);
  expect(existsSync(join(socket, '.s.PGSQL.5432'))).toBe(true);
});
