import { serviceDescription, type GoldenFigures, type ServiceDescription } from './contract.ts';
import type { Figures, SeenService } from './server/public.ts';

/** What a person says of a service, all of it absent but what is given. */
export const aDescription = (given: Partial<ServiceDescription> = {}): ServiceDescription => ({
  ...serviceDescription.parse({}),
  ...given,
});

/** `shop/checkout` 1.0.0 in production, seen at one instant. */
export const aSeenService = (given: Partial<SeenService> = {}): SeenService => {
  const at = Temporal.Instant.from('2026-11-22T12:00:00Z');
  return { name: 'shop/checkout', environment: 'production', version: '1.0.0', firstSeen: at, lastSeen: at, ...given };
};

/** An hour of one request a second without a failure, in thirty steps. */
export const someFigures = (given: Partial<GoldenFigures> = {}): GoldenFigures => ({
  from: '2026-11-22T11:00:00Z',
  to: '2026-11-22T12:00:00Z',
  requests: 3_600,
  errors: 0,
  requestsPerSecond: 1,
  errorRatio: 0,
  p50Ms: 10,
  p99Ms: 40,
  stepSeconds: 120,
  sparklines: {
    requestsPerSecond: Array<number>(30).fill(1),
    errorRatio: Array<number>(30).fill(0),
    p99Ms: Array<number>(30).fill(40),
  },
  ...given,
});

/** What telemetry answers for one service. */
export const aFigure = (given: Partial<Figures> = {}): Figures => ({
  service: 'shop/checkout',
  environment: 'production',
  requests: 100,
  errors: 0,
  p50Ms: 10,
  p99Ms: 40,
  steps: [],
  ...given,
});
