import type { ObjectiveReport } from '../contract.ts';
import { numberAt, textAt, valueAt } from '../domain/openslo/json.ts';

type Whose = Pick<ObjectiveReport, 'service' | 'environment'>;

/** What makes a request bad by the document, as the list of traces can ask for it. */
const badBy = (
  document: unknown,
): { operation: string | null; status: 'error' | undefined; minDurationMs: number | undefined } => {
  const ratio = valueAt(document, 'spec', 'indicator', 'spec', 'ratioMetric');
  const spans = (part: string): unknown => valueAt(ratio, part, 'metricSource', 'spec', 'spans');
  const bound = numberAt(spans('good'), 'withinMs') ?? numberAt(spans('bad'), 'slowerThanMs');
  return {
    operation: textAt(spans('total'), 'operation'),
    // Both together would ask for requests that failed and were slow: what is slow leads to more of them.
    status: bound === null ? 'error' : undefined,
    minDurationMs: bound ?? undefined,
  };
};

/**
 * Where the traces are that spent a budget: the service's own, failed or slow as the document says, of a stretch of time or
 * of the last day; null for a journey over several services.
 */
export const failedTraces = (
  report: Whose,
  document: unknown,
  of: { readonly operation?: string; readonly from?: string; readonly to?: string } = {},
) => {
  if (report.service === null) return null;
  const { operation, status, minDurationMs } = badBy(document);
  return {
    path: '/traces',
    query: {
      service: report.service,
      environment: report.environment ?? undefined,
      operation: of.operation ?? operation ?? undefined,
      status,
      minDurationMs,
      ...(of.from && of.to ? { from: of.from, to: of.to } : { range: '1d' }),
    },
  };
};
