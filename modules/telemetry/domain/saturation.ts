import { saturationRules, type SaturationRule } from './saturation-rules.ts';

/** Every metric that a rule reads. */
export const saturationMetrics: readonly string[] = [
  ...new Set(saturationRules.flatMap((rule) => (rule.limit ? [rule.metric, rule.limit] : [rule.metric]))),
];

/** Of these the sender may be another than the service: an agent on its host, in its pod or beside its container. */
export const sharedMetrics: readonly string[] = saturationMetrics.filter((metric) =>
  /^(?:system|container|k8s)\./u.test(metric),
);

/** One series of a metric over the steps of a range. */
export interface MeasuredSeries {
  readonly metric: string;
  readonly unit: string;
  /** Which instance sent it. */
  readonly instance: string;
  /** Service of that instance. */
  readonly service: string;
  /** Name of the machine that it is on (`hostNames`); '' where that is not known. */
  readonly host: string;
  /** Attribute values as text. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Deltas are added up in a step, cumulative values and gauges are not. */
  readonly temporality: 'unspecified' | 'delta' | 'cumulative';
  /** In order of time: start of the step; mean, last value with its second, and sum of what came in it. */
  readonly steps: readonly {
    readonly start: number;
    readonly mean: number;
    readonly last: number;
    readonly lastSecond: number;
    readonly sum: number;
  }[];
}

export interface Saturation {
  readonly resource: string;
  readonly subject: string;
  readonly unit: string;
  readonly metric: string;
  readonly source: string;
  /** Services that sent it, by name: several on one host may all tell of it. */
  readonly reportedBy: readonly string[];
  /** Start of the step in seconds, value; of several instances the fullest. */
  readonly points: readonly (readonly [number, number])[];
}

/**
 * Saturation over time from what was measured. Of several instances the fullest is told: a mean hides the one that is full.
 * A machine is one resource however many services report it, and however many metrics tell the same of it (host metrics come
 * as time and as utilization): the first rule that has points is the one that is told.
 */
export const saturationFrom = (measured: readonly MeasuredSeries[], stepSeconds: number): Saturation[] => {
  const byMetric = Map.groupBy(measured, (series) => series.metric);
  const told = new Map<string, Saturation>();
  for (const found of saturationRules.flatMap((rule) => fullest(ofRule(rule, byMetric, stepSeconds)))) {
    const key = JSON.stringify([found.resource, found.subject, found.unit]);
    if (!told.has(key)) told.set(key, found);
  }
  return [...told.values()];
};

/** Hosts, pools or disks that one metric is told of; of more, the fullest. */
const subjectsMax = 40;

const fullest = (found: readonly Saturation[]): readonly Saturation[] =>
  found.length <= subjectsMax
    ? found
    : found.toSorted((a, b) => b.points.at(-1)![1] - a.points.at(-1)![1]).slice(0, subjectsMax);

const ofRule = (
  rule: SaturationRule,
  byMetric: ReadonlyMap<string, readonly MeasuredSeries[]>,
  stepSeconds: number,
): Saturation[] =>
  [...Map.groupBy(byMetric.get(rule.metric) ?? [], (each) => subjectOf(rule, each))].flatMap(([subject, group]) => {
    const limits = (rule.limit ? (byMetric.get(rule.limit) ?? []) : []).filter(
      (each) => chosen(rule, each, true) && subjectOf(rule, each) === subject,
    );
    const found = ofSubject(rule, group, limits, stepSeconds);
    if (found.points.length === 0) return [];
    const { unit } = group[0]!;
    return [
      {
        resource: rule.resource,
        subject,
        unit: rule.ratio || found.limited ? 'ratio' : rule.read === 'rate' && unit === 's' ? '{cpu}' : unit,
        metric: rule.metric,
        source: rule.source,
        reportedBy: [...new Set(group.map((each) => each.service))].sort(),
        points: found.points,
      },
    ];
  });

/** Which one in words: `host web-1 /var`, `pool orders`, `process`. */
const subjectOf = (rule: SaturationRule, series: MeasuredSeries): string =>
  [rule.of, rule.of === 'host' || rule.of === 'node' ? series.host : '', named(series.attributes, rule.by) ?? '']
    .filter((word) => word !== '')
    .join(' ');

/** The first of an attribute's names that the series has; undefined where it has none. */
const named = (
  attributes: Readonly<Record<string, string>>,
  names: readonly string[] | undefined,
): string | undefined => {
  const name = names?.find((each) => attributes[each] !== undefined);
  return name === undefined ? undefined : attributes[name];
};

/** A series without the attribute is not told apart by it, so it counts. A limit is not used or idle. */
const chosen = (rule: SaturationRule, series: MeasuredSeries, limit = false): boolean => {
  const value = named(series.attributes, rule.only?.attributes);
  if (value === undefined || (limit && rule.by)) return true;
  return rule.only!.values.includes(value);
};

const ofSubject = (
  rule: SaturationRule,
  group: readonly MeasuredSeries[],
  limits: readonly MeasuredSeries[],
  stepSeconds: number,
): { points: [number, number][]; limited: boolean } => {
  const limited = limits.length > 0;
  const worst = new Map<number, number>();
  for (const [instance, all] of Map.groupBy(group, (series) => series.instance)) {
    const some = together(
      rule,
      all.filter((series) => chosen(rule, series)),
      stepSeconds,
    );
    const whole =
      rule.together === 'share'
        ? together({ ...rule, together: 'sum' }, all, stepSeconds)
        : together(
            { ...rule, read: 'level', together: 'sum' },
            limits.filter((series) => series.instance === instance),
            stepSeconds,
          );
    let lastWhole: number | undefined;
    for (const [start, value] of [...some].sort(([a], [b]) => a - b)) {
      lastWhole = whole.get(start) ?? lastWhole;
      const needsWhole = rule.together === 'share' || limited;
      if (needsWhole && !(lastWhole !== undefined && lastWhole > 0)) continue;
      const share = needsWhole ? value / lastWhole! : value;
      const told = rule.invert ? Math.max(0, 1 - share) : share;
      worst.set(start, Math.max(worst.get(start) ?? Number.NEGATIVE_INFINITY, told));
    }
  }
  return { points: [...worst].sort(([a], [b]) => a - b), limited };
};

/** Values of several series of one instance by step. */
const together = (
  rule: SaturationRule,
  series: readonly MeasuredSeries[],
  stepSeconds: number,
): Map<number, number> => {
  const values = new Map<number, number[]>();
  for (const each of series) {
    for (const [start, value] of rule.read === 'rate'
      ? rates(each, stepSeconds)
      : each.steps.map((step) => [step.start, step.mean] as const)) {
      values.set(start, [...(values.get(start) ?? []), value]);
    }
  }
  const add = (all: readonly number[]): number => all.reduce((sum, value) => sum + value, 0);
  const one = (all: readonly number[]): number =>
    rule.together === 'mean' ? add(all) / all.length : rule.together === 'max' ? Math.max(...all) : add(all);
  return new Map([...values].map(([start, all]) => [start, one(all)]));
};

/** A silence longer than this is a gap, not a slow counter. */
const gapSecondsMax = 900;

/** Growth a second. A counter that fell began anew at 0, so its whole value grew since (as in Prometheus's rate). */
const rates = (series: MeasuredSeries, stepSeconds: number): [number, number][] => {
  if (series.temporality === 'delta') return series.steps.map((step) => [step.start, step.sum / stepSeconds]);
  return series.steps.flatMap((step, index): [number, number][] => {
    const before = series.steps[index - 1];
    if (
      !before ||
      step.lastSecond <= before.lastSecond ||
      step.lastSecond - before.lastSecond > Math.max(gapSecondsMax, 3 * stepSeconds)
    )
      return [];
    const grown = step.last >= before.last ? step.last - before.last : step.last;
    return [[step.start, grown / (step.lastSecond - before.lastSecond)]];
  });
};
