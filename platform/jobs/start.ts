import { Counter, Gauge, type Registry } from 'prom-client';
import { sql, type Kysely } from 'kysely';
import type { Clock } from '../clock/clock.ts';
import { newId } from '../clock/id.ts';
import type { Log } from '../log/log.ts';
import { startLoop, type Loop } from '../postgres/loop.ts';
import type { Postgres } from '../postgres/postgres.ts';
import type { Jobs, Lane, LeasedJob } from './jobs.ts';
import { startRecurring, type RecurringGround } from './recurring.ts';
import { dueChannel, endFarLeases, forgetEnded, insertJob, sweepDead } from './store.ts';
import { startLane, type Outcome, type WorkerGround } from './worker.ts';

export interface JobsOptions {
  /** How long a job stays with a process that died. */
  readonly leaseSeconds?: number;
  /** How many jobs of a lane run at once in this process. */
  readonly places?: Partial<Record<Lane, number>>;
  /** How long `stop` waits for what runs. */
  readonly drainMs?: number;
}

const lanes = { urgent: 8, ordinary: 4, housekeeping: 2 } as const satisfies Record<Lane, number>;
const leaseSecondsDefault = 5;
const drainMsDefault = 15_000;
const sweepMs = 1_000;
const forgetAfterDays = { done: 7, failed: 30 };

/** The due work of a server process: takes leases, does what is due, sweeps what died. */
export const startJobs = async (
  postgres: Postgres,
  _clock: Clock,
  log: Log,
  metrics: Registry,
  options: JobsOptions = {},
): Promise<Jobs & { wake(): void; stop(): Promise<void> }> => {
  const db = postgres.tables<any>();
  const measure = measures(metrics, db);
  const handlers = new Map<string, (job: LeasedJob) => Promise<void>>();
  const base = { db, log, holder: newId(), leaseSeconds: options.leaseSeconds ?? leaseSecondsDefault };
  const ground: WorkerGround = { ...base, handlers, onEnd: measure.ended };
  const workers = Object.entries(lanes).map(([lane, places]) =>
    startLane(lane as Lane, options.places?.[lane as Lane] ?? places, ground),
  );
  const recurring = new Map<string, Loop>();
  const recurringGround: RecurringGround = { ...base, onEnd: measure.ended };
  const sweeper = startSweeper(base, measure.ended);
  const listening = await postgres.listen(dueChannel, () => {
    for (const worker of workers) worker.wake();
  });
  const jobs: Jobs = {
    schedule: insertJob,
    handle: (kind, work) => {
      if (handlers.has(kind)) throw new Error(`jobs of ${kind} have two handlers`);
      handlers.set(kind, work);
      for (const worker of workers) worker.wake();
    },
    every: (name, everySeconds, work) => {
      if (recurring.has(name)) throw new Error(`the recurring work ${name} is registered twice`);
      recurring.set(name, startRecurring({ name, everySeconds, work }, recurringGround));
    },
  };
  jobs.every('jobs.forget-ended', 3_600, () => forgetEnded(db, forgetAfterDays));
  return {
    ...jobs,
    wake: () => {
      for (const part of [...workers, ...recurring.values(), sweeper]) part.wake();
    },
    stop: async () => {
      const drainMs = options.drainMs ?? drainMsDefault;
      await Promise.all([
        listening.stop(),
        sweeper.stop(),
        ...workers.map((worker) => worker.stop(drainMs)),
        ...[...recurring.values()].map((loop) => atMost(loop.stop(), drainMs)),
      ]);
    },
  };
};

const startSweeper = (
  { db, log, leaseSeconds }: Pick<RecurringGround, 'db' | 'log' | 'leaseSeconds'>,
  ended: (kind: string, outcome: Outcome) => void,
): Loop =>
  startLoop({
    everyMs: sweepMs,
    round: async () => {
      await endFarLeases(db, leaseSeconds);
      for (const dead of await sweepDead(db)) {
        log.error(dead, 'a job failed for good: its worker died on the last attempt');
        ended(dead.kind, 'failed');
      }
      return 'rest';
    },
    onError: (error) => log.warn({ error: error.message }, 'dead jobs could not be swept; trying again'),
  });

const atMost = async (work: Promise<void>, ms: number): Promise<void> => {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
};

const measures = (metrics: Registry, db: Kysely<any>): { ended(kind: string, outcome: Outcome): void } => {
  const ended = new Counter({
    name: 'leadline_jobs_ended_total',
    help: 'Attempts of jobs and recurring work by how they ended: done, again (will be retried), failed (for good), lost (taken over)',
    labelNames: ['kind', 'outcome'],
    registers: [metrics],
  });
  const overdue = new Gauge({
    name: 'leadline_jobs_overdue_seconds',
    help: 'How long the oldest due job of a lane has waited',
    labelNames: ['lane'],
    registers: [],
    async collect() {
      const { rows } = await sql<{ lane: string; seconds: number }>`-- The oldest due job that nobody has, by lane.
        SELECT lane, extract(epoch FROM ground.now() - min(ready_at))::float8 AS seconds FROM jobs.job
        WHERE state = 'waiting' AND ready_at <= ground.now() GROUP BY lane`.execute(db);
      for (const lane of Object.keys(lanes)) this.set({ lane }, rows.find((row) => row.lane === lane)?.seconds ?? 0);
    },
  });
  metrics.registerMetric(overdue);
  return { ended: (kind, outcome) => ended.inc({ kind, outcome }) };
};
