import type { Product } from './product.ts';

/** A promise over spans of one service, as a benchmark or a fault applies many of. */
export interface LoadObjective {
  readonly name: string;
  readonly service: string;
  readonly operation?: string;
  /** Fields of `spans` that make a request bad: `{status: 'error'}`, `{slowerThanMs: 300}`. */
  readonly bad: Readonly<Record<string, unknown>>;
}

/** Applies OpenSLO documents over HTTP, all at once; throws where they are not taken. */
export const applyObjectives = async (
  product: Product,
  token: string,
  objectives: readonly LoadObjective[],
): Promise<void> => {
  const text = objectives.map((one) => JSON.stringify(documentOf(one))).join('\n---\n');
  const answer = await fetch(`${product.url}/api/v1/objectives`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  if (answer.status >= 300) throw new Error(`objectives were not taken: ${answer.status} ${await answer.text()}`);
};

const documentOf = ({ name, service, operation, bad }: LoadObjective): unknown => {
  const of = { service, ...(operation === undefined ? {} : { operation }) };
  const metric = (spans: object) => ({ metricSource: { type: 'leadline', spec: { spans } } });
  return {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name },
    spec: {
      service: service.replaceAll('/', '-'),
      indicator: {
        metadata: { name: `${name}-sli` },
        spec: { ratioMetric: { counter: true, total: metric(of), bad: metric({ ...of, ...bad }) } },
      },
      timeWindow: [{ duration: '30d', isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ displayName: 'all', target: 0.999 }],
    },
  };
};
