import { budgetOf, isExhausted } from './budget.ts';
import type { Counts } from './indicator.ts';
import { countText, minutesText, ppmText, percentText, secondsText } from './number-text.ts';
import type { Projection } from './exhaustion.ts';

/** Whether the budget is gone, why, and the numbers. */
export interface BudgetDecision {
  readonly exhausted: boolean;
  readonly reason: 'budget-gone' | 'budget-left' | 'no-data' | 'too-few-bad-events';
  readonly text: string;
  /** In events (or slices). */
  readonly allowed: number;
  readonly spent: number;
  readonly total: number;
  readonly remainingRatio: number | null;
}

/**
 * Exhausted: as many bad events as the target allows of what was counted, or more. Exact and without memory, so an
 * objective is restored at the first instant at which something is left again. `eventParts`: see method.ts.
 */
export const decideBudget = (given: { counts: Counts; targetPpm: number; eventParts?: number }): BudgetDecision => {
  const { counts, targetPpm, eventParts = 1 } = given;
  const budget = budgetOf(counts, targetPpm);
  const [allowed, spent] = [budget.allowed / eventParts, budget.spent / eventParts];
  const total = (counts.good + counts.bad) / eventParts;
  const { remainingRatio } = budget;
  const numbers = `${countText(spent)} bad of ${countText(total)}, the target of ${ppmText(targetPpm)} allows ${countText(allowed)}`;
  if (total === 0)
    return {
      exhausted: false,
      reason: 'no-data',
      text: 'Nothing was counted in the window.',
      allowed,
      spent,
      total,
      remainingRatio,
    };
  if (isExhausted(counts, targetPpm))
    return {
      exhausted: true,
      reason: 'budget-gone',
      text: `The budget is gone: ${numbers}.`,
      allowed,
      spent,
      total,
      remainingRatio,
    };
  const left = remainingRatio === null ? '' : `${percentText(remainingRatio)} of the budget is left: `;
  return { exhausted: false, reason: 'budget-left', text: `${left}${numbers}.`, allowed, spent, total, remainingRatio };
};

export interface ForecastDecision {
  readonly soon: boolean;
  readonly reason: 'off' | 'gone-already' | 'will-be-gone' | 'goes-on' | 'lasts';
  readonly exhaustsAt: Temporal.Instant | null;
  readonly text: string;
}

/**
 * Whether the budget will be gone within `withinMinutes` at the recent rate (exhaustion.ts). Once told it stays told until
 * the projection is twice as far away, or none: a rate that wavers about the bound is one event, not fifty. While the
 * budget is gone the forecast keeps what it said last: the fact has its own event.
 */
export const decideForecast = (given: {
  projection: Projection;
  withinMinutes: number | null;
  soon: boolean;
  now: Temporal.Instant;
}): ForecastDecision => {
  const { projection, withinMinutes, soon, now } = given;
  const { exhaustsAt } = projection;
  if (withinMinutes === null) return { soon: false, reason: 'off', exhaustsAt, text: 'The forecast is turned off.' };
  if (projection.reason === 'gone-already') return { soon, reason: 'gone-already', exhaustsAt, text: projection.text };
  const seconds = exhaustsAt === null ? Infinity : (exhaustsAt.epochMilliseconds - now.epochMilliseconds) / 1_000;
  if (seconds <= withinMinutes * 60)
    return {
      soon: true,
      reason: 'will-be-gone',
      exhaustsAt,
      text: `Will be gone in ${secondsText(seconds)}. ${projection.text}`,
    };
  if (soon && seconds <= withinMinutes * 120)
    return {
      soon: true,
      reason: 'goes-on',
      exhaustsAt,
      text: `Still near: told below ${minutesText(withinMinutes)}, withdrawn beyond twice that. ${projection.text}`,
    };
  return { soon: false, reason: 'lasts', exhaustsAt, text: projection.text };
};
