import type { OpenSloDocument } from './openslo/kinds.ts';

/** What `leadline objective example` and the form begin with. */
export interface Example {
  readonly name: string;
  /** Name in the catalog: `shop/checkout`. */
  readonly service: string;
  readonly environment: string | null;
  readonly operation: string | null;
  /** 99.5. */
  readonly targetPercent: number;
  /** `28d`. */
  readonly window: string;
}

/** An OpenSLO v1 document that promises how many of a service's requests do not fail, counted from its spans. */
export const availabilityExample = ({
  name,
  service,
  environment,
  operation,
  targetPercent,
  window,
}: Example): OpenSloDocument => {
  const spans = {
    service,
    ...(environment === null ? {} : { environment }),
    ...(operation === null ? {} : { operation }),
  };
  const requests = (narrowed: object) => ({
    metricSource: { type: 'leadline', spec: { spans: { ...spans, ...narrowed } } },
  });
  return {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name },
    spec: {
      description: `${targetPercent} % of the requests of ${service} are answered without an error.`,
      service,
      indicator: {
        metadata: { name },
        spec: { ratioMetric: { counter: true, bad: requests({ status: 'error' }), total: requests({}) } },
      },
      timeWindow: [{ duration: window, isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ targetPercent }],
    },
  };
};
