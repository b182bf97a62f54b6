import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Bucket } from '../../domain/method.ts';
import { budgetWindow, type Prepared } from '../evaluate/prepared.ts';
import type { CountsSources } from '../evaluate/window-plan.ts';
import { readOptions } from './report-options.ts';
import { readSeries, type AskedStretch, type Series } from './series.ts';

/** Steps in which a window is looked through for what leaves it next. */
const stepsMax = 720;

/**
 * What a rolling window of events holds, in steps of whole hours or minutes: with it a projection knows what leaves the window.
 * Undefined for what has no such history: calendar periods lose nothing, slices and composites are projected without it.
 */
export const hoursOf = async (
  clickhouse: Pick<ClickHouse, 'query' | 'queryBinary'>,
  prepared: Prepared,
  { to, sources }: { readonly to: number; readonly sources: CountsSources },
): Promise<History | undefined> => {
  const steps = historySteps(prepared, to);
  if (steps === null) return undefined;
  const series = await readSeries(clickhouse, prepared.sources, steps.stretches, sources, readOptions);
  return historyFrom(prepared, steps, series);
};

/** Buckets of one length, oldest first. */
export interface History {
  readonly buckets: readonly Bucket[];
  readonly stepSeconds: number;
}

/** The stretches of a history before they are read. */
export interface HistorySteps {
  readonly stepSeconds: number;
  readonly stretches: readonly AskedStretch[];
}

/** What a history is made of, to be read with other stretches; null for what has none. */
export const historySteps = (prepared: Prepared, to: number): HistorySteps | null => {
  const { window } = prepared.definition;
  if (window.kind !== 'rolling' || !countsEvents(prepared)) return null;
  const from = budgetWindow(prepared.definition, to).from.epochMilliseconds / 1_000;
  const unit = to - from > stepsMax * 60 ? 3_600 : 60;
  const stepSeconds = unit * Math.max(1, Math.ceil((to - from) / (stepsMax * unit)));
  const first = Math.floor(from / stepSeconds) * stepSeconds;
  const stretches = Array.from({ length: Math.ceil((to - first) / stepSeconds) }, (_, index) => {
    const at = first + index * stepSeconds;
    return { from: at, to: Math.min(to, at + stepSeconds), rolling: true };
  });
  return { stepSeconds, stretches };
};

export const historyFrom = (
  prepared: Prepared,
  { stepSeconds, stretches }: HistorySteps,
  series: Pick<Series, 'counted'>,
): History => ({
  stepSeconds,
  buckets: stretches.map((step) => ({ at: step.from, ...series.counted(prepared.sources[0]!, step) })),
});

/** Whether an objective is one indicator whose events are counted. */
export const countsEvents = ({ sources }: Prepared): boolean => sources.length === 1 && sources[0]!.rule === null;
