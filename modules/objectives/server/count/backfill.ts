import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { LeasedJob } from '../../../../platform/jobs/jobs.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { planSpans } from './span-plan.ts';
import type { KeptIndicator } from '../store.ts';
import type { Definitions } from './definitions.ts';
import { firstCounts } from './first-counts.ts';
import { historySteps, reachOf } from './history.ts';
import type { LeftOut } from './left-out.ts';
import { countLimits } from './limits.ts';
import type { SpanCounts } from './span-counts.ts';
import {
  allStates,
  beginBackfill,
  moveBackfill,
  setCountedFrom,
  setState,
  type CountDb,
  type CountTx,
} from './store.ts';

/** Counts the history of new indicators, in jobs that any process may take. */
export interface Backfill {
  /** Looks for indicators whose history is not counted and makes jobs of them. */
  sweep(): Promise<void>;
}

export interface BackfillOptions {
  readonly ground: Pick<Ground, 'jobs' | 'postgres' | 'clock'>;
  readonly clickhouse: ClickHouse;
  readonly db: CountDb;
  readonly definitions: Definitions;
  readonly counts: SpanCounts;
  readonly leftOut: LeftOut;
  readonly latencyEdgesMs: readonly number[];
  /** Counts the history of indicators that are no spans; false where it could not and has said why: it is tried again. */
  readonly others: (indicator: KeptIndicator, progress: (share: number) => Promise<void>) => Promise<boolean>;
  readonly onCounted: () => void;
}

const jobKind = 'objectives.backfill';

export const createBackfill = (options: BackfillOptions): Backfill => {
  const { ground, db } = options;
  ground.jobs.handle(jobKind, (job) => runJob(options, job));
  return {
    sweep: async () => {
      const states = await allStates(db);
      const indicators = await options.definitions.all();
      const nowMs = ground.clock.now().epochMilliseconds;
      const unused = indicators.filter(
        ({ number, unusedSince }) =>
          unusedSince !== null &&
          nowMs - unusedSince.epochMilliseconds > countLimits.unusedGraceMs / 2 &&
          states.get(number)?.state !== 'unused',
      );
      await setState(
        db,
        unused.map(({ number }) => number),
        'unused',
        { at: ground.clock.now() },
      );
      const wanted = indicators.filter(({ number, unusedSince, countedFrom }) => {
        if (unusedSince !== null) return false;
        const state = states.get(number);
        if (state === undefined || state.state === 'unused') return true;
        if (state.state === 'too-dear' || state.state === 'refused')
          return nowMs - state.since.epochMilliseconds > countLimits.againMs;
        if (countedFrom !== null || state.state === 'backfilling') return false;
        return nowMs - state.since.epochMilliseconds > countLimits.historyAgainMs;
      });
      for (const together of groups(wanted, options.latencyEdgesMs)) {
        const numbers = together.map(({ number }) => number);
        await ground.postgres.transaction(async (tx: CountTx) => {
          const begun = await beginBackfill(tx, numbers, ground.clock.now());
          const times = Math.max(...begun.map(({ backfills }) => backfills));
          await ground.jobs.schedule(tx, {
            kind: jobKind,
            key: `${numbers[0]}-${numbers.length}-${times}`,
            due: ground.clock.now(),
            data: { numbers },
            lane: 'ordinary',
            attemptsMax: 100,
          });
        });
      }
    },
  };
};

/** Those that follow from the rollups together, the others by service or alone. */
const groups = (indicators: readonly KeptIndicator[], edges: readonly number[]): KeptIndicator[][] => {
  const { definitions } = planSpans(indicators, edges);
  const keyOf = (indicator: KeptIndicator): string => {
    if (definitions.has(indicator.number)) return 'simple';
    const { definition } = indicator;
    return definition.kind === 'spans' ? `spans ${definition.of.service}` : `one ${indicator.number}`;
  };
  return [...Map.groupBy(indicators, keyOf).values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / countLimits.backfillTogether) }, (_, index) =>
      group.slice(index * countLimits.backfillTogether, (index + 1) * countLimits.backfillTogether),
    ),
  );
};

const runJob = async (options: BackfillOptions, job: LeasedJob): Promise<void> => {
  const wanted = new Set(job.data['numbers'] as number[]);
  const indicators = (await options.definitions.all()).filter(
    ({ number, unusedSince }) => wanted.has(number) && unusedSince === null,
  );
  if (indicators.length === 0) return;
  const numbers = indicators.map(({ number }) => number);
  const now = options.ground.clock.now();
  const progress = (share: number): Promise<void> => moveBackfill(options.db, numbers, share, now);
  const [first] = indicators;
  if (first!.definition.kind === 'spans') {
    if (!(await spans(options, job, indicators, progress))) return;
  } else if (!(await options.others(first!, progress))) return;
  await moveBackfill(options.db, numbers, null, now);
  options.onCounted();
};

/** False where another process has taken the job over. */
const spans = async (
  options: BackfillOptions,
  job: LeasedJob,
  indicators: readonly KeptIndicator[],
  progress: (share: number) => Promise<void>,
): Promise<boolean> => {
  const { clickhouse, db, ground } = options;
  const now = ground.clock.now();
  const { definitions } = planSpans(indicators, options.latencyEdgesMs);
  const fromSpans = !indicators.every(({ number }) => definitions.has(number));
  const services = [
    ...new Set(indicators.map(({ definition }) => (definition.kind === 'spans' ? definition.of.service : ''))),
  ];
  const reach = await reachOf(clickhouse, services);
  const nowSeconds = Math.floor(now.epochMilliseconds / 1_000);
  const steps = historySteps(options.counts, indicators, { nowSeconds, reach, fromSpans });
  for (const [index, step] of steps.entries()) {
    await step.run();
    if (!(await job.stillHeld())) return false;
    if (index < steps.length - 1) await progress((index + 1) / steps.length);
  }
  const firsts = await firstCounts(
    clickhouse,
    indicators.map(({ number }) => number),
  );
  const left = await options.leftOut.numbers();
  for (const { number, countedFrom } of indicators) {
    if (left.has(number)) continue;
    const from = Temporal.Instant.fromEpochMilliseconds(
      (firsts.get(number) ?? Math.floor(nowSeconds / 60) * 60) * 1_000,
    );
    if (countedFrom === null || Temporal.Instant.compare(from, countedFrom) < 0) await setCountedFrom(db, number, from);
  }
  return true;
};
