import { reaches, type BurnTest } from './burn.ts';
import { million } from './objective.ts';
import { productAtLeast } from './ratio.ts';

/** What objectives of one kind are judged by. */
export interface QuietRules {
  readonly targetPpm: number;
  readonly tests: readonly BurnTest[];
  /** Null: no forecast is told. */
  readonly exhaustsWithinMinutes: number | null;
  readonly recentMinutes: number;
  readonly periodMinutes: number;
  /** Calendar periods lose nothing while they run. */
  readonly rolling: boolean;
}

/** Whole counts of one window. */
export interface QuietCounts {
  readonly good: number;
  readonly bad: number;
  readonly minutes: number;
}

/** Counts of one objective: of its budget's window, of the recent minutes, and the two of each tier in the order of the tests. */
export interface QuietWindows {
  readonly budget: QuietCounts;
  readonly recent: QuietCounts;
  readonly long: readonly QuietCounts[];
  readonly short: readonly QuietCounts[];
}

/**
 * True only where nothing can be told of an objective of which nothing was told: no tier begins to fire, the budget is not gone
 * and will not be within the time of the forecast. False says nothing. The comparisons of tiers and budget are those of the
 * decisions themselves (judgeBurn, isExhausted); of the forecast a bound is asked that is never later than the projection.
 */
export const surelyQuiet = (rules: QuietRules, windows: QuietWindows): boolean => {
  const { budget, recent, long, short } = windows;
  for (const [index, test] of rules.tests.entries()) {
    const [first, second] = [long[index]!, short[index]!];
    if (reaches(first.good + first.bad, first.bad, test) && reaches(second.good + second.bad, second.bad, test))
      return false;
  }
  const total = budget.good + budget.bad;
  if (total > 0 && productAtLeast(budget.bad, million, total, million - rules.targetPpm)) return false;
  return rules.exhaustsWithinMinutes === null || recent.bad === 0 || total === 0 || lasts(rules, budget, recent);
};

/**
 * Whether no way of projecting (exhaustion.ts) reaches the end of the budget within the forecast: the level (bad events beyond
 * the allowed) grows by what enters at the recent rate, and where the window is not full also by what leaves it, at most
 * all of it in its minutes with data. The closed form of full windows is asked as it is. A thousandth more than the bound, and
 * two seconds, are beyond what floating point and whole seconds can differ by.
 */
const lasts = (rules: QuietRules, budget: QuietCounts, recent: QuietCounts): boolean => {
  const share = (million - rules.targetPpm) / million;
  const left = share * (budget.good + budget.bad) - budget.bad;
  const recentTotal = recent.good + recent.bad;
  const entering = Math.max(0, recent.bad - share * recentTotal) / (rules.recentMinutes * 60);
  const leaving = rules.rolling ? left / (Math.max(1, budget.minutes) * 60) : 0;
  const least = rules.exhaustsWithinMinutes! * 60 * 1.001 + 2;
  if (left <= (entering + leaving) * least) return false;
  if (!rules.rolling) return true;
  const steady =
    ((left / (share * (budget.good + budget.bad))) * rules.periodMinutes * 60 * share * recentTotal) / recent.bad;
  return steady > least;
};
