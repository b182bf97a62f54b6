import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import type { Bucket } from '../../domain/method.ts';
import type { Judged } from '../evaluate/judge.ts';
import type { Prepared } from '../evaluate/prepared.ts';
import type { CountsSources } from '../evaluate/window-plan.ts';
import { readOptions } from './report-options.ts';
import { readSeries } from './series.ts';

/** Steps in which a window is looked through for what leaves it next. */
const stepsMax = 720;

/**
 * What a rolling window of events holds, in steps of whole hours or minutes: with it a projection knows what leaves the window.
 * Undefined for what has no such history: calendar periods lose nothing, slices and composites are projected without it.
 */
export const hoursOf = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  prepared: Prepared,
  judged: Judged,
  { to, sources }: { readonly to: number; readonly sources: CountsSources },
): Promise<{ buckets: readonly Bucket[]; stepSeconds: number } | undefined> => {
  const [source] = prepared.sources;
  const { window } = prepared.definition;
  if (window.kind !== 'rolling' || prepared.sources.length !== 1 || source!.rule !== null) return undefined;
  const from = judged.window.from.epochMilliseconds / 1_000;
  const unit = to - from > stepsMax * 60 ? 3_600 : 60;
  const stepSeconds = unit * Math.max(1, Math.ceil((to - from) / (stepsMax * unit)));
  const first = Math.floor(from / stepSeconds) * stepSeconds;
  const steps = Array.from({ length: Math.ceil((to - first) / stepSeconds) }, (_, index) => {
    const at = first + index * stepSeconds;
    return { from: at, to: Math.min(to, at + stepSeconds), rolling: true };
  });
  const series = await readSeries(clickhouse, [source!], steps, sources, readOptions);
  return { stepSeconds, buckets: steps.map((step) => ({ at: step.from, ...series.counted(source!, step) })) };
};
