import { Refusal } from '../../../../kernel/problem.ts';
import type { Figures, FiguresQuestion } from '../../../catalog/server/public.ts';
import { telemetryCodes } from '../../contract.ts';
import { planOf } from '../../domain/rollup-pieces.ts';
import { figureColumns, requestRows, type FigureRow } from './request-figures.ts';
import { sourcesNow, type Reads } from './reads.ts';
import { quantileOf } from './service-signals.ts';

interface Row extends FigureRow {
  readonly service: string;
  readonly environment: string;
  readonly step: number;
  readonly whole: number;
}

/** The same, or null while the engine is away: the list is then shown without figures. */
export const figuresWhileUp = async (reads: Reads, question: FiguresQuestion): Promise<Figures[] | null> => {
  try {
    return await figuresOfServices(reads, question);
  } catch (error) {
    if (error instanceof Refusal && error.problem.code === telemetryCodes.engineAway) return null;
    throw error;
  }
};

/** Golden figures of all services at once, for the catalog's list. The question's range begins at a step. */
export const figuresOfServices = async (reads: Reads, question: FiguresQuestion): Promise<Figures[]> => {
  const { from, to, stepSeconds } = question;
  const plan = planOf(
    { fromNs: from.epochNanoseconds, toNs: to.epochNanoseconds },
    stepSeconds,
    sourcesNow(reads, true),
  );
  const rows = requestRows(plan.pieces, { environment: question.environment ?? undefined }, ['service', 'environment']);
  const fromSecond = from.epochMilliseconds / 1_000;
  const found = await reads.engine.read<Row>(
    `-- Figures of each service and environment: a row a step of the sparkline, and one for the whole range.
     SELECT service, environment, toUInt32(intDiv(second - {origin:UInt32}, {step:UInt32}) * {step:UInt32} + {origin:UInt32}) AS step,
            toUInt8(grouping(step)) AS whole, ${figureColumns}
     FROM (${rows.sql})
     GROUP BY GROUPING SETS ((service, environment, step), (service, environment))
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { ...rows.params, step: stepSeconds, origin: fromSecond },
  );
  const byService = Map.groupBy(found, (row) => JSON.stringify([row.service, row.environment]));
  return [...byService.values()].map(figuresOf).filter((each) => each !== null);
};

const figuresOf = (rows: readonly Row[]): Figures | null => {
  const whole = rows.find((row) => row.whole === 1);
  if (!whole || Number(whole.requests) === 0) return null;
  return {
    service: whole.service,
    environment: whole.environment,
    requests: Number(whole.requests),
    errors: Number(whole.errors),
    p50Ms: quantileOf(whole, 0.5),
    p99Ms: quantileOf(whole, 0.99),
    steps: rows
      .filter((row) => row.whole === 0)
      .sort((a, b) => a.step - b.step)
      .map((row) => ({
        at: Temporal.Instant.fromEpochMilliseconds(row.step * 1_000),
        requests: Number(row.requests),
        errors: Number(row.errors),
        p99Ms: quantileOf(row, 0.99),
      })),
  };
};
