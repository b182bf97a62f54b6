import type { z } from 'zod';
import type { getBudget, ObjectiveReport } from '../contract.ts';
import { windowAt } from '../domain/window.ts';
import type { BurnDown, LeftPoint } from './burn-down.ts';

export type BudgetAnswer = z.output<typeof getBudget.answer>;

/**
 * What the chart of an objective draws. Even spending is a straight line only where the budget begins anew: in calendar
 * periods. A rolling window gives back each day what it spent a window ago, and even spending there is a level line.
 */
export const burnDownOf = (budget: BudgetAnswer, window: ObjectiveReport['window'] | null): BurnDown => {
  const points = budget.points.map(({ at, remainingRatio }): LeftPoint => [Date.parse(at), remainingRatio]);
  const nowMs = Date.parse(budget.to);
  const projection = (budget.projection?.points ?? []).map(([at, left]): LeftPoint => [Date.parse(at), left]);
  return { points, projection, nowMs, ideal: window === null ? null : idealOf(window, nowMs) };
};

const idealOf = (window: ObjectiveReport['window'], nowMs: number): BurnDown['ideal'] => {
  if (window.kind !== 'calendar') return null;
  const { from, endsAt } = windowAt(window, Temporal.Instant.fromEpochMilliseconds(nowMs - 1));
  if (endsAt === null) return null;
  return [
    [from.epochMilliseconds, 1],
    [endsAt.epochMilliseconds, 0],
  ];
};
