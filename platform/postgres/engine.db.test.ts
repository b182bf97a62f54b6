import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/settings.ts';
import { createLog } from '../log/log.ts';
import { connectExisting } from './existing.ts';
import { chooseRunAs } from './run-as.ts';
import { startEmbedded } from './start.ts';

const log = createLog('silent');
const isRoot = process.getuid?.() === 0;
const configurationOf = (data: string): Configuration =>
  loadConfiguration({ flags: { data }, environment: {}, folder: '/' });
const start = (data: string): ReturnType<typeof startEmbedded> => startEmbedded({ data, log, purpose: 'server' });

describe('the embedded engine always starts, and one server has it', () => {
  let folder: string;
  let data: string;
  beforeAll(async () => {
    folder = await mkdtemp('/tmp/leadline-engine-');
    await chmod(folder, 0o711);
    data = join(folder, 'data');
    const postgres = await start(data);
    await postgres.pool.query('CREATE TABLE kept (id int); INSERT INTO kept VALUES (42)');
    await postgres.stop();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('keeps commits safe, listens on no port, and as root runs as another user', async () => {
    const postgres = await start(data);
    const { rows } = await postgres.pool.query(
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'data_checksums') ORDER BY name`,
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '',
      synchronous_commit: 'on',
    });
    const { uid, mode } = await stat(postgres.engine.socket);
    expect(mode & 0o777).toBe(0o700);
    expect(uid).toBe(isRoot ? (await chooseRunAs('/nowhere'))!.uid : process.getuid!());
    await postgres.stop();
    expect(postgres.engine.pid()).toBeUndefined();
  });

  it('refuses a second server with the number of the first', async () => {
    const postgres = await start(data);
    await expect(start(data)).rejects.toMatchObject({
      problem: { code: 'postgres.in-use', detail: expect.stringContaining(`process id ${process.pid}`) },
    });
    await postgres.stop();
  });

  it('takes over from a server that was killed while its engine lives on', async () => {
    const program = fileURLToPath(new URL('./engine-process-for-tests.ts', import.meta.url));
    const child = spawn(process.execPath, [program, data], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const orphan = Number(line.toString());
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => process.kill(orphan, 0)).not.toThrow();
    const postgres = await start(data);
    expect(postgres.engine.pid()).not.toBe(orphan);
    expect((await postgres.pool.query('SELECT id FROM kept')).rows).toEqual([{ id: 42 }]);
    await postgres.stop();
  });

  it('starts though the pid file names a living program of the same user', async () => {
    const runAs = await chooseRunAs(join(data, 'postgres', '18'));
    const other = spawn('sleep', ['600'], { stdio: 'ignore', cwd: '/', ...runAs });
    const pidFile = join(data, 'postgres', '18', 'postmaster.pid');
    await writeFile(pidFile, `${other.pid}\n${join(data, 'postgres', '18')}\n1\n5432\n\n\n1 1\nready\n`);
    const postgres = await start(data);
    expect((await postgres.pool.query('SELECT id FROM kept')).rows).toEqual([{ id: 42 }]);
    expect(other.exitCode).toBeNull();
    await postgres.stop();
    other.kill('SIGKILL');
  });

  it('starts behind a lock and an initialisation that were left by the dead', async () => {
    await writeFile(
      join(data, 'postgres.lock'),
      JSON.stringify({ pid: process.pid, birth: 'another boot', purpose: 'server' }),
    );
    await mkdir(join(data, 'postgres', '18.unfinished'));
    const postgres = await start(data);
    await postgres.stop();
    await expect(lstat(join(data, 'postgres', '18.unfinished'))).rejects.toThrow('ENOENT');
    await expect(lstat(join(data, 'postgres.lock'))).rejects.toThrow('ENOENT');
  });

  it('serves commands whether the server runs or not', async () => {
    const config = configurationOf(data);
    const alone = await connectExisting(config, log);
    expect(alone.way).toBe('started');
    expect((await alone.pool.query('SELECT id FROM kept')).rows).toEqual([{ id: 42 }]);
    const waitingServer = start(data);
    await alone.stop();
    const postgres = await waitingServer;
    const beside = await connectExisting(config, log);
    expect(beside.way).toBe('running');
    await beside.stop();
    await postgres.check();
    await postgres.stop();
  });

  it('serves two commands at once, and makes the schema where no server ever ran', async () => {
    const config = configurationOf(join(folder, 'fresh'));
    const wholeLife = async (): Promise<number> => {
      const postgres = await connectExisting(config, log);
      const { rowCount } = await postgres.pool.query('SELECT FROM ledger.event');
      await postgres.stop();
      return rowCount!;
    };
    expect(await Promise.all([wholeLife(), wholeLife()])).toEqual([0, 0]);
  });

  it('starts in folders that were made and not handed over, by a command beside it or by one that was killed', async () => {
    const half = join(folder, 'half');
    await mkdir(join(half, 'postgres', 'socket'), { recursive: true, mode: 0o700 });
    const postgres = await start(half);
    await postgres.check();
    await postgres.stop();
  });

  it('makes nothing for a command that only looks', async () => {
    const nowhere = join(folder, 'nowhere');
    await expect(connectExisting(configurationOf(nowhere), log, { mustExist: true })).rejects.toMatchObject({
      problem: { code: 'postgres.no-data', detail: expect.stringContaining(nowhere) },
    });
    await expect(lstat(nowhere)).rejects.toThrow('ENOENT');
  });

  it('refuses data of another major version and names both', async () => {
    const other = join(folder, 'other');
    const postgres = await start(other);
    await postgres.stop();
    await writeFile(join(other, 'postgres', '18', 'PG_VERSION'), '17\n');
    await expect(start(other)).rejects.toMatchObject({
      problem: { code: 'postgres.wrong-version', detail: expect.stringMatching(/17.*18/) },
    });
  });

  it('puts the socket into a short folder when the data lies deep, and removes it', async () => {
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    const postgres = await start(deep);
    expect(postgres.engine.socket).toMatch(/^\/tmp\/leadline-\d+-[0-9a-f]{12}$/);
    await postgres.check();
    await postgres.stop();
    await expect(lstat(postgres.engine.socket)).rejects.toThrow('ENOENT');
  });

  it('below a closed folder says which one it is as root, and just starts for its owner', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const starting = start(join(closed, 'data'));
    if (isRoot) {
      await expect(starting).rejects.toMatchObject({
        problem: { code: 'postgres.folder-closed', detail: expect.stringContaining(`pass ${closed}.`) },
      });
    } else {
      await (await starting).stop();
    }
  });
});
