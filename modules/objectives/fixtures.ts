import type { Objective } from './domain/objective.ts';
import type { OpenSloDocument } from './domain/openslo/kinds.ts';
import { defaultTiers } from './domain/tiers.ts';

/** 99.9 % of checkout's requests over 30 days, with the default tiers. */
export const anObjective = (given: Partial<Objective> = {}): Objective => ({
  name: 'checkout-availability',
  displayName: 'Checkout answers',
  description: '',
  service: 'shop/checkout',
  environment: null,
  owner: null,
  targetPpm: 999_000,
  window: { kind: 'rolling', minutes: 43_200 },
  method: 'Occurrences',
  timeSlice: null,
  components: [
    {
      displayName: '',
      indicator: {
        kind: 'indicator',
        number: 1,
        definition: {
          kind: 'spans',
          of: { service: 'shop/checkout', environment: null, operation: null, attributes: [] },
          bad: [{ kind: 'error' }],
        },
      },
      weight: 1,
      targetPpm: 999_000,
    },
  ],
  alerts: {
    tiers: defaultTiers({ targetPpm: 999_000, periodMinutes: 43_200 }),
    noDataMinutes: 10,
    exhaustsWithinMinutes: 1_440,
  },
  budgetPolicy: 'default',
  goal: null,
  reviewOn: null,
  ...given,
});

type Overrides = {
  readonly name?: string;
  readonly displayName?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
};

/** An SLO document of OpenSLO v1: availability of `shop/checkout` over 28 days, 99.5 %, over its spans. */
export const anSlo = ({
  name = 'checkout-availability',
  displayName,
  annotations,
  spec,
}: Overrides = {}): OpenSloDocument => ({
  apiVersion: 'openslo/v1',
  kind: 'SLO',
  metadata: {
    name,
    ...(displayName === undefined ? {} : { displayName }),
    ...(annotations === undefined ? {} : { annotations }),
  },
  spec: {
    service: 'checkout',
    indicator: availabilityOf('shop/checkout', name),
    timeWindow: [{ duration: '28d', isRolling: true }],
    budgetingMethod: 'Occurrences',
    objectives: [{ target: 0.995 }],
    ...spec,
  },
});

/** An inline SLI: the share of a service's requests that did not fail. */
export const availabilityOf = (service: string, name = 'availability') => ({
  metadata: { name },
  spec: {
    ratioMetric: {
      counter: true,
      bad: { metricSource: { type: 'leadline', spec: { spans: { service, status: 'error' } } } },
      total: { metricSource: { type: 'leadline', spec: { spans: { service } } } },
    },
  },
});

/** Another document of OpenSLO v1. */
export const aDocument = (
  kind: Exclude<OpenSloDocument['kind'], 'SLO'>,
  name: string,
  spec: object,
): OpenSloDocument => ({
  apiVersion: 'openslo/v1',
  kind,
  metadata: { name },
  spec: spec as Record<string, unknown>,
});

/** An alert policy with one burn-rate condition of its own. */
export const anAlertPolicy = (name: string, condition: object = {}) =>
  aDocument('AlertPolicy', name, {
    alertWhenBreaching: true,
    conditions: [
      {
        kind: 'AlertCondition',
        metadata: { name: `${name}-condition` },
        spec: {
          severity: 'page',
          condition: {
            kind: 'burnrate',
            op: 'gte',
            threshold: 10,
            lookbackWindow: '1h',
            alertAfter: '5m',
            ...condition,
          },
        },
      },
    ],
    notificationTargets: [{ targetRef: 'on-call' }],
  });
