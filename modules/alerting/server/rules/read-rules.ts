import { Refusal } from '../../../../kernel/problem.ts';
import type {
  LogMeasure,
  MeasuredGroup,
  MetricMeasure,
  RequestMeasure,
  TelemetryDoor,
} from '../../../telemetry/server/public.ts';
import { readChange, readForecast, readPlain, type Read } from '../../domain/rules/read-steps.ts';
import type { Rule } from '../../domain/rules/rule.ts';
import { windowsOf, type Windows } from '../../domain/rules/steps.ts';

/** A rule and the steps of it that are to be decided. */
export interface Asked {
  readonly rule: Rule;
  readonly steps: readonly number[];
}

/** What was read for a rule: by group (JSON of its values) one reading for each step; or in words why it cannot be. */
export type ReadRule =
  | { readonly groups: ReadonlyMap<string, readonly Read[]> }
  | { readonly trouble: string; readonly away: boolean };

/** Numbers by group over some windows, or why there are none. */
export type Told = { readonly groups: readonly MeasuredGroup[] } | { readonly trouble: string; readonly away: boolean };

type Measures = TelemetryDoor['measures'];

/** Saturation rules that are read at one time: each has statements of its own. */
const atOnceMax = 4;

/**
 * Reads what many rules judge by; rules of the same windows share their statements. One that cannot be read keeps no other from
 * being read.
 */
export const readRules = async (measures: Measures, asked: readonly Asked[]): Promise<ReadRule[]> => {
  const wanted: Wanted[] = asked.flatMap(({ rule, steps }) => {
    const { now, then } = windowsOf(rule, steps);
    return [{ rule, windows: now }, ...(then === null ? [] : [{ rule, windows: then }])];
  });
  const told = await measureAll(measures, wanted);
  let place = 0;
  return asked.map((each) => {
    const now = told[place++]!;
    const then = each.rule.changeSeconds === null ? null : told[place++]!;
    return together(each, now, then);
  });
};

interface Wanted {
  readonly rule: Rule;
  readonly windows: Windows;
}

const together = ({ rule, steps }: Asked, now: Told, then: Told | null): ReadRule => {
  if ('trouble' in now) return now;
  if (then !== null && 'trouble' in then) return then;
  const before = new Map(then?.groups.map(({ group, values }) => [JSON.stringify(group), values]) ?? []);
  const groups = new Map<string, readonly Read[]>();
  for (const { group, values } of now.groups) {
    const key = JSON.stringify(group);
    const { change, forecast } = rule.spec;
    if (forecast !== null)
      groups.set(key, [readForecast(rule, values, rule.overSeconds, steps.at(-1)! - rule.delaySeconds)]);
    else if (change !== null)
      groups.set(
        key,
        [...values].map((value, index) => readChange(value, before.get(key)?.[index], change.as)),
      );
    else groups.set(key, [...values].map(readPlain));
  }
  return { groups };
};

/** In the order of `wanted`. */
const measureAll = async (measures: Measures, wanted: readonly Wanted[]): Promise<Told[]> => {
  const told: Told[] = [];
  const batches = Map.groupBy(
    wanted.map((each, place) => ({ ...each, place })),
    ({ rule, windows }) => `${kindOf(rule)} ${JSON.stringify(windows)}`,
  );
  for (const batch of batches.values()) {
    const { windows } = batch[0]!;
    const rules = batch.map(({ rule }) => rule);
    const found = await measureBatch(measures, rules, windows);
    for (const [index, { place }] of batch.entries()) told[place] = found[index]!;
  }
  return told;
};

const kindOf = ({ spec: { measure } }: Rule): 'requests' | 'saturation' | 'metrics' | 'logs' =>
  'metric' in measure
    ? 'metrics'
    : 'logs' in measure
      ? 'logs'
      : measure.signal.of === 'saturation'
        ? 'saturation'
        : 'requests';

/** One rule over any windows. */
export const measureRule = async (measures: Measures, rule: Rule, windows: Windows): Promise<Told> =>
  (await measureBatch(measures, [rule], windows))[0]!;

/** One kind of rules over the same windows; when all at once fail, each alone, so that it is known which one it is. */
const measureBatch = async (measures: Measures, rules: readonly Rule[], windows: Windows): Promise<Told[]> => {
  try {
    return await measureOf[kindOf(rules[0]!)](measures, rules, windows);
  } catch (error) {
    if (isAway(error)) return rules.map(() => ({ trouble: engineAwayWords, away: true }));
    if (rules.length === 1) return [{ trouble: wordsOf(error), away: false }];
    const told: Told[] = [];
    for (const rule of rules) told.push(...(await measureBatch(measures, [rule], windows)));
    return told;
  }
};

export const engineAwayWords = 'The telemetry engine is away.';

const isAway = (error: unknown): boolean =>
  error instanceof Refusal && ['telemetry.engine-away', 'clickhouse.away'].includes(error.problem.code);

const wordsMax = 500;
const wordsOf = (error: unknown): string => {
  if (error instanceof Refusal)
    return `${error.problem.title}${error.problem.detail ? `: ${error.problem.detail}` : ''}`.slice(0, wordsMax);
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return `The engine refused to measure it: ${line}`.slice(0, wordsMax);
};

const one = (values: Float64Array): Told => ({ groups: [{ group: [], values }] });

const measureOf: Readonly<
  Record<ReturnType<typeof kindOf>, (measures: Measures, rules: readonly Rule[], windows: Windows) => Promise<Told[]>>
> = {
  requests: async (measures, rules, windows) => (await measures.requests(rules.map(requestOf), windows)).map(one),
  metrics: async (measures, rules, windows) =>
    (await measures.metrics(rules.map(metricOf), windows)).map((found) =>
      'trouble' in found ? { ...found, away: false } : found,
    ),
  saturation: (measures, rules, windows) =>
    someAtOnce(rules, async ({ spec: { measure } }) => {
      const { service, environment, version, resource } = (measure as Extract<typeof measure, { signal: unknown }>)
        .signal;
      const found = await measures.saturation({ service, environment, version, resource: resource! }, windows);
      return 'trouble' in found ? { ...found, away: false } : found;
    }),
  logs: async (measures, rules, windows) => (await measures.logs(rules.map(logsOf), windows)).map(one),
};

const someAtOnce = async (rules: readonly Rule[], measure: (rule: Rule) => Promise<Told>): Promise<Told[]> => {
  const told: Told[] = [];
  for (let at = 0; at < rules.length; at += atOnceMax)
    told.push(...(await Promise.all(rules.slice(at, at + atOnceMax).map(measure))));
  return told;
};

const logsOf = ({ spec: { measure } }: Rule): LogMeasure => {
  const { service, environment, severity, q, attributes } = (measure as Extract<typeof measure, { logs: unknown }>)
    .logs;
  return { service, environment, severity, q, attribute: [...attributes] };
};

const requestOf = ({ spec: { measure } }: Rule): RequestMeasure => {
  const { of, service, environment, operation, version, quantile } = (
    measure as Extract<typeof measure, { signal: unknown }>
  ).signal;
  const figure =
    of === 'request-rate'
      ? 'requests-per-second'
      : of === 'error-share'
        ? 'error-share'
        : { quantile: quantile ?? 0.99 };
  return { service, environment, operation, version, figure };
};

const metricOf = ({ spec: { measure } }: Rule): MetricMeasure => {
  const { name, service, environment, where, aggregate, across, by } = (
    measure as Extract<typeof measure, { metric: unknown }>
  ).metric;
  const own =
    aggregate === 'min' || aggregate === 'max'
      ? aggregate
      : typeof aggregate === 'object' || aggregate === 'avg' || aggregate === 'last'
        ? 'avg'
        : 'sum';
  return { metric: name, service, environment, where, aggregate, across: across ?? own, by };
};
