import { isObject, type Json } from './json.ts';

/**
 * The order in which OpenSLO's specification writes fields: what is kept in a database comes back in another one, and people
 * compare texts.
 */
const order = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'displayName',
  'labels',
  'annotations',
  'spec',
  'description',
  'service',
  'indicator',
  'indicatorRef',
  'timeWindow',
  'budgetingMethod',
  'objectives',
  'alertPolicies',
  'duration',
  'isRolling',
  'calendar',
  'startTime',
  'timeZone',
  'op',
  'value',
  'target',
  'targetPercent',
  'timeSliceTarget',
  'timeSliceWindow',
  'compositeWeight',
  'thresholdMetric',
  'ratioMetric',
  'counter',
  'good',
  'bad',
  'total',
  'rawType',
  'raw',
  'metricSource',
  'metricSourceRef',
  'type',
  'connectionDetails',
  'alertPolicyRef',
  'alertWhenNoData',
  'alertWhenResolved',
  'alertWhenBreaching',
  'conditions',
  'conditionRef',
  'severity',
  'condition',
  'threshold',
  'lookbackWindow',
  'alertAfter',
  'notificationTargets',
  'targetRef',
];
const place = new Map(order.map((name, index) => [name, index]));

/** Fields below which the names are people's own: their order is the alphabet. */
const own = new Set(['labels', 'annotations', 'connectionDetails']);

/** The same document with its fields in the order of the specification; unknown ones follow, by name. */
export const inSpecificationOrder = (value: unknown, isOwn = false): unknown => {
  if (Array.isArray(value)) return value.map((each) => inSpecificationOrder(each, isOwn));
  if (!isObject(value)) return value;
  // A metric's own spec follows what it is asked of; the spec of a document follows its name.
  const isMetric = !('metadata' in value);
  const rank = (name: string): number =>
    isOwn ? 0 : name === 'spec' && isMetric ? order.length : (place.get(name) ?? order.length);
  const names = Object.keys(value).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(
    names.map((name) => [name, inSpecificationOrder((value as Json)[name], isOwn || own.has(name))]),
  );
};
