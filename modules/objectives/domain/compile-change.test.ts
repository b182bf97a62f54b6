import { describe, expect, it } from 'vitest';
import { aDocument, anAlertPolicy, anSlo, availabilityOf } from '../fixtures.ts';
import { canonicalIndicator } from './canonical-indicator.ts';
import { compileChange } from './compile-change.ts';
import type { Objective } from './objective.ts';
import { defaultTiers } from './tiers.ts';

/** What documents make. */
const known = {
  documents: [],
  objectives: [],
  ownerOf: (service: string) => (service === 'shop/checkout' ? 'payments' : null),
  complete: true,
} as const;
const objectivesOf = (...documents: readonly unknown[]): Objective[] => {
  const change = compileChange(documents, known);
  expect(change.findings.filter(({ level }) => level === 'error')).toEqual([]);
  return change.slos.flatMap(({ objectives }) => [...objectives]);
};
const errorsOf = (...documents: readonly unknown[]): string[] =>
  compileChange(documents, known)
    .findings.filter(({ level }) => level === 'error')
    .map(({ message }) => message);
const only = (...documents: readonly unknown[]): Objective => {
  const [objective, ...others] = objectivesOf(...documents);
  expect(others).toEqual([]);
  return objective!;
};
const withPolicy = (condition: object, given: { target?: number; window?: string } = {}) =>
  anSlo({
    spec: {
      objectives: [{ target: given.target ?? 0.999 }],
      timeWindow: [{ duration: given.window ?? '30d', isRolling: true }],
      alertPolicies: [{ kind: 'AlertPolicy', metadata: { name: 'fast' }, spec: anAlertPolicy('fast', condition).spec }],
    },
  });

describe('An SLO document', () => {
  it('with one objective makes one of the same name, owned by whoever owns the service that is measured', () => {
    expect(only(anSlo({ displayName: 'Checkout answers' }))).toMatchObject({
      name: 'checkout-availability',
      displayName: 'Checkout answers',
      service: 'shop/checkout',
      owner: 'payments',
      targetPpm: 995_000,
      budgetPolicy: 'default',
      goal: null,
    });
  });

  it('says by annotations what OpenSLO has no field for', () => {
    const annotations = {
      'leadline.dev/service': 'shop/front',
      'leadline.dev/owner': 'search',
      'leadline.dev/environment': 'production',
      'leadline.dev/goal': 'People buy',
      'leadline.dev/money-per-percent': '1200 EUR',
      'leadline.dev/review-on': '2027-03-31',
      'leadline.dev/budget-policy': 'strict',
      'leadline.dev/no-data-minutes': 'off',
      'leadline.dev/exhausts-within': '2d',
      'leadline.dev/bad-events-min': '5',
      'leadline.dev/young-bad-events-min': '3',
      'leadline.dev/alerts': 'page',
    };
    const objective = only(anSlo({ annotations }));
    expect(objective).toMatchObject({
      service: 'shop/front',
      owner: 'search',
      environment: 'production',
      goal: { text: 'People buy', moneyPerPercent: { amount: 1_200, currency: 'EUR' } },
      reviewOn: '2027-03-31',
      budgetPolicy: 'strict',
      alerts: { noDataMinutes: null, exhaustsWithinMinutes: 2_880, youngBadEventsMin: 3 },
    });
    expect(objective.alerts.tiers.map(({ urgency, badEventsMin }) => [urgency, badEventsMin])).toEqual([
      ['page', 5],
      ['page', 5],
    ]);
  });

  it('with several targets makes several, named by what they say', () => {
    const objectives = [
      { displayName: 'SLA', target: 0.99 },
      { displayName: 'Gold!', target: 0.999 },
      { target: 0.9999 },
    ];
    expect(
      objectivesOf(anSlo({ name: 'web', spec: { objectives } })).map(({ name, targetPpm }) => [name, targetPpm]),
    ).toEqual([
      ['web', 990_000],
      ['web-gold', 999_000],
      ['web-3', 999_900],
    ]);
  });

  it('with indicators in its objectives makes one composite', () => {
    const part = (service: string, target: number, compositeWeight?: number) => ({
      target,
      compositeWeight,
      indicator: availabilityOf(service, service.replace('/', '-')),
    });
    const composite = only(
      anSlo({
        name: 'buy',
        spec: { indicator: undefined, objectives: [part('shop/a', 0.99), part('shop/b', 0.999, 0.5)] },
      }),
    );
    expect(composite.components.map(({ weight, targetPpm, displayName }) => [displayName, weight, targetPpm])).toEqual([
      ['shop-a', 1, 990_000],
      ['shop-b', 0.5, 999_000],
    ]);
    // (1 × 99 % + 0.5 × 99.9 %) ÷ 1.5
    expect(composite).toMatchObject({ name: 'buy', service: null, targetPpm: 993_000 });
  });

  it('becomes a journey when its parts are objectives, and no circle', () => {
    const journey = (name: string, part: string) =>
      anSlo({
        name,
        spec: {
          indicator: undefined,
          objectives: [
            {
              target: 0.99,
              indicator: {
                metadata: { name: 'p' },
                spec: {
                  ratioMetric: {
                    rawType: 'success',
                    raw: { metricSource: { type: 'leadline', spec: { objective: part } } },
                  },
                },
              },
            },
          ],
        },
      });
    const objectives = objectivesOf(anSlo({ name: 'one' }), journey('all', 'one'));
    expect(objectives[1]!.components[0]!.indicator).toEqual({ kind: 'objective', name: 'one' });
    const gold = { objectives: [{ target: 0.9 }, { displayName: 'Gold', target: 0.99 }] };
    expect(errorsOf(journey('all', 'one-gold'), anSlo({ name: 'one', spec: gold }))).toEqual([]);
    expect(errorsOf(journey('all', 'nowhere'))).toEqual([expect.stringContaining('there is no objective nowhere')]);
    expect(errorsOf(journey('a', 'b'), journey('b', 'a'))).toEqual([
      'is a part of itself (a → b → a); take the objective that leads back away',
      'is a part of itself (b → a → b); take the objective that leads back away',
    ]);
  });

  it.each([
    ['Timeslices', { timeSliceTarget: 0.95, timeSliceWindow: '1m' }, { seconds: 60, targetPpm: 950_000 }],
    ['RatioTimeslices', { timeSliceWindow: 5 }, { seconds: 300, targetPpm: null }],
  ])('counts by %s', (budgetingMethod, said, timeSlice) => {
    expect(only(anSlo({ spec: { budgetingMethod, objectives: [{ target: 0.99, ...said }] } }))).toMatchObject({
      method: budgetingMethod,
      timeSlice,
    });
  });
});

describe('Alerts', () => {
  it('are the default tiers where a document says none', () => {
    expect(only(anSlo()).alerts).toEqual({
      tiers: defaultTiers({ targetPpm: 995_000, periodMinutes: 40_320 }),
      noDataMinutes: 30,
      exhaustsWithinMinutes: 1_440,
    });
  });

  it('follow from a burn-rate condition: its lookback is the long window, alertAfter the short one', () => {
    // 14.4 × 60 min ÷ 43,200 min = 2 % of the budget (SRE workbook, table 5-6).
    expect(only(withPolicy({ threshold: 14.4 })).alerts).toMatchObject({
      tiers: [
        {
          name: 'fast-condition',
          urgency: 'page',
          rateMillionths: 14_400_000,
          budgetSharePpm: 20_000,
          longMinutes: 60,
          shortMinutes: 5,
        },
      ],
      noDataMinutes: null,
    });
    expect(only(withPolicy({ alertAfter: undefined })).alerts.tiers[0]).toMatchObject({
      longMinutes: 60,
      shortMinutes: 60,
    });
  });

  it('that can never fire are refused with the arithmetic', () => {
    expect(errorsOf(withPolicy({ threshold: 14.4 }, { target: 0.9 }))).toEqual([
      expect.stringMatching(
        /^can never fire: .*14\.4× at a target of 90 % needs 14\.4 × 10 % = 144 % of all events to be bad.*write a lower threshold/,
      ),
    ]);
  });

  it('derive their threshold from a share of the budget, and a threshold that says otherwise is refused', () => {
    const policy = (threshold: number) => ({
      ...anAlertPolicy('fast', { threshold }),
      metadata: {
        name: 'fast',
        annotations: { 'leadline.dev/budget-share': '2 %', 'leadline.dev/short-window': '5m' },
      },
    });
    const slo = anSlo({
      spec: {
        timeWindow: [{ duration: '7d', isRolling: true }],
        objectives: [{ target: 0.999 }],
        alertPolicies: [{ alertPolicyRef: 'fast' }],
      },
    });
    // 2 % of 10,080 min ÷ 60 min is 3.36, not the 14.4 of 30 days.
    expect(only(policy(3.36), slo).alerts.tiers[0]).toMatchObject({ rateMillionths: null, budgetSharePpm: 20_000 });
    expect(errorsOf(policy(14.4), slo)).toEqual([
      expect.stringContaining('is 14.4, but 2 % of the budget of 7 days within 1 hour is 3.36; write 3.36'),
    ]);
  });
});

describe('References', () => {
  it('that lead nowhere are refused where everything is known', () => {
    const slo = anSlo({
      spec: { indicator: undefined, indicatorRef: 'none', alertPolicies: [{ alertPolicyRef: 'no-policy' }] },
    });
    expect(errorsOf(slo)).toEqual([
      'there is no SLI none; apply it first or in the same command',
      'there is no AlertPolicy no-policy; apply it first or in the same command',
    ]);
  });

  it('lead from an SLO over a policy to a condition', () => {
    const condition = aDocument('AlertCondition', 'slow', {
      severity: 'ticket',
      condition: { op: 'gte', threshold: 1, lookbackWindow: '3d' },
    });
    const policy = aDocument('AlertPolicy', 'p', {
      alertWhenBreaching: true,
      alertWhenNoData: true,
      conditions: [{ conditionRef: 'slow' }],
      notificationTargets: [{ targetRef: 't' }],
    });
    const { alerts } = only(condition, policy, anSlo({ spec: { alertPolicies: [{ alertPolicyRef: 'p' }] } }));
    expect(alerts).toMatchObject({
      tiers: [{ name: 'slow', urgency: 'ticket', longMinutes: 4_320 }],
      noDataMinutes: 4_320,
    });
  });
});

it('Two indicators that mean the same have one canonical form, whatever the order of their filters', () => {
  const filters = [
    { key: 'b', op: '=', value: '1' },
    { key: 'a', op: '=', value: '2' },
  ] as const;
  const spans = (attributes: typeof filters | readonly (typeof filters)[number][]) =>
    canonicalIndicator({
      kind: 'spans',
      of: { service: 's', environment: null, operation: null, attributes },
      bad: [{ kind: 'error' }],
    });
  expect(spans(filters)).toBe(spans(filters.toReversed()));
  expect(spans(filters)).not.toBe(spans([filters[0]]));
});
