import type { Indicator, ThresholdOp } from '../indicator.ts';
import { errorAt, type Finding, type Path } from './finding.ts';
import { isSaid } from './json.ts';
import { conditionsOf, type LeadlineSource } from './leadline-source.ts';

/** A threshold over Leadline's own data: durations of requests, samples of a gauge, values of a histogram. */
export const thresholdOf = (
  source: LeadlineSource,
  said: { readonly op: ThresholdOp; readonly bound: number; readonly path: Path },
): { indicator: Indicator | null; findings: readonly Finding[] } => {
  switch (source.of) {
    case 'spans':
      return ofSpans(source, said);
    case 'metric':
      return ofMetric(source, said);
    case 'objective':
      return refused(
        source.path,
        'an objective has no threshold; write ratioMetric: {rawType: success, raw: …} with it',
      );
  }
};

type Said = Parameters<typeof thresholdOf>[1];

const refused = (path: Path, message: string): { indicator: null; findings: Finding[] } => ({
  indicator: null,
  findings: [errorAt(path, message)],
});

const ofSpans = (source: Extract<LeadlineSource, { of: 'spans' }>, { op, bound, path }: Said) => {
  const { status, slowerThanMs, withinMs, measure } = conditionsOf(source.said);
  if (measure === null) return refused([...source.path, 'measure'], 'is missing; write measure: durationMs');
  if (status !== null || slowerThanMs !== null || withinMs !== null)
    return refused(source.path, 'has a condition beside the threshold; take status, slowerThanMs and withinMs away');
  if (op !== 'lte') return refused([...path, 'op'], 'a request is good when it is fast enough; write lte');
  if (bound <= 0) return refused([...path, 'value'], 'is not above 0; write milliseconds: 300');
  const indicator: Indicator = { kind: 'spans', of: source.selection, bad: [{ kind: 'slower-than', ms: bound }] };
  return { indicator, findings: [] };
};

const ofMetric = (source: Extract<LeadlineSource, { of: 'metric' }>, { op, bound, path }: Said) => {
  if (isSaid(source.said, 'within'))
    return refused([...source.path, 'within'], 'stands beside the value of the objective; take it away');
  if (conditionsOf(source.said).measure !== 'histogram') {
    const indicator: Indicator = { kind: 'metric-threshold', of: source.selection, op, bound };
    return { indicator, findings: [] };
  }
  if (op !== 'lte')
    return refused([...path, 'op'], 'buckets of a histogram count what is at most their bound; write lte');
  return { indicator: { kind: 'metric-within', of: source.selection, bound } as Indicator, findings: [] };
};
