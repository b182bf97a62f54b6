import { secondsOf } from '../../../../kernel/time-span.ts';
import type { Severity } from '../alert.ts';

/** What an alert rule looks at, as it is said. */
export type Measure =
  | {
      readonly signal: {
        readonly of: 'request-rate' | 'error-share' | 'latency' | 'saturation';
        readonly service: string;
        readonly environment?: string | undefined;
        readonly operation?: string | undefined;
        readonly version?: string | undefined;
        /** Of latency. */
        readonly quantile?: number | undefined;
        /** Of saturation: cpu, memory, disk … */
        readonly resource?: string | undefined;
      };
    }
  | {
      readonly metric: {
        readonly name: string;
        readonly service?: string | undefined;
        readonly environment?: string | undefined;
        readonly where: readonly {
          readonly key: string;
          readonly op: '=' | '!=' | '=~' | '!~';
          readonly value: string;
        }[];
        readonly aggregate:
          | 'avg'
          | 'min'
          | 'max'
          | 'sum'
          | 'last'
          | 'count'
          | 'increase'
          | 'rate'
          | { readonly quantile: number };
        readonly across?: 'avg' | 'min' | 'max' | 'sum' | undefined;
        readonly by: readonly string[];
      };
    }
  | {
      readonly logs: {
        readonly service?: string | undefined;
        readonly environment?: string | undefined;
        readonly severity?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | undefined;
        readonly q?: string | undefined;
        readonly attributes: readonly string[];
      };
    };

export type Operator = '>' | '>=' | '<' | '<=';

/** What a rule judges by; durations are ISO 8601. */
export interface RuleSpec {
  readonly title: string | null;
  readonly team: string | null;
  readonly service: string | null;
  readonly severity: Severity;
  readonly enabled: boolean;
  readonly measure: Measure;
  readonly over: string;
  readonly every: string;
  readonly delay: string;
  readonly change: { readonly against: 'day' | 'week'; readonly as: 'ratio' | 'difference' } | null;
  readonly forecast: { readonly within: string; readonly from: string } | null;
  readonly fire: { readonly op: Operator; readonly value: number };
  readonly for: string;
  readonly clear: { readonly value: number | null; readonly keepFor: string };
  readonly noData: { readonly then: 'alert' | 'keep' | 'ok'; readonly after: string };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The same with lengths of time in seconds, as it is judged. */
export interface Rule {
  readonly name: string;
  readonly spec: RuleSpec;
  readonly everySeconds: number;
  readonly overSeconds: number;
  readonly delaySeconds: number;
  readonly forSeconds: number;
  readonly keepForSeconds: number;
  readonly noDataSeconds: number;
  readonly forecast: { readonly withinSeconds: number; readonly fromSeconds: number } | null;
  readonly changeSeconds: number | null;
}

export const ruleOf = (name: string, spec: RuleSpec): Rule => ({
  name,
  spec,
  everySeconds: seconds(spec.every),
  overSeconds: seconds(spec.over),
  delaySeconds: seconds(spec.delay),
  forSeconds: seconds(spec.for),
  keepForSeconds: seconds(spec.clear.keepFor),
  noDataSeconds: seconds(spec.noData.after),
  forecast: spec.forecast && {
    withinSeconds: seconds(spec.forecast.within),
    fromSeconds: seconds(spec.forecast.from),
  },
  changeSeconds: spec.change && (spec.change.against === 'week' ? 7 * 86_400 : 86_400),
});

const seconds = (duration: string): number => secondsOf(duration) ?? 0;

/** Names of what tells the groups of a rule apart, in the order of their values. */
export const groupNames = ({ measure }: Pick<RuleSpec, 'measure'>): readonly string[] =>
  'metric' in measure
    ? measure.metric.by
    : 'signal' in measure && measure.signal.of === 'saturation'
      ? ['subject']
      : [];

/** Which service it is about: the rule's own word, else that of what it looks at. */
export const serviceOf = ({ service, measure }: Pick<RuleSpec, 'service' | 'measure'>): string | null => {
  if (service !== null) return service;
  const of = 'signal' in measure ? measure.signal : 'metric' in measure ? measure.metric : measure.logs;
  return of.service ?? null;
};

/** True when the value is on the bad side of a threshold. */
export const isBeyond = (value: number, op: Operator, threshold: number): boolean => {
  switch (op) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
  }
};
