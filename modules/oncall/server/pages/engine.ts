import { Counter, Gauge, Histogram } from 'prom-client';
import { newId } from '../../../../platform/clock/id.ts';
import { startLoop, type Loop } from '../../../../platform/postgres/loop.ts';
import { decide } from './decide.ts';
import { dueChannel, endSnoozes, untilNextMs } from './engine-store.ts';
import { endFarLeases, followClock } from './clock-store.ts';
import { batchMax, evaluate, leaseSeconds } from './evaluate.ts';
import { openCounts } from './engine-views.ts';
import type { PagesGround } from './pages-ground.ts';
import { handedMax, send } from './send.ts';
import type { PagesTables } from './tables.ts';

/** A wake-up that got lost, and a clock that was moved, cost no more than this. */
const beatMs = 1_000;
/** A clock that was set back is found out within this time. */
const clockMs = 5_000;

/**
 * The engine of one process: evaluate, decide, send, again and again, woken by notifications and by a beat. Several processes share
 * the work by leases; nothing that it knows is only here.
 */
export const startEngine = async (ground: PagesGround): Promise<{ wake(): void; stop(): Promise<void> }> => {
  const db = ground.postgres.tables<PagesTables>();
  const holder = newId();
  const measure = measures(ground);
  const loop = startLoop({
    everyMs: beatMs,
    round: async () => {
      const woken = await endSnoozes(db);
      const evaluated = await evaluate(ground, holder);
      const lateness = evaluated.steps.map(({ held }) => held.now.since(held.dueAt).total('seconds'));
      const decided = evaluated.steps.length === 0 ? 0 : await decide(ground, evaluated);
      for (const seconds of lateness) measure.lateness.observe(Math.max(0, seconds));
      measure.decided.inc(decided);
      const handed = await send(ground);
      measure.handed.inc(handed);
      if (woken > 0 || evaluated.steps.length === batchMax || handed === handedMax) return 'more';
      return (await untilNextMs(db)) ?? 'rest';
    },
    onError: (error) => ground.log.error({ err: error }, 'pages could not be escalated; trying again'),
  });
  const clock = followTheClock(ground, () => loop.wake());
  const listening = await ground.postgres.listen(dueChannel, () => loop.wake());
  return {
    wake: loop.wake,
    stop: async () => {
      await listening.stop();
      await clock.stop();
      await loop.stop();
    },
  };
};

/** Where the database's clock is set far back nothing waits for the time that it lost. */
const followTheClock = ({ postgres, log }: PagesGround, wake: () => void): Loop =>
  startLoop({
    everyMs: clockMs,
    round: async () => {
      const back = await followClock(postgres);
      const leases = await endFarLeases(postgres.tables<PagesTables>(), leaseSeconds);
      if (back > 0)
        log.warn({ seconds: Math.round(back) }, 'the clock of the database was set back; what waits went with it');
      if (back > 0 || leases > 0) wake();
      return 'rest';
    },
    onError: (error) => log.warn({ error: error.message }, 'the clock could not be looked at; trying again'),
  });

const measures = ({ metrics, postgres, log }: PagesGround) => {
  new Gauge({
    name: 'leadline_oncall_pages_open',
    help: 'Pages that are not resolved, by state',
    labelNames: ['state'],
    registers: [metrics],
    async collect() {
      await openCounts(postgres.tables<PagesTables>()).then(
        (counts) => {
          for (const state of ['triggered', 'acknowledged'] as const) this.set({ state }, counts[state]);
        },
        (error: Error) => log.warn({ error: error.message }, 'open pages could not be counted'),
      );
    },
  });
  return {
    decided: new Counter({
      name: 'leadline_oncall_steps_decided_total',
      help: 'Escalation steps that this process decided',
      registers: [metrics],
    }),
    handed: new Counter({
      name: 'leadline_oncall_notifications_handed_total',
      help: 'Notifications of later rules that this process handed to delivery',
      registers: [metrics],
    }),
    lateness: new Histogram({
      name: 'leadline_oncall_step_lateness_seconds',
      help: 'Time from the instant at which a step was due until it was taken',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60],
      registers: [metrics],
    }),
  };
};
