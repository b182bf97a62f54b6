import type { Counts } from './indicator.ts';
import type { Bucket, Stretch } from './method.ts';
import { burnTest, reaches } from './burn.ts';
import { ratioOf } from './ratio.ts';

/** Counts of one value of a dimension: an operation, a version, an attribute's value. */
export interface ValueCounts extends Counts {
  readonly value: string;
}

export interface ValueShare extends ValueCounts {
  /** Of all bad events of the stretch. */
  readonly badShare: number;
  /** Of the whole budget of the objective's window; null where that is nothing. */
  readonly budgetShare: number | null;
  /** How many times more often bad than all other events together; null where there are none or none of them is bad. */
  readonly lift: number | null;
}

/**
 * Where bad events came from, by one dimension: most bad ones first. `allowed`: events that the objective's whole window may
 * have bad. Values share the events among them (each event has one value).
 */
export const sharesOf = (values: readonly ValueCounts[], allowed: number): ValueShare[] => {
  const bad = values.reduce((sum, each) => sum + each.bad, 0);
  const total = values.reduce((sum, each) => sum + each.good + each.bad, 0);
  return values
    .map((each) => {
      const own = each.good + each.bad;
      const [restTotal, restBad] = [total - own, bad - each.bad];
      return {
        value: each.value,
        good: each.good,
        bad: each.bad,
        badShare: bad === 0 ? 0 : each.bad / bad,
        budgetShare: allowed > 0 ? each.bad / allowed : null,
        lift: own === 0 || restTotal === 0 || restBad === 0 ? null : each.bad / own / (restBad / restTotal),
      };
    })
    .sort((a, b) => b.bad - a.bad || b.good - a.good || (a.value < b.value ? -1 : 1));
};

/**
 * How much a dimension tells about where bad events came from: half of the sum of |share of bad − share of events| over its
 * values, 0 (bad ones fall as all events do) to 1. Dimensions are shown in this order.
 */
export const differenceOf = (values: readonly ValueCounts[]): number => {
  const bad = values.reduce((sum, each) => sum + each.bad, 0);
  const total = values.reduce((sum, each) => sum + each.good + each.bad, 0);
  if (bad === 0 || total === 0) return 0;
  return values.reduce((sum, each) => sum + Math.abs(each.bad / bad - (each.good + each.bad) / total), 0) / 2;
};

export interface SteepStretch extends Stretch {
  readonly good: number;
  readonly bad: number;
  /** Of the whole budget of the objective's window; null where that is nothing. */
  readonly budgetShare: number | null;
}

/**
 * The stretches in which most was spent: buckets that burn at least at the budget's own rate, joined over pauses of at most
 * `pauseSeconds`, by their bad events. Buckets in order of time.
 */
export const steepestOf = (
  buckets: readonly Bucket[],
  of: { targetPpm: number; allowed: number; stepSeconds: number; pauseSeconds: number; most: number },
): SteepStretch[] => {
  const once = burnTest(of.targetPpm, ratioOf(1, 1));
  const found: { from: number; to: number; good: number; bad: number }[] = [];
  for (const { at, good, bad } of buckets) {
    if (bad === 0 || !reaches(good + bad, bad, once)) continue;
    const last = found.at(-1);
    if (last && at - last.to <= of.pauseSeconds) {
      last.to = at + of.stepSeconds;
      last.good += good;
      last.bad += bad;
    } else found.push({ from: at, to: at + of.stepSeconds, good, bad });
  }
  return found
    .sort((a, b) => b.bad - a.bad || a.from - b.from)
    .slice(0, of.most)
    .map((each) => ({ ...each, budgetShare: of.allowed > 0 ? each.bad / of.allowed : null }));
};
