import type { RuleReason } from './evaluate.ts';
import type { Numbers } from './read-steps.ts';
import type { Measure, Operator, Rule, RuleSpec } from './rule.ts';

/** What a rule looks at, in words: `99 % latency of shop/checkout (ms)`. */
export const measureInWords = ({ measure }: Pick<RuleSpec, 'measure'>): string => {
  if ('signal' in measure) return signalInWords(measure.signal);
  if ('metric' in measure) return metricInWords(measure.metric);
  const { service, severity, q } = measure.logs;
  const of = service === undefined ? '' : ` of ${service}`;
  return `log records${of}${severity === undefined ? '' : ` of ${severity} or worse`}${q === undefined ? '' : ` with “${q}”`}`;
};

const signalInWords = (signal: Extract<Measure, { signal: unknown }>['signal']): string => {
  const whose = `${signal.service}${signal.operation === undefined ? '' : ` ${signal.operation}`}${signal.environment === undefined ? '' : ` in ${signal.environment}`}`;
  switch (signal.of) {
    case 'request-rate':
      return `requests a second of ${whose}`;
    case 'error-share':
      return `share of failed requests of ${whose}`;
    case 'latency':
      return `${numberText((signal.quantile ?? 0.99) * 100)} % latency of ${whose} in ms`;
    case 'saturation':
      return `${signal.resource} saturation of ${whose}`;
  }
};

const metricInWords = ({ name, aggregate, service }: Extract<Measure, { metric: unknown }>['metric']): string => {
  const how = typeof aggregate === 'object' ? `${numberText(aggregate.quantile * 100)} % quantile` : aggregate;
  return `${how} of ${name}${service === undefined ? '' : ` of ${service}`}`;
};

const beyond: Readonly<Record<Operator, string>> = {
  '>': 'above',
  '>=': 'at or above',
  '<': 'below',
  '<=': 'at or below',
};

/** One sentence for a group: what it is, what was measured, against which threshold. */
export const judgementInWords = (
  rule: Rule,
  group: Readonly<Record<string, string>>,
  reason: RuleReason,
  numbers: Numbers,
): string => {
  const of = Object.entries(group)
    .map(([name, value]) => `${name} ${value === '' ? '(none)' : value}`)
    .join(', ');
  const what = `${measureInWords(rule.spec)}${of === '' ? '' : ` (${of})`}`;
  return `${what}: ${valueInWords(rule, numbers)}; ${reasonInWords(rule, reason)}`;
};

const valueInWords = ({ spec }: Rule, numbers: Numbers): string => {
  const { value, now, then, perHour, reachesAt } = numbers;
  if (value === null) return 'nothing';
  if (spec.change && now !== undefined && then !== undefined)
    return spec.change.as === 'ratio'
      ? `${numberText(now)}, ${numberText(value)} times the ${numberText(then)} of a ${spec.change.against} before`
      : `${numberText(now)}, ${numberText(value)} more than the ${numberText(then)} of a ${spec.change.against} before`;
  if (spec.forecast && now !== undefined && perHour !== undefined) {
    const when = reachesAt === undefined ? '' : `, reaches ${numberText(spec.fire.value)} at ${reachesAt}`;
    return `${numberText(now)}, ${perHour < 0 ? '' : '+'}${numberText(perHour)} an hour, ${numberText(value)} in ${spanInWords(spec.forecast.within)}${when}`;
  }
  return numberText(value);
};

const reasonInWords = (rule: Rule, reason: RuleReason): string => {
  const { fire, clear, noData, change } = rule.spec;
  const threshold = `${beyond[fire.op]} ${numberText(fire.value)}`;
  switch (reason) {
    case 'within-threshold':
      return `not ${threshold}`;
    case 'holds-not-long-enough':
      return `${threshold}, but not for ${spanInWords(rule.spec.for)} yet`;
    case 'held-long-enough':
      return rule.forSeconds === 0 ? threshold : `${threshold} for ${spanInWords(rule.spec.for)}`;
    case 'still-beyond':
      return `still ${threshold}`;
    case 'not-beyond-clear-threshold-yet':
      return `still ${beyond[fire.op]} ${numberText(clear.value!)}, from where on it clears`;
    case 'clear-not-long-enough':
      return `on the good side, but not for ${spanInWords(clear.keepFor)} yet`;
    case 'cleared':
      return rule.keepForSeconds === 0
        ? 'on the good side again'
        : `on the good side for ${spanInWords(clear.keepFor)}`;
    case 'data-came-back':
      return 'data came back and are good';
    case 'missing-not-long-enough':
      return `nothing was measured, but not for ${spanInWords(noData.after)} yet`;
    case 'kept-without-data':
      return `nothing was measured for ${spanInWords(noData.after)}: what was decided stays`;
    case 'no-data':
      return `nothing was measured for ${spanInWords(noData.after)}`;
    case 'still-no-data':
      return 'still nothing is measured';
    case 'cleared-without-data':
      return `nothing was measured for ${spanInWords(noData.after)}, which this rule takes for good`;
    case 'nothing-to-compare':
      return `nothing was measured a ${change?.against ?? 'week'} before, so there is nothing to compare with`;
    case 'too-little-history':
      return 'too few points for a line yet';
  }
};

/** Six digits say enough to a person. */
const numberText = (value: number): string => String(Number(value.toPrecision(6)));

/** `PT1H30M` as `1 h 30 min`. */
export const spanInWords = (duration: string): string => {
  const { days, hours, minutes, seconds } = Temporal.Duration.from(duration).round({ largestUnit: 'days' });
  const parts = [
    [days, 'd'],
    [hours, 'h'],
    [minutes, 'min'],
    [seconds, 's'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return said.length === 0 ? 'no time' : said.join(' ');
};
