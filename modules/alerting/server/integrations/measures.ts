import { Counter, type Registry } from 'prom-client';
import type { IntegrationKind } from '../../domain/alert.ts';
import { outcomesIn } from '../../domain/integrations/outcomes.ts';
import type { SourceAnswer } from './source.ts';

/** Counts what came of the requests of senders, by the kind of their integration: kinds, outcomes and statuses are few. */
export interface IntakeMeasures {
  taken(source: IntegrationKind, answer: Pick<SourceAnswer, 'status' | 'outcome'>): void;
}

export const intakeMeasures = (metrics: Registry): IntakeMeasures => {
  const accepted = new Counter({
    name: 'leadline_alerting_accepted_total',
    help: 'Alerts that senders told of and that were understood, by kind of integration and what became of them',
    labelNames: ['source', 'outcome'],
    registers: [metrics],
  });
  const refused = new Counter({
    name: 'leadline_alerting_refused_total',
    help: 'Requests of senders that were refused whole or in part, by kind of integration and status of the answer',
    labelNames: ['source', 'status'],
    registers: [metrics],
  });
  return {
    taken: (source, { status, outcome }) => {
      for (const [word, count] of outcomesIn(outcome)) accepted.inc({ source, outcome: word }, count);
      if (status >= 400) refused.inc({ source, status: String(status) });
    },
  };
};
