import { spawn, type ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { threadPoolSize } from './engine/limits.ts';
import type { Log } from '../log/log.ts';

export type Standing = { readonly state: 'up' | 'starting' | 'down'; readonly detail: string };

/** Where an engine lives, and how much free disk it leaves alone. */
export interface EnginePlace {
  readonly data: string;
  readonly socket: string;
  readonly reserveMb?: number;
}

export interface Supervised {
  status(): Standing;
  onUp(listener: () => void): void;
  /** Resolves when it serves, or after `withinMs` all the same. */
  settled(withinMs: number): Promise<void>;
  /** Process id of the engine that runs now; for tests of faults. */
  pid(): number | null;
  stop(): Promise<void>;
}

/**
 * Waits before a start: at once after the first failure, then doubling; not beyond half a second for an engine that had
 * served, because then its directory is sound and telemetry waits.
 */
const backOffMs = { first: 50, maxServed: 500, max: 10_000 } as const;
const healthyAfterMs = 5_000;
/** A process that does not answer `/ping` so many times in a row is stuck and is replaced. */
const pingBounds: PingBounds = { everyMs: 5_000, timeoutMs: 5_000, missedMax: 3 };
interface PingBounds {
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly missedMax: number;
}
const stopMs = 20_000;
const lineCharactersMax = 2_000;
const heapMebibytes = 512;

const program = fileURLToPath(new URL('engine/main.ts', import.meta.url));

/**
 * Keeps one engine process running on a data directory: starts it, starts it again with back-off when it ends, replaces
 * it when it no longer answers. The engine ends by itself when this process is gone (its standard input closes), so an
 * orphan holds the directory for a moment only and a new start finds it free within a few attempts.
 */
export const superviseEngine = (place: EnginePlace, log: Log, pings: PingBounds = pingBounds): Supervised => {
  const listeners: (() => void)[] = [];
  let standing: Standing = { state: 'starting', detail: 'the engine is starting' };
  let child: ChildProcess | null = null;
  let stopping = false;
  let waitMs: number = backOffMs.first;
  let again: NodeJS.Timeout | undefined;
  const settleListeners: (() => void)[] = [];

  const become = (next: Standing): void => {
    standing = next;
    if (next.state !== 'up') return;
    log.info({ pid: child?.pid }, 'ClickHouse engine serves');
    for (const listener of settleListeners.splice(0)) listener();
    for (const listener of listeners) listener();
  };

  const start = (): void => {
    const startedAt = performance.now();
    let lastWords = '';
    const mine = spawnEngine(place);
    child = mine;
    mine.stdout!.once('data', () =>
      become({ state: 'up', detail: `serving since ${new Date().toISOString()} as process ${mine.pid}` }),
    );
    eachLine(mine.stderr!, (line) => {
      lastWords = line;
      log.warn({ engine: line }, 'ClickHouse engine says');
    });
    const ended = (why: string): void => {
      if (child !== mine) return;
      const served = standing.state === 'up';
      child = null;
      if (stopping) return;
      if (performance.now() - startedAt > healthyAfterMs) waitMs = backOffMs.first;
      become({ state: 'down', detail: `${lastWords || why}; it is started again` });
      log.error({ why, waitMs }, 'ClickHouse engine ended; it is started again');
      again = setTimeout(start, waitMs);
      waitMs = Math.min(waitMs * 2, served ? backOffMs.maxServed : backOffMs.max);
    };
    mine.once('error', (error) => ended(error.message));
    mine.once('exit', (code, signal) => ended(signal ? `killed by ${signal}` : `ended with code ${code}`));
  };

  const watch = watchPings(
    place.socket,
    pings,
    () => (standing.state === 'up' ? child : null),
    (stuck) => {
      log.error({ pid: stuck.pid }, 'ClickHouse engine does not answer; it is replaced');
      stuck.kill('SIGKILL');
    },
  );
  start();
  return {
    status: () => standing,
    onUp: (listener) => void listeners.push(listener),
    pid: () => child?.pid ?? null,
    settled: (withinMs) => settle(() => standing.state === 'up', settleListeners, withinMs),
    stop: async () => {
      stopping = true;
      clearTimeout(again);
      watch.stop();
      const last = child;
      become({ state: 'down', detail: 'stopped' });
      if (last) await stopProcess(last);
    },
  };
};

const spawnEngine = (place: EnginePlace): ChildProcess =>
  spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapMebibytes}`,
      '--max-semi-space-size=4',
      '--disable-warning=ExperimentalWarning',
      program,
      '--data',
      place.data,
      '--socket',
      place.socket,
      '--reserve-mb',
      String(place.reserveMb ?? 0),
      '--with-parent',
    ],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, UV_THREADPOOL_SIZE: String(threadPoolSize), TZ: 'UTC', NODE_OPTIONS: '' },
    },
  );

const settle = (isUp: () => boolean, listeners: (() => void)[], withinMs: number): Promise<void> =>
  new Promise((done) => {
    if (isUp()) return done();
    const timer = setTimeout(done, withinMs);
    listeners.push(() => (clearTimeout(timer), done()));
  });

const stopProcess = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    child.once('exit', () => (clearTimeout(timer), done()));
    child.kill('SIGTERM');
  });

const eachLine = (stream: NodeJS.ReadableStream, onLine: (line: string) => void): void => {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(0, lineCharactersMax);
    for (const line of lines) if (line.trim()) onLine(line.slice(0, lineCharactersMax));
  });
};

const watchPings = (
  socket: string,
  pings: PingBounds,
  current: () => ChildProcess | null,
  onStuck: (child: ChildProcess) => void,
): { stop(): void } => {
  let missed = 0;
  let asking = false;
  const timer = setInterval(() => {
    const child = current();
    if (child === null) missed = 0;
    if (child === null || asking) return;
    asking = true;
    void ping(socket, pings.timeoutMs).then((answered) => {
      asking = false;
      if (current() !== child) return;
      missed = answered ? 0 : missed + 1;
      if (missed >= pings.missedMax) {
        missed = 0;
        onStuck(child);
      }
    });
  }, pings.everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};

/** Whether an engine answers on a socket. */
export const ping = (socket: string, timeoutMs: number = pingBounds.timeoutMs): Promise<boolean> =>
  new Promise((done) => {
    const asked = request({ socketPath: socket, path: '/ping', timeout: timeoutMs, agent: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => done(false));
    asked.end();
  });
