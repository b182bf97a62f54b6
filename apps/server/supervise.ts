import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../../platform/config/load.ts';
import { superviseAuditor } from './supervise-auditor.ts';

export interface Ready {
  readonly url: string;
  readonly setupLink: string | null;
  readonly otlpHttpUrl: string | null;
  readonly otlpGrpcUrl: string | null;
}

type Message = { ready: Ready } | { failed: { message: string; refusal: boolean } };

/** Waits between restarts of a server that dies before it is ready; it starts again from the first after a minute of good life. */
const backoffMs = [200, 500, 1_000, 2_000, 5_000, 10_000] as const;
const goodLifeMs = 60_000;
/** One that was ready waits no longer: as long as it is away nobody is paged, and starting it costs more than this wait saves. */
const readyBackoffMsMax = 500;
/** Milliseconds until a server starts again that died `deaths` times in a row. */
export const restartWaitMs = (deaths: number, wasReady: boolean): number => {
  const ms = backoffMs[Math.min(deaths, backoffMs.length - 1)]!;
  return wasReady ? Math.min(ms, readyBackoffMsMax) : ms;
};
/** What is compiled once need not be at the next start: half of the time that a start takes is the reading of its sources. */
const compileCache = fileURLToPath(new URL('../../.cache/compiled/', import.meta.url));
/**
 * First starts that may end by themselves before Leadline gives up: an engine that was killed while it started is there again
 * for the next, and what is really impossible is told soon.
 */
const firstStartsMax = 5;
/**
 * A server that refused its first start (`EX_CONFIG` of sysexits.h) would refuse again: it is not restarted. One that ran before is
 * tried again however it ends: what it refused (an engine that is not there yet) passes, and nobody is paged while it is away.
 */
const exitRefused = 78;

/**
 * Keeps the server process alive: restarts it with back-off when it dies, hands signals on, and ends when it was told to,
 * when it refuses to start, or when the first start failed again and again. Resolves with the exit code.
 */
export const supervise = (options: {
  flags: Record<string, unknown>;
  onReady(ready: Ready, restarts: number): void;
  onFailure(message: string): void;
}): Promise<number> =>
  new Promise((done) => {
    const parts = partsOf(options.flags);
    let auditor: { stop(): Promise<void> } | null = null;
    const audit = (): void => {
      if (parts.includes('auditor')) auditor ??= superviseAuditor(options);
    };
    const resolve = (code: number): void => void (auditor?.stop() ?? Promise.resolve()).then(() => done(code));
    if (parts.every((part) => part === 'auditor')) {
      audit();
      process.on('SIGTERM', () => resolve(0));
      process.on('SIGINT', () => resolve(0));
      return;
    }
    let child: ChildProcess;
    let stopping = false;
    let restarts = 0;
    let deaths = 0;
    let everReady = false;
    let starts = 0;

    const start = (): void => {
      const startedAt = performance.now();
      let wasReady = false;
      child = fork(new URL('./main.ts', import.meta.url), [], {
        env: { NODE_COMPILE_CACHE: compileCache, ...process.env, LEADLINE_FLAGS: JSON.stringify(options.flags) },
        execArgv: ['--max-semi-space-size=16', '--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        // A group of its own: a Ctrl-C in the terminal reaches the server once, through the supervisor.
        detached: true,
      });
      child.on('message', (message: Message) => {
        if ('ready' in message) {
          everReady = true;
          wasReady = true;
          audit();
          options.onReady(message.ready, restarts);
        } else options.onFailure(message.failed.message);
      });
      child.on('exit', (code, signal) => {
        if (stopping) return resolve(code ?? 0);
        starts += 1;
        if (!everReady && (code === exitRefused || starts >= firstStartsMax)) return resolve(code ?? 1);
        deaths = performance.now() - startedAt > goodLifeMs ? 0 : deaths + 1;
        const waitMs = restartWaitMs(deaths, wasReady);
        // Who waits for the first start is greeted by whichever of its tries succeeds.
        if (everReady) restarts += 1;
        options.onFailure(`The server ended (${signal ?? `exit ${code}`}); it starts again in ${waitMs} ms.`);
        setTimeout(() => (stopping ? resolve(0) : start()), waitMs);
      });
    };
    const stop = (signal: NodeJS.Signals): void => {
      stopping = true;
      // With the server, not after it: an embedded PostgreSQL ends with the server, and the auditor would warn that it is gone.
      void auditor?.stop();
      if (child.exitCode !== null || child.signalCode !== null) resolve(0);
      else child.kill(signal);
    };
    process.on('SIGTERM', () => stop('SIGTERM'));
    process.on('SIGINT', () => stop('SIGTERM'));
    start();
  });

/** Which parts run here. A setting that is wrong is told by the server, which reads them all. */
const partsOf = (flags: Record<string, unknown>): readonly string[] => {
  try {
    return loadConfiguration({ flags, environment: process.env, folder: process.cwd() }).values.run;
  } catch {
    return ['web', 'ingest', 'worker'];
  }
};
