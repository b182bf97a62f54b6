import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from './product.ts';

/** Debian's Alertmanager on a free port of loopback, without a cluster. */
export interface AlertmanagerProcess {
  readonly url: string;
  readonly pid: number;
  readonly version: string;
  stop(): Promise<void>;
}

/** Throws an Error that says what to install where the program is not there. */
export const startAlertmanager = async (configuration: string): Promise<AlertmanagerProcess> => {
  const version = versionOf('prometheus-alertmanager');
  const folder = await mkdtemp(join(tmpdir(), 'leadline-alertmanager-'));
  await writeFile(join(folder, 'alertmanager.yml'), configuration);
  const [port] = await freePorts();
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + 20_000;
  while (!(await fetch(`${url}/-/ready`).catch(() => null))?.ok) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error('Alertmanager did not become ready');
    }
    await pause(50);
  }
  return { url, pid: child.pid!, version, stop };
};

/** Version of a program of Prometheus, by its own words. */
export const versionOf = (program: 'prometheus-alertmanager' | 'prometheus' | 'amtool'): string => {
  const ran = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (ran.error || ran.status !== 0)
    throw new Error(`${program} is not there; install it: apt-get install prometheus prometheus-alertmanager`);
  return /version (\S+)/.exec(`${ran.stdout}${ran.stderr}`)?.[1]?.replace(/,$/, '') ?? 'unknown';
};
