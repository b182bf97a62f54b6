import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { ObjectivesTables } from '../tables.ts';
import { createCycle, type CycleResult } from './cycle.ts';
import { lastEvaluation } from './store.ts';

/** Counts move within a second or two of what arrives; with this beat a burning budget is told within ten. */
export const everySeconds = 5;

/** Evaluates every objective by the clock, once over all processes; a cycle that takes longer than the beat delays the next. */
export const startEvaluating = (
  ground: Pick<Ground, 'postgres' | 'clickhouse' | 'ledger' | 'clock' | 'log' | 'metrics' | 'jobs'>,
): void => {
  const cycle = createCycle(ground);
  const measure = measures(ground);
  let undecided: string | null = null;
  ground.jobs.every('objectives.evaluate', everySeconds, async () => {
    const startedMs = ground.clock.monotonicMs();
    const result = await cycle.run();
    measure(result, (ground.clock.monotonicMs() - startedMs) / 1_000);
    const reason = result.decided ? null : result.reason;
    if (reason !== null && undecided === null) ground.log.warn({ reason }, 'objectives are not evaluated for now');
    if (reason === null && undecided !== null) ground.log.info({}, 'objectives are evaluated again');
    undecided = reason;
  });
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
