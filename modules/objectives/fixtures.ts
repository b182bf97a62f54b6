import type { Objective } from './domain/objective.ts';
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
