import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { Counting } from '../count/start.ts';
import type { ObjectivesTables } from '../tables.ts';
import { createCycle, type CycleResult } from './cycle.ts';
import { lastEvaluation } from './store.ts';

/** Time alone ends windows and makes silence: evaluated at least this often, whether anything was counted or not. */
export const everySeconds = 5;
/**
 * When counts moved, they are looked at after this pause at the latest, or so many times what the last cycle took: a burning
 * budget is told a second or two after it was counted, and evaluation takes a fiftieth of a core at most.
 */
const pauseMsMin = 2_000;
const pauseFactor = 50;

/**
 * Evaluates every objective by the clock, once over all processes, and in the process that counted soon after counts moved. A
 * cycle that takes longer than the beat delays the next. Two processes that evaluate at once tell nothing twice: a transition is
 * written only on the row that it was decided on. Gives back how to stop; the beat is stopped by `jobs`.
 */
export const startEvaluating = (
  ground: Pick<Ground, 'postgres' | 'clickhouse' | 'ledger' | 'clock' | 'log' | 'metrics' | 'jobs'>,
  counting: Pick<Counting, 'onCounted'>,
): { stop(): Promise<void> } => {
  const cycle = createCycle(ground);
  const measure = measures(ground);
  let undecided: string | null = null;
  const evaluate = async (): Promise<void> => {
    const startedMs = ground.clock.monotonicMs();
    const result = await cycle.run();
    measure(result, (ground.clock.monotonicMs() - startedMs) / 1_000);
    const reason = result.decided ? null : result.reason;
    if (reason !== null && undecided === null) ground.log.warn({ reason }, 'objectives are not evaluated for now');
    if (reason === null && undecided !== null) ground.log.info({}, 'objectives are evaluated again');
    undecided = reason;
  };
  const woken = oneAtATime(evaluate, ground);
  counting.onCounted(woken.wake);
  ground.jobs.every('objectives.evaluate', everySeconds, woken.run);
  return { stop: woken.stop };
};

/** One cycle at a time in this process, since it remembers what the last one found: who asks meanwhile waits for the next. */
const oneAtATime = (work: () => Promise<void>, { log, clock }: Pick<Ground, 'log' | 'clock'>) => {
  let last: Promise<void> = Promise.resolve();
  let nextMs = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const run = (): Promise<void> => {
    const next = last.then(async () => {
      const startedMs = clock.monotonicMs();
      nextMs = startedMs + pauseMsMin;
      try {
        await work();
      } finally {
        const tookMs = clock.monotonicMs() - startedMs;
        nextMs = startedMs + Math.max(pauseMsMin, Math.min(everySeconds * 1_000, tookMs * pauseFactor));
      }
    });
    last = next.catch(() => undefined);
    return next;
  };
  return {
    run,
    wake: (): void => {
      if (timer !== null || stopped) return;
      timer = setTimeout(
        () => {
          timer = null;
          // The beat tries again within seconds, and what fails there is told by jobs.
          run().catch((error: unknown) =>
            log.warn({ error: String(error) }, 'counts that moved were not evaluated yet'),
          );
        },
        Math.max(0, nextMs - clock.monotonicMs()),
      ).unref();
    },
    stop: async (): Promise<void> => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await last;
    },
  };
};

const measures = ({ metrics, postgres, clock }: Pick<Ground, 'metrics' | 'postgres' | 'clock'>) => {
  const registers: Registry[] = [metrics];
  const seconds = new Histogram({
    name: 'leadline_objectives_cycle_seconds',
    help: 'How long an evaluation of all objectives took that this process made',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers,
  });
  const cycles = new Counter({
    name: 'leadline_objectives_cycles_total',
    help: 'Evaluations of this process by how they ended: decided, or undecided because counts could not be read',
    labelNames: ['outcome'],
    registers,
  });
  const transitions = new Counter({
    name: 'leadline_objectives_transitions_total',
    help: 'Changes of conditions that this process wrote, by kind of event',
    labelNames: ['kind'],
    registers,
  });
  const objectives = new Gauge({
    name: 'leadline_objectives_evaluated',
    help: 'Objectives in the last evaluation of any process',
    registers,
  });
  const age = new Gauge({
    name: 'leadline_objectives_last_cycle_age_seconds',
    help: 'Time since objectives were last decided on, by any process',
    registers,
    async collect() {
      const last = await lastEvaluation(postgres.tables<ObjectivesTables>());
      if (!last?.decidedAt) return;
      this.set((clock.now().epochMilliseconds - last.decidedAt.epochMilliseconds) / 1_000);
      objectives.set(last.objectives);
    },
  });
  age.reset();
  return (result: CycleResult, took: number): void => {
    seconds.observe(took);
    cycles.inc({ outcome: result.decided ? 'decided' : 'undecided' });
    if (!result.decided) return;
    for (const { event } of result.transitions) if (event) transitions.inc({ kind: event.kind });
  };
};
