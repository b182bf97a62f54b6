import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { createLog } from '../platform/log/log.ts';
import { startEngine } from '../platform/postgres/engine.ts';

/** A PostgreSQL of the simulation's own, which it kills while work is under way. */
export interface SimulatedDatabase {
  readonly url: string;
  readonly prefix: string;
  /** Ends it as a crash does, with what it had under way; resolves when it takes connections again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Recovery after a crash is waited for this long. */
const backMsMax = 60_000;

/** On a temporary folder and without fsync: what a killed process wrote is in the hands of the operating system, and that goes on. */
export const startSimulatedDatabase = async (): Promise<SimulatedDatabase> => {
  const data = await mkdtemp(join('/tmp', 'leadline-simulated-'));
  const engine = await startEngine({
    data,
    log: createLog('silent'),
    purpose: 'server',
    // A commit that was answered is written to the operating system; only what it would do against a loss of power is left out.
    settings: { fsync: 'off', synchronous_commit: 'on', max_connections: '60' },
  });
  const url = `postgresql://leadline@localhost/postgres?host=${encodeURIComponent(engine.socket)}`;
  return {
    url,
    prefix: 'simulated_',
    crash: async () => {
      const before = engine.restarts();
      const pid = engine.pid();
      // Immediate shutdown: every backend ends where it stands, and the next start recovers from the log.
      if (pid !== undefined) process.kill(pid, 'SIGQUIT');
      const until = performance.now() + backMsMax;
      while (engine.restarts() === before || !(await answers(url))) {
        if (performance.now() > until) throw new Error('the database does not come back');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: async () => {
      await engine.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
};

const answers = async (url: string): Promise<boolean> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};
