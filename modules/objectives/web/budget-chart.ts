import type { z } from 'zod';
import type { getBudget, ObjectiveReport } from '../contract.ts';
import { windowAt } from '../domain/window.ts';
import type { BurnDown, LeftPoint } from './burn-down.ts';

export type BudgetAnswer = z.output<typeof getBudget.answer>;

/**
 * What the chart of an objective draws. Even spending is a straight line only where the budget begins anew: in calendar
 * periods. A rolling window gives back each day what it spent a window ago, and even spending there is a level line.
 */
export const burnDownOf = (budget: BudgetAnswer, report: Pick<ObjectiveReport, 'window' | 'from'>): BurnDown => {
  const isWhole = Date.parse(budget.from) <= Date.parse(report.from);
  const all = budget.points.map(({ at, remainingRatio }): LeftPoint => [Date.parse(at), remainingRatio]);
  // A young history begins within an hour whose first minutes are empty.
  const points = isWhole ? all : all.slice(Math.max(0, all.findIndex(([, left]) => left !== null) - 1));
  const nowMs = Date.parse(budget.to);
  const projection = (budget.projection?.points ?? []).map(([at, left]): LeftPoint => [Date.parse(at), left]);
  return { points, projection: near(projection, points), nowMs, ideal: isWhole ? idealOf(report.window, nowMs) : null };
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

/** A part of the window that holds less history than this is drawn alone: the rest would be an empty chart. */
const youngBelow = 0.25;

/** From when on a budget is drawn: the whole window, or where its history begins when it is young. */
export const chartFrom = (report: Pick<ObjectiveReport, 'from' | 'to' | 'countedFrom'>): string | undefined => {
  if (report.countedFrom === null) return undefined;
  const [from, to, counted] = [report.from, report.to, report.countedFrom].map((at) => Date.parse(at)) as [
    number,
    number,
    number,
  ];
  return counted < to && to - counted < (to - from) * youngBelow ? report.countedFrom : undefined;
};

/** A projection as long as what is drawn, at most: a line into next week would leave no room for the hour that there is. */
const near = (projection: readonly LeftPoint[], points: readonly LeftPoint[]): readonly LeftPoint[] => {
  const [first, last] = [points[0], points.at(-1)];
  const [begin, end] = [projection[0], projection.at(-1)];
  if (!first || !last || !begin || !end || begin[1] === null || end[1] === null) return projection;
  const longest = Math.max(last[0] - first[0], 3_600_000) / 2;
  if (end[0] - begin[0] <= longest) return projection;
  const left = begin[1] + ((end[1] - begin[1]) * longest) / (end[0] - begin[0]);
  return [begin, [begin[0] + longest, left]];
};
