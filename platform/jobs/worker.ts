import type { Kysely } from 'kysely';
import type { Log } from '../log/log.ts';
import { startLoop, type Loop } from '../postgres/loop.ts';
import type { Lane, LeasedJob } from './jobs.ts';
import { isHeld, markDone, markFailed, prolong, takeDue, untilNextMs, type Taken } from './store.ts';

export type Outcome = 'done' | 'again' | 'failed' | 'lost';

export interface WorkerGround {
  readonly db: Kysely<any>;
  readonly log: Log;
  readonly holder: string;
  readonly leaseSeconds: number;
  readonly handlers: ReadonlyMap<string, (job: LeasedJob) => Promise<void>>;
  readonly onEnd: (kind: string, outcome: Outcome) => void;
}

export interface LaneWorker {
  wake(): void;
  /** Takes nothing more; resolves when what runs is done or `drainMs` are over. */
  stop(drainMs: number): Promise<void>;
}

const pollMs = 1_000;

/** Works on one lane with places of its own, so that no lane ever waits behind another. */
export const startLane = (lane: Lane, placesMax: number, ground: WorkerGround): LaneWorker => {
  const running = new Map<Taken, Promise<void>>();
  const loop: Loop = startLoop({
    everyMs: pollMs,
    round: async () => {
      const limit = placesMax - running.size;
      if (limit <= 0 || ground.handlers.size === 0) return 'rest';
      const { holder, leaseSeconds } = ground;
      const taken = await takeDue(ground.db, { lane, kinds: [...ground.handlers.keys()], limit, holder, leaseSeconds });
      for (const job of taken) {
        const work = workOn(job, ground).finally(() => {
          running.delete(job);
          loop.wake();
        });
        running.set(job, work);
      }
      if (taken.length === limit) return 'rest';
      return (await untilNextMs(ground.db, lane)) ?? 'rest';
    },
    onError: (error) =>
      ground.log.warn({ lane, error: error.message }, 'due work could not be looked for; trying again'),
  });
  const beat = setInterval(
    () => {
      if (running.size > 0)
        void prolong(ground.db, [...running.keys()], ground.leaseSeconds).catch((error: Error) =>
          ground.log.warn({ error: error.message }, 'leases could not be prolonged'),
        );
    },
    (ground.leaseSeconds * 1_000) / 3,
  );
  return {
    wake: loop.wake,
    stop: async (drainMs) => {
      await loop.stop();
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, drainMs);
      await Promise.race([Promise.all(running.values()), late.promise]);
      clearTimeout(timer);
      clearInterval(beat);
      if (running.size > 0)
        ground.log.warn({ lane, left: running.size }, 'work is left to its leases: another process will take it');
    },
  };
};

/** Never throws: what goes wrong is written into the job, or left to its lease. */
const workOn = async (job: Taken, ground: WorkerGround): Promise<void> => {
  const { log } = ground;
  try {
    const outcome = await attempt(job, ground);
    ground.onEnd(job.kind, outcome);
    if (outcome === 'lost')
      log.warn({ kind: job.kind, key: job.key, fence: String(job.fence) }, 'a job was taken over before it ended here');
  } catch (error) {
    log.error(
      { kind: job.kind, key: job.key, err: error },
      'the end of a job could not be written; its lease will run out',
    );
  }
};

const attempt = async (job: Taken, { db, log, handlers }: WorkerGround): Promise<Outcome> => {
  try {
    await handlers.get(job.kind)!({ ...job, stillHeld: () => isHeld(db, job) });
  } catch (error) {
    const outcome = (await markFailed(db, job, error)) ?? 'lost';
    const told = { kind: job.kind, key: job.key, attempt: job.attempt, of: job.attemptsMax, err: error };
    if (outcome === 'failed') log.error(told, 'a job failed for good');
    else log.warn(told, 'a job failed and will be tried again');
    return outcome;
  }
  return (await markDone(db, job)) ? 'done' : 'lost';
};
