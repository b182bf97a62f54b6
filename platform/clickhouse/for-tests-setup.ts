import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const variable = 'LEADLINE_TEST_CLICKHOUSE';
const startMs = 60_000;

/** vitest's global set-up: one engine for the whole run, or the server that `CLICKHOUSE_URL` names. */
export const setup = async (): Promise<() => Promise<void>> => {
  const external = process.env['CLICKHOUSE_URL'];
  if (external) {
    process.env[variable] = JSON.stringify({ url: external });
    return async () => undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'leadline-ch-'));
  const socket = join(folder, 'engine.sock');
  const main = fileURLToPath(new URL('engine/main.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      main,
      '--data',
      join(folder, 'data'),
      '--socket',
      socket,
      '--with-parent',
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  await new Promise<void>((done, failed) => {
    const timer = setTimeout(() => failed(new Error('The engine for tests did not serve within 60 s.')), startMs);
    child.stdout.once('data', () => (clearTimeout(timer), done()));
    child.once('exit', (code) => failed(new Error(`The engine for tests ended with code ${code}.`)));
  });
  process.env[variable] = JSON.stringify({ socket });
  return async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
};
