import { expect, it } from 'vitest';
import { faultsOf, missingOf } from './form-faults.ts';
import { emptyForm } from './objective-form.ts';

it.each([
  ['body.metadata.name', 'name'],
  ['body.metadata.displayName', 'displayName'],
  ['body.spec.objectives.0.target', 'targetPpm'],
  ['body.spec.indicator.spec.ratioMetric.total.metricSource.spec.spans.service', 'service'],
  ['body.spec.indicator.spec.ratioMetric.good.metricSource.spec.spans.withinMs', 'withinMs'],
  ['body.spec.indicator.spec.ratioMetric.total.metricSource.spec.spans.where.0.value', 'where'],
  ['body.spec.timeWindow.0.calendar.timeZone', 'zone'],
  ['body.metadata.annotations.leadline.dev/review-on', 'reviewOn'],
] as const)('a refusal of %s stands at the field %s', (path, field) => {
  expect(faultsOf([{ path, message: 'is wrong; write right' }]).faults).toEqual({ [field]: 'Is wrong; write right.' });
});

it('what no field says is told apart', () => {
  expect(faultsOf([{ path: 'body.spec.alertPolicies.0', message: 'leads nowhere' }])).toEqual({
    faults: {},
    rest: [{ path: 'spec.alertPolicies.0', message: 'leads nowhere' }],
  });
});

it('an empty form says what must be there', () => {
  expect(Object.keys(missingOf(emptyForm('UTC')))).toEqual(['displayName', 'name', 'service']);
});
