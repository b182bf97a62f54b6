import { canonicalText } from '../canonical-indicator.ts';
import { openSloVersion } from '../openslo/kinds.ts';
import { errorAt, noteAt, type Finding, type Path } from '../openslo/finding.ts';
import { isObject, isSaid, listAt, numberAt, textAt, valueAt, type Json } from '../openslo/json.ts';
import { anything, fields, flag, list, number, oneOf, optional, required, text } from '../openslo/shape.ts';
import { nameOf, type Converted, type Made } from './converted.ts';

export const v1alphaVersion = 'openslo/v1alpha';

const query = fields({
  source: required(text({ max: 255 }), 'the type of the source: prometheus'),
  queryType: required(text({ max: 255 }), 'the kind of the query: promql'),
  query: required(text({ max: 20_000 }), 'the query'),
  metadata: optional(anything),
});

const units = ['Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year'] as const;

const sloSpec = fields({
  description: optional(anything),
  service: required(anything, 'the service that this promises something of'),
  budgetingMethod: required(oneOf(['Occurrences', 'Timeslices']), 'Occurrences'),
  indicator: optional(fields({ thresholdMetric: required(query, 'a query: {source, queryType, query}') })),
  timeWindows: required(
    list(
      fields({
        unit: required(oneOf(units), 'a unit: Day'),
        count: required(
          number({ atLeast: 1, atMost: 100_000_000, whole: true, say: 'a whole number' }),
          'how many: 28',
        ),
        isRolling: optional(flag),
        calendar: optional(anything),
      }),
      { min: 1, max: 1, say: 'exactly one window' },
    ),
    'one window: [{unit: Day, count: 28, isRolling: true}]',
  ),
  objectives: required(
    list(
      fields({
        displayName: optional(anything),
        value: optional(number({ say: 'a number' })),
        op: optional(anything),
        target: required(anything, '0.999'),
        timeSliceTarget: optional(anything),
        ratioMetrics: optional(
          fields({
            good: required(query, 'a query: {source, queryType, query}'),
            total: required(query, 'a query: {source, queryType, query}'),
            incremental: optional(flag),
            counter: optional(flag),
          }),
        ),
      }),
      { min: 1, max: 50, say: '1 to 50 objectives' },
    ),
    'a list with a target: [{target: 0.999}]',
  ),
});

const document = fields({
  apiVersion: required(oneOf([v1alphaVersion]), v1alphaVersion),
  kind: required(oneOf(['SLO', 'Service']), 'SLO or Service'),
  metadata: required(
    fields({ name: required(anything, 'a name'), displayName: optional(anything) }),
    'metadata with a name',
  ),
  spec: optional(anything),
});

/**
 * OpenSLO v1alpha (kinds SLO and Service) as v1: sources become `metricSource`, units of time become durations. Objectives
 * with ratios of their own become documents of their own, because v1 would read them as one composite.
 */
export const convertV1alpha = (said: unknown): Converted => {
  const findings: Finding[] = [...document(said, [])];
  const spec = valueAt(said, 'spec');
  if (valueAt(said, 'kind') === 'Service')
    return { documents: [{ document: { ...(said as Json), apiVersion: openSloVersion }, places: [] }], findings };
  if (valueAt(said, 'kind') !== 'SLO') return { documents: [], findings };
  if (!isObject(spec)) return { documents: [], findings: [...findings, errorAt(['spec'], 'is missing; write a spec')] };
  findings.push(...sloSpec(spec, ['spec']), ...checkMetrics(spec));
  const ratios = listAt(spec, 'objectives').map((each) => valueAt(each, 'ratioMetrics'));
  const same = new Set(ratios.map(canonicalText)).size === 1;
  const groups =
    same || ratios.length === 0
      ? [listAt(spec, 'objectives').map((_, index) => index)]
      : ratios.map((_, index) => [index]);
  if (groups.length > 1)
    findings.push(
      noteAt(['spec', 'objectives'], 'each objective has a ratio of its own; each becomes an SLO of its own'),
    );
  return { documents: groups.map((group, index) => sloOf(said as Json, spec, group, index, findings)), findings };
};

const checkMetrics = (spec: Json): Finding[] => {
  const objectives = listAt(spec, 'objectives');
  const ratios = objectives.filter((each) => isSaid(each, 'ratioMetrics')).length;
  if (isSaid(spec, 'indicator') && ratios > 0)
    return [errorAt(['spec', 'indicator'], 'stands beside ratioMetrics of the objectives; take one of the two away')];
  if (!isSaid(spec, 'indicator') && ratios < objectives.length)
    return objectives.flatMap((each, index) =>
      isSaid(each, 'ratioMetrics')
        ? []
        : [
            errorAt(
              ['spec', 'objectives', index, 'ratioMetrics'],
              'is missing; write ratioMetrics here, or indicator for all objectives',
            ),
          ],
    );
  return [];
};

const sloOf = (said: Json, spec: Json, group: readonly number[], part: number, findings: Finding[]): Made => {
  const { timeWindows, indicator: _indicator, objectives, ...rest } = spec;
  const name = textAt(said, 'metadata', 'name');
  const first = group[0] ?? 0;
  const from: Path = isSaid(spec, 'indicator')
    ? ['spec', 'indicator', 'thresholdMetric']
    : ['spec', 'objectives', first, 'ratioMetrics'];
  const metadata = valueAt(said, 'metadata');
  const method = textAt(spec, 'budgetingMethod');
  if (method === 'Timeslices' && part === 0)
    findings.push(noteAt(['spec', 'budgetingMethod'], 'v1alpha names no length of a slice; one minute is taken'));
  return {
    document: {
      apiVersion: openSloVersion,
      kind: 'SLO',
      metadata:
        part === 0 || name === null || !isObject(metadata) ? metadata : { ...metadata, name: `${name}-${part + 1}` },
      spec: {
        ...rest,
        indicator: {
          metadata: { name: nameOf(name ?? 'indicator', ...(part === 0 ? [] : [String(part + 1)])) },
          spec: indicatorSpec(spec, first),
        },
        timeWindow: Array.isArray(timeWindows)
          ? timeWindows.map((each, index) => windowOf(each, ['spec', 'timeWindows', index], findings))
          : timeWindows,
        objectives: Array.isArray(objectives)
          ? group.map((index) => objectiveOf(objectives[index], method, !isSaid(spec, 'indicator')))
          : objectives,
      },
    },
    places: [
      [
        ['spec', 'timeWindow'],
        ['spec', 'timeWindows'],
      ],
      [
        ['spec', 'timeWindow', 0, 'duration'],
        ['spec', 'timeWindows', 0, 'count'],
      ],
      [['spec', 'indicator'], from],
      ...group.map((index, at): [Path, Path] => [
        ['spec', 'objectives', at],
        ['spec', 'objectives', index],
      ]),
    ],
  };
};

const indicatorSpec = (spec: Json, objective: number): Json => {
  const threshold = valueAt(spec, 'indicator', 'thresholdMetric');
  if (threshold !== null) return { thresholdMetric: metricOf(threshold) };
  const ratio = valueAt(spec, 'objectives', objective, 'ratioMetrics');
  return {
    ratioMetric: {
      counter: valueAt(ratio, 'incremental') === true || valueAt(ratio, 'counter') === true,
      good: metricOf(valueAt(ratio, 'good')),
      total: metricOf(valueAt(ratio, 'total')),
    },
  };
};

const metricOf = (said: unknown): Json => ({
  metricSource: {
    type: textAt(said, 'source') ?? undefined,
    spec: { query: textAt(said, 'query') ?? undefined, queryType: textAt(said, 'queryType') ?? undefined },
  },
});

/** `value` and `op` of an objective with a ratio say nothing, though v1alpha asks for them. */
const objectiveOf = (said: unknown, method: string | null, isRatio: boolean): unknown => {
  if (!isObject(said)) return said;
  const { ratioMetrics: _ratio, value, op, ...rest } = said;
  return {
    ...rest,
    ...(isRatio ? {} : { value, op }),
    ...(method === 'Timeslices' ? { timeSliceWindow: '1m' } : {}),
  };
};

const shorthand: Readonly<Record<string, string>> = {
  Minute: 'm',
  Hour: 'h',
  Day: 'd',
  Week: 'w',
  Month: 'M',
  Quarter: 'Q',
  Year: 'Y',
};

const windowOf = (said: unknown, path: Path, findings: Finding[]): unknown => {
  if (!isObject(said)) return said;
  const unit = textAt(said, 'unit') ?? '';
  const count = numberAt(said, 'count') ?? 0;
  if (unit === 'Second' && count % 60 !== 0)
    findings.push(errorAt([...path, 'count'], 'is no whole number of minutes; write a multiple of 60'));
  const duration = unit === 'Second' ? `${Math.floor(count / 60)}m` : `${count}${shorthand[unit] ?? ''}`;
  const rolling = said['isRolling'] === true || !isSaid(said, 'calendar');
  if (said['isRolling'] !== true && rolling)
    findings.push(noteAt(path, 'says neither isRolling: true nor a calendar; it is read as rolling'));
  return { duration, isRolling: rolling, ...(isSaid(said, 'calendar') ? { calendar: said['calendar'] } : {}) };
};
