import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { createLog } from '../log/log.ts';
import { testPostgres, urlOf } from '../postgres/for-tests.ts';
import { aJob } from './fixtures.ts';
import type { LeasedJob } from './jobs.ts';
import { jobsSource } from './source.ts';
import { startJobs } from './start.ts';

const leaseSeconds = 3;
/** The lease, one poll of the other worker, and a loaded machine. */
const recoveryMsMax = 6_000;

it('a job whose process is killed with SIGKILL in the middle is done by another within its lease', async () => {
  const postgres = await testPostgres([jobsSource]);
  const jobs = await startJobs(postgres, systemClock, createLog('silent'), new Registry(), { leaseSeconds });
  try {
    await postgres.transaction((tx) => jobs.schedule(tx, aJob({ key: 'page' })));
    const program = fileURLToPath(new URL('./worker-process-for-tests.ts', import.meta.url));
    const child = spawn(process.execPath, [program, await urlOf(postgres), String(leaseSeconds)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(line.toString()).toBe('took page fence 1\n');
    const done = Promise.withResolvers<LeasedJob>();
    jobs.handle('mail', async (job) => done.resolve(job));
    child.kill('SIGKILL');
    const killedAt = performance.now();
    const job = await done.promise;
    const recoveryMs = Math.round(performance.now() - killedAt);
    process.stdout.write(
      `recovery after SIGKILL of the worker: ${recoveryMs} ms (lease ${leaseSeconds} s; bound ${recoveryMsMax} ms)\n`,
    );
    expect(job).toMatchObject({ key: 'page', attempt: 2, fence: 2n });
    expect(recoveryMs).toBeLessThan(recoveryMsMax);
  } finally {
    await jobs.stop();
    await postgres.stop();
  }
});
