import type { ServiceSummary } from '../contract.ts';

/** A healthy service for the tests of parts, with overrides. */
export const aServiceSummary = (over: Partial<ServiceSummary> = {}): ServiceSummary => ({
  name: 'shop/cart',
  environment: 'production',
  title: null,
  description: null,
  owner: null,
  tier: null,
  system: null,
  tags: [],
  origin: 'telemetry',
  version: '1.4.2',
  firstSeen: '2026-11-01T00:00:00Z',
  lastSeen: '2026-11-22T10:00:00Z',
  figures: {
    from: '2026-11-22T09:00:00Z',
    to: '2026-11-22T10:00:00Z',
    requests: 3_600,
    errors: 36,
    requestsPerSecond: 1,
    errorRatio: 0.01,
    p50Ms: 12,
    p99Ms: 140,
    stepSeconds: 120,
    sparklines: { requestsPerSecond: [1, 1], errorRatio: [0, 0.01], p99Ms: [120, null] },
  },
  health: { level: 'good', reason: 'nothing-wrong' },
  ...over,
});
