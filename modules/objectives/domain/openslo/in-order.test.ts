import { expect, it } from 'vitest';
import { anSlo } from '../../fixtures.ts';
import { inSpecificationOrder } from './in-order.ts';

/** PostgreSQL gives keys back by length and letter; what is exported reads as the specification writes it. */
const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, shuffled(inner)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)));
};

it('An exported document has its fields in the order of the specification', () => {
  const slo = anSlo({ displayName: 'Checkout answers', annotations: { 'a.b/c': 'x' } });
  expect(JSON.stringify(inSpecificationOrder(shuffled(slo)))).toBe(JSON.stringify(inSpecificationOrder(slo)));
  const ordered = inSpecificationOrder(shuffled(slo)) as {
    spec: { indicator: { spec: { ratioMetric: { bad: { metricSource: object } } } } };
  };
  expect(Object.keys(ordered)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
  expect(Object.keys(ordered.spec)).toEqual(['service', 'indicator', 'timeWindow', 'budgetingMethod', 'objectives']);
  expect(Object.keys(ordered.spec.indicator.spec.ratioMetric.bad.metricSource)).toEqual(['type', 'spec']);
});
