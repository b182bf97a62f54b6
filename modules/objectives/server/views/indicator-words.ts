import type { AttributeFilter, BadSpan, Indicator } from '../../domain/indicator.ts';
import type { Objective } from '../../domain/objective.ts';

/** What an objective measures, in words: `Requests of shop/checkout that did not fail`. */
export const indicatorWords = ({ components }: Pick<Objective, 'components'>): string => {
  const [only] = components;
  if (components.length === 1 && only!.indicator.kind === 'indicator') return wordsOf(only!.indicator.definition);
  const parts = components.map(({ displayName, indicator }) =>
    indicator.kind === 'objective' ? indicator.name : displayName || wordsOf(indicator.definition),
  );
  return `${components.length} parts: ${parts.join(', ')}`;
};

const wordsOf = (indicator: Indicator): string => {
  switch (indicator.kind) {
    case 'spans':
      return `Requests${ofWhom(indicator.of)}${where(indicator.of.attributes)} that ${indicator.bad.map(goodSpan).join(' and ')}`;
    case 'metric-ratio': {
      const { total, part } = indicator;
      return `${part.of.metric}${where(part.of.attributes)} (${part.is}) of ${total.metric}${where(total.attributes)}${ofWhom(total)}`;
    }
    case 'metric-threshold':
      return `Samples of ${indicator.of.metric}${ofWhom(indicator.of)}${where(indicator.of.attributes)} ${comparisons[indicator.op]} ${indicator.bound}`;
    case 'metric-within':
      return `Values of ${indicator.of.metric}${ofWhom(indicator.of)}${where(indicator.of.attributes)} at most ${indicator.bound}`;
    case 'external':
      return `${sources[indicator.sourceKind]} ${indicator.source}: ${queryOf(indicator.read)}`;
    case 'fed':
      return `${indicator.feeder} ${indicator.key}`;
  }
};

const ofWhom = (of: { service: string | null; environment: string | null; operation?: string | null }): string =>
  `${of.service ? ` of ${of.service}` : ''}${of.operation ? `, ${of.operation}` : ''}${of.environment ? ` in ${of.environment}` : ''}`;

const where = (filters: readonly AttributeFilter[]): string =>
  filters.length === 0 ? '' : ` where ${filters.map(({ key, op, value }) => `${key} ${op} ${value}`).join(', ')}`;

const goodSpan = (bad: BadSpan): string => {
  switch (bad.kind) {
    case 'error':
      return 'did not fail';
    case 'slower-than':
      return `took at most ${bad.ms} ms`;
    case 'attribute':
      return `do not have ${bad.filter.key} ${bad.filter.op} ${bad.filter.value}`;
  }
};

const comparisons = { lt: 'below', lte: 'at most', gt: 'above', gte: 'at least' } as const;
const sources = { prometheus: 'Prometheus', splunk: 'Splunk', dynatrace: 'Dynatrace' } as const;

const queryOf = (read: Extract<Indicator, { kind: 'external' }>['read']): string => {
  switch (read.kind) {
    case 'ratio':
      return `${read.part.query} (${read.part.is}) of ${read.total}`;
    case 'raw':
      return `${read.query} (share that is ${read.is})`;
    case 'threshold':
      return `${read.query} ${comparisons[read.op]} ${read.bound}`;
  }
};
