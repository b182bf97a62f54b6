import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTalk } from './client.ts';

const variable = 'LEADLINE_TEST_CLICKHOUSE';
/** What the names of all databases of a run begin with; read by `for-tests.ts`. */
const prefixVariable = 'LEADLINE_TEST_CLICKHOUSE_PREFIX';
const startMs = 60_000;
const dropMs = 60_000;

/** vitest's global set-up: one engine for the whole run, or the server that `CLICKHOUSE_URL` names. */
export const setup = async (): Promise<() => Promise<void>> => {
  const prefix = `test_${randomBytes(4).toString('hex')}_`;
  process.env[prefixVariable] = prefix;
  const external = process.env['CLICKHOUSE_URL'];
  if (external) {
    process.env[variable] = JSON.stringify({ url: external });
    return () => dropAll(external, prefix);
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

/** What a test file left, because it was made within a test or the file was killed: the server is somebody's own. */
const dropAll = async (url: string, prefix: string): Promise<void> => {
  const talk = createTalk({ url }, { embedded: false });
  try {
    const found = await talk.query<{ name: string }>(
      '-- Databases of this run.\nSELECT name FROM system.databases WHERE startsWith(name, {prefix:String})',
      { params: { prefix } },
    );
    for (const { name } of found)
      await talk.command(`-- The run has ended.\nDROP DATABASE IF EXISTS ${name}`, { timeoutMs: dropMs });
  } finally {
    await talk.close();
  }
};
