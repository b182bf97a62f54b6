import { Registry } from 'prom-client';
import { systemClock } from '../clock/clock.ts';
import { createLog } from '../log/log.ts';
import { connectPostgres } from '../postgres/connect.ts';
import { startJobs } from './start.ts';

/**
 * A worker in a process of its own, so that a test can kill it: `node worker-process-for-tests.ts <url> <lease seconds>`.
 * It takes a job, says its fence on standard output, and never finishes it.
 */
const [url, leaseSeconds] = process.argv.slice(2);
const log = createLog('silent');
const postgres = await connectPostgres({ target: { connectionString: url! }, log, connectionsMax: 2 });
const jobs = await startJobs(postgres, systemClock, log, new Registry(), { leaseSeconds: Number(leaseSeconds) });
jobs.handle('mail', (job) => {
  process.stdout.write(`took ${job.key} fence ${job.fence}\n`);
  return new Promise(() => undefined);
});
