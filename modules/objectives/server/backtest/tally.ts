import type { z } from 'zod';
import { backtestLimits, type runBacktest } from '../../contract/backtests.ts';
import { scoreAlerts, touches, type MarkedPeriod } from '../../domain/score.ts';
import type { RaisedAlert } from '../../domain/simulate.ts';

export type PolicyResult = z.input<typeof runBacktest.answer>['results'][number];

/** What one policy did on one objective. */
export interface Tested {
  readonly name: string;
  readonly alerts: readonly RaisedAlert[];
  readonly periods: readonly MarkedPeriod[];
}

/** All that one policy did, added up over the objectives. Precision and recall are told only where incidents are marked. */
export const tally = (policy: string, all: readonly Tested[], to: number): PolicyResult => {
  const scores = all.map(({ alerts, periods }) => scoreAlerts(alerts, periods));
  const sum = (of: (score: (typeof scores)[number]) => number): number =>
    scores.reduce((total, score) => total + of(score), 0);
  const periods = sum((score) => score.periods);
  const judged = scores.filter((score) => score.periods > 0);
  const judgedAlerts = judged.reduce((total, score) => total + score.alerts, 0);
  const byPeriod = scores.flatMap((score) => score.byPeriod);
  const raised = all
    .flatMap(({ name, alerts, periods: marked }) => alerts.map((alert) => ({ name, alert, marked })))
    .sort((a, b) => b.alert.firedAt - a.alert.firedAt || (a.name < b.name ? -1 : 1));
  return {
    policy,
    pages: raised.filter(({ alert }) => alert.urgency === 'page').length,
    tickets: raised.filter(({ alert }) => alert.urgency === 'ticket').length,
    firingMinutes: raised.reduce((total, { alert }) => total + (alert.clearedAt ?? to) - alert.firedAt, 0) / 60,
    precision: judgedAlerts === 0 ? null : judged.reduce((total, score) => total + score.rightAlerts, 0) / judgedAlerts,
    recall: periods === 0 ? null : sum((score) => score.foundPeriods) / periods,
    detectionSecondsMedian: median(byPeriod.map((each) => each.detectionSeconds)),
    resetSecondsMedian: median(byPeriod.map((each) => each.resetSeconds)),
    alerts: raised.slice(0, backtestLimits.alertsShownMax).map(({ name, alert, marked }) => {
      const incident = marked.find((period) => touches(alert, period));
      return {
        objective: name,
        tier: alert.tier,
        urgency: alert.urgency,
        at: instantOf(alert.firedAt),
        until: alert.clearedAt === null ? null : instantOf(alert.clearedAt),
        detectionSeconds: incident ? Math.max(0, alert.firedAt - incident.from) : null,
        resetSeconds: incident && alert.clearedAt !== null ? Math.max(0, alert.clearedAt - incident.to) : null,
      };
    }),
    alertsInAll: raised.length,
  };
};

/** The middle of the known ones (the mean of the two in the middle); null where none is known. */
const median = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  const half = Math.floor(known.length / 2);
  return known.length % 2 === 1 ? known[half]! : (known[half - 1]! + known[half]!) / 2;
};

const instantOf = (seconds: number): string => new Date(seconds * 1_000).toISOString();
