import type { Indicator, ThresholdOp } from '../indicator.ts';
import type { IndicatorRef } from '../objective.ts';
import { errorAt, noteAt, type Finding, type Path } from './finding.ts';
import { isSaid, numberAt, textAt, valueAt } from './json.ts';
import { metricSourceOf, type MetricSource } from './metric-of.ts';
import { countPerMinute, hasWindow, withWindow } from './query-window.ts';
import { ratioOfMetrics } from './ratio-of-metrics.ts';
import { ratioOfSpans } from './ratio-of-spans.ts';
import type { Surroundings } from './surroundings.ts';
import { thresholdOf } from './threshold-of.ts';

/** An SLI with where it stands and what it is called. */
export interface SaidIndicator {
  readonly name: string;
  readonly displayName: string | null;
  readonly spec: unknown;
  readonly path: Path;
}

/** One entry of `objectives`, with where it stands. */
export interface SaidObjective {
  readonly value: unknown;
  readonly path: Path;
}

export interface IndicatorOutcome {
  /** Null where it cannot be read. */
  readonly ref: IndicatorRef | null;
  readonly findings: readonly Finding[];
}

/** What an SLI counts, for one objective (which says the threshold, where there is one). */
export const indicatorOf = (
  sli: SaidIndicator,
  objective: SaidObjective,
  around: Surroundings,
  environment: string | null,
): IndicatorOutcome => {
  const findings = checkOperator(sli, objective);
  const compiled = isSaid(sli.spec, 'thresholdMetric')
    ? threshold(sli, objective, around, environment)
    : ratio(sli, around, environment);
  return { ref: compiled.ref, findings: [...findings, ...compiled.findings] };
};

const none = (findings: readonly Finding[]): IndicatorOutcome => ({ ref: null, findings });
const counted = (definition: Indicator, findings: readonly Finding[]): IndicatorOutcome => ({
  ref: { kind: 'indicator', number: 0, definition },
  findings,
});

/**
 * `op` and `value` belong to a threshold metric and to nothing else. An `op` alone beside a ratio, as in OpenSLO's own examples,
 * says nothing and does no harm: a note.
 */
const checkOperator = (sli: SaidIndicator, { value, path }: SaidObjective): Finding[] => {
  const missing = (field: string, write: string): Finding[] =>
    isSaid(value, field)
      ? []
      : [errorAt([...path, field], `is missing; a thresholdMetric needs it: write ${field}: ${write}`)];
  if (isSaid(sli.spec, 'thresholdMetric')) return [...missing('op', 'lte'), ...missing('value', '300')];
  if (!isSaid(sli.spec, 'ratioMetric')) return [];
  const nothing = 'means nothing with a ratioMetric, only with a thresholdMetric; take it away';
  if (isSaid(value, 'value'))
    return ['op', 'value'].filter((field) => isSaid(value, field)).map((field) => errorAt([...path, field], nothing));
  return isSaid(value, 'op') ? [noteAt([...path, 'op'], nothing)] : [];
};

const threshold = (
  sli: SaidIndicator,
  objective: SaidObjective,
  around: Surroundings,
  environment: string | null,
): IndicatorOutcome => {
  const path = [...sli.path, 'thresholdMetric'];
  const { source, findings } = metricSourceOf(valueAt(sli.spec, 'thresholdMetric'), path, around, environment);
  const op = textAt(objective.value, 'op') as ThresholdOp | null;
  const bound = numberAt(objective.value, 'value');
  if (!source || op === null || bound === null) return none(findings);
  switch (source.by) {
    case 'leadline': {
      const outcome = thresholdOf(source.source, { op, bound, path: objective.path });
      return outcome.indicator
        ? counted(outcome.indicator, [...findings, ...outcome.findings])
        : none([...findings, ...outcome.findings]);
    }
    case 'nobody':
      return counted({ kind: 'fed', feeder: source.type, key: `${sli.name} ${op} ${bound}` }, findings);
    default:
      return counted(
        {
          kind: 'external',
          source: source.source,
          sourceKind: source.by,
          read: { kind: 'threshold', query: withWindow(source.query), op, bound },
        },
        findings,
      );
  }
};

const ratio = (sli: SaidIndicator, around: Surroundings, environment: string | null): IndicatorOutcome => {
  const path = [...sli.path, 'ratioMetric'];
  const said = valueAt(sli.spec, 'ratioMetric');
  const sourceOf = (field: string) => metricSourceOf(valueAt(said, field), [...path, field], around, environment);
  if (isSaid(said, 'raw')) {
    const { source, findings } = sourceOf('raw');
    return source
      ? raw(sli, source, textAt(said, 'rawType') === 'failure' ? 'bad' : 'good', path, findings)
      : none(findings);
  }
  const is = isSaid(said, 'good') ? 'good' : 'bad';
  const total = sourceOf('total');
  const part = sourceOf(is);
  const findings = [...total.findings, ...part.findings];
  if (!total.source || !part.source) return none(findings);
  return fraction(
    sli,
    { total: total.source, part: part.source, is, counter: valueAt(said, 'counter') === true, path },
    findings,
  );
};

interface Fraction {
  readonly total: MetricSource;
  readonly part: MetricSource;
  readonly is: 'good' | 'bad';
  readonly counter: boolean;
  readonly path: Path;
}

const fraction = (sli: SaidIndicator, said: Fraction, findings: readonly Finding[]): IndicatorOutcome => {
  const { total, part, is, counter, path } = said;
  if (total.by === 'nobody' || part.by === 'nobody') {
    const type = total.by === 'nobody' ? total.type : (part as { type: string }).type;
    return counted({ kind: 'fed', feeder: type, key: sli.name }, findings);
  }
  if (total.by === 'leadline' && part.by === 'leadline') {
    const outcome = leadlineFraction(total.source, part.source, is);
    const all = [...findings, ...outcome.findings];
    return outcome.indicator ? counted(outcome.indicator, all) : none(all);
  }
  if (total.by === 'leadline' || part.by === 'leadline' || total.by !== part.by || total.source !== part.source)
    return none([
      ...findings,
      errorAt([...path, is, 'metricSource'], 'asks another source than total; write the same one for both'),
    ]);
  const read = {
    kind: 'ratio',
    counter: counter && !hasWindow(total.query) && !hasWindow(part.query),
    total: countPerMinute(total.query),
    part: { is, query: countPerMinute(part.query) },
  } as const;
  return counted({ kind: 'external', source: total.source, sourceKind: total.by, read }, findings);
};

type LeadlineSource = Extract<MetricSource, { by: 'leadline' }>['source'];

const leadlineFraction = (
  total: LeadlineSource,
  part: LeadlineSource,
  is: 'good' | 'bad',
): { indicator: Indicator | null; findings: readonly Finding[] } => {
  if (total.of === 'spans' && part.of === 'spans') return ratioOfSpans(total, part, is);
  if (total.of === 'metric' && part.of === 'metric') return ratioOfMetrics(total, part, is);
  const words =
    total.of === 'objective' || part.of === 'objective'
      ? 'an objective is no count; write ratioMetric: {rawType: success, raw: …} with it'
      : `counts ${part.of}, but total counts ${total.of}; write the same for both`;
  return { indicator: null, findings: [errorAt(part.path, words)] };
};

const raw = (
  sli: SaidIndicator,
  source: MetricSource,
  is: 'good' | 'bad',
  path: Path,
  findings: readonly Finding[],
): IndicatorOutcome => {
  switch (source.by) {
    case 'nobody':
      return counted({ kind: 'fed', feeder: source.type, key: sli.name }, findings);
    case 'leadline':
      if (source.source.of !== 'objective')
        return none([
          ...findings,
          errorAt(source.source.path, 'is no ratio; write good and total (or bad and total) instead of raw'),
        ]);
      return is === 'bad'
        ? none([...findings, errorAt([...path, 'rawType'], 'an objective tells what was good; write success')])
        : { ref: { kind: 'objective', name: source.source.name }, findings };
    default:
      return counted(
        {
          kind: 'external',
          source: source.source,
          sourceKind: source.by,
          read: { kind: 'raw', is, query: withWindow(source.query) },
        },
        findings,
      );
  }
};
