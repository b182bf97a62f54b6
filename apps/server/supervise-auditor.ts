import { fork, type ChildProcess } from 'node:child_process';

/** Waits between restarts; an auditor that ran for a minute begins again with the first. */
const backoffMs = [200, 1_000, 5_000, 15_000] as const;
const goodLifeMs = 60_000;

/** Keeps the auditor's process alive beside the server's, whatever becomes of that one. */
export const superviseAuditor = (options: {
  readonly flags: Record<string, unknown>;
  readonly onFailure: (message: string) => void;
}): { stop(): Promise<void> } => {
  let child: ChildProcess;
  let stopping = false;
  let deaths = 0;
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    const startedAt = performance.now();
    child = fork(new URL('./auditor.ts', import.meta.url), [], {
      env: { ...process.env, LEADLINE_FLAGS: JSON.stringify(options.flags) },
      // It looks at a few rows every 15 seconds: a small heap is enough.
      execArgv: ['--max-semi-space-size=1', '--max-old-space-size=128', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    child.on('exit', (code, signal) => {
      if (stopping) return;
      deaths = performance.now() - startedAt > goodLifeMs ? 0 : deaths + 1;
      const waitMs = backoffMs[Math.min(deaths, backoffMs.length - 1)]!;
      options.onFailure(`The auditor ended (${signal ?? `exit ${code}`}); it starts again in ${waitMs} ms.`);
      timer = setTimeout(start, waitMs);
    });
  };
  start();
  return {
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        clearTimeout(timer);
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.on('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
};
