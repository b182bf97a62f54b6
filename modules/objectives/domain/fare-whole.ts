import { budgetOf, isExhausted } from './budget.ts';
import { wholeOf, type ComposedCounts } from './composite.ts';
import { million, type Objective, type Tier } from './objective.ts';
import type { Series } from './series.ts';
import type { RaisedAlert } from './simulate.ts';
import { readerOver, simulateWhole, type SimulatedWhole } from './simulate-whole.ts';
import type { Fared } from './suggest.ts';

/** How a composite or journey would have fared, as `fareTargets` says it of one indicator: its windows are composed, not added up. */
export const fareWhole = (
  of: Pick<SimulatedWhole, 'objective' | 'find' | 'series' | 'periodMinutes'>,
  tiers: readonly Tier[],
): { readonly fared: Fared; readonly alerts: readonly RaisedAlert[] } => {
  const { objective, find, series, periodMinutes } = of;
  const [{ startsAt, stepSeconds, good }] = [...series.values()] as [Series, ...Series[]];
  const reader = readerOver({ series });
  const composed = (from: number, to: number): ComposedCounts => wholeOf(objective, find, reader({ from, to }));
  const end = startsAt + good.length * stepSeconds;
  const newest = composed(Math.max(startsAt, end - periodMinutes * 60), end);
  const budget = budgetOf(newest.counts, objective.targetPpm);
  const alerts = simulateWhole(
    { objective, find, series, periodMinutes },
    tiers.map((tier) => ({ tier, holdSeconds: 0 })),
  );
  const pages = alerts.filter(({ urgency }) => urgency === 'page').length;
  let exhausted = 0;
  for (let to = startsAt + stepSeconds; to <= end; to += stepSeconds)
    if (isExhausted(composed(Math.max(startsAt, to - periodMinutes * 60), to).counts, objective.targetPpm))
      exhausted += 1;
  const total = newest.counts.good + newest.counts.bad;
  return {
    alerts,
    fared: {
      targetPpm: objective.targetPpm,
      achievedPpm: total === 0 ? null : (newest.counts.good / total) * million,
      budget: {
        allowed: budget.allowed / newest.eventParts,
        spent: budget.spent / newest.eventParts,
        remaining: budget.remaining / newest.eventParts,
        remainingRatio: budget.remainingRatio,
      },
      pages,
      tickets: alerts.length - pages,
      exhaustedMinutes: (exhausted * stepSeconds) / 60,
    },
  };
};

/** The same composite with another target. */
export const withTarget = (objective: Objective, targetPpm: number): Objective => ({ ...objective, targetPpm });
