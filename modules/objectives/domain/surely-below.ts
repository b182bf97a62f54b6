import { reaches, type BurnTest } from './burn.ts';
import type { RunningSums } from './series.ts';

/**
 * True only where no window of `length` steps that ends after one of the steps `(from, to]` can reach the threshold: all that any
 * of them may hold of bad events, against the events that every one of them holds. Most months are passed over by it in a few
 * hundred questions instead of forty thousand. False says nothing. A window that reaches before the series holds what there is.
 */
export const surelyBelow = (
  { total, bad }: RunningSums,
  { from, to, length }: { readonly from: number; readonly to: number; readonly length: number },
  test: BurnTest,
): boolean => {
  const first = from + 1;
  const badMost = bad[to]! - bad[first > length ? first - length : 0]!;
  if (badMost === 0) return true;
  const common = to > length ? to - length : 0;
  return common < first && total[first]! > total[common]! && !reaches(total[first]! - total[common]!, badMost, test);
};

/** Steps that are asked about at once: short enough that what all windows share is most of each. */
export const stepsAtOnce = (length: number): number => Math.max(1, Math.floor(length / 4));
