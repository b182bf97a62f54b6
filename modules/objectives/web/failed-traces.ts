import type { ObjectiveReport } from '../contract.ts';

/** Where the traces are that spent a budget: the service's own, failed, of a stretch of time; null for a journey over several. */
export const failedTraces = (
  report: Pick<ObjectiveReport, 'service' | 'environment'>,
  of: { readonly operation: string | null; readonly from: string; readonly to: string },
) =>
  report.service === null
    ? null
    : {
        path: '/traces',
        query: {
          service: report.service,
          environment: report.environment ?? undefined,
          operation: of.operation ?? undefined,
          status: 'error',
          from: of.from,
          to: of.to,
        },
      };
