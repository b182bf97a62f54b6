import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createConnection, type AddressInfo } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Ballast } from './ballast.ts';
import { connectionArguments } from './arguments.ts';
import { limits, threadPoolSize } from './limits.ts';
import { loadNative } from './native.ts';
import { serve, type EngineServer } from './serve.ts';
import { Spool } from './spool.ts';
import { Store } from './store.ts';
import { keepTrimmed } from './trim.ts';

/** Added to the niceness that it was started with. */
const niceness = 2;

/**
 * The embedded ClickHouse as a process of its own that speaks ClickHouse's HTTP interface:
 * `node platform/clickhouse/engine/main.ts --data DIR (--socket PATH | --port N) [--reserve-mb N] [--with-parent]`.
 * Prints one JSON line `{"ready":true,"port":…}` when it serves. `--with-parent`: ends when standard input ends, that is
 * when the process that started it is gone, however it went. SIGTERM: finishes what runs, closes the directory, exits 0.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      socket: { type: 'string' },
      port: { type: 'string' },
      'reserve-mb': { type: 'string', default: '0' },
      'with-parent': { type: 'boolean', default: false },
    },
  });
  if (!values.data || (!values.socket && values.port === undefined)) {
    throw new Error(
      'Usage: node platform/clickhouse/engine/main.ts --data DIR (--socket PATH | --port N) [--reserve-mb N] [--with-parent]',
    );
  }
  const folder = resolve(values.data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const reserveBytes = Math.max(0, Math.trunc(Number(values['reserve-mb'])) || 0) * 1_048_576;
  const store = new Store(loadNative(), folder, connectionArguments(folder));
  const spool = new Spool(join(folder, 'spool'));
  await spool.prepare();
  const ballast = new Ballast(folder);
  await ballast.keep();
  const server = serve(store, spool, { folder, bytes: reserveBytes }, ballast);
  keepTrimmed();
  stopOnSignals(server, store, values['with-parent']);
  const port = values.socket
    ? await listenOnSocket(server, resolve(values.socket))
    : await listenOnLoopback(server, Number(values.port));
  process.stdout.write(
    `${JSON.stringify({ ready: true, pid: process.pid, ...(port === null ? { socket: values.socket } : { url: `http://127.0.0.1:${port}` }) })}\n`,
  );
};

/** The thread pool's size is read once, before the first line runs: begin anew with it set (same process, same pid). */
const withThreadPool = (): void => {
  if (Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) >= threadPoolSize) return;
  process.execve?.(
    process.execPath,
    [process.execPath, '--disable-warning=ExperimentalWarning', ...process.execArgv, ...process.argv.slice(1)],
    {
      ...process.env,
      UV_THREADPOOL_SIZE: String(threadPoolSize),
    },
  );
};

/** A heavy query must not take the processor from the process that serves people; threads made from here on inherit this. */
const yieldToTheServer = (): void => {
  try {
    setPriority(Math.min(19, getPriority() + niceness));
  } catch {
    // A system that does not let a process be modest: the query still has its bounds.
  }
};

const stopOnSignals = (server: EngineServer, store: Store, withParent: boolean): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // Whatever happens in the native part, this process does not outlive its drain for long.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), limits.drainMs + 10_000).unref();
    void server.drain().then(async () => {
      await store.close();
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (!withParent) return;
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
  process.stdin.resume();
};

const listenOnLoopback = (server: EngineServer, port: number): Promise<number> =>
  new Promise((done, failed) => {
    server.http.once('error', failed);
    server.http.listen(port, '127.0.0.1', () => done((server.http.address() as AddressInfo).port));
  });

/** The directory's lock is held by now, so a socket that nobody answers on is a dead engine's. */
const listenOnSocket = async (server: EngineServer, path: string): Promise<null> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) {
    if (await answers(path)) throw new Error(`Another process listens on ${path}.`);
    rmSync(path, { force: true });
  }
  await new Promise<void>((done, failed) => {
    server.http.once('error', failed);
    server.http.listen(path, () => done());
  });
  chmodSync(path, 0o600);
  return null;
};

const answers = (path: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = createConnection(path);
    socket.once('connect', () => (socket.destroy(), done(true)));
    socket.once('error', () => done(false));
  });

withThreadPool();
yieldToTheServer();
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
