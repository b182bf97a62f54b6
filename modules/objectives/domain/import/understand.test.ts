import { describe, expect, it } from 'vitest';
import { compileChange } from '../compile-change.ts';
import { pathText } from '../openslo/json.ts';
import { isForObjectives } from './understand.ts';

/** Documents of others, our own equivalents of what their repositories show. */
const known = { documents: [], objectives: [], ownerOf: () => null, complete: false } as const;
const read = (...documents: readonly unknown[]) => {
  const change = compileChange(documents, known);
  return {
    objectives: change.slos.flatMap(({ objectives }) => [...objectives]),
    documents: change.documents.map(({ document }) => document),
    errors: change.findings
      .filter(({ level }) => level === 'error')
      .map(({ path, message }) => `${pathText(path)}: ${message}`),
    notes: change.findings
      .filter(({ level }) => level === 'note')
      .map(({ path, message }) => `${pathText(path)}: ${message}`),
  };
};
const readsOf = (...documents: readonly unknown[]) =>
  read(...documents).objectives.map(({ components }) => {
    const { indicator } = components[0]!;
    return indicator.kind === 'indicator' && indicator.definition.kind === 'external'
      ? indicator.definition.read
      : null;
  });

const sloth = (slo: object = {}, more: object = {}) => ({
  version: 'prometheus/v1',
  service: 'tickets',
  labels: { owner: 'desk', tier: 2 },
  slos: [
    {
      name: 'Requests_availability',
      objective: 99.9,
      sli: {
        events: {
          error_query: 'sum(rate(http_total{code=~"5.."}[{{.window}}]))',
          total_query: 'sum(rate(http_total[{{ .window }}]))',
        },
      },
      ...slo,
    },
  ],
  ...more,
});

describe('Sloth', () => {
  it('is known by its version, without kind and name', () => {
    expect(isForObjectives(sloth())).toBe(true);
    expect(isForObjectives({ apiVersion: 'leadline.dev/v1', kind: 'Service' })).toBe(false);
  });

  it('becomes OpenSLO whose queries are asked for the events of each minute', () => {
    const { objectives, documents, errors } = read(sloth());
    expect(errors).toEqual([]);
    expect(objectives).toMatchObject([
      {
        name: 'tickets-requests-availability',
        service: 'tickets',
        targetPpm: 999_000,
        window: { kind: 'rolling', minutes: 43_200 },
      },
    ]);
    expect(documents[0]!.metadata['labels']).toEqual({ owner: 'desk', tier: '2' });
    expect(readsOf(sloth())).toEqual([
      {
        kind: 'ratio',
        counter: false,
        total: 'sum(increase(http_total[1m]))',
        part: { is: 'bad', query: 'sum(increase(http_total{code=~"5.."}[1m]))' },
      },
    ]);
  });

  it('says what could not be carried over, at its place', () => {
    const { notes, documents } = read(
      sloth({ plugins: { chain: [] }, alerting: { name: 'High', page_alert: { disable: true } } }),
    );
    expect(notes).toContain('slos.0.plugins: plugins of Sloth: not carried over');
    expect(notes).toContain('slos.0.alerting: name of the alerts: not carried over');
    expect(documents[0]!.metadata['annotations']).toMatchObject({
      'leadline.dev/alerts': 'ticket',
      'leadline.dev/not-carried-over': 'plugins of Sloth; name of the alerts',
    });
  });

  it('keeps a ratio, and a plugin as something without data', () => {
    expect(readsOf(sloth({ sli: { raw: { error_ratio_query: 'avg(bad_ratio)' } } }))).toEqual([
      { kind: 'raw', is: 'bad', query: 'avg(bad_ratio)' },
    ]);
    const plugin = read(sloth({ sli: { plugin: { id: 'mine', options: { job: 'x' } } } }));
    expect(plugin.errors).toEqual([]);
    expect(plugin.objectives[0]!.components[0]!.indicator).toMatchObject({
      definition: { kind: 'fed', feeder: 'sloth-plugin' },
    });
  });

  it.each([
    [{ objective: 100 }, 'slos.0.objective: 100 % leaves no error budget'],
    [{ objective: 'high' }, 'slos.0.objective: is the text `high`'],
    [{ sli: {} }, 'slos.0.sli: measures nothing'],
    [{ sli: { events: { error_query: 'x' } } }, 'slos.0.sli.events.total_query: is missing'],
    [{ name: undefined }, 'slos.0.name: is missing'],
  ])('is refused at its own fields: %o', (slo, words) => expect(read(sloth(slo)).errors.join('\n')).toContain(words));

  it('is read as a custom resource too', () => {
    const { version: _version, slos, ...spec } = sloth();
    const camel = { events: { errorQuery: 'sum(errors_total)', totalQuery: 'sum(all_total)' } };
    const resource = {
      apiVersion: 'sloth.slok.dev/v1',
      kind: 'PrometheusServiceLevel',
      metadata: { name: 'r', namespace: 'prod' },
      spec: { ...spec, slos: [{ ...slos[0], sli: camel }] },
    };
    expect(read(resource).errors).toEqual([]);
    expect(readsOf(resource)).toEqual([
      { kind: 'ratio', counter: false, total: 'sum(all_total)', part: { is: 'bad', query: 'sum(errors_total)' } },
    ]);
  });

  it('makes alert policies of its windows, each with its share of the budget', () => {
    const tier = (errorBudgetPercent: number, shortWindow: string, longWindow: string) => ({
      errorBudgetPercent,
      shortWindow,
      longWindow,
    });
    const windows = {
      apiVersion: 'sloth.slok.dev/v1',
      kind: 'AlertWindows',
      spec: {
        sloPeriod: '7d',
        page: { quick: tier(8, '5m', '1h'), slow: tier(12.5, '30m', '6h') },
        ticket: { quick: tier(20, '2h', '1d'), slow: tier(42, '6h', '3d') },
      },
    };
    const slo = {
      apiVersion: 'openslo/v1',
      kind: 'SLO',
      metadata: { name: 's' },
      spec: {
        service: 's',
        indicator: {
          metadata: { name: 'i' },
          spec: {
            ratioMetric: { rawType: 'success', raw: { metricSource: { type: 'Prometheus', spec: { query: 'r' } } } },
          },
        },
        timeWindow: [{ duration: '7d', isRolling: true }],
        budgetingMethod: 'Occurrences',
        objectives: [{ target: 0.999 }],
        alertPolicies: ['page-quick', 'page-slow', 'ticket-quick', 'ticket-slow'].map((name) => ({
          alertPolicyRef: `sloth-7d-${name}`,
        })),
      },
    };
    const { objectives, errors } = read(windows, slo);
    expect(errors).toEqual([]);
    expect(
      objectives[0]!.alerts.tiers.map((each) => [
        each.urgency,
        each.budgetSharePpm,
        each.longMinutes,
        each.shortMinutes,
      ]),
    ).toEqual([
      ['page', 80_000, 60, 5],
      ['page', 125_000, 360, 30],
      ['ticket', 200_000, 1_440, 120],
      ['ticket', 420_000, 4_320, 360],
    ]);
  });
});

describe('Pyrra', () => {
  const pyrra = (indicator: object, spec: object = {}) => ({
    apiVersion: 'pyrra.dev/v1alpha1',
    kind: 'ServiceLevelObjective',
    metadata: { name: 'api-errors', namespace: 'monitoring', labels: { 'pyrra.dev/team': 'api' } },
    spec: { target: '99.5', window: '4w', indicator, ...spec },
  });
  const ratio = {
    ratio: { errors: { metric: 'req_total{job="api",code=~"5.."}' }, total: { metric: 'req_total{job="api"}' } },
  };

  it.each<[string, object, object]>([
    [
      'ratio',
      ratio,
      {
        total: 'sum(increase(req_total{job="api"}[1m]))',
        part: { is: 'bad', query: 'sum(increase(req_total{job="api",code=~"5.."}[1m]))' },
      },
    ],
    [
      'latency',
      { latency: { success: { metric: 'd_bucket{le="0.1"}' }, total: { metric: 'd_count' } } },
      { total: 'sum(increase(d_count[1m]))', part: { is: 'good', query: 'sum(increase(d_bucket{le="0.1"}[1m]))' } },
    ],
    [
      'bool_gauge',
      { bool_gauge: { metric: 'up' } },
      { total: 'sum(count_over_time(up[1m]))', part: { is: 'good', query: 'sum(sum_over_time(up[1m]))' } },
    ],
    [
      'latencyNative',
      { latencyNative: { latency: '200ms', total: { metric: 'd' } } },
      {
        total: 'histogram_count(sum(increase(d[1m])))',
        part: {
          is: 'good',
          query: 'histogram_fraction(0, 0.2, sum(increase(d[1m]))) * histogram_count(sum(increase(d[1m])))',
        },
      },
    ],
  ])('counts by %s', (_kind, indicator, expected) => {
    expect(read(pyrra(indicator)).errors).toEqual([]);
    expect(readsOf(pyrra(indicator))).toEqual([{ kind: 'ratio', counter: false, ...expected }]);
  });

  it('keeps target, window and whose it is, and says that groups are not carried over', () => {
    const grouped = { ratio: { ...ratio.ratio, grouping: ['handler'] } };
    const { objectives, notes } = read(pyrra(grouped));
    expect(objectives).toMatchObject([
      { name: 'api-errors', service: 'api', targetPpm: 995_000, window: { minutes: 40_320 } },
    ]);
    expect(notes.join()).toContain('spec.indicator.ratio.grouping: one objective for each handler');
  });

  it.each([
    [pyrra(ratio, { target: '100' }), 'spec.target: 100 % leaves no error budget'],
    [pyrra(ratio, { window: '4 weeks' }), 'spec.window: "4 weeks" is not a duration of Prometheus'],
    [pyrra({}), 'spec.indicator: measures nothing'],
    [pyrra({ ...ratio, bool_gauge: { metric: 'up' } }), 'spec.indicator.bool_gauge: stands beside ratio'],
    [pyrra({ latency: { success: { metric: 'd_bucket' }, total: { metric: 'd_count' } } }), 'has no le with a number'],
    [
      pyrra({ ratio: { errors: { metric: 'sum(rate(x[5m]))' }, total: { metric: 'x' } } }),
      'is not a selector of series',
    ],
  ])('is refused at its own fields (%#)', (document, words) =>
    expect(read(document).errors.join('\n')).toContain(words),
  );
});

describe('OpenSLO v1alpha', () => {
  const query = (text: string) => ({ source: 'prometheus', queryType: 'promql', query: text });
  const v1alpha = (spec: object) => ({
    apiVersion: 'openslo/v1alpha',
    kind: 'SLO',
    metadata: { name: 'old', displayName: 'Old' },
    spec: {
      service: 'web',
      budgetingMethod: 'Occurrences',
      timeWindows: [{ unit: 'Day', count: 28, isRolling: true }],
      ...spec,
    },
  });
  const ratio = (total: string) => ({ good: query('good_total'), total: query(total), incremental: true });

  it('is converted with its ratio, or with one document for each of several', () => {
    expect(readsOf(v1alpha({ objectives: [{ target: 0.98, ratioMetrics: ratio('all_total') }] }))).toEqual([
      { kind: 'ratio', counter: true, total: 'all_total', part: { is: 'good', query: 'good_total' } },
    ]);
    const two = v1alpha({
      objectives: [
        { target: 0.98, ratioMetrics: ratio('a') },
        { target: 0.9, ratioMetrics: ratio('b') },
      ],
    });
    expect(read(two).objectives.map(({ name, targetPpm }) => [name, targetPpm])).toEqual([
      ['old', 980_000],
      ['old-2', 900_000],
    ]);
  });

  it('is converted with its threshold and its calendar', () => {
    const document = v1alpha({
      indicator: { thresholdMetric: query('latency') },
      objectives: [{ target: 0.99, op: 'lt', value: 200 }],
      timeWindows: [
        { unit: 'Month', count: 1, isRolling: false, calendar: { startTime: '2026-05-01 00:00:00', timeZone: 'UTC' } },
      ],
    });
    expect(readsOf(document)).toEqual([{ kind: 'threshold', query: 'latency', op: 'lt', bound: 200 }]);
    expect(read(document).objectives[0]!.window).toEqual({
      kind: 'calendar',
      unit: 'month',
      count: 1,
      startsOn: '2026-05-01T00:00:00',
      zone: 'UTC',
    });
  });

  it('tells its faults at its own fields', () => {
    const wrong = v1alpha({
      budgetingMethod: 'Timeslices',
      objectives: [{ target: 1, ratioMetrics: { good: query('x') } }],
      timeWindows: [{ unit: 'Days', count: 1.5 }],
    });
    expect(
      read(wrong)
        .errors.map((each) => each.split(':')[0])
        .toSorted(),
    ).toEqual([
      'spec.objectives.0.ratioMetrics.total',
      'spec.objectives.0.target',
      'spec.objectives.0.timeSliceTarget',
      'spec.timeWindows.0.count',
      'spec.timeWindows.0.unit',
    ]);
  });
});

describe('OpenSLO v2alpha', () => {
  const v2alpha = (spec: object) => ({
    apiVersion: 'openslo.com/v2alpha',
    kind: 'SLO',
    metadata: { name: 'new' },
    spec: {
      serviceRef: 'web',
      sli: {
        metadata: { name: 'i' },
        spec: {
          ratioMetric: {
            counter: true,
            good: { dataSourceRef: 'prod', spec: { query: 'g' } },
            total: { dataSourceRef: 'prod', spec: { query: 't' } },
          },
        },
      },
      timeWindow: [{ duration: '4w', isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ target: 0.99 }],
      ...spec,
    },
  });
  const source = {
    apiVersion: 'openslo.com/v2alpha',
    kind: 'DataSource',
    metadata: { name: 'prod' },
    spec: { type: 'Prometheus', connectionDetails: { url: 'http://p' } },
  };

  it('is converted with its sources', () => {
    expect(read(source, v2alpha({})).errors).toEqual([]);
    expect(readsOf(source, v2alpha({}))).toEqual([
      { kind: 'ratio', counter: true, total: 't', part: { is: 'good', query: 'g' } },
    ]);
  });

  it('tells its faults at its own fields', () => {
    const wrong = v2alpha({
      serviceRef: undefined,
      sli: { metadata: { name: 'A' }, spec: { thresholdMetric: { spec: {} } } },
    });
    expect(
      read(wrong)
        .errors.map((each) => each.split(': ')[0])
        .toSorted(),
    ).toEqual([
      'spec.objectives.0.op',
      'spec.objectives.0.value',
      'spec.service',
      'spec.sli.metadata.name',
      'spec.sli.spec.thresholdMetric.dataSourceRef',
      'spec.sli.spec.thresholdMetric.spec',
    ]);
  });
});
