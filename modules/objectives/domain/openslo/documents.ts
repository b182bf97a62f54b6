import { openSloKinds, openSloVersion, type OpenSloKind } from './kinds.ts';
import { objectiveLimits } from '../objective.ts';
import { checkAnnotations } from './annotations.ts';
import { duration } from './duration.ts';
import { errorAt, type Finding, type Path } from './finding.ts';
import { isObject, isSaid, listAt, textAt, valueAt } from './json.ts';
import { leadlineSpec } from './leadline-source.ts';
import {
  anything,
  both,
  fields,
  flag,
  list,
  mapOf,
  number,
  oneOf,
  optional,
  required,
  text,
  type Field,
  type Shape,
} from './shape.ts';
import { checkTarget } from './target.ts';
import { checkWindow } from './time-window.ts';

/** OpenSLO v1 as https://github.com/OpenSLO/OpenSLO says it and OpenSLO/go-sdk checks it: shapes of all kinds. */

const label = text({
  max: 63,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  say: 'a name of small letters, digits and dashes, with a letter or digit at both ends: my-name',
});
const description = text({ max: objectiveLimits.descriptionLength, mayBeEmpty: true });
const plain = text({ max: 1_000 });
const word = text({ max: 255 });

const labelKey = (key: string): string | null =>
  /^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(key)
    ? null
    : 'is no label key; write at most 63 letters, digits, dashes, dots and underscores, with a letter or digit at both ends';
const annotationKey = (key: string): string | null =>
  /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(
    key,
  ) &&
  (key.split('/').length === 1 || key.split('/')[0]!.length <= 253)
    ? null
    : 'is no annotation key; write a name of at most 63 characters, with a domain before it where wanted: my-domain.org/my-key';

const labelValue: Shape = (value, path) =>
  Array.isArray(value)
    ? list(word, { max: 100, say: 'texts' })(value, path)
    : text({ max: 255, mayBeEmpty: true })(value, path);

const metadata = (kind: string): Shape =>
  both(
    fields({
      name: required(label, 'the name by which this is known: my-name'),
      displayName: optional(text({ max: 63 })),
      labels: optional(mapOf(labelKey, labelValue, { max: 100 })),
      annotations: optional(mapOf(annotationKey, text({ max: 10_000, mayBeEmpty: true }), { max: 100 })),
    }),
    (value, path) => checkAnnotations(value, kind, path),
  );

/** Queries of outside sources: which field holds the query, by type in small letters. */
export const queryFields: Readonly<Record<string, readonly string[]>> = {
  prometheus: ['query', 'promql'],
  splunk: ['query', 'search'],
  dynatrace: ['query', 'metricSelector'],
};

const metricSource: Shape = (value, path) => {
  const found = [
    ...fields({
      metricSourceRef: optional(label),
      type: optional(word),
      spec: required(fields({}, { open: true }), 'what the source is asked: spec: {query: …}'),
    })(value, path),
  ];
  if (!isObject(value)) return found;
  if (!isSaid(value, 'type') && !isSaid(value, 'metricSourceRef'))
    found.push(
      errorAt(
        [...path, 'type'],
        'is missing; write type: leadline, Prometheus …, or metricSourceRef: NAME of a DataSource',
      ),
    );
  const spec = valueAt(value, 'spec');
  const type = textAt(value, 'type')?.toLowerCase() ?? null;
  if (isObject(spec) && Object.keys(spec).length === 0)
    found.push(errorAt([...path, 'spec'], 'is empty; write what the source is asked'));
  else if (type === 'leadline' && isObject(spec)) found.push(...leadlineSpec(spec, [...path, 'spec']));
  else if (type !== null && isObject(spec) && Object.hasOwn(queryFields, type))
    found.push(...checkQuery(type, spec, path));
  return found;
};

const checkQuery = (type: string, spec: unknown, path: Path): Finding[] => {
  const names = queryFields[type]!;
  const said = names.find((each) => isSaid(spec, each));
  if (said === undefined) return [errorAt([...path, 'spec', names[0]!], `is missing; write the query: ${names[0]}: …`)];
  return [...text({ max: 20_000, say: 'a query' })(valueAt(spec, said), [...path, 'spec', said])];
};

const metric = fields({ metricSource: required(metricSource, 'where the values come from') });

const ratioMetric: Shape = (value, path) => {
  const found = [
    ...fields({
      counter: optional(flag),
      good: optional(metric),
      bad: optional(metric),
      total: optional(metric),
      rawType: optional(oneOf(['success', 'failure'])),
      raw: optional(metric),
    })(value, path),
  ];
  if (!isObject(value)) return found;
  const has = (field: string): boolean => isSaid(value, field);
  const beside = (field: string, other: string): number =>
    found.push(errorAt([...path, field], `stands beside ${other}; take one of the two away`));
  if (has('raw')) {
    for (const other of ['total', 'good', 'bad']) if (has(other)) beside(other, 'raw');
    if (!has('rawType'))
      found.push(errorAt([...path, 'rawType'], 'is missing; write success (good/total) or failure (bad/total)'));
    return found;
  }
  if (!has('total'))
    found.push(errorAt([...path, 'total'], 'is missing; write total with good or bad, or raw with rawType'));
  if (has('good') && has('bad')) beside('bad', 'good');
  if (!has('good') && !has('bad')) found.push(errorAt([...path, 'good'], 'is missing; write good or bad beside total'));
  return found;
};

const sliSpec: Shape = (value, path) => {
  const found = [
    ...fields({
      description: optional(description),
      thresholdMetric: optional(metric),
      ratioMetric: optional(ratioMetric),
    })(value, path),
  ];
  if (!isObject(value)) return found;
  const both_ = isSaid(value, 'thresholdMetric') && isSaid(value, 'ratioMetric');
  if (both_) found.push(errorAt([...path, 'ratioMetric'], 'stands beside thresholdMetric; take one of the two away'));
  if (!isSaid(value, 'thresholdMetric') && !isSaid(value, 'ratioMetric'))
    found.push(errorAt([...path, 'ratioMetric'], 'is missing; write ratioMetric or thresholdMetric'));
  return found;
};

const inline = (kind: OpenSloKind, spec: Shape, { withKind }: { withKind: boolean }): Record<string, Field> => ({
  ...(withKind ? { kind: required(oneOf([kind]), `kind: ${kind}`) } : { kind: optional(oneOf([kind])) }),
  apiVersion: optional(oneOf([openSloVersion])),
  metadata: required(metadata(kind), 'metadata with a name'),
  spec: required(spec, 'a spec'),
});

const inlineSli = fields(inline('SLI', sliSpec, { withKind: false }));

const operator = oneOf(['lte', 'gte', 'lt', 'gt']);

const condition = fields({
  kind: optional(oneOf(['burnrate'])),
  op: required(operator, 'gte'),
  threshold: required(number({ above: 0, atMost: 1_000_000, say: 'a burn rate above 0: 14.4' }), 'a burn rate: 14.4'),
  lookbackWindow: required(duration(), 'a duration: 1h'),
  alertAfter: optional(duration({ mayBeZero: true })),
});

const conditionSpec = fields({
  description: optional(description),
  severity: required(word, 'how urgent it is: page'),
  condition: required(condition, 'a condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h}'),
});

const targetSpec = fields({
  description: optional(description),
  target: required(plain, 'where to tell it: slack'),
});

/** Either a reference or the thing itself. */
const inlineOrRef =
  (ref: string, kind: OpenSloKind, spec: Shape): Shape =>
  (value, path) => {
    if (!isObject(value)) return fields({})(value, path);
    if (isSaid(value, ref) && isSaid(value, 'spec'))
      return [errorAt([...path, ref], `stands beside a whole ${kind}; take one of the two away`)];
    return isSaid(value, ref) || !isSaid(value, 'spec')
      ? fields({ [ref]: required(label, `the name of an ${kind}, or write the whole ${kind} here`) })(value, path)
      : fields(inline(kind, spec, { withKind: true }))(value, path);
  };

const policySpec = fields({
  description: optional(description),
  alertWhenNoData: optional(flag),
  alertWhenResolved: optional(flag),
  alertWhenBreaching: optional(flag),
  conditions: required(
    list(inlineOrRef('conditionRef', 'AlertCondition', conditionSpec), {
      min: 1,
      max: 1,
      say: 'exactly one condition',
    }),
    'a list with one condition',
  ),
  notificationTargets: required(
    list(inlineOrRef('targetRef', 'AlertNotificationTarget', targetSpec), { min: 1, max: 50, say: '1 to 50 targets' }),
    'a list of targets: [{targetRef: NAME}]',
  ),
});

const timeSliceWindow: Shape = (value, path) =>
  typeof value === 'number'
    ? number({ atLeast: 1, atMost: 1_440, whole: true, say: 'whole minutes, 1 to 1440' })(value, path)
    : duration()(value, path);

const objective: Shape = both(
  fields({
    displayName: optional(text({ max: 1_050, mayBeEmpty: true })),
    op: optional(operator),
    value: optional(number({ say: 'a number' })),
    target: optional(anything),
    targetPercent: optional(anything),
    timeSliceTarget: optional(number({ above: 0, atMost: 1, say: 'above 0 and at most 1: 0.95' })),
    timeSliceWindow: optional(timeSliceWindow),
    indicator: optional(inlineSli),
    indicatorRef: optional(label),
    compositeWeight: optional(number({ above: 0, atMost: 1_000_000, say: 'a weight above 0' })),
  }),
  (value, path) => (isObject(value) ? checkTarget(value, path) : []),
);

const timeWindow: Shape = both(
  fields({
    duration: required(duration(), 'a duration: 28d'),
    isRolling: optional(flag),
    calendar: optional(
      fields({
        startTime: required(
          text({ max: 40, say: 'a date with time: 2026-01-01 00:00:00' }),
          'a date with time: 2026-01-01 00:00:00',
        ),
        timeZone: required(text({ max: 100, say: 'a time zone: Europe/Berlin' }), 'a time zone: Europe/Berlin'),
      }),
    ),
  }),
  checkWindow,
);

const sloSpec: Shape = both(
  fields({
    description: optional(description),
    service: required(word, 'the service that this promises something of'),
    indicator: optional(inlineSli),
    indicatorRef: optional(label),
    timeWindow: required(
      list(timeWindow, { min: 1, max: 1, say: 'exactly one window' }),
      'one window: [{duration: 28d, isRolling: true}]',
    ),
    budgetingMethod: required(oneOf(['Occurrences', 'Timeslices', 'RatioTimeslices']), 'Occurrences'),
    objectives: required(
      list(objective, {
        min: 1,
        max: objectiveLimits.componentsMax,
        say: `1 to ${objectiveLimits.componentsMax} objectives`,
      }),
      'a list with a target: [{target: 0.999}]',
    ),
    alertPolicies: optional(
      list(inlineOrRef('alertPolicyRef', 'AlertPolicy', policySpec), { max: 20, say: 'at most 20 policies' }),
    ),
  }),
  (value, path) => (isObject(value) ? [...checkIndicators(value, path), ...checkSlices(value, path)] : []),
);

/** The indicator stands once for all objectives, or (a composite) once in each of them. */
const checkIndicators = (spec: unknown, path: Path): Finding[] => {
  const found: Finding[] = [];
  const beside = (at: unknown, place: Path): void => {
    if (isSaid(at, 'indicator') && isSaid(at, 'indicatorRef'))
      found.push(errorAt([...place, 'indicatorRef'], 'stands beside indicator; take one of the two away'));
  };
  const has = (at: unknown): boolean => isSaid(at, 'indicator') || isSaid(at, 'indicatorRef');
  const objectives = listAt(spec, 'objectives');
  beside(spec, path);
  objectives.forEach((each, index) => beside(each, [...path, 'objectives', index]));
  const parts = objectives.filter(has).length;
  if (!has(spec) && parts === 0)
    found.push(
      errorAt(
        [...path, 'indicator'],
        'is missing; write indicator or indicatorRef (or one in each objective, for a composite)',
      ),
    );
  if (has(spec) && parts > 0)
    found.push(
      errorAt(
        [...path, isSaid(spec, 'indicator') ? 'indicator' : 'indicatorRef'],
        'stands beside indicators of single objectives; take it away for a composite',
      ),
    );
  if (!has(spec) && parts > 0)
    objectives.forEach((each, index) => {
      if (!has(each))
        found.push(
          errorAt(
            [...path, 'objectives', index, 'indicator'],
            'is missing; each part of a composite has an indicator or indicatorRef',
          ),
        );
    });
  if (parts === 0)
    objectives.forEach((each, index) => {
      if (isSaid(each, 'compositeWeight') && objectives.length === 1)
        found.push(
          errorAt(
            [...path, 'objectives', index, 'compositeWeight'],
            'means nothing without several objectives with indicators; take it away',
          ),
        );
    });
  return found;
};

const checkSlices = (spec: unknown, path: Path): Finding[] => {
  const method = textAt(spec, 'budgetingMethod');
  if (method === null || !['Timeslices', 'RatioTimeslices', 'Occurrences'].includes(method)) return [];
  return listAt(spec, 'objectives').flatMap((each, index) => {
    const place = [...path, 'objectives', index];
    const missing = (field: string, write: string): Finding[] =>
      isSaid(each, field)
        ? []
        : [errorAt([...place, field], `is missing; budgetingMethod ${method} needs it: write ${write}`)];
    if (!isObject(each) || method === 'Occurrences') return [];
    return [
      ...(method === 'Timeslices' ? missing('timeSliceTarget', '0.95') : []),
      ...missing('timeSliceWindow', '1m'),
    ];
  });
};

const document = (kind: OpenSloKind, spec: Field): Shape =>
  fields({
    apiVersion: required(oneOf([openSloVersion]), openSloVersion),
    kind: required(oneOf([kind]), kind),
    metadata: required(metadata(kind), 'metadata with a name'),
    spec,
  });

const shapes: Readonly<Record<OpenSloKind, Shape>> = {
  Service: document('Service', optional(fields({ description: optional(description) }))),
  DataSource: document(
    'DataSource',
    required(
      fields({
        description: optional(description),
        type: required(word, 'the type of the source: Prometheus'),
        connectionDetails: required(anything, 'how it is reached: {url: https://prometheus.example}'),
      }),
      'a spec',
    ),
  ),
  AlertNotificationTarget: document('AlertNotificationTarget', required(targetSpec, 'a spec')),
  AlertCondition: document('AlertCondition', required(conditionSpec, 'a spec')),
  AlertPolicy: document('AlertPolicy', required(policySpec, 'a spec')),
  SLI: document('SLI', required(sliSpec, 'a spec')),
  SLO: document('SLO', required(sloSpec, 'a spec')),
};

export const isOpenSloKind = (kind: unknown): kind is OpenSloKind =>
  (openSloKinds as readonly unknown[]).includes(kind);

/** Everything that is wrong with one document of OpenSLO v1 by itself; what it refers to is looked at in `compile.ts`. */
export const checkDocument = (document: unknown): Finding[] => {
  const kind = valueAt(document, 'kind');
  return isOpenSloKind(kind) ? [...shapes[kind](document, [])] : [...oneOf(openSloKinds)(kind, ['kind'])];
};
