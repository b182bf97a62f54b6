/** What is measured, by the name that the benchmark tells it by. */
export const ruleKinds = {
  rate: (service: string) => ({
    measure: { signal: { of: 'request-rate', service } },
    fire: { op: '<', value: 0.1 },
  }),
  errors: (service: string) => ({
    measure: { signal: { of: 'error-share', service, environment: 'production' } },
    fire: { op: '>', value: 0.05 },
    for: 'PT5M',
  }),
  latency: (service: string) => ({
    measure: { signal: { of: 'latency', service, quantile: 0.99 } },
    fire: { op: '>', value: 2_000 },
    clear: { value: 1_500, keepFor: 'PT5M' },
  }),
  operation: (service: string) => ({
    measure: { signal: { of: 'error-share', service, operation: 'GET /resource/0' } },
    fire: { op: '>', value: 0.05 },
  }),
  gauge: (service: string) => ({
    measure: { metric: { name: 'v8js.memory.heap.used', service, aggregate: 'avg', by: ['host.name'] } },
    fire: { op: '>', value: 0.99 },
  }),
  fleet: () => ({
    measure: { metric: { name: 'nodejs.eventloop.utilization', aggregate: 'max', by: ['host.name'] } },
    fire: { op: '>', value: 0.99 },
  }),
  logs: (service: string) => ({
    measure: { logs: { service, severity: 'error' } },
    fire: { op: '>', value: 100 },
  }),
  saturation: (service: string) => ({
    measure: { signal: { of: 'saturation', service, resource: 'cpu' } },
    fire: { op: '>', value: 0.99 },
  }),
  week: (service: string) => ({
    measure: { signal: { of: 'request-rate', service } },
    change: { against: 'week', as: 'ratio' },
    fire: { op: '<', value: 0.5 },
  }),
  forecast: (service: string) => ({
    measure: { metric: { name: 'process.cpu.utilization', service, aggregate: 'avg', by: ['host.name'] } },
    forecast: { within: 'PT4H', from: 'PT6H' },
    fire: { op: '>', value: 50 },
  }),
} satisfies Record<string, (service: string) => object>;

type Kind = keyof typeof ruleKinds;

/** Of a hundred rules so many are of each kind: what a company of services would have. */
const shares: Readonly<Record<Kind, number>> = {
  rate: 15,
  errors: 20,
  latency: 20,
  operation: 5,
  gauge: 24,
  fleet: 1,
  logs: 5,
  saturation: 3,
  week: 4,
  forecast: 3,
};

/** Rules of every kind over all services, or of one kind alone. */
export const rulesOfEveryKind = (
  count: number,
  services: number,
  only: string | null,
): { readonly name: string; readonly spec: object }[] => {
  const order = Object.entries(shares).flatMap(([kind, share]) => Array<Kind>(share).fill(kind as Kind));
  return Array.from({ length: count }, (_, index) => {
    const kind = (only as Kind | null) ?? order[index % order.length]!;
    const service = `shop/service-${(index * 7) % services}`;
    return { name: `${kind}-${index}`, spec: { ...ruleKinds[kind](service), service } };
  });
};
