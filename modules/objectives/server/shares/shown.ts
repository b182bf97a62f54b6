import type { z } from 'zod';
import { Refusal } from '../../../../kernel/problem.ts';
import type { readShare } from '../../contract/reviews.ts';
import { budgetChart } from '../views/chart.ts';
import { reportOf, type ReportGround } from '../views/report.ts';
import type { ShareRow } from './store.ts';

type Answer = z.input<typeof readShare.answer>;

/** However many look at one link at once, its budgets are worked out once in this time. */
const freshMs = 15_000;
const keptMax = 200;

/** What a link shows: budgets and how they went, nothing of what stands behind them. Objectives that are gone are left out. */
export const createShown = (ground: ReportGround): ((share: ShareRow) => Promise<Answer>) => {
  const kept = new Map<string, { atMs: number; answer: Promise<Answer> }>();
  return (share) => {
    const nowMs = ground.clock.monotonicMs();
    const known = kept.get(share.id);
    if (known && nowMs - known.atMs < freshMs) return known.answer;
    const next = { atMs: nowMs, answer: workOut(ground, share) };
    next.answer.catch(() => {
      if (kept.get(share.id) === next) kept.delete(share.id);
    });
    kept.delete(share.id);
    kept.set(share.id, next);
    if (kept.size > keptMax) kept.delete(kept.keys().next().value!);
    return next.answer;
  };
};

const workOut = async (ground: ReportGround, { title, objectives }: ShareRow): Promise<Answer> => {
  const items: Answer['items'] = [];
  // One after the other: who only looks does not take the engine from those who work.
  for (const name of objectives) {
    const item = await itemOf(ground, name);
    if (item) items.push(item);
  }
  return { title, items };
};

const itemOf = async (ground: ReportGround, name: string): Promise<Answer['items'][number] | null> => {
  try {
    const report = await reportOf(ground, name, undefined);
    const { points } = await budgetChart(ground, name, {});
    return {
      displayName: report.displayName,
      description: report.description,
      targetPpm: report.targetPpm,
      windowText: report.windowText,
      achievedPpm: report.achievedPpm,
      noDataRatio: report.noDataRatio,
      state: report.state,
      from: report.from,
      to: report.to,
      remainingRatio: report.budget.remainingRatio,
      points: points.map(({ at, remainingRatio }) => ({ at, remainingRatio })),
    };
  } catch (error) {
    if (error instanceof Refusal && error.problem.code === 'objectives.unknown') return null;
    throw error;
  }
};
