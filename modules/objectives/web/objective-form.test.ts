import { describe, expect, it } from 'vitest';
import { checkDocument } from '../domain/openslo/documents.ts';
import { documentOf, emptyForm, type ObjectiveForm } from './objective-form.ts';
import { formOf } from './read-form.ts';

const aForm = (given: Partial<ObjectiveForm> = {}): ObjectiveForm => ({
  ...emptyForm('Europe/Berlin'),
  displayName: 'Checkout availability',
  name: 'checkout-availability',
  service: 'shop/checkout',
  ...given,
});

const cases: [string, Partial<ObjectiveForm>][] = [
  ['an ordinary one', {}],
  ['of one operation in one environment', { operation: 'POST /pay', environment: 'production' }],
  ['of some requests only', { where: [{ key: 'customer.tier', op: '=', value: 'gold' }] }],
  ['in time', { about: 'latency', withinMs: 250 }],
  ['in time and without an error', { about: 'latency', withinMs: 250, failedIsBad: true }],
  ['by calendar month', { windowKind: 'calendar', unit: 'month' }],
  ['by slices of time', { method: 'Timeslices', sliceMinutes: 5, sliceTargetPercent: 99.5 }],
  ['by ratios of slices', { method: 'RatioTimeslices', sliceMinutes: 1 }],
  [
    'with all that is said of it',
    {
      description: 'Who pays gets through.',
      owner: 'payments',
      goal: 'Nine of ten carts are paid for',
      money: 1_200,
      reviewOn: '2027-01-31',
      alerts: 'page',
      badEventsMin: 5,
      targetPpm: 999_950,
    },
  ],
];

describe('the form makes an OpenSLO document', () => {
  it.each(cases)('%s: valid by the product itself, and read back without loss', (_, given) => {
    const form = aForm(given);
    const document = documentOf(form);
    expect(checkDocument(document)).toEqual([]);
    const read = formOf(document, 'Europe/Berlin');
    expect(read && documentOf(read)).toEqual(document);
  });

  it('says the target exactly', () => {
    const { spec } = documentOf(aForm({ targetPpm: 999_950 })) as { spec: { objectives: { target: number }[] } };
    expect(spec.objectives[0]!.target).toBe(0.99995);
  });
});

describe('a document that the form cannot say is not opened by it', () => {
  const change = (of: (document: any) => void): unknown => {
    const document = structuredClone(documentOf(aForm()));
    of(document);
    return document;
  };
  it.each([
    ['a label', change((it) => (it.metadata.labels = { team: 'x' }))],
    ['a second target', change((it) => it.spec.objectives.push({ target: 0.9 }))],
    ['its own alert policy', change((it) => (it.spec.alertPolicies = [{ alertPolicyRef: 'mine' }]))],
    ['another source', change((it) => (it.spec.indicator.spec.ratioMetric.bad.metricSource.type = 'Prometheus'))],
    ['an annotation that the form does not know', change((it) => (it.metadata.annotations = { 'example.org/x': 'y' }))],
  ])('%s', (_, document) => expect(formOf(document, 'UTC')).toBeNull());

  it('but other words for the same are', () => {
    const same = change((it) => {
      it.spec.timeWindow = [{ duration: '4w', isRolling: true }];
      it.spec.objectives = [{ targetPercent: 99.5 }];
      it.spec.indicator.metadata.name = 'anything';
    });
    expect(formOf(same, 'UTC')).toMatchObject({ days: 28, targetPpm: 995_000 });
  });
});
