import { describe, expect, it } from 'vitest';
import { aDocument, anAlertPolicy, anSlo, availabilityOf } from '../../fixtures.ts';
import { compileChange } from '../compile-change.ts';
import { pathText } from './json.ts';

/** Every error of a document at once, each with its field and what to write instead. Cases are our own equivalents of OpenSLO/oslo's and go-sdk's. */
const known = { documents: [], objectives: [], ownerOf: () => null, complete: false } as const;
const errorsOf = (...documents: readonly unknown[]): string[] =>
  compileChange(documents, known)
    .findings.filter(({ level }) => level === 'error')
    .map(({ path, message }) => `${pathText(path)}: ${message}`);
const notesOf = (...documents: readonly unknown[]): string[] =>
  compileChange(documents, known)
    .findings.filter(({ level }) => level === 'note')
    .map(({ path }) => pathText(path));
const withSpec = (spec: Record<string, unknown>) => anSlo({ spec });
const target = (objective: Record<string, unknown>) => withSpec({ objectives: [objective] });
const window = (said: Record<string, unknown>) => withSpec({ timeWindow: [said] });
const ofPrometheus = (query: string) => ({ metricSource: { type: 'Prometheus', spec: { query } } });
const threshold = { metadata: { name: 'latency' }, spec: { thresholdMetric: ofPrometheus('latency_seconds') } };

describe('A document without a fault', () => {
  it.each([
    ['a rolling window', anSlo()],
    [
      'a calendar window',
      window({ duration: '1M', calendar: { startTime: '2026-01-01 00:00:00', timeZone: 'Europe/Berlin' } }),
    ],
    [
      'a calendar that is said not to roll',
      window({
        duration: '1Q',
        isRolling: false,
        calendar: { startTime: '2026-01-01 12:30:00', timeZone: 'America/New_York' },
      }),
    ],
    ['a threshold', withSpec({ indicator: threshold, objectives: [{ op: 'lte', value: 0.3, target: 0.99 }] })],
    [
      'slices',
      withSpec({
        budgetingMethod: 'Timeslices',
        objectives: [{ target: 0.99, timeSliceTarget: 1, timeSliceWindow: 5 }],
      }),
    ],
    [
      'ratios of slices',
      withSpec({ budgetingMethod: 'RatioTimeslices', objectives: [{ target: 0.99, timeSliceWindow: '5m' }] }),
    ],
    ['fields without a value', withSpec({ alertPolicies: null, description: null })],
    ['a target of 0', target({ target: 0 })],
    [
      'a source that is not read',
      withSpec({
        indicator: {
          metadata: { name: 'x' },
          spec: {
            ratioMetric: {
              good: { metricSource: { type: 'Any', spec: { q: 1 } } },
              total: { metricSource: { type: 'Any', spec: { q: 2 } } },
            },
          },
        },
      }),
    ],
    ['a policy of its own', anAlertPolicy('fast')],
    ['a service without a spec', { apiVersion: 'openslo/v1', kind: 'Service', metadata: { name: 'web' } }],
    [
      'labels of one and of several values',
      {
        ...anSlo(),
        metadata: { name: 'x', labels: { env: 'prod', team: ['a', 'b'] }, annotations: { 'my.org/dashboard': 'x' } },
      },
    ],
    [
      'connection details of any shape',
      aDocument('DataSource', 'p', { type: 'Prometheus', connectionDetails: [{ url: 'http://p' }] }),
    ],
  ])('with %s', (_name, document) => expect(errorsOf(document)).toEqual([]));
});

describe('One fault is told at its field, with what to write', () => {
  it.each<[string, unknown, string]>([
    ['no name', { ...anSlo(), metadata: {} }, 'metadata.name: is missing; write'],
    [
      'a name with a blank',
      { ...anSlo(), metadata: { name: 'my slo' } },
      'metadata.name: `my slo` is not a name of small letters',
    ],
    [
      'a name of 64 letters',
      { ...anSlo(), metadata: { name: 'a'.repeat(64) } },
      'metadata.name: has 64 characters; write at most 63',
    ],
    [
      'a long description',
      withSpec({ description: 'x'.repeat(1_051) }),
      'spec.description: has 1051 characters; write at most 1050',
    ],
    ['an unknown field', withSpec({ servise: 'x' }), 'spec.servise: there is no such field; write service'],
    [
      'an unknown method',
      withSpec({ budgetingMethod: 'occurences' }),
      'spec.budgetingMethod: `occurences` is not known; write Occurrences',
    ],
    ['no window', withSpec({ timeWindow: [] }), 'spec.timeWindow: has 0 entries; write exactly one window'],
    [
      'two windows',
      withSpec({
        timeWindow: [
          { duration: '1d', isRolling: true },
          { duration: '2d', isRolling: true },
        ],
      }),
      'spec.timeWindow: has 2 entries',
    ],
    [
      'seconds',
      window({ duration: '30s', isRolling: true }),
      'spec.timeWindow.0.duration: `30s` is not a duration (seconds do not exist there)',
    ],
    [
      'a window of no time',
      window({ duration: '0d', isRolling: true }),
      'spec.timeWindow.0.duration: `0d` is not a duration',
    ],
    ['a window over a year', window({ duration: '2Y', isRolling: true }), 'spec.timeWindow.0.duration: is longer than'],
    [
      'a calendar of minutes',
      window({ duration: '1m', calendar: { startTime: '2026-01-01 00:00:00', timeZone: 'UTC' } }),
      'spec.timeWindow.0.duration: 1m is minutes; a calendar window is of days',
    ],
    [
      'a window that neither rolls nor has a calendar',
      window({ duration: '1d' }),
      'spec.timeWindow.0.isRolling: is not true and there is no calendar',
    ],
    [
      'a window that does both',
      window({ duration: '1d', isRolling: true, calendar: { startTime: '2026-01-01 00:00:00', timeZone: 'UTC' } }),
      'spec.timeWindow.0.calendar: stands beside isRolling: true',
    ],
    [
      'a day that does not exist',
      window({ duration: '1M', calendar: { startTime: '2026-02-30 00:00:00', timeZone: 'UTC' } }),
      'spec.timeWindow.0.calendar.startTime: `2026-02-30 00:00:00` is not a date with time',
    ],
    [
      'a zone that does not exist',
      window({ duration: '1M', calendar: { startTime: '2026-01-01 00:00:00', timeZone: 'Europe/Atlantis' } }),
      'spec.timeWindow.0.calendar.timeZone: `Europe/Atlantis` is not in the IANA',
    ],
    [
      'an offset for a zone',
      window({ duration: '1M', calendar: { startTime: '2026-01-01 00:00:00', timeZone: '+02:00' } }),
      'spec.timeWindow.0.calendar.timeZone: `+02:00` is not in the IANA',
    ],
    ['no target', target({}), 'spec.objectives.0.target: is missing; write target: 0.999'],
    [
      'two targets',
      target({ target: 0.9, targetPercent: 90 }),
      'spec.objectives.0.targetPercent: stands beside target',
    ],
    ['a target of 100 %', target({ target: 1 }), 'spec.objectives.0.target: 1 (100 %) leaves no error budget'],
    [
      'percent for a share',
      target({ target: 99.9 }),
      'spec.objectives.0.target: 99.9 is not at least 0 and below 1; write 0.999, or targetPercent: 99.9',
    ],
    [
      'a target finer than a millionth',
      target({ target: 0.9999995 }),
      'spec.objectives.0.target: 0.9999995 (99.99995 %) is finer than one part per million; write at most six decimals',
    ],
    [
      'a target in quotes',
      target({ target: '0.99' }),
      'spec.objectives.0.target: is no number; write 0.999, without quotes',
    ],
    [
      'slices without a window',
      withSpec({ budgetingMethod: 'RatioTimeslices' }),
      'spec.objectives.0.timeSliceWindow: is missing; budgetingMethod RatioTimeslices needs it',
    ],
    [
      'a value beside a ratio',
      target({ target: 0.9, value: 3 }),
      'spec.objectives.0.value: means nothing with a ratioMetric',
    ],
    ['no indicator', withSpec({ indicator: undefined }), 'spec.indicator: is missing'],
    ['an indicator and a reference', withSpec({ indicatorRef: 'x' }), 'spec.indicatorRef: stands beside indicator'],
    [
      'two conditions',
      aDocument('AlertPolicy', 'p', {
        ...anAlertPolicy('p').spec,
        conditions: [{ conditionRef: 'a' }, { conditionRef: 'b' }],
      }),
      'spec.conditions: has 2 entries; write exactly one condition',
    ],
    [
      'a policy without a target',
      aDocument('AlertPolicy', 'p', { ...anAlertPolicy('p').spec, notificationTargets: undefined }),
      'spec.notificationTargets: is missing',
    ],
    ['an unknown kind', { ...anSlo(), kind: 'Slo' }, 'kind: `Slo` is not known; write SLO'],
    [
      'an unknown version',
      { ...anSlo(), apiVersion: 'openslo/v2' },
      'apiVersion: `openslo/v2` is not known; write openslo/v1',
    ],
    [
      'an annotation of ours that does not exist',
      anSlo({ annotations: { 'leadline.dev/ownr': 'x' } }),
      'metadata.annotations.leadline.dev/ownr: Leadline has no such annotation; write leadline.dev/owner',
    ],
    [
      'an annotation that cannot be read',
      anSlo({ annotations: { 'leadline.dev/review-on': '31.12.2026' } }),
      'metadata.annotations.leadline.dev/review-on: `31.12.2026` cannot be read; write a date',
    ],
  ])('%s', (_name, document, expected) => {
    const errors = errorsOf(document);
    expect(errors[0]).toContain(expected);
    expect(errors).toHaveLength(1);
  });
});

describe('Many faults are told at once', () => {
  it('in one document', () => {
    const document = {
      apiVersion: 'openslo/v1',
      kind: 'SLO',
      metadata: { name: 'Bad', labels: { '-x': 'y' } },
      spec: {
        budgetingMethod: 'Timeslices',
        indicator: { metadata: { name: 'i' }, spec: { ratioMetric: { good: {}, bad: {} } } },
        timeWindow: [{ duration: '1x', isRolling: true }],
        objectives: [{ target: 2, op: 'eq' }, {}],
      },
    };
    expect(errorsOf(document).map((each) => each.split(':')[0])).toEqual([
      'metadata.name',
      'metadata.labels.-x',
      'spec.indicator.spec.ratioMetric.good.metricSource',
      'spec.indicator.spec.ratioMetric.bad.metricSource',
      'spec.indicator.spec.ratioMetric.total',
      'spec.indicator.spec.ratioMetric.bad',
      'spec.timeWindow.0.duration',
      'spec.objectives.0.op',
      'spec.objectives.0.target',
      'spec.objectives.1.target',
      'spec.service',
      'spec.objectives.0.timeSliceTarget',
      'spec.objectives.0.timeSliceWindow',
      'spec.objectives.1.timeSliceTarget',
      'spec.objectives.1.timeSliceWindow',
    ]);
  });

  it('in several, where two of one name are one too many', () => {
    expect(
      errorsOf(anSlo(), anSlo({ spec: { objectives: [{ target: 1 }] } })).map((each) => each.split(':')[0]),
    ).toEqual(['metadata.name', 'spec.objectives.0.target'].toSorted((a, b) => (a < b ? 1 : -1)));
  });
});

describe('What is no fault but should be known', () => {
  it('is a note: an operator beside a ratio, a source that is not there, a reference that the server may know', () => {
    expect(notesOf(target({ target: 0.9, op: 'gt' }))).toEqual(['spec.objectives.0.op']);
    expect(notesOf(withSpec({ indicator: undefined, indicatorRef: 'elsewhere' }))).toEqual(['spec.indicatorRef']);
    const external = {
      metadata: { name: 'x' },
      spec: {
        ratioMetric: {
          raw: { metricSource: { metricSourceRef: 'p', type: 'Prometheus', spec: { query: 'r' } } },
          rawType: 'success',
        },
      },
    };
    expect(notesOf(withSpec({ indicator: external }))).toEqual([
      'spec.indicator.spec.ratioMetric.raw.metricSource.metricSourceRef',
    ]);
  });
});

describe('Requests of a service', () => {
  const ratio = (is: 'good' | 'bad', spans: object, total: object = {}) => {
    const of = (said: object) => ({
      metricSource: { type: 'leadline', spec: { spans: { service: 'shop/checkout', ...said } } },
    });
    return withSpec({
      indicator: { metadata: { name: 'i' }, spec: { ratioMetric: { [is]: of(spans), total: of(total) } } },
    });
  };
  const badOf = (document: unknown) => {
    const indicator = compileChange([document], known).slos[0]?.objectives[0]?.components[0]?.indicator;
    return indicator?.kind === 'indicator' && indicator.definition.kind === 'spans' ? indicator.definition.bad : null;
  };
  it.each([
    ['bad', { status: 'error' }, [{ kind: 'error' }]],
    ['bad', { slowerThanMs: 300 }, [{ kind: 'slower-than', ms: 300 }]],
    [
      'bad',
      { where: [{ key: 'tier', op: '=', value: 'free' }] },
      [{ kind: 'attribute', filter: { key: 'tier', op: '=', value: 'free' } }],
    ],
    ['good', { withinMs: 300 }, [{ kind: 'slower-than', ms: 300 }]],
    ['good', { status: 'ok', withinMs: 300 }, [{ kind: 'error' }, { kind: 'slower-than', ms: 300 }]],
  ] as const)('are %s by %o', (is, spans, bad) => expect(badOf(ratio(is, spans))).toEqual(bad));

  it.each([
    ['bad', {}, 'selects the same as total'],
    ['bad', { status: 'error', slowerThanMs: 3 }, 'several conditions at once'],
    ['bad', { status: 'ok' }, 'write error'],
    ['bad', { status: 'error', operation: 'GET /' }, 'write the same operation as in total'],
    ['good', { status: 'ok', where: [{ key: 'a', op: '=', value: 1 }] }, 'would be neither good nor bad'],
  ] as const)('are refused as %s by %o', (is, spans, words) =>
    expect(errorsOf(ratio(is, spans)).join()).toContain(words),
  );

  it('are fast enough by a threshold', () => {
    const timed = (op: string) =>
      withSpec({
        indicator: {
          metadata: { name: 'i' },
          spec: {
            thresholdMetric: {
              metricSource: { type: 'leadline', spec: { spans: { service: 's', measure: 'durationMs' } } },
            },
          },
        },
        objectives: [{ op, value: 250, target: 0.99 }],
      });
    expect(badOf(timed('lte'))).toEqual([{ kind: 'slower-than', ms: 250 }]);
    expect(errorsOf(timed('gte'))).toEqual([
      'spec.objectives.0.op: a request is good when it is fast enough; write lte',
    ]);
  });

  it('are the same for a document that says them in another order', () => {
    expect(badOf(anSlo({ spec: { indicator: availabilityOf('shop/checkout') } }))).toEqual([{ kind: 'error' }]);
  });
});
