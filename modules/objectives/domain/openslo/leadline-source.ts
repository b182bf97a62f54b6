import type { AttributeFilter, MetricSelection, SpanSelection } from '../indicator.ts';
import { errorAt, type Finding, type Path } from './finding.ts';
import { isObject, isSaid, listAt, numberAt, textAt, valueAt } from './json.ts';
import { fields, list, number, oneOf, optional, required, text, type Shape } from './shape.ts';

/** Leadline's own `metricSource` (`type: leadline`): what its `spec` may say. The same form for good, bad, total and threshold. */

const name = text({ max: 255, say: 'a name' });
const anyValue: Shape = (value, path) =>
  ['string', 'number', 'boolean'].includes(typeof value)
    ? []
    : [errorAt(path, 'is no plain value; write a text, a number, true or false')];

const where = list(
  fields({
    key: required(name, 'the name of the attribute: http.route'),
    op: required(oneOf(['=', '!=', '<', '<=', '>', '>=', '=~', '!~']), 'an operator: ='),
    value: required(anyValue, 'the value to compare with'),
  }),
  { max: 20, say: 'at most 20 conditions {key, op, value}' },
);

const bound = number({ above: 0, atMost: 86_400_000, say: 'milliseconds above 0' });

const spans = fields({
  service: required(name, 'the service whose requests are counted: shop/checkout'),
  environment: optional(name),
  operation: optional(text({ max: 1_000, say: 'the name of an operation' })),
  where: optional(where),
  status: optional(oneOf(['error', 'ok'])),
  slowerThanMs: optional(bound),
  withinMs: optional(bound),
  measure: optional(oneOf(['durationMs'])),
});

const metric = fields({
  name: required(text({ max: 255, say: 'the name of a metric' }), 'the name of the metric: http.server.requests'),
  service: optional(name),
  environment: optional(name),
  where: optional(where),
  within: optional(number({ say: 'a number in the unit of the histogram' })),
  measure: optional(oneOf(['value', 'histogram'])),
});

const journey = text({ max: 63, say: 'the name of an objective' });

/** Exactly one of spans, metric and objective, each as it must be. */
export const leadlineSpec: Shape = (spec, path) => {
  const found = [
    ...fields({ spans: optional(spans), metric: optional(metric), objective: optional(journey) })(spec, path),
  ];
  if (!isObject(spec)) return found;
  const said = ['spans', 'metric', 'objective'].filter((each) => isSaid(spec, each));
  if (said.length > 1)
    found.push(errorAt([...path, said[1]!], `stands beside ${said[0]}; write only one of spans, metric, objective`));
  if (said.length === 0)
    found.push(errorAt(path, 'says nothing to count; write spans: {service: …}, metric: {name: …} or objective: NAME'));
  return found;
};

export type LeadlineSource =
  | { readonly of: 'spans'; readonly selection: SpanSelection; readonly path: Path; readonly said: unknown }
  | { readonly of: 'metric'; readonly selection: MetricSelection; readonly path: Path; readonly said: unknown }
  | { readonly of: 'objective'; readonly name: string; readonly path: Path };

/** What a spec selects; null where it cannot be read. `environment` is the one that the document names, for those that name none. */
export const leadlineSourceOf = (spec: unknown, path: Path, environment: string | null): LeadlineSource | null => {
  if (leadlineSpec(spec, path).length > 0) return null;
  const objective = textAt(spec, 'objective');
  if (objective !== null) return { of: 'objective', name: objective, path: [...path, 'objective'] };
  const of = isSaid(spec, 'spans') ? 'spans' : 'metric';
  const said = valueAt(spec, of);
  const common = {
    environment: textAt(said, 'environment') ?? environment,
    attributes: filtersOf(said),
  };
  if (of === 'spans')
    return {
      of,
      path: [...path, of],
      said,
      selection: { service: textAt(said, 'service')!, operation: textAt(said, 'operation'), ...common },
    };
  return {
    of,
    path: [...path, of],
    said,
    selection: { metric: textAt(said, 'name')!, service: textAt(said, 'service'), ...common },
  };
};

const filtersOf = (said: unknown): AttributeFilter[] =>
  listAt(said, 'where').map((each) => ({
    key: textAt(each, 'key')!,
    op: textAt(each, 'op') as AttributeFilter['op'],
    value: String(valueAt(each, 'value')),
  }));

/** Conditions that a part says beyond what it selects. */
export const conditionsOf = (said: unknown) => ({
  status: textAt(said, 'status') as 'error' | 'ok' | null,
  slowerThanMs: numberAt(said, 'slowerThanMs'),
  withinMs: numberAt(said, 'withinMs'),
  measure: textAt(said, 'measure'),
});

export const noConditions = (source: Extract<LeadlineSource, { of: 'spans' }>, where: string): Finding[] =>
  Object.entries(conditionsOf(source.said)).flatMap(([field, value]) =>
    value === null ? [] : [errorAt([...source.path, field], `means nothing in ${where}; take it away`)],
  );
