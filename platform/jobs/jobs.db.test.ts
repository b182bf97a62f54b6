import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { createLog } from '../log/log.ts';
import { eventually } from '../postgres/eventually.ts';
import { moveClock, testPostgres } from '../postgres/for-tests.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { aJob } from './fixtures.ts';
import type { LeasedJob } from './jobs.ts';
import { jobsSource } from './source.ts';
import { startJobs, type JobsOptions } from './start.ts';
import type { NewJob } from './store.ts';

type RunningJobs = Awaited<ReturnType<typeof startJobs>>;

describe('due work is done, once at a time, whatever becomes of the process that took it', () => {
  let postgres: Postgres;
  let metrics: Registry;
  const running: RunningJobs[] = [];
  const start = async (options: JobsOptions = {}): Promise<RunningJobs> => {
    metrics = new Registry();
    const jobs = await startJobs(postgres, systemClock, createLog('silent'), metrics, { drainMs: 1_000, ...options });
    running.push(jobs);
    return jobs;
  };
  const schedule = (jobs: RunningJobs, overrides: Partial<NewJob> = {}): Promise<string> =>
    postgres.transaction((tx) => jobs.schedule(tx, aJob(overrides)));
  const rowOf = async (id: string): Promise<any> =>
    (await sql`SELECT * FROM jobs.job WHERE id = ${id}`.execute(postgres.tables<any>())).rows[0];
  beforeEach(async () => {
    postgres = await testPostgres([jobsSource]);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((jobs) => jobs.stop()));
    await postgres.stop();
  });

  it('does what is due now at once, and what is due later when its time has come', async () => {
    const jobs = await start();
    const done: string[] = [];
    jobs.handle('mail', async (job) => void done.push(job.key));
    const first = await schedule(jobs, { key: 'now' });
    await schedule(jobs, { key: 'later', due: Temporal.Now.instant().add({ hours: 1 }) });
    await eventually(async () => expect(await rowOf(first)).toMatchObject({ state: 'done' }));
    expect(done).toEqual(['now']);
    await moveClock(postgres, '2 hours');
    jobs.wake();
    await eventually(() => expect(done).toEqual(['now', 'later']));
  });

  it('writes the same key of one kind once, and nothing of a transaction that was undone', async () => {
    const jobs = await start();
    const first = await schedule(jobs, { key: 'same' });
    expect(await schedule(jobs, { key: 'same', data: { other: true } })).toBe(first);
    await postgres
      .transaction(async (tx) => {
        await jobs.schedule(tx, aJob({ key: 'undone' }));
        throw new Error('undo');
      })
      .catch(() => undefined);
    const { rows } = await sql`SELECT key FROM jobs.job`.execute(postgres.tables<any>());
    expect(rows).toEqual([{ key: 'same' }]);
  });

  it('shares 500 jobs over two processes, each done once', async () => {
    const done: string[] = [];
    const all = [await start(), await start()];
    await postgres.transaction(async (tx) => {
      for (let index = 0; index < 500; index += 1) await all[0]!.schedule(tx, aJob({ key: `${index}` }));
    });
    for (const jobs of all) jobs.handle('mail', async (job) => void done.push(job.key));
    await eventually(() => expect(done).toHaveLength(500));
    expect(new Set(done).size).toBe(500);
  });

  it('tries again with a growing pause, and after the last attempt fails for good and says so', async () => {
    const jobs = await start();
    let tries = 0;
    jobs.handle('mail', async () => {
      tries += 1;
      throw new Error(`no ${tries}`);
    });
    const id = await schedule(jobs, { attemptsMax: 2 });
    await eventually(async () =>
      expect(await rowOf(id)).toMatchObject({ state: 'waiting', attempts: 1, last_error: 'no 1', holder: null }),
    );
    await moveClock(postgres, '2 seconds');
    jobs.wake();
    await eventually(async () =>
      expect(await rowOf(id)).toMatchObject({ state: 'failed', attempts: 2, last_error: 'no 2' }),
    );
    expect(await metrics.metrics()).toContain('leadline_jobs_ended_total{kind="mail",outcome="failed"} 1');
  });

  it('gives a job whose holder is silent to another, and refuses the old holder from then on', async () => {
    const [one, two] = [await start({ leaseSeconds: 3_600 }), await start({ leaseSeconds: 3_600 })];
    const held: LeasedJob[] = [];
    const stuck = Promise.withResolvers<void>();
    one.handle('mail', async (job) => {
      held.push(job);
      await stuck.promise;
    });
    const id = await schedule(one);
    await eventually(() => expect(held).toHaveLength(1));
    expect(await held[0]!.stillHeld()).toBe(true);
    await moveClock(postgres, '2 hours');
    expect(await held[0]!.stillHeld()).toBe(false);
    const finish = Promise.withResolvers<void>();
    two.handle('mail', async (job) => {
      held.push(job);
      await finish.promise;
    });
    await eventually(() => expect(held).toHaveLength(2));
    expect(held[1]!.fence).toBeGreaterThan(held[0]!.fence);
    stuck.resolve();
    await eventually(async () => expect(await held[1]!.stillHeld()).toBe(true));
    expect(await rowOf(id)).toMatchObject({ state: 'waiting', attempts: 2 });
    finish.resolve();
    await eventually(async () => expect(await rowOf(id)).toMatchObject({ state: 'done' }));
  });

  it('sweeps a job whose worker died on its last attempt', async () => {
    const [one, two] = [await start({ leaseSeconds: 3_600, drainMs: 0 }), await start()];
    const taken = Promise.withResolvers<void>();
    one.handle('mail', () => {
      taken.resolve();
      return new Promise(() => undefined);
    });
    const id = await schedule(one, { attemptsMax: 1 });
    await taken.promise;
    await moveClock(postgres, '2 hours');
    two.wake();
    await eventually(async () =>
      expect(await rowOf(id)).toMatchObject({ state: 'failed', last_error: 'the worker died on the last attempt' }),
    );
  });

  it('never lets an urgent job wait behind others, and keeps a long job its own', async () => {
    const jobs = await start({ leaseSeconds: 1, places: { housekeeping: 1, ordinary: 1, urgent: 1 } });
    const open = Promise.withResolvers<void>();
    const order: string[] = [];
    jobs.handle('mail', async (job) => {
      order.push(`begin ${job.lane}`);
      if (job.lane !== 'urgent') await open.promise;
      order.push(`end ${job.lane}`);
    });
    for (const key of ['h1', 'h2', 'h3']) await schedule(jobs, { key, lane: 'housekeeping' });
    await schedule(jobs, { key: 'o', lane: 'ordinary' });
    await eventually(() => expect(order.toSorted()).toEqual(['begin housekeeping', 'begin ordinary']));
    await schedule(jobs, { key: 'u', lane: 'urgent' });
    await eventually(() => expect(order.slice(2)).toEqual(['begin urgent', 'end urgent']));
    const leaseEnd = async (): Promise<number> =>
      (
        await sql<{
          ready_at: Date;
        }>`SELECT ready_at FROM jobs.job WHERE lane = 'housekeeping' AND holder IS NOT NULL`.execute(
          postgres.tables<any>(),
        )
      ).rows[0]!.ready_at.getTime();
    const before = await leaseEnd();
    await eventually(async () => expect(await leaseEnd()).toBeGreaterThan(before));
    open.resolve();
    await eventually(() => expect(order.filter((step) => step === 'end housekeeping')).toHaveLength(3));
  });

  it('finishes what runs before it stops', async () => {
    const jobs = await start({ drainMs: 10_000 });
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    jobs.handle('mail', async () => {
      begun.resolve();
      await finish.promise;
    });
    const id = await schedule(jobs);
    await begun.promise;
    const stopped = jobs.stop();
    finish.resolve();
    await stopped;
    expect(await rowOf(id)).toMatchObject({ state: 'done' });
  });

  it('goes on where the clock is set back a day: leases and beats of the other clock are none', async () => {
    const jobs = await start();
    let [done, runs] = [0, 0];
    jobs.every('beat', 60, async () => void (runs += 1));
    await eventually(() => expect(runs).toBe(1));
    const id = await schedule(jobs);
    await sql`-- As a process that died leaves it.
      UPDATE jobs.job SET holder = gen_random_uuid(), fence = 1, attempts = 1, ready_at = ground.now() + interval '4 s' WHERE id = ${id}`.execute(
      postgres.tables<any>(),
    );
    await sql`-- And as a beat that was just begun elsewhere.
      UPDATE jobs.recurring SET holder = gen_random_uuid(), lease_until = ground.now() + interval '4 s'`.execute(
      postgres.tables<any>(),
    );
    await moveClock(postgres, '-1 day');
    jobs.handle('mail', async () => void (done += 1));
    await eventually(() => expect(done).toBe(1));
    jobs.wake();
    await eventually(() => expect(runs).toBe(2));
    expect(await rowOf(id)).toMatchObject({ state: 'done', attempts: 2 });
  });

  it('runs recurring work once over all processes at each beat, also after a failure', async () => {
    const all = [await start(), await start(), await start()];
    let runs = 0;
    for (const jobs of all) {
      jobs.every('sweep', 60, async () => {
        runs += 1;
        if (runs === 2) throw new Error('not now');
      });
    }
    await eventually(() => expect(runs).toBe(1));
    for (const expected of [2, 3, 4]) {
      await eventually(async () => {
        const { rows } =
          await sql`SELECT 1 FROM jobs.recurring WHERE name = 'sweep' AND lease_until IS NULL AND due > ground.now()`.execute(
            postgres.tables<any>(),
          );
        expect(rows).toHaveLength(1);
      });
      await moveClock(postgres, '61 seconds');
      for (const jobs of all) jobs.wake();
      await eventually(() => expect(runs).toBe(expected));
    }
  });
});
